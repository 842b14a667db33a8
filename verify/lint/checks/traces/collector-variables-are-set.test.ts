import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'otel-collector/otel-collector.yml'

finds(
  'collector-variables-are-set',
  'a variable without a default that the container does not have',
  { file, from: '0.0.0.0:4317', to: '0.0.0.0:${env:OTLP_PORT}', subject: 'otel-collector', expected: 'OTLP_PORT', line: 'OTLP_PORT' },
  { file, from: 'endpoint: jaeger:4317', to: 'endpoint: ${JAEGER}', expected: 'JAEGER', line: '${JAEGER}' },
)
passes('collector-variables-are-set', 'a default', file, '0.0.0.0:4317', '0.0.0.0:${env:OTLP_PORT:-4317}')
passes('collector-variables-are-set', 'in a comment', file, 'receivers:\n', '# endpoint: ${env:OTLP_PORT}\nreceivers:\n')
