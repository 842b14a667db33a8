import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const id = 'pod-references-exist'
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const TEXTS = [
  text(
    'base/kustomization.yaml',
    `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [objects.yaml]
configMapGenerator:
  - { name: configuration, files: [shop.yml, extra.txt=notes.md] }
  - { name: words, literals: [a=b] }
`,
  ),
  text(
    'base/objects.yaml',
    `apiVersion: v1
kind: Secret
metadata: { name: passwords }
stringData: { DB: geheim }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: shop }
spec:
  volumeClaimTemplates: [{ metadata: { name: data } }]
  template:
    spec:
      volumes:
        - { name: files, configMap: { name: configuration, items: [{ key: shop.yml, path: shop.yml }] } }
        - { name: all, projected: { sources: [{ configMap: { name: configuration } }, { secret: { name: passwords } }] } }
        - { name: chat, secret: { secretName: chat, optional: true } }
      containers:
        - name: shop
          image: shop:1
          env:
            - { name: DB, valueFrom: { secretKeyRef: { name: passwords, key: DB } } }
            - { name: A, valueFrom: { configMapKeyRef: { name: words, key: anything } } }
          envFrom: [{ configMapRef: { name: words } }]
          volumeMounts:
            - { name: files, mountPath: /etc/shop }
            - { name: data, mountPath: /data }
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

test(`${id}: what fits is quiet: generated and written ones, keys of literals, what is optional`, async () => {
  assert.deepEqual(await found(), [])
})

test(`${id}: a ConfigMap or Secret of another name`, async () => {
  assert.deepEqual(await found('configMap: { name: configuration, items', 'configMap: { name: configurations, items'), [
    'shop: ConfigMap configuration; configurations: there is no such ConfigMap',
  ])
  assert.deepEqual(await found('secret: { name: passwords }', 'secret: { name: password }'), [
    'shop: Secret passwords; password: there is no such Secret',
  ])
  assert.deepEqual(await found('configMapRef: { name: words }', 'configMapRef: { name: settings-of-the-shop }'), [
    'warning shop: one of the ConfigMaps here: configuration, words; settings-of-the-shop: not among them',
  ])
  // A generator whose ConfigMap no pod names was meant.
  assert.deepEqual((await found('name: configuration, files', 'name: cfg, files', 'kustomization.yaml')).length, 2)
})

test(`${id}: a key that it does not have, and a mount of no volume`, async () => {
  assert.deepEqual(await found('key: shop.yml', 'key: shop.yaml'), [
    'shop: a key of ConfigMap configuration: shop.yml, extra.txt; shop.yaml; did you mean shop.yml?',
  ])
  assert.deepEqual(await found('key: DB', 'key: DATABASE'), ['shop: a key of Secret passwords: DB; DATABASE'])
  assert.deepEqual(await found('{ name: data, mountPath', '{ name: date, mountPath'), [
    'shop: a volume of the pod: files, all, chat, data; date; did you mean data?',
  ])
})

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${TEXTS[1]!.text.replace('{ name: data, mountPath', '{ name: date, mountPath')}`,
  subject: 'shop',
  observed: 'date',
})
