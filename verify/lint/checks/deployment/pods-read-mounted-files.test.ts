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
