import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { finds, lintOf } from '../../../../testing/lint/lint-files.ts'

const id = 'agents-evaluate-no-rules'
const OBJECTS = `apiVersion: monitoring.coreos.com/v1alpha1
kind: PrometheusAgent
metadata: { name: edge }
spec:
  serviceMonitorSelector: {}
  remoteWrite: [{ url: http://central/api/v1/write }]
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: central }
spec: { ruleSelector: {} }
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: rules }
spec: { groups: [] }
`

async function found(from = '', to = ''): Promise<string[]> {
  assert.ok(OBJECTS.includes(from), from)
  const text = OBJECTS.replace(from, to)
  const file: ConfigText = { file: 'objects.yaml', path: 'objects.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], id)).findings.map(({ severity, subject, line, observed }) => `${severity} ${line} ${subject}: ${observed}`)
}

for (const [what, from, to, wanted] of [
  ['an agent beside a Prometheus', '', '', []],
  ['an agent beside a ThanosRuler', 'kind: Prometheus\nm', 'kind: ThanosRuler\nm', []],
  ['a Prometheus alone', 'kind: PrometheusAgent', 'kind: Prometheus', []],
  ['rules without anything else', 'kind: PrometheusRule', 'kind: ServiceMonitor', []],
  [
    'an agent alone, with rules',
    'kind: Prometheus\nm',
    'kind: Alertmanager\nm',
    ['warning 16 rules: the PrometheusAgent edge alone: no rule of these is evaluated here'],
  ],
  [
    'an agent that selects rules',
    '  serviceMonitorSelector',
    '  ruleSelector: {}\n  serviceMonitorSelector',
    ['error 5 edge: ruleSelector of a PrometheusAgent, which does not have it'],
  ],
  [
    'an agent that sends alerts',
    '  serviceMonitorSelector',
    '  alerting: { alertmanagers: [] }\n  serviceMonitorSelector',
    ['error 5 edge: alerting of a PrometheusAgent, which does not have it'],
  ],
  [
    'an agent with an interval of evaluation',
    '  serviceMonitorSelector',
    '  evaluationInterval: 15s\n  serviceMonitorSelector',
    ['error 5 edge: evaluationInterval of a PrometheusAgent, which does not have it'],
  ],
] as const)
  test(`${id}: ${what}`, async () => {
    assert.deepEqual(await found(from, to), wanted)
  })

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('  serviceMonitorSelector', '  ruleSelector: {}\n  serviceMonitorSelector')}`,
  subject: 'edge',
  observed: 'ruleSelector',
})
