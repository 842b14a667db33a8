import { finds } from '../../../../testing/lint-files.ts'

finds(
  'collector-reaches-jaeger',
  'HTTP port, TLS, another host',
  { file: 'otel-collector/otel-collector.yml', from: 'endpoint: jaeger:4317', to: 'endpoint: jaeger:4318', expected: '4317' },
  { file: 'otel-collector/otel-collector.yml', from: 'insecure: true', to: 'insecure: false', observed: 'TLS' },
  {
    file: 'otel-collector/otel-collector.yml',
    from: 'endpoint: jaeger:4317',
    to: 'endpoint: jeager:4317',
    observed: 'did you mean jaeger',
  },
)
