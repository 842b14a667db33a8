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

async function found(from: string, to: string): Promise<LocatedFinding[]> {
  const text = FILES.replace(from, to)
  assert.ok(from === '' || text !== FILES, `${from} is there`)
  const file = { file: 'k8s/all.yaml', path: 'k8s/all.yaml', text, lineOffset: 0, columnOffset: 0 }
  return (await lintOf([file], 'roles-allow-discovery')).findings
}

function finds(what: string, from: string, to: string, line: string): void {
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

for (const [what, from, to] of [
  ['what is delivered', '', ''],
  ['every verb', 'verbs: [get, list, watch]', "verbs: ['*']"],
  ['every resource', 'resources: [services]', "resources: ['*']"],
  ['a role of the cluster that is not here', 'kind: Role, name: prometheus }', 'kind: ClusterRole, name: view }'],
  ['the account of the namespace', 'serviceAccountName: prometheus', 'serviceAccountName: default'],
] as const)
  test(`roles-allow-discovery: nothing is said of ${what}`, async () => {
    assert.deepEqual(await found(from, to), [])
    assert.equal((await found('verbs: [get, list, watch]', 'verbs: [get, list]')).length, 1)
  })
