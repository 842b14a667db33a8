import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Credentials } from '../model/target.ts'
import { k6Load } from './k6.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-k6-test-'))
after(() => {
  rmSync(folder, { recursive: true })
})

interface Started {
  argv: string[]
  env: Record<string, string>
  authorities: string[]
}

/** What k6 would be started with. */
async function started(credentials?: Record<string, Credentials>): Promise<Started> {
  const k6 = join(folder, 'k6')
  const seen = join(folder, 'seen.json')
  writeFileSync(
    k6,
    `#!${process.execPath}
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const argv = process.argv.slice(2)
const [dir] = (process.env.SSL_CERT_DIR ?? '').split(':')
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ argv, env: process.env, authorities: dir === '' ? [] : readdirSync(dir).map((file) => readFileSync(dir + '/' + file, 'utf8')) }))
writeFileSync(argv.find((word) => word.startsWith('SUMMARY_PATH=')).slice(13), '{}')
`,
  )
  chmodSync(k6, 0o755)
  const load = k6Load({
    k6,
    scripts: { steady: { script: '/scenarios/steady.ts' } },
    services: { 'rate-limiter': 'http://127.0.0.1:1', 'shop': 'http://127.0.0.1:2' },
    ...(credentials === undefined ? {} : { credentials }),
  })
  const running = await load.start({ scenario: 'steady', params: {} }, { experiment: 'e', leg: 'l', runId: 'r', maxMs: 1000 })
  const { exitCode, error } = await running.done
  assert.equal(exitCode, 0, error)
  return JSON.parse(readFileSync(seen, 'utf8')) as Started
}

test('credentials reach k6 by its environment, never by its command line; certificates as a folder that Go reads besides its own', async () => {
  const { argv, env, authorities } = await started({
    'rate-limiter': { headers: { authorization: 'Bearer hunter2' }, tls: { ca: 'PEM of rate-limiter', caFile: '/x' } },
    'shop': { headers: { 'x-key': 'hunter3' } },
  })
  assert.doesNotMatch(argv.join(' '), /hunter/)
  assert.deepEqual(JSON.parse(env['RATE_LIMITER_HEADERS'] ?? ''), { authorization: 'Bearer hunter2' })
  assert.deepEqual(JSON.parse(env['SHOP_HEADERS'] ?? ''), { 'x-key': 'hunter3' })
  assert.deepEqual(authorities, ['PEM of rate-limiter'])
  assert.match(env['SSL_CERT_DIR'] ?? '', /:\/etc\/ssl\/certs:/)
  assert.equal(env['K6_MAX_REDIRECTS'], '0')
  assert.equal(existsSync(env['HOME'] ?? ''), false, 'nothing is left')
})

test('a certificate alone is no secret that a redirect could give away', async () => {
  const { env, authorities } = await started({ shop: { headers: {}, tls: { ca: 'PEM', caFile: '/x' } } })
  assert.equal(env['K6_MAX_REDIRECTS'], undefined)
  assert.deepEqual(authorities, ['PEM'])
})

test('without credentials k6 is started as ever', async () => {
  const { env } = await started()
  assert.deepEqual(
    Object.keys(env)
      .filter((name) => !/^_?_/.test(name))
      .sort(),
    ['GOMAXPROCS', 'HOME', 'K6_CSV_TIME_FORMAT', 'K6_NO_USAGE_REPORT', 'PATH'],
  )
})

test('a scenario sends a service its own credentials, and no other', async () => {
  const headers = { authorization: 'Bearer right' }
  ;(globalThis as { __ENV?: Record<string, string> }).__ENV = { RATE_LIMITER_HEADERS: JSON.stringify(headers), RUN_ID: 'r' }
  const path = '../../scenarios/lib/environment.ts'
  const target = (await import(path)) as { headers(service: string, extra?: Record<string, string>): Record<string, string> }
  assert.deepEqual(target.headers('rate-limiter', { 'x-request-id': 'mine' }), {
    ...headers,
    'content-type': 'application/json',
    'x-request-id': 'mine',
    'baggage': 'firedrill.run=r',
  })
  assert.deepEqual(Object.keys(target.headers('fluxpay-engine')), ['content-type', 'x-request-id', 'baggage'])
})
