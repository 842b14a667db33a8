import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deliveredOnKubernetes, lintBy } from '../../../../testing/lint/lint-files.ts'
import { findsInManifests as finds, passesInManifests as passes } from '../../../../testing/lint/kubernetes-files.ts'

const ID = 'pods-read-mounted-files'
finds(
  ID,
  'a key, a path, a subPath and a flag that differ; a ConfigMap of another namespace',
  {
    file: 'prometheus.yaml',
    from: '  prometheus.yml: |',
    to: '  prometheus.yaml: |',
    line: '--config.file',
    observed: 'did you mean prometheus.yaml',
  },
  {
    file: 'prometheus.yaml',
    from: '--config.file=/etc/prometheus/prometheus.yml',
    to: '--config.file=/etc/prometheus/prom.yml',
    line: 'prom.yml',
  },
  {
    file: 'alertmanager.yaml',
    from: 'subPath: alertmanager.yml',
    to: 'subPath: config.yml',
    line: 'subPath: config.yml',
    observed: 'an empty folder',
  },
  { file: 'alertmanager.yaml', from: 'path: alertmanager.yml }', to: 'path: config.yml }', line: 'subPath: alertmanager.yml' },
  {
    file: 'prometheus.yaml',
    from: 'name: prometheus-config, namespace: monitoring',
    to: 'name: prometheus-config, namespace: default',
    line: 'configMap:',
    observed: 'is in default',
  },
  {
    file: 'alertmanager.yaml',
    from: ', subPath: alertmanager.yml',
    to: '',
    line: 'mountPath: /etc/alertmanager/alertmanager.yml',
    observed: 'without subPath',
  },
)
passes(
  ID,
  'a file of another mount',
  'prometheus.yaml',
  '--config.file=/etc/prometheus/prometheus.yml',
  '--config.file=/prometheus/own.yml',
)
passes(
  ID,
  'a volume that need not be',
  'prometheus.yaml',
  'configMap: { name: prometheus-config }',
  'configMap: { name: other, optional: true }',
)

test(`${ID}: keys and files of generators, scripts, and where they are mounted`, async () => {
  const { texts, options } = await deliveredOnKubernetes()
  const found = (file: string, from: string, to: string): string[] =>
    lintBy(options, change(texts, file, from, to), ID).findings.map(({ source }) => source.trim())
  const K = 'monitoring/kustomization.yaml'
  const M = 'kubernetes/metrics.yaml'
  for (const [file, from, to, line] of [
    [K, 'slack_url=', 'slak_url=', 'files: [slak_url='],
    [K, 'alertmanager/switch-on.sh]', 'on.sh=alertmanager/switch-on.sh]', 'on.sh='],
    [K, ', alertmanager/switch-on.sh]', ']', 'files: [alertmanager/alertmanager.yml]'],
    [K, 'slack_url=alertmanager/no-url, ', '', 'files: [discord_url'],
    [M, '/etc/alertmanager/switch-on.sh]', '/alertmanager/switch-on.sh]', 'command: [/bin/sh, /alertmanager'],
    [
      M,
      'mountPath: /run/secrets, readOnly: true }\n            - { name: run,',
      'mountPath: /secrets }\n            - { name: run,',
      '/secrets }',
    ],
    [M, 'path: actuator_password', 'path: password', 'path: password'],
  ] as const) {
    const lines = found(file, from, to)
    assert.equal(lines.length, 1, `${to}: ${lines.join('\n')}`)
    assert.ok(lines[0]?.includes(line), `${to}: ${lines.join('\n')}`)
  }
})
