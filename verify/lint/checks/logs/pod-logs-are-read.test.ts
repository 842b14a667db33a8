import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintOf } from '../../../../testing/lint/lint-files.ts'

const FILES = `apiVersion: v1
kind: ConfigMap
metadata: { name: promtail }
data:
  promtail.yml: |
    clients: [{ url: "http://loki:3100/loki/api/v1/push" }]
    scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{ role: pod }]
        relabel_configs:
          - { source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, replacement: /var/log/pods/*$1/*.log, target_label: __path__ }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: promtail, namespace: logging }
spec:
  selector: { matchLabels: { app: promtail } }
  template:
    metadata: { labels: { app: promtail } }
    spec:
      containers:
        - name: promtail
          image: grafana/promtail:2.9.0
          args: [-config.file=/etc/promtail/promtail.yml]
          securityContext: { runAsUser: 0 }
          volumeMounts:
            - { name: config, mountPath: /etc/promtail }
            - { name: logs, mountPath: /var/log }
      volumes:
        - { name: config, configMap: { name: promtail } }
        - { name: logs, hostPath: { path: /var/log } }
`

async function found(...changes: [from: string, to: string][]): Promise<string[]> {
  let text = FILES
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${from} is there`)
    text = text.replace(from, () => to)
  }
  const { findings } = await lintOf(
    [{ file: 'k8s/all.yaml', path: 'k8s/all.yaml', text, lineOffset: 0, columnOffset: 0 }],
    'pod-logs-are-read',
  )
  return findings.map(({ severity, source, observed }) => `${severity}: ${observed} @ ${source.trim()}`)
}

const PATH = '/var/log/pods/*$1/*.log'
const LOGS = '- { name: logs, mountPath: /var/log }'

test('pod-logs-are-read: what the kubelet writes is matched', async () => {
  assert.deepEqual(await found(), [])
  assert.deepEqual(await found([PATH, '/var/log/pods/**/*.log']), [])
  assert.deepEqual(await found([PATH, '/var/log/pods/{a,*$1}/?.log']), [])
  assert.deepEqual(await found([PATH, '/var/log/containers/*.log']), [])
  assert.deepEqual(await found([PATH, '/host/log/pods/*$1/*.log'], ['mountPath: /var/log }', 'mountPath: /host/log }']), [])
  assert.deepEqual(await found(['runAsUser: 0', 'runAsUser: 5, runAsGroup: 0']), [])
  assert.deepEqual(await found(['role: pod', 'role: pod, namespaces: { names: [logging] }']), [])
})

test('pod-logs-are-read: a path that no file has', async () => {
  for (const path of ['/var/log/pods/$1/*.log', '/var/log/pods/*$1/*.txt', '/var/log/pods/*$1.log']) {
    const [first = '', ...more] = await found([PATH, path])
    assert.ok(first.startsWith('error') && first.includes(`replacement: ${path}`), `${path}: ${first}`)
    assert.deepEqual(more, [])
  }
})

test('pod-logs-are-read: a mount elsewhere, none, and links alone', async () => {
  assert.match(
    (await found(['mountPath: /var/log }', 'mountPath: /logs }'])).join('\n'),
    /^error: \/logs @ - \{ name: logs, mountPath: \/logs \}$/,
  )
  assert.match((await found([LOGS, ''])).join('\n'), /^error: not mounted/)
  const links = await found(
    [PATH, '/var/log/containers/*.log'],
    ['mountPath: /var/log }', 'mountPath: /var/log/containers }'],
    ['path: /var/log }', 'path: /var/log/containers }'],
  )
  assert.match(links.join('\n'), /^error: the files of \/var\/log\/containers are links/)
})

function finds(what: string, change: [from: string, to: string], expected: RegExp): void {
  test(`pod-logs-are-read: ${what}`, async () => {
    assert.match((await found(change)).join('\n'), expected)
  })
}
finds('a user that may not read them', ['runAsUser: 0', 'runAsUser: 10001'], /^warning: 10001/)
finds('a namespace of no pod', ['role: pod', 'role: pod, namespaces: { names: [logs] }'], /^error: logs/)
