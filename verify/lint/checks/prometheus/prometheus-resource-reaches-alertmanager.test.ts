import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { finds, lintOf } from '../../../../testing/lint/lint-files.ts'

const id = 'prometheus-resource-reaches-alertmanager'
const OBJECTS = `apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: k8s, namespace: monitoring }
spec:
  alerting:
    alertmanagers:
      - { namespace: monitoring, name: alertmanager-main, port: web }
      - { namespace: monitoring, name: alertmanager-operated, port: web }
---
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: { name: main, namespace: monitoring }
spec: { replicas: 3 }
---
apiVersion: v1
kind: Service
metadata: { name: alertmanager-main, namespace: monitoring }
spec: { selector: { alertmanager: main }, ports: [{ name: web, port: 9093, targetPort: web }, { name: reloader-web, port: 8080 }] }
`

async function found(from = '', to = ''): Promise<string[]> {
  assert.ok(OBJECTS.includes(from), from)
  const text = OBJECTS.replace(from, to)
  const file: ConfigText = { file: 'objects.yaml', path: 'objects.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], id)).findings.map(({ line, expected, observed }) => `${line} ${expected}; ${observed}`)
}

for (const [what, from, to] of [
  ['what fits', '', ''],
  ['the namespace of the Prometheus', '{ namespace: monitoring, name: alertmanager-main', '{ name: alertmanager-main'],
  ['a port by its number', 'name: alertmanager-main, port: web', 'name: alertmanager-main, port: 9093'],
  ['an Alertmanager of others', 'name: alertmanager-main, port', 'name: central-alerts, port'],
  ['a Service without a namespace', 'name: alertmanager-main, namespace: monitoring', 'name: alertmanager-main'],
] as const)
  test(`${id}: quiet of ${what}`, async () => {
    assert.deepEqual(await found(from, to), [])
  })

for (const [what, from, to, wanted] of [
  [
    'the name of the Alertmanager for that of its Service',
    'name: alertmanager-main, port',
    'name: main, port',
    '7 the Service alertmanager-main; main, which no Service is called',
  ],
  [
    'a misspelt name',
    'name: alertmanager-operated, port',
    'name: alertmanager-operatd, port',
    '8 the Service alertmanager-operated; alertmanager-operatd, which no Service is called',
  ],
  [
    'another namespace',
    '{ namespace: monitoring, name: alertmanager-main',
    '{ namespace: default, name: alertmanager-main',
    '7 monitoring, where the Service alertmanager-main is; default',
  ],
  [
    'a name of a port',
    'name: alertmanager-main, port: web',
    'name: alertmanager-main, port: http',
    '7 a port of the Service alertmanager-main: web, reloader-web; http',
  ],
  [
    'a port of the Service that the operator makes',
    'spec: { replicas: 3 }',
    'spec: { replicas: 3, portName: http-web }',
    '8 a port of the Service alertmanager-operated: http-web; web',
  ],
] as const)
  test(`${id}: ${what}`, async () => {
    assert.deepEqual(await found(from, to), [wanted])
  })

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('name: alertmanager-main, port', 'name: main, port')}`,
  subject: 'k8s',
  observed: 'main, which no Service is called',
})
