import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import { cpuMs } from '../../../../testing/machine/cpu-time.ts'

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
