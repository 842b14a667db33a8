import { finds } from '../../../../testing/lint/lint-files.ts'

finds('agent-samples-everything', 'one request in ten', {
  file: 'docker-compose.yaml',
  from: 'OTEL_METRICS_EXPORTER: none',
  to: 'OTEL_TRACES_SAMPLER: traceidratio\n  OTEL_TRACES_SAMPLER_ARG: "0.1"',
  observed: 'traceidratio 0.1',
})
