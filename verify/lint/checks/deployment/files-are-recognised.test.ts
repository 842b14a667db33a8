import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'files-are-recognised'
const severity = 'warning' as const
finds(
  id,
  'a file without the key by which it is known',
  { file: 'docker-compose.yaml', from: '\nservices:\n', to: '\nuid:\n', subject: 'docker-compose.yaml', expected: 'services', severity },
  { file: 'prometheus.yml', from: /[^]*/, to: 'promtheus: {}\n', subject: 'prometheus.yml', severity },
  { file: 'loki.yml', from: /[^]*/, to: 'schema: { configs: [] }\n', subject: 'loki.yml', severity },
)
passes(id, 'an empty file of another name, a manifest', 'loki.yml', /[^]*/, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: loki }\n', {
  file: 'prometheus.yml',
  from: /[^]*/,
  to: 'promtheus: {}\n',
  severity,
})
