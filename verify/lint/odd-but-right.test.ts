import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { lint } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

/*
 * Files of others that look suspicious and are right: the check that would speak of them says nothing. Each is broken once as well, by a
 * change of its text, and the same check speaks: a row that asserts nothing fails.
 */

interface Odd {
  check: string
  what: string
  files: Record<string, string>
  /** Of all files. */
  broken: [from: string, to: string]
}

function said(files: Record<string, string>, only: string): string[] {
  const texts = Object.entries(files).map(([file, text]): ConfigText => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))
  const { findings, problems } = lint(texts, {
    spec: noSpecification(configure(texts)),
    catalogue: { targets: [] },
    logLines: {},
    checks: [...TRAPS],
    only: [only],
  })
  assert.deepEqual(problems, [])
  return findings.map(({ severity, file, line, expected, observed }) => `${severity} ${file}:${line} ${expected}; ${observed}`)
}

const compose = (...services: string[]): Record<string, string> => ({
  'compose.yaml': `services:\n${services.map((each, index) => `  s${index}: { ${each} }\n`).join('')}`,
})
const curl = (...words: string[]): Record<string, string> => compose(`image: curlimages/curl:8.5.0, command: ${JSON.stringify(words)}`)

const ROWS: Odd[] = [
  ...[
    ['-sSLo', '/data/plugin', 'https://example.com/a.jar'],
    ['--retry-max-time', '60', '-s', 'https://example.com/a.jar'],
    ['-sS', '--max-redirs', '5', '--data-binary', '@/tmp/x', '--dump-header', '-', 'http://es:9200/_bulk'],
    ['--unix-socket', '/run/docker.sock', '-s', 'http://localhost/info'],
    ['--happy-eyeballs-timeout-ms', '200', '-s', 'https://example.com/a.jar'],
    ['-XPUT', '-sd', 'hello', 'http://es:9200/x'],
  ].map((words) => ({
    check: 'flags-are-known',
    what: `curl ${words.join(' ')}`,
    files: curl(...words),
    broken: [`"${words.at(-1)}"`, `"-s", "quiet", "${words.at(-1)}"`] as [string, string],
  })),
  {
    check: 'flags-are-known',
    what: 'a command behind redis-server',
    files: compose('image: "redis:7", command: ["sh", "-c", "redis-server --save 60 1 --appendonly yes && echo x"]'),
    broken: ['60 1', '60 one'],
  },
  {
    check: 'flags-are-known',
    what: 'Prometheus that finds its file in the folder of its data, or prints its version',
    files: compose(
      'image: "prom/prometheus:v2.50.0", command: ["--version"]',
      'image: "prom/prometheus:v2.50.0", command: ["--log.level=info"], volumes: ["./p.yml:/prometheus/prometheus.yml"]',
    ),
    broken: ['/prometheus/prometheus.yml', '/etc/prometheus.yml'],
  },
]

for (const { check, what, files, broken } of ROWS)
  test(`${check}: ${what}`, () => {
    assert.deepEqual(said(files, check), [])
    const changed = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replaceAll(...broken)]))
    assert.notDeepEqual(changed, files, 'the text that is to be broken is there')
    assert.ok(said(changed, check).length > 0, 'once it is broken the check speaks')
  })
