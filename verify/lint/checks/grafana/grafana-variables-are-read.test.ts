import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'grafana-variables-are-read'
const C = 'docker-compose.yaml'

finds(ID, 'a variable that no file asks for', {
  file: C,
  from: 'GF_ANALYTICS_REPORTING_ENABLED: "false"',
  to: 'GRAFANA_TEAMS_WEBHOOK_URL: http://teams.example',
  observed: 'none',
  severity: 'warning',
})
passes(ID, "a setting of Grafana's own", C, 'GF_ANALYTICS_REPORTING_ENABLED: "false"', 'GF_LOG_LEVEL: warn')

test(`${ID}: contact points and policies that are gone`, async () => {
  const { texts } = await deployment()
  const without = texts.filter(({ file }) => !file.includes('provisioning/alerting'))
  assert.equal(without.length, texts.length - 2)
  const { findings } = await lintOf(without, ID)
  assert.deepEqual(
    findings.map(({ severity, subject, observed }) => [severity, subject, observed]),
    [['error', 'grafana', 'none']],
  )
})

finds('grafana-variables-are-read', 'alerting switched off beside its contact points', {
  file: 'docker-compose.yaml',
  from: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n',
  to: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n      GF_UNIFIED_ALERTING_ENABLED: "false"\n',
  subject: 'grafana',
  observed: 'reads none of them',
  line: 'GF_UNIFIED',
})
