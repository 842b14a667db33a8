import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, lintOf } from '../../testing/lint/lint-files.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const TEXTS = [
  text(
    'prometheus.yml',
    `scrape_configs:
  - job_name: redis-exporter
    kubernetes_sd_configs: [{ role: service }]
    relabel_configs:
      - { source_labels: [__meta_kubernetes_service_label_app, __meta_kubernetes_service_port_name], regex: redis-exporter;metrics, action: keep }
`,
  ),
  text(
    'services.yaml',
    `apiVersion: v1
kind: Service
metadata: { name: redis-exporter, labels: { app: redis-exporter } }
spec: { ports: [{ name: metrics, port: 9121 }, { name: admin, port: 9122 }] }
---
apiVersion: v1
kind: Service
metadata: { name: redis, labels: { app: redis } }
spec: { ports: [{ name: redis, port: 6379 }] }
`,
  ),
]

/** Findings about the job, of the specification's target redis-exporter:9121. */
async function found(from = '', to = '', file = 'prometheus.yml'): Promise<string[]> {
  const { findings, problems } = await lintOf(from === '' ? TEXTS : change(TEXTS, file, from, to), 'prometheus-scrapes-targets')
  assert.deepEqual(problems, [])
  return findings.filter(({ subject }) => subject === 'redis-exporter').map(({ severity, observed }) => `${severity}: ${observed}`)
}

test('a job that keeps the port of the specified Service is quiet', async () => {
  assert.deepEqual(await found(), [])
})

test('a job that keeps no port, another one, or further ones', async () => {
  assert.deepEqual(await found('redis-exporter;metrics', 'redis-exporter;metric'), ['error: it keeps no port of a Service'])
  assert.deepEqual(await found('redis-exporter;metrics', 'redis-exporter;admin'), ['error: it keeps redis-exporter:9122'])
  assert.deepEqual(await found('redis-exporter;metrics', 'redis-exporter;.*'), ['error: redis-exporter:9122 as well'])
  assert.deepEqual(await found('port: 9121', 'port: 9123', 'services.yaml'), ['error: it keeps redis-exporter:9123'])
})

test('a Service that is gone or has another name', async () => {
  assert.deepEqual(await found('name: redis-exporter,', 'name: redis-exporters,', 'services.yaml'), [
    'error: it keeps redis-exporters:9121',
  ])
  assert.deepEqual(
    (await found('{ app: redis-exporter }', '{ app: exporter }', 'services.yaml')).map((each) => each.slice(0, 20)),
    ['error: it keeps no p'],
  )
})

test('pods that are gone are no targets: up has no series then', async () => {
  for (const role of ['pod', 'endpoints', 'endpointslice'])
    assert.ok((await found('role: service', `role: ${role}`)).includes(`warning: role: ${role}`), role)
  assert.deepEqual(await found('role: service', 'role: endpoints'), ['warning: role: endpoints'])
})

test('without Services nothing is known of what is discovered', async () => {
  assert.deepEqual(
    await found('kind: Service', 'kind: Ingress', 'services.yaml').then((all) => all.length),
    1,
    'the other Service is still there',
  )
  const { findings } = await lintOf(TEXTS.slice(0, 1), 'prometheus-scrapes-targets')
  assert.deepEqual(
    findings.filter(({ subject }) => subject === 'redis-exporter'),
    [],
  )
})
