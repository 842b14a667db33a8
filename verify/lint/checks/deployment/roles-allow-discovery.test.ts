import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintOf } from '../../../../testing/lint/lint-files.ts'
import type { LocatedFinding } from '../../../model/lint-finding.ts'

const FILES = `apiVersion: v1
kind: ServiceAccount
metadata: { name: prometheus }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: prometheus }
rules:
  - { apiGroups: [""], resources: [services], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: prometheus }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: prometheus }
subjects: [{ kind: ServiceAccount, name: prometheus, namespace: monitoring }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus }
data:
  prometheus.yml: |
    scrape_configs:
      - job_name: app
        kubernetes_sd_configs: [{ role: service }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: prometheus }
spec:
  selector: { matchLabels: { app: prometheus } }
  template:
    metadata: { labels: { app: prometheus } }
    spec:
      serviceAccountName: prometheus
      containers:
        - name: prometheus
          image: prom/prometheus:v2.48.0
          args: [--config.file=/etc/prometheus/prometheus.yml]
          volumeMounts: [{ name: config, mountPath: /etc/prometheus }]
      volumes: [{ name: config, configMap: { name: prometheus } }]
`

async function found(from: string | RegExp, to: string): Promise<LocatedFinding[]> {
  const text = FILES.replace(from, to)
  assert.ok(from === '' || text !== FILES, `${String(from)} is there`)
  const file = { file: 'k8s/all.yaml', path: 'k8s/all.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], 'roles-allow-discovery')).findings
}

function finds(what: string, from: string | RegExp, to: string, line: string): void {
  test(`roles-allow-discovery: ${what}`, async () => {
    const [first] = await found(from, to)
    assert.ok(first !== undefined && first.source.includes(line), JSON.stringify(first, null, 1))
    assert.equal(first.severity, 'error')
  })
}

finds('a verb is missing', 'verbs: [get, list, watch]', 'verbs: [get, list]', 'resources: [services]')
finds('another resource is allowed', 'resources: [services]', 'resources: [pods]', 'resources: [pods]')
finds('a role of endpoints needs pods', 'role: service }', 'role: endpoints }', 'resources: [services]')
finds('the account is misspelt', 'serviceAccountName: prometheus', 'serviceAccountName: promethues', 'serviceAccountName')
finds('the role is misspelt', 'kind: Role, name: prometheus }', 'kind: Role, name: prometheuss }', 'roleRef')
finds('the subject is misspelt', 'name: prometheus, namespace', 'name: promethues, namespace', 'subjects')
finds('the account of the namespace', 'serviceAccountName: prometheus', 'serviceAccountName: default', 'serviceAccountName: default')
finds('no account', '      serviceAccountName: prometheus\n', '', 'containers')
finds('the role is bound to nothing', / *subjects: .*\n/, 'subjects: []\n', 'metadata: { name: prometheus }')
finds(
  'the subject is of another namespace',
  'kind: ServiceAccount\nmetadata: { name: prometheus',
  'kind: ServiceAccount\nmetadata: { name: prometheus, namespace: other',
  'subjects',
)

for (const [namespace, expected] of [
  ['', 0],
  ['namespace: monitoring', 0],
  ['namespace: other', 1],
  ['namespace: other\nnamePrefix: dev-', 1],
] as const)
  test(`roles-allow-discovery: a subject where the kustomization says "${namespace}"`, async () => {
    const files = {
      'k8s/all.yaml': FILES,
      'k8s/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [all.yaml]\n${namespace}\n`,
    }
    const texts = Object.entries(files).map(([file, text]) => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))
    const { findings } = await lintOf(texts, 'roles-allow-discovery')
    assert.equal(findings.length, expected, JSON.stringify(findings, null, 1))
    // kustomize changes one that is not written, or that is that of the account as it is written.
    const other = texts.map((each) => ({ ...each, text: each.text.replace(', namespace: monitoring', '') }))
    assert.deepEqual((await lintOf(other, 'roles-allow-discovery')).findings, [])
  })

for (const [what, from, to] of [
  ['what is delivered', '', ''],
  ['every verb', 'verbs: [get, list, watch]', "verbs: ['*']"],
  ['every resource', 'resources: [services]', "resources: ['*']"],
  ['a role of the cluster that is not here', 'kind: Role, name: prometheus }', 'kind: ClusterRole, name: view }'],
  ['an account without a namespace', 'namespace: monitoring }', 'namespace: other }'],
  [
    'an account of its own namespace',
    'kind: ServiceAccount\nmetadata: { name: prometheus',
    'kind: ServiceAccount\nmetadata: { name: prometheus, namespace: monitoring',
  ],
] as const)
  test(`roles-allow-discovery: nothing is said of ${what}`, async () => {
    assert.deepEqual(await found(from, to), [])
    assert.equal((await found('verbs: [get, list, watch]', 'verbs: [get, list]')).length, 1)
  })
