import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

for (const [file, line] of [
  ['monitoring/prometheus.yml', './monitoring/prometheus.yml:'],
  ['monitoring/alert-rules.yml', './monitoring/alert-rules.yml:'],
  ['monitoring/loki/loki.yml', './monitoring/loki/loki.yml:'],
  ['monitoring/jaeger/jaeger.yml', './monitoring/jaeger/jaeger.yml:'],
  ['monitoring/promtail/promtail.yml', './monitoring/promtail/promtail.yml:'],
  ['monitoring/otel-collector/otel-collector.yml', './monitoring/otel-collector/otel-collector.yml:'],
  ['monitoring/alertmanager/alertmanager.yml', './monitoring/alertmanager/alertmanager.yml:'],
  ['monitoring/alertmanager/switch-on.sh', './monitoring/alertmanager/switch-on.sh:'],
] as const)
  test(`mounted-files-exist: ${file} is gone`, async () => {
    const { texts } = await deployment()
    const before = new Set((await lintOf(texts)).findings.map(({ id }) => id))
    const findings = (await lintOf(texts.filter((text) => text.file !== file))).findings.filter(({ id }) => !before.has(id))
    assert.deepEqual(
      findings.map(({ id, source }) => [id, source.includes(line)]),
      [['mounted-files-exist', true]],
      JSON.stringify(findings, null, 1),
    )
  })

finds(
  'mounted-files-exist',
  'a path that leads nowhere',
  { file: D, from: 'no-url}\n  discord', to: 'no-urls}\n  discord', line: 'SLACK_WEBHOOK_URL_FILE', subject: 'slack_url' },
  { file: D, from: '    image: grafana/loki:2.9.0\n', to: '    image: grafana/loki:2.9.0\n    env_file: loki.env\n', line: 'loki.env' },
  {
    file: D,
    from: './monitoring/grafana/dashboards:',
    to: './monitoring/grafana/dashboard:',
    subject: 'grafana',
    expected: 'dashboard on',
  },
)
passes(
  'mounted-files-exist',
  'a folder that the container fills, a path of the host, a file that may be missing',
  D,
  '    image: grafana/loki:2.9.0\n',
  '    image: grafana/loki:2.9.0\n    env_file: [{ path: loki.env, required: false }]\n    tmpfs: [/tmp]\n    labels: { a: b }\n',
)

test('a folder where a file of secrets is meant', async () => {
  const { texts } = await deployment()
  const changed = change(texts, 'docker-compose.yaml', /^(secrets:\n)/m, '$1  extra: { file: ./monitoring/grafana }\n')
  const { findings } = await lintOf(changed, 'mounted-files-exist')
  assert.deepEqual(
    findings.map(({ subject, expected, observed }) => [subject, expected, observed]),
    [['extra', 'a file', 'monitoring/grafana, a folder']],
  )
})

test('a folder of configuration that is not there, where a program only reads', async () => {
  const { texts } = await deployment()
  for (const target of ['/usr/share/logstash/pipeline/', '/docker-entrypoint-initdb.d', '/etc/nginx/conf.d', '/var/lib/data']) {
    const added = change(texts, 'docker-compose.yaml', /^(services:\n)/m, `$1  extra: { image: x, volumes: ["./no-such:${target}"] }\n`)
    const { findings } = await lintOf(added, 'mounted-files-exist')
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      target === '/var/lib/data' ? [] : ['extra'],
    )
  }
})
