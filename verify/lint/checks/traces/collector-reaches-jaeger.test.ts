import { finds } from '../../../../testing/lint/lint-files.ts'

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

finds(
  'collector-reaches-jaeger',
  "Jaeger's own configuration",
  { file: 'jaeger.yml', from: 'enabled: true', to: 'enabled: false', subject: 'jaeger', expected: 'enabled: true' },
  { file: 'jaeger.yml', from: '0.0.0.0:4317', to: '0.0.0.0:4316', subject: 'jaeger', expected: 'port 4317' },
  { file: 'jaeger.yml', from: '0.0.0.0:4317', to: 'CMD', subject: 'jaeger', observed: 'CMD' },
)
