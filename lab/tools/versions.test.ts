import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compareVersions, formatVersion, parseVersion, version } from './versions.ts'

/** What the programs said, recorded on Debian 12. */
const RECORDED: readonly (readonly [string, string])[] = [
  [
    'prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)\n  build user:       team+pkg-go@tracker.debian.org\n',
    '2.42.0',
  ],
  ['promtool, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)', '2.42.0'],
  ['alertmanager, version 0.25.0 (branch: debian/sid, revision: 0.25.0-1+b4)', '0.25.0'],
  ['amtool, version 0.25.0 (branch: debian/sid, revision: 0.25.0-1+b4)', '0.25.0'],
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0', '7.0.15'],
  ['usr/sbin/mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', '10.11.19'],
  ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
  ['initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
  [
    'time="2026-11-22T14:53:55Z" level=info msg="Redis Metrics Exporter 1.45.0-2+b4    build date: 20230409-10:15:07    sha1: debian/sid    Go: go1.19.8    GOOS: linux    GOARCH: amd64"',
    '1.45.0',
  ],
  ['mysqld_exporter, version 0.16.0 (branch: , revision: unknown)\n  go version:       go1.26.8', '0.16.0'],
  ['k6 v1.8.1 (go1.26.8, linux/amd64)', '1.8.1'],
  [
    '2026/11/22 14:57:39 application version: git-commit=, git-version=v1.76.0, build-date=\n{"gitCommit":"","gitVersion":"v1.76.0","buildDate":""}',
    '1.76.0',
  ],
  ['loki, version 3.0.0-20240617182007 (branch: , revision: unknown)', '3.0.0'],
  ['toxiproxy-server version 2.5.0', '2.5.0'],
  ['go version go1.26.8 linux/amd64', '1.26.8'],
  ['javac 17.0.15', '17.0.15'],
  ['\u001B[1mApache Maven 3.8.7\u001B[m\nMaven home: /usr/share/maven\nJava version: 17.0.15', '3.8.7'],
  ['cargo 1.95.0 (f2d3ce0bd 2026-03-21)', '1.95.0'],
]

describe('parseVersion', () => {
  for (const [said, expected] of RECORDED) {
    test(expected + ' from ' + said.slice(0, 40).replaceAll('\n', ' '), () => {
      const parsed = parseVersion(said)
      assert.ok(parsed)
      assert.equal(formatVersion(parsed), expected)
    })
  }

  test('finds none in words and dates', () => {
    assert.equal(parseVersion('unknown command, see 2026-11-22 14:53'), undefined)
    assert.equal(parseVersion(''), undefined)
  })
})

test('compareVersions compares numbers, not text, and fills up with 0', () => {
  assert.ok(compareVersions(version('2.9'), version('2.42')) < 0)
  assert.ok(compareVersions(version('10.11.19'), version('10.6')) > 0)
  assert.equal(compareVersions(version('2.42'), version('2.42.0')), 0)
  assert.ok(compareVersions(version('17'), version('16.9.9')) > 0)
})
