import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import { cpuMs } from '../../../../testing/machine/cpu-time.ts'
import type { TargetSpec } from '../../../model/spec.ts'
import { lint } from '../../lint.ts'

finds(
  'prometheus-scrapes-targets',
  'port, path, auth and a missing job',
  { file: 'monitoring/prometheus.yml', from: '"rate-limiter:8082"', to: '"rate-limiter:8080"', subject: 'rate-limiter', observed: '8080' },
  {
    file: 'monitoring/prometheus.yml',
    from: 'metrics_path: /actuator/prometheus',
    to: 'metrics_path: /metrics',
    expected: '/actuator/prometheus',
  },
  {
    file: 'monitoring/prometheus.yml',
    from: 'job_name: mysqld-exporter',
    to: 'job_name: mysql-exporter',
    observed: 'did you mean mysql-exporter',
  },
  { file: 'monitoring/prometheus.yml', from: '    basic_auth:', to: '    x_auth:', observed: 'no credentials' },
)

test('prometheus-scrapes-targets: scheme and bearer tokens are as specified', async () => {
  const { texts, options } = await deployment()
  const judged = async (target: Partial<TargetSpec>, from: string, to: string): Promise<string[]> => {
    const { platform } = options.spec
    const targets = platform.targets.map((each) => (each.job === 'redis-exporter' ? { ...each, ...target } : each))
    const spec = { ...options.spec, platform: { ...platform, targets } }
    const changed = from === to ? texts : change(texts, 'monitoring/prometheus.yml', from, to)
    return lint(changed, { ...options, spec, only: ['prometheus-scrapes-targets'] }).findings.map(({ message }) => message)
  }
  const job = 'job_name: redis-exporter'
  const [https, token] = [`${job}\n    scheme: https`, `${job}\n    authorization: { credentials: secret }`]
  assert.deepEqual(await judged({}, job, https), ['redis-exporter is scraped by another scheme'])
  assert.deepEqual(await judged({ scheme: 'https' }, job, https), [])
  assert.deepEqual(await judged({ scheme: 'https' }, job, job), ['redis-exporter is scraped by another scheme'])
  assert.deepEqual(await judged({ auth: 'bearer' }, job, token), [])
  assert.deepEqual(await judged({ auth: 'bearer' }, job, job), ['redis-exporter needs a token and the job has none'])
  assert.deepEqual(await judged({}, job, token), ['the job sends redis-exporter a password that it does not need'])
})

test('prometheus-scrapes-targets: thousands of jobs are compared in a moment', async () => {
  const { texts } = await deployment()
  const jobs = Array.from(
    { length: 4_000 },
    (_, index) => `  - job_name: j${index}\n    static_configs: [{ targets: ["h${index % 3_999}:1"] }]\n`,
  ).join('')
  const beganMs = cpuMs()
  const { findings } = await lintOf(
    change(texts, 'monitoring/prometheus.yml', 'scrape_configs:\n', `scrape_configs:\n${jobs}`),
    'prometheus-scrapes-targets',
  )
  assert.ok(cpuMs() - beganMs < 8_000, `${cpuMs() - beganMs} ms`)
  assert.deepEqual(
    findings.map(({ subject, observed }) => `${subject}: ${observed}`),
    ['j3999: also a target of j0'],
  )
})
