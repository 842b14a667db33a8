import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment } from '../../../../testing/lint/lint-files.ts'
import type { LocatedFinding } from '../../../model/lint-finding.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { lint } from '../../lint.ts'

const D = 'docker-compose.yaml'
const text = (file: string, source: string): ConfigText => ({ file, path: file, text: source, lineOffset: 0, columnOffset: 0 })
const SOURCES: Record<string, readonly ConfigText[]> = {
  'lab/services/jvm': [
    text(
      'lab/services/jvm/shared/src/main/resources/lab/common.yml',
      'server:\n  address: 127.0.0.1\nredis:\n  host: 127.0.0.1\n  port: 6382\nactuator.password: admin\n',
    ),
    text(
      'lab/services/jvm/fluxpay-engine/src/main/resources/application.yml',
      'spring:\n  r2dbc: { url: "r2dbc:postgresql://127.0.0.1:5435/fluxpay" }\n  kafka.bootstrap-servers: ${KAFKA_BOOTSTRAP_SERVERS:127.0.0.1:9092}\n',
    ),
  ],
  'lab/services/moalog-server': [
    text(
      'lab/services/moalog-server/src/config.rs',
      'bind: text("MOALOG_BIND", "127.0.0.1:8090"),\nurl: text("DATABASE_URL", "mysql://moalog:moalog@127.0.0.1:3307/moalog"),\nother: text("FEATURE_URL", "http://127.0.0.1:7777"),\n',
    ),
    text('lab/services/moalog-server/src/main.ts', "const url = process.env.FLUXPAY_URL ?? 'http://localhost:8081'\n"),
  ],
}

async function found(from: string | RegExp, to: string): Promise<LocatedFinding[]> {
  const { texts, options } = await deployment()
  const only = ['local-defaults-are-set']
  const of = (all: ConfigText[]): LocatedFinding[] => lint(all, { ...options, sources: (folder) => SOURCES[folder] ?? [], only }).findings
  assert.deepEqual(of(texts), [])
  return of(change(texts, D, from, to))
}

test('local-defaults-are-set: an address of another container', async () => {
  for (const [name, subject, port] of [
    ['DATABASE_URL', 'moalog-server', '3307'],
    ['FLUXPAY_URL', 'moalog-server', '8081'],
    ['SPRING_R2DBC_URL', 'fluxpay-engine', '5435'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'fluxpay-engine', '9092'],
  ] as const) {
    const [first, ...others] = await found(new RegExp(`      ${name}: .*\\n`), '')
    assert.deepEqual(others, [], name)
    assert.equal(first?.subject, subject)
    assert.equal(first.expected, `${name} in the environment`)
    assert.match(first.observed, new RegExp(`127.0.0.1:${port} by default, which is its own container`))
    assert.match(first.source, /environment:/)
  }
})

test('local-defaults-are-set: where it listens, half of an address, a password; what several services share is one finding', async () => {
  const said = async (name: string): Promise<string[]> =>
    (await found(new RegExp(`\\n +${name}: .*(?=\\n)`), '')).map(({ subject, observed }) => `${subject}: ${observed}`)
  assert.match((await said('MOALOG_BIND')).join(), /^moalog-server: not set: it listens on 127\.0\.0\.1:8090/)
  assert.match((await said('SERVER_ADDRESS')).join(), /^rate-limiter, fluxpay-engine: not set: it listens on 127\.0\.0\.1 /)
  assert.match((await said('REDIS_HOST')).join(), /^rate-limiter, fluxpay-engine: not set: it asks 127\.0\.0\.1:6382 .* not redis/)
  assert.match((await said('REDIS_PORT')).join(), /^rate-limiter, fluxpay-engine: not set: port 6382 of toxiproxy by default/)
  assert.match((await said('ACTUATOR_PASSWORD')).join(), /its default stands/)
})

test('local-defaults-are-set: a default that nothing here listens at, a variable of the image, an environment that is not known', async () => {
  assert.deepEqual(await found('RUST_LOG: info', 'RUST_LOG: debug'), [])
  assert.deepEqual(await found(/ {6}DATABASE_URL: .*\n/, '      <<: {}\n      DATABASE_URL: mysql://elsewhere.example.com/moalog\n'), [])
  assert.deepEqual(await found(/ {4}environment:\n {6}MOALOG_BIND[^]*?RUST_LOG: info\n/, '    env_file: .env\n'), [])
  assert.deepEqual(
    await found(
      / {8}CMD \["moalog-server"\]\n([^]*?) {6}DATABASE_URL: .*\n/,
      '        ENV DATABASE_URL=mysql://mysql:3306/moalog\n        CMD ["moalog-server"]\n$1',
    ),
    [],
  )
})
