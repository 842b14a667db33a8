import { change, deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const id = 'monitors-select-services'
const OBJECTS = `apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: k8s }
spec:
  serviceMonitorSelector: { matchLabels: { team: shop } }
  ruleSelector: { matchLabels: { role: alert-rules } }
  scrapeInterval: 15s
  scrapeTimeout: 10s
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop, labels: { team: shop } }
spec:
  selector: { matchLabels: { app: shop, tier: web } }
  endpoints: [{ port: metrics, interval: 15s, scrapeTimeout: 10s }]
---
apiVersion: v1
kind: Service
metadata: { name: store, labels: { app: shop, tier: web } }
spec: { selector: { app: shop }, ports: [{ name: metrics, port: 9090 }] }
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: worker }
spec:
  selector: { matchLabels: { app: worker } }
  podMetricsEndpoints: [{ port: http }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  template:
    metadata: { labels: { app: worker } }
    spec: { containers: [{ name: worker, image: worker:1, ports: [{ name: http, containerPort: 80 }] }] }
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: rules, labels: { role: alert-rules } }
spec: { groups: [] }
`
const text: ConfigText = { file: 'objects.yaml', path: 'objects.yaml', text: OBJECTS, lineOffset: 0, columnOffset: 0 }

async function found(from: string, to: string): Promise<string[]> {
  const { findings, problems } = await lintOf(from === '' ? [text] : change([text], 'objects.yaml', from, to), id)
  assert.deepEqual(problems, [])
  return findings.map(({ subject, expected, observed }) => `${subject}: ${expected}; ${observed}`)
}

test(`${id}: what fits is quiet, and what is deployed by others`, async () => {
  assert.deepEqual(await found('', ''), [])
  assert.deepEqual(await found('app: shop, tier: web } }\n  endpoints', 'app: kubelet } }\n  endpoints'), [])
  assert.deepEqual(await found('port: metrics, interval', 'targetPort: 9090, interval'), [])
})

for (const [what, from, to, wanted] of [
  ['a label of a Service', 'tier: web } }\n  endpoints', 'tier: wbe } }\n  endpoints', /shop: tier: web, as the Service store/],
  [
    'a port of a Service',
    'port: metrics, interval',
    'port: metrisc, interval',
    /shop: a port of Service store: metrics; metrisc; did you mean metrics/,
  ],
  ['a port of a pod', 'port: http }]', 'port: https }]', /worker: a port of Deployment worker: http; https/],
  ['a label of pods', 'matchLabels: { app: worker }', 'matchLabels: { app: wokrer }', /worker: app: worker/],
  [
    'a label of monitors',
    'matchLabels: { team: shop }',
    'matchLabels: { team: shops }',
    /k8s: labels that a ServiceMonitor has; team: shops/,
  ],
  ['a label of rules', 'matchLabels: { role: alert-rules }', 'matchLabels: { role: alerts }', /k8s: labels that a PrometheusRule has/],
  ['a timeout of an endpoint', 'interval: 15s, scrapeTimeout', 'interval: 5s, scrapeTimeout', /shop: at most the interval, 5s; 10s/],
  ['a timeout of all', 'scrapeTimeout: 10s\n', 'scrapeTimeout: 20s\n', /k8s: at most the scrape interval, 15s; 20s/],
  ['an interval above the lookback', 'scrapeInterval: 15s', 'scrapeInterval: 10m', /k8s: at most 5m/],
] as const)
  test(`${id}: ${what}`, async () => {
    const remarks = await found(from, to)
    assert.equal(remarks.length, 1, remarks.join('\n'))
    assert.match(remarks[0] ?? '', wanted)
  })

test(`${id}: rules of another namespace, where no selector of namespaces is`, async () => {
  const [apart, together] = ['shop', 'monitoring'].map((namespace) =>
    OBJECTS.replace('metadata: { name: k8s }', 'metadata: { name: k8s, namespace: monitoring }').replace(
      'metadata: { name: rules,',
      `metadata: { name: rules, namespace: ${namespace},`,
    ),
  )
  const all = async (objects = ''): Promise<string[]> =>
    (await lintOf([{ ...text, text: objects }], id)).findings.map(({ expected }) => expected)
  assert.deepEqual(await all(apart), ['ruleNamespaceSelector: {} for those in shop'])
  assert.deepEqual(await all(together), [])
  assert.deepEqual(await all(apart?.replace('  scrapeInterval', '  ruleNamespaceSelector: {}\n  scrapeInterval')), [])
})

test(`${id}: nothing in a deployment without the operator`, async () => {
  assert.deepEqual((await lintOf((await deployment()).texts, id)).findings, [])
})

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('port: http }]', 'port: htpt }]')}`,
  subject: 'worker',
  observed: 'htpt',
})
