import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { finds, lintOf } from '../../../../testing/lint/lint-files.ts'

const id = 'monitor-target-ports-exist'
const OBJECTS = `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  endpoints: [{ targetPort: metrics }]
---
apiVersion: v1
kind: Service
metadata: { name: shop, labels: { app: shop } }
spec: { selector: { app: shop }, ports: [{ name: web, port: 80, targetPort: metrics }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: shop:1, ports: [{ name: metrics, containerPort: 9090 }] }] }
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: pods }
spec: { selector: { matchLabels: { app: shop } }, podMetricsEndpoints: [{ portNumber: 9090 }] }
`

async function found(from = '', to = ''): Promise<string[]> {
  assert.ok(OBJECTS.includes(from), from)
  const text = OBJECTS.replace(from, to)
  const file: ConfigText = { file: 'objects.yaml', path: 'objects.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], id)).findings.map(({ subject, line, expected, observed }) => `${line} ${subject}: ${expected}; ${observed}`)
}

for (const [what, from, to] of [
  ['what fits', '', ''],
  ['a number', 'endpoints: [{ targetPort: metrics', 'endpoints: [{ targetPort: 9090'],
  ['a port of the Service', 'endpoints: [{ targetPort: metrics', 'endpoints: [{ port: web'],
  ['pods of others', '    metadata: { labels: { app: shop } }', '    metadata: { labels: { app: other } }'],
  ['containers that declare none', ', ports: [{ name: metrics, containerPort: 9090 }]', ''],
] as const)
  test(`${id}: quiet of ${what}`, async () => {
    assert.deepEqual(await found(from, to), [])
  })

for (const [what, from, to, wanted] of [
  [
    'a name',
    'endpoints: [{ targetPort: metrics',
    'endpoints: [{ targetPort: metrisc',
    '6 shop: a containerPort of Deployment shop: metrics (9090); metrisc; did you mean metrics?',
  ],
  [
    'the port of the Service',
    'endpoints: [{ targetPort: metrics',
    'endpoints: [{ targetPort: 80',
    '6 shop: a containerPort of Deployment shop: metrics (9090); 80',
  ],
  ['a number of a PodMonitor', 'portNumber: 9090', 'portNumber: 9091', '24 pods: a containerPort of Deployment shop: metrics (9090); 9091'],
] as const)
  test(`${id}: ${what}`, async () => {
    assert.deepEqual(await found(from, to), [wanted])
  })

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('endpoints: [{ targetPort: metrics', 'endpoints: [{ targetPort: http')}`,
  subject: 'shop',
  observed: 'http',
})
