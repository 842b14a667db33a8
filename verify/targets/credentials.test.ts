import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { selfSigned } from '../../testing/machine/certificate.ts'
import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'
import { credentialsOf } from './credentials.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

function target(access: Target['access'], parts: Target['parts'] = {}): Target {
  const url = 'http://127.0.0.1:1'
  return {
    name: 'staging',
    kind: 'file',
    endpoints: {
      prometheus: url,
      alertmanager: url,
      loki: url,
      jaeger: url,
      otlp: url,
      receiver: { host: '127.0.0.1', port: 1 },
      services: { shop: url },
    },
    parts,
    ...(access === undefined ? {} : { access }),
  }
}

function refusal(wanted: Target['access'], env: NodeJS.ProcessEnv): string {
  try {
    credentialsOf(target(wanted), env)
  } catch (error) {
    assert.ok(error instanceof FiredrillError)
    assert.equal(error.exitCode, 2)
    return `${error.code} ${error.message}`
  }
  return 'no error'
}

test('each way to come in becomes its header, and each value is a secret in all its forms', () => {
  const { to, services, secrets } = credentialsOf(
    target({
      prometheus: { basicAuth: { user: 'drill', passwordEnv: 'A' } },
      alertmanager: { bearerTokenEnv: 'B' },
      loki: { headersEnv: { 'X-Api-Key': 'C' } },
      services: { shop: { basicAuth: { user: 'pförtner', passwordEnv: 'A' }, headersEnv: { 'x-tenant': 'C' } } },
    }),
    { A: 'päss:word', B: 'tok.en', C: 'k-1' },
  )
  assert.deepEqual(to.prometheus, { headers: { authorization: `Basic ${base64('drill:päss:word')}` } })
  assert.deepEqual(to.alertmanager, { headers: { authorization: 'Bearer tok.en' } })
  assert.deepEqual(to.loki, { headers: { 'x-api-key': 'k-1' } })
  assert.equal(to.jaeger, undefined)
  assert.deepEqual(services, { shop: { headers: { 'authorization': `Basic ${base64('pförtner:päss:word')}`, 'x-tenant': 'k-1' } } })
  assert.deepEqual(new Set(secrets), new Set(['päss:word', base64('drill:päss:word'), base64('pförtner:päss:word'), 'tok.en', 'k-1']))
})

test('a target that asks for nothing has no secrets', () => {
  assert.deepEqual(credentialsOf(target(undefined), {}), { to: {}, services: {}, secrets: [] })
})

test('what parts are reached with is secret under whatever name, and set, if only to nothing, before the start', () => {
  const parts = {
    redis: { name: 'redis', redis: { host: '127.0.0.1', port: 1, passwordEnv: 'REDIS_AUTH' } },
    mysql: { name: 'mysql', mysql: { host: '127.0.0.1', port: 1, user: 'root', passwordEnv: 'DB' } },
  }
  assert.deepEqual(credentialsOf(target(undefined, parts), { REDIS_AUTH: 'hidden', DB: '' }).secrets, ['hidden'])
  assert.throws(() => credentialsOf(target(undefined, parts), { REDIS_AUTH: 'hidden' }), {
    code: 'SECRET_MISSING',
    message: 'the environment variable DB (parts.mysql.mysql) is not set',
    next: /^Set what is named to the password/,
  })
  assert.throws(() => credentialsOf({ ...target(undefined, parts), kind: 'compose' }, { REDIS_AUTH: 'hidden' }), {
    next: /in \.env .*`make up`/,
  })
})

test('all missing variables are named at once, an empty one among them', () => {
  assert.equal(
    refusal(
      {
        prometheus: { basicAuth: { user: 'u', passwordEnv: 'A' } },
        otlp: { bearerTokenEnv: 'B' },
        services: { shop: { headersEnv: { k: 'C' } } },
      },
      { B: '' },
    ),
    'SECRET_MISSING the environment variables A (endpoints.prometheus), B (endpoints.otlp) and C (endpoints.services.shop) are not set',
  )
  assert.equal(refusal({ loki: { bearerTokenEnv: 'T' } }, {}), 'SECRET_MISSING the environment variable T (endpoints.loki) is not set')
})

test('a value that no header can carry is refused without being shown', () => {
  for (const value of ['two\nlines', 'trailing\r\n', 'ünprintable']) {
    const said = refusal({ jaeger: { bearerTokenEnv: 'T' } }, { T: value })
    assert.match(said, /^SECRET_UNUSABLE the environment variable T \(endpoints\.jaeger\) /)
    assert.ok(!said.includes(value.trim()), said)
  }
})

test('a CA file is read before anything is asked, and must hold a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-ca-'))
  try {
    const caFile = join(folder, 'ca.pem')
    writeFileSync(caFile, selfSigned('localhost').cert)
    assert.deepEqual(credentialsOf(target({ loki: { tls: { caFile, serverName: 'loki' } } }), {}).to.loki, {
      headers: {},
      tls: { ca: selfSigned('localhost').cert, caFile, serverName: 'loki' },
    })
    writeFileSync(caFile, 'nothing of the kind')
    assert.match(refusal({ loki: { tls: { caFile } } }, {}), /^TARGET_CA endpoints\.loki: no certificate \(PEM\) in /)
    assert.match(refusal({ loki: { tls: { caFile: join(folder, 'no.pem') } } }, {}), /^TARGET_CA endpoints\.loki: .*ENOENT/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("the receiver's path comes from the environment, is a secret, and is refused where it can be guessed", () => {
  const pathEnv = 'HEARD_AT'
  const heardAt = (value?: string) => {
    const { endpoints, ...rest } = target(undefined)
    const of = { ...rest, endpoints: { ...endpoints, receiver: { ...endpoints.receiver, pathEnv } } }
    return credentialsOf(of, value === undefined ? {} : { [pathEnv]: value })
  }
  const path = '0123456789abcdef'
  assert.deepEqual([heardAt(path).receiverPath, heardAt(path).secrets], [path, [path]])
  assert.throws(() => heardAt(), { code: 'SECRET_MISSING', message: 'the environment variable HEARD_AT (endpoints.receiver) is not set' })
  for (const bad of ['0123456789abcde', 'critical/0123456789abcdef', '0123456789abcdef/', '0123456789 abcdef', '0123456789abcdé'])
    assert.throws(
      () => heardAt(bad),
      (error: FiredrillError) => error.code === 'SECRET_UNUSABLE' && error.exitCode === 2 && !error.message.includes(bad),
      bad,
    )
  assert.equal(credentialsOf(target(undefined), {}).receiverPath, undefined)
})
