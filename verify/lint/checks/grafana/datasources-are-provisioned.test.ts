import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'datasources-are-provisioned',
  'missing, another port',
  { file: 'datasources/datasources.yml', from: 'url: http://loki:3100', to: 'url: http://loki:3101', subject: 'loki' },
  { file: 'datasources/datasources.yml', from: 'type: jaeger', to: 'type: tempo', subject: 'jaeger', observed: 'none' },
)

finds('datasources-are-provisioned', 'a base path at which Grafana does not ask', {
  file: 'jaeger/jaeger.yml',
  from: 'query:\n',
  to: 'query:\n  base-path: /jaeger\n',
  observed: '/jaeger',
  line: 'base-path',
})
