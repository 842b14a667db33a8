import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const [D, P] = ['docker-compose.yaml', 'dashboards/dashboards.yml']

test('dashboards-are-provided: the file of the provider is gone', async () => {
  const { texts } = await deployment()
  const before = new Set((await lintOf(texts)).findings.map(({ id }) => id))
  const gone = await lintOf(texts.filter(({ file }) => !file.endsWith('provisioning/dashboards/dashboards.yml')))
  const added = gone.findings.filter(({ id }) => !before.has(id))
  assert.deepEqual(
    added.map(({ id, observed, source }) => [id, observed, source.includes('./monitoring/grafana/dashboards:')]),
    [['dashboards-are-provided', 'no provider', true]],
  )
})
finds(
  'dashboards-are-provided',
  'folders that Grafana does not read',
  { file: P, from: 'path: /var/lib/grafana/dashboards', to: 'path: /etc/grafana/dashboards', line: 'path: /etc/grafana/dashboards' },
  { file: D, from: ':/etc/grafana/provisioning:ro', to: ':/etc/provisioning:ro', line: ':/etc/provisioning:ro' },
  { file: D, from: ':/var/lib/grafana/dashboards:ro', to: ':/dashboards:ro', subject: 'grafana', expected: '/dashboards' },
)
passes('dashboards-are-provided', 'a provider of the folder above', P, 'path: /var/lib/grafana/dashboards', 'path: /var/lib/grafana/')

finds('dashboards-are-provided', 'Grafana looks for its provisioning elsewhere', {
  file: 'docker-compose.yaml',
  from: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n',
  to: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n      GF_PATHS_PROVISIONING: /etc/grafana/prov\n',
  subject: 'grafana',
  observed: '/etc/grafana/prov',
  line: 'GF_PATHS_PROVISIONING',
})
