import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes, type Fault } from '../../../../testing/lint/lint-files.ts'

const ID = 'scrape-logins-agree'
const P = 'monitoring/prometheus.yml'
const second = /(fluxpay-engine\n(?:.*\n){3}\s+username: )actuator/
const D = 'docker-compose.yaml'

finds(
  ID,
  'another user with the same password, which is named after the right one',
  {
    file: P,
    from: /username: actuator/,
    to: 'username: prometheus',
    line: 'username: prometheus',
    severity: 'warning',
    expected: 'actuator',
  },
  { file: P, from: second, to: '$1admin', line: 'username: admin', severity: 'warning', subject: 'fluxpay-engine' },
  { file: P, from: second, to: '$1actautor', line: 'username: actautor', severity: 'warning' },
)
const UNKNOWN: Fault = {
  file: D,
  from: '      OTEL_SERVICE_NAME: fluxpay-engine\n',
  to: '      OTEL_SERVICE_NAME: fluxpay-engine\n      SPRING_SECURITY_USER_NAME: scraper\n',
  subject: 'fluxpay-engine',
  expected: 'scraper, whom fluxpay-engine knows',
}
finds(ID, 'a user that Spring Security has not', UNKNOWN)
test(`${ID}: a target with a web configuration that is asked without a login, and with another`, async () => {
  const { texts } = await deployment()
  const file = 'monitoring/web.yml'
  const web = { file, path: file, text: 'basic_auth_users:\n  ops: $2y$10$abc\n', lineOffset: 0, columnOffset: 0 }
  const mounted = change(
    change(texts, D, '--web.enable-lifecycle]', '--web.enable-lifecycle, --web.config.file=/web.yml]'),
    D,
    '      - prometheus_data:/prometheus\n',
    '      - ./monitoring/web.yml:/web.yml:ro\n      - prometheus_data:/prometheus\n',
  )
  const found = async (login: string): Promise<string[]> => {
    const changed = change(mounted, P, '  - job_name: prometheus\n', `  - job_name: prometheus\n${login}`)
    return (await lintOf([...changed, web], ID)).findings.map(({ observed, source }) => `${observed} | ${source.trim()}`)
  }
  assert.deepEqual(await found('    honor_timestamps: true\n'), ['no login: it answers 401 | - targets: ["localhost:9090"]'])
  assert.deepEqual(await found('    basic_auth: { username: op, password: x }\n'), [
    'op; did you mean ops? | basic_auth: { username: op, password: x }',
  ])
  assert.deepEqual(await found('    basic_auth: { username: ops, password: x }\n'), [])
})

passes(
  ID,
  'two users with a password each',
  P,
  /(fluxpay-engine\n(?:.*\n){3}\s+username: )actuator\n\s+password_file: \S+/,
  '$1other\n      password_file: /run/secrets/other',
  UNKNOWN,
)
