import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { makeSurroundings, writeFile } from '../../../testing/machine/fake-recipes.ts'
import { aptOptions, libraryFolders, missingLibraries, releaseNumber } from './debian.ts'

/** Recorded on Debian 12: `apt-get --simulate --no-install-recommends install` of MariaDB's and PostgreSQL's packages on a bare image. */
const SIMULATED = `NOTE: This is only a simulation!
Inst libcrypt1 (1:4.4.33-2 Debian:12.15/oldstable [amd64])
Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])
Inst libjson-perl (4.10000-1 Debian:12.15/oldstable [all])
Inst postgresql-client-common [248+deb12u1] (248+deb12u2 Debian-Security:12/oldstable-security [all]) []
Inst libaio1 (0.3.113-4 Debian:12.15/oldstable [amd64])
Inst libssl3 [3.0.17-1~deb12u1] (3.0.18-1~deb12u2 Debian:12.15/oldstable [amd64])
Inst libllvm14 (1:14.0.6-12 Debian:12.15/oldstable [amd64])
Inst mariadb-server-core (1:10.11.19-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf libaio1 (0.3.113-4 Debian:12.15/oldstable [amd64])
`

test('missingLibraries takes shared libraries, not Perl modules, the C library or what is left out', () => {
  assert.deepEqual(missingLibraries(SIMULATED, ['libllvm', 'libz3']), ['libcrypt1', 'libaio1', 'libssl3'])
})

describe('releaseNumber', () => {
  test('is the one that the distribution chose', () => {
    assert.equal(releaseNumber('postgresql\n  Depends: postgresql-15\n  Suggests: postgresql-doc\n', 'postgresql'), '15')
  })
  test('says so when there is none', () => {
    assert.throws(() => releaseNumber('', 'postgresql'), /names no version/)
  })
})

test('aptOptions keep apt away from the machine: lists and archives are ours', (context) => {
  const around = makeSurroundings(context)
  const folders = aptOptions(around)
    .filter((option) => option.startsWith('Dir::'))
    .map((option) => option.split('=')[1] ?? '')
  assert.equal(folders.length, 2)
  for (const folder of folders) assert.ok(folder.startsWith(path.join(around.cacheRoot, 'apt')))
})

test('libraryFolders are those that hold shared libraries', (context) => {
  const { checkout: out } = makeSurroundings(context)
  writeFile(path.join(out, 'usr/lib/x86_64-linux-gnu/libaio.so.1'), '')
  writeFile(path.join(out, 'lib/aarch64-linux-gnu/libz.so'), '')
  writeFile(path.join(out, 'usr/lib/systemd/system/redis.service'), '')
  writeFile(path.join(out, 'usr/lib/i386-linux-gnu/readme.sorry'), '')
  assert.deepEqual(libraryFolders(out), ['usr/lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu'])
})
