import { finds } from '../../../../testing/lint/lint-files.ts'

finds('propagators-agree', 'b3', {
  file: 'docker-compose.yaml',
  from: 'OTEL_METRICS_EXPORTER: none',
  to: 'OTEL_PROPAGATORS: b3',
  observed: 'b3',
})
