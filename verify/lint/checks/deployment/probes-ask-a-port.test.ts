import { findsInManifests } from '../../../../testing/lint/kubernetes-files.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const id = 'probes-ask-a-port'
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const TEXTS = [
  text(
    'objects.yaml',
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  template:
    spec:
      containers:
        - name: shop
          image: shop:1
          ports: [{ name: web, containerPort: 8080 }]
          livenessProbe: { httpGet: { path: /alive, port: 8080 } }
          readinessProbe: { httpGet: { path: /ready, port: web } }
          startupProbe: { exec: { command: [test, -e, /started] } }
        - name: prometheus
          image: prom/prometheus:v2.48.0
          readinessProbe: { httpGet: { path: /-/ready, port: 9090 } }
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

test(`${id}: what fits is quiet, as is a port that the program is known to listen on`, async () => {
  assert.deepEqual(await found(), [])
  assert.deepEqual(await found('httpGet: { path: /alive, port: 8080 }', 'tcpSocket: { port: web }'), [])
})

test(`${id}: a name or number that is none of the container's ports`, async () => {
  assert.deepEqual(await found('port: web }', 'port: wbe }'), ['shop/shop: a port of the container: web (8080); wbe; did you mean web?'])
  // It may be open without being declared.
  assert.deepEqual(await found('/alive, port: 8080', '/alive, port: 8081'), [
    'warning shop/shop: a port of the container: web (8080); 8081',
  ])
  assert.deepEqual(await found('port: 9090', 'port: 9091'), ['shop/prometheus: a port of the container: it names none; 9091'])
  assert.deepEqual(await found('/-/ready, port: 9090', '/-/ready, port: http'), [
    'shop/prometheus: a port of the container: it names none; http',
  ])
})

finds(id, 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${TEXTS[0]!.text.replace('port: web }', 'port: wbe }')}`,
  subject: 'shop/shop',
  observed: 'wbe',
})

findsInManifests('probes-ask-a-port', 'a path that the image does not answer', {
  file: 'prometheus.yaml',
  from: '/-/ready',
  to: '/-/reday',
  line: '/-/reday',
  observed: '/-/reday',
})
