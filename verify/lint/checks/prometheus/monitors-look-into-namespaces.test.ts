import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { finds, lintOf } from '../../../../testing/lint/lint-files.ts'

const id = 'monitors-look-into-namespaces'
const OBJECTS = `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop, namespace: monitoring, labels: { team: a } }
spec:
  namespaceSelector: { matchNames: [shop] }
  selector: { matchLabels: { app: shop } }
  endpoints: [{ port: metrics }]
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: shop, labels: { app: shop } }
spec: { selector: { app: shop }, ports: [{ name: metrics, port: 9090 }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: monitoring, labels: { scraped: "true" } }
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: worker, namespace: shop }
spec: { selector: { matchLabels: { app: worker } }, podMetricsEndpoints: [{ port: http }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker, namespace: shop }
spec:
  template:
    metadata: { labels: { app: worker } }
    spec: { containers: [{ name: worker, image: worker:1, ports: [{ name: http, containerPort: 80 }] }] }
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: k8s, namespace: monitoring }
spec: { serviceMonitorNamespaceSelector: { matchLabels: { scraped: "true" } } }
`

async function found(...changes: (readonly [from: string | RegExp, to: string])[]): Promise<string[]> {
  const text = changes.reduce((whole, [from, to]) => {
    assert.ok(typeof from === 'string' ? whole.includes(from) : from.test(whole), String(from))
    return whole.replace(from, to)
  }, OBJECTS)
  const file: ConfigText = { file: 'objects.yaml', path: 'objects.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], id)).findings.map(({ subject, line, expected, observed }) => `${line} ${subject}: ${expected}; ${observed}`)
}

for (const [what, changes] of [
  ['what fits', []],
  ['any namespace', [['matchNames: [shop]', 'any: true']]],
  ['a Service of others', [['labels: { app: shop }', 'labels: { app: other }']]],
  [
    'a namespace of others',
    [
      ['matchNames: [shop]', 'matchNames: [kube-system, payments]'],
      ['labels: { app: shop }', 'labels: { app: x }'],
    ],
  ],
  ['a namespace that kubectl apply gives', [['name: shop, namespace: shop', 'name: shop']]],
  ['a Namespace that is made elsewhere', [[/kind: Namespace\n.*/, 'kind: ServiceAccount\nmetadata: { name: a }']]],
  ['an expression', [['matchLabels: { scraped: "true" }', 'matchExpressions: [{ key: no, operator: Exists }]']]],
  [
    'the name of a Namespace as its label',
    [['matchLabels: { scraped: "true" }', 'matchLabels: { kubernetes.io/metadata.name: monitoring }']],
  ],
] as const)
  test(`${id}: quiet of ${what}`, async () => {
    assert.deepEqual(await found(...changes), [])
  })

for (const [what, changes, wanted] of [
  [
    'no selector, and the Service elsewhere',
    [[/ {2}namespaceSelector.*\n/, '']],
    '5 shop: spec.namespaceSelector.matchNames: [shop], where Service shop is; its own namespace, monitoring, alone',
  ],
  [
    'another namespace than that of the Service',
    [['matchNames: [shop]', 'matchNames: [store]']],
    '5 shop: spec.namespaceSelector.matchNames: [shop], where Service shop is; store',
  ],
  [
    'pods elsewhere',
    [['name: worker, namespace: shop }\nspec: { sel', 'name: worker, namespace: monitoring }\nspec: { sel']],
    '21 worker: spec.namespaceSelector.matchNames: [shop], where Deployment worker is; its own namespace, monitoring, alone',
  ],
  [
    'a misspelt namespace, of a Service of others',
    [
      ['matchNames: [shop]', 'matchNames: [shopp]'],
      ['labels: { app: shop }', 'labels: { app: x }'],
    ],
    '5 shop: a namespace: monitoring, shop; shopp; did you mean shop?',
  ],
  [
    'labels that the Namespace of the monitors does not have',
    [['matchLabels: { scraped: "true" }', 'matchLabels: { scraped: "yes" }']],
    '34 k8s: labels of a Namespace with a ServiceMonitor: monitoring; scraped: yes',
  ],
] as const)
  test(`${id}: ${what}`, async () => {
    assert.deepEqual(await found(...changes), [wanted])
  })

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('matchNames: [shop]', 'matchNames: [store]')}`,
  subject: 'shop',
  observed: 'store',
})
