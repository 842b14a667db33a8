import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const id = 'services-select-pods'
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const TEXTS = [
  text(
    'objects.yaml',
    `apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: shop, tier: web }
  ports: [{ name: http, port: 80, targetPort: web }, { name: metrics, port: 9100 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: store }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop, tier: web } }
    spec:
      containers:
        - { name: shop, image: shop:1, ports: [{ name: web, containerPort: 8080 }, { containerPort: 9100 }] }
---
apiVersion: v1
kind: Service
metadata: { name: prometheus }
spec:
  selector: { app: prometheus }
  ports: [{ port: 80, targetPort: 9090 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: prometheus }
spec:
  template:
    metadata: { labels: { app: prometheus } }
    spec: { containers: [{ name: prometheus, image: 'prom/prometheus:v2.48.0', ports: [{ name: other, containerPort: 1 }] }] }
`,
  ),
]

async function found(from = '', to = '', file = 'objects.yaml'): Promise<string[]> {
  const { findings, problems } = await lintOf(from === '' ? TEXTS : change(TEXTS, file, from, to), id)
  assert.deepEqual(problems, [])
  return findings.map(
    ({ severity, subject, expected, observed }) => `${severity === 'error' ? '' : `${severity} `}${subject}: ${expected}; ${observed}`,
  )
}

test(`${id}: what fits is quiet; so is a port that the program is known to listen on, and pods that others deploy`, async () => {
  assert.deepEqual(await found(), [])
  assert.deepEqual(await found('{ app: prometheus }\n  ports', '{ k8s-app: kube-dns }\n  ports').then((all) => all.length), 1)
  assert.deepEqual(
    await found('name: prometheus }\nspec:\n  selector: { app: prometheus }', 'name: dns }\nspec:\n  selector: { app: dns }'),
    [],
  )
  assert.deepEqual(await found('selector: { app: shop, tier: web }', 'type: ExternalName'), [])
  assert.deepEqual(await found('  selector: { app: shop, tier: web }\n', ''), [])
})

test(`${id}: a label that differs, in the Service and in the workload itself`, async () => {
  assert.deepEqual(await found('selector: { app: shop, tier: web }', 'selector: { app: shop, tier: front }'), [
    'shop: tier: web, as the Deployment store has it; tier: front: no pod has it',
  ])
  assert.deepEqual(await found('selector: { app: prometheus }', 'selector: { app: prom }'), [
    'prometheus: app: prometheus, as the StatefulSet prometheus has it; app: prom: no pod has it',
  ])
  assert.deepEqual(await found('matchLabels: { app: shop }', 'matchLabels: { app: store }'), [
    'store: app: shop, as template.metadata.labels of the Deployment has it; app: store',
  ])
})

test(`${id}: a targetPort that no container has, by name and by number`, async () => {
  assert.deepEqual(await found('targetPort: web', 'targetPort: wep'), [
    'shop: a port of Deployment store: web (8080), 9100; wep; did you mean web?',
  ])
  assert.deepEqual(await found('port: 9100 }', 'port: 9101 }'), ['shop: a port of Deployment store: web (8080), 9100; 9101'])
  assert.deepEqual(await found('targetPort: 9090', 'targetPort: 9091'), ['prometheus: a port of StatefulSet prometheus: other (1); 9091'])
})

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${TEXTS[0]!.text.replace('targetPort: web', 'targetPort: wep')}`,
  subject: 'shop',
  observed: 'wep',
})

test(`${id}: what a kustomization makes of Service and workload`, async () => {
  const findings = async (more: string): Promise<string[]> => {
    const overlay = text(
      'kustomization.yaml',
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [objects.yaml]\n${more}\n`,
    )
    return (await lintOf([...TEXTS, overlay], id)).findings.map(({ file, line, observed }) => `${file}:${line} ${observed}`)
  }
  const part = (kind: string, spec: string): string =>
    `patches:\n  - patch: |-\n      kind: ${kind}\n      metadata: { name: shop }\n      spec: ${spec}`
  assert.deepEqual(await findings(''), [])
  assert.deepEqual(await findings(part('Service', '{ selector: { tier: front } }')), ['kustomization.yaml:8 tier: front: no pod has it'])
  const step = (path: string, value: string, target: string): string =>
    `patches:\n  - target: ${target}\n    patch: '[{ op: replace, path: ${path}, value: ${value} }]'`
  assert.deepEqual(await findings(step('/spec/selector/tier', 'front', '{ kind: Service, name: shop }')), [
    'kustomization.yaml:6 tier: front: no pod has it',
  ])
  assert.deepEqual(await findings(step('/spec/template/metadata/labels/tier', 'front', '{ kind: Deployment }')), [
    'objects.yaml:5 tier: web: no pod has it',
  ])
  assert.deepEqual(await findings(part('Service', '{ selector: { $patch: replace, app: shop } }')), [])
})
