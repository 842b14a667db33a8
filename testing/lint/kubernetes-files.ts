import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import { lintOf } from './lint-files.ts'

/** A small platform on Kubernetes: Services, ConfigMaps that are mounted, probes, and a kustomization with a patch. */
const BASE: Readonly<Record<string, string>> = {
  'k8s/prometheus.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus-config, namespace: monitoring }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s, evaluation_interval: 15s }
    rule_files: [/etc/prometheus/rules.yml]
    alerting:
      alertmanagers:
        - static_configs:
            - targets: ["alertmanager:9093"]
    scrape_configs:
      - job_name: prometheus
        static_configs: [{ targets: ["localhost:9090"] }]
      - job_name: app
        static_configs: [{ targets: ["app:80"] }]
  rules.yml: |
    groups:
      - name: app
        rules:
          - alert: AppDown
            expr: up{job="app"} == 0
            for: 1m
            labels: { severity: critical }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: prometheus, namespace: monitoring }
spec:
  selector: { matchLabels: { app: prometheus } }
  template:
    metadata: { labels: { app: prometheus } }
    spec:
      containers:
        - name: prometheus
          image: prom/prometheus:v2.48.0
          args: [--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.path=/prometheus]
          ports: [{ name: web, containerPort: 9090 }]
          readinessProbe: { httpGet: { path: /-/ready, port: web } }
          livenessProbe: { httpGet: { path: /-/healthy, port: 9090 } }
          volumeMounts:
            - { name: config, mountPath: /etc/prometheus }
            - { name: data, mountPath: /prometheus }
      volumes:
        - { name: config, configMap: { name: prometheus-config } }
        - { name: data, emptyDir: {} }
---
apiVersion: v1
kind: Service
metadata: { name: prometheus, namespace: monitoring }
spec:
  selector: { app: prometheus }
  ports: [{ name: web, port: 9090, targetPort: web }]
`,
  'k8s/alertmanager.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: alertmanager-config, namespace: monitoring }
data:
  alertmanager.yml: |
    route: { receiver: default, group_by: [alertname] }
    receivers:
      - name: default
        webhook_configs: [{ url: "http://app:80/hook" }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: alertmanager, namespace: monitoring }
spec:
  selector: { matchLabels: { app: alertmanager } }
  template:
    metadata: { labels: { app: alertmanager } }
    spec:
      containers:
        - name: alertmanager
          image: prom/alertmanager:v0.27.0
          args: [--config.file=/etc/alertmanager/alertmanager.yml]
          ports: [{ name: web, containerPort: 9093 }]
          volumeMounts:
            - { name: config, mountPath: /etc/alertmanager/alertmanager.yml, subPath: alertmanager.yml }
      volumes:
        - name: config
          configMap:
            name: alertmanager-config
            items: [{ key: alertmanager.yml, path: alertmanager.yml }]
---
apiVersion: v1
kind: Service
metadata: { name: alertmanager, namespace: monitoring }
spec:
  selector: { app: alertmanager }
  ports: [{ name: web, port: 9093, targetPort: web }]
`,
  'k8s/app.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: app-env, namespace: monitoring }
data: { LOG_LEVEL: info }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app, namespace: monitoring }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      containers:
        - name: app
          image: example/app:1
          env:
            - { name: LOG_LEVEL, valueFrom: { configMapKeyRef: { name: app-env, key: LOG_LEVEL } } }
          ports: [{ name: http, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: app, namespace: monitoring, labels: { app: app } }
spec:
  selector: { app: app }
  ports: [{ name: http, port: 80, targetPort: http }]
`,
  'k8s/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: monitoring
resources: [prometheus.yaml, alertmanager.yaml, app.yaml]
images: [{ name: example/app, newTag: "2" }]
replicas: [{ name: app, count: 2 }]
patches:
  - path: patch.yaml
`,
  'k8s/patch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  template:
    spec:
      containers:
        - name: app
          resources: { limits: { memory: 128Mi } }
`,
}

export interface ManifestFault {
  file: string
  from: string
  to: string
  /** Part of the line that the finding stands at. */
  line: string
  observed?: string
  severity?: string
}

const textsOf = (files: Readonly<Record<string, string>>): ConfigText[] =>
  Object.entries(files).map(([file, text]) => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))

function changed({ file, from, to }: Pick<ManifestFault, 'file' | 'from' | 'to'>): ConfigText[] {
  const text = BASE[`k8s/${file}`] ?? ''
  const other = text.replace(from, () => to)
  assert.notEqual(other, text, `${file} holds ${from}`)
  return textsOf({ ...BASE, [`k8s/${file}`]: other })
}

/** The check finds each fault of the platform, once, at its line, and nothing without it. */
export function findsInManifests(id: string, story: string, ...faults: ManifestFault[]): void {
  test(`${id}: ${story}`, async () => {
    assert.deepEqual((await lintOf(textsOf(BASE), id)).findings, [])
    for (const fault of faults) {
      const { findings } = await lintOf(changed(fault), id)
      const shown = `${fault.from} -> ${fault.to}: ${JSON.stringify(findings, null, 1)}`
      assert.equal(findings.length, 1, shown)
      assert.ok(findings[0]?.source.includes(fault.line), shown)
      assert.ok(findings[0]?.observed.includes(fault.observed ?? ''), shown)
      assert.equal(findings[0]?.severity, fault.severity ?? 'error', shown)
    }
  })
}

/** The check finds nothing in a change that breaks nothing. */
export function passesInManifests(id: string, story: string, file: string, from: string, to: string): void {
  test(`${id}: ${story}`, async () => {
    assert.deepEqual((await lintOf(changed({ file, from, to }), id)).findings, [])
  })
}
