import { finds } from '../../../../testing/lint/lint-files.ts'

finds('agent-samples-everything', 'one request in ten', {
  file: 'docker-compose.yaml',
  from: 'OTEL_METRICS_EXPORTER: none',
  to: 'OTEL_TRACES_SAMPLER: traceidratio\n  OTEL_TRACES_SAMPLER_ARG: "0.1"',
  observed: 'traceidratio 0.1',
})

finds(
  'agent-samples-everything',
  'spans that are sent late, or by a time that is none',
  { file: 'docker-compose.yaml', from: 'OTEL_BSP_SCHEDULE_DELAY: "500"', to: 'OTEL_BSP_SCHEDULE_DELAY: "500x"', observed: '500x' },
  {
    file: 'docker-compose.yaml',
    from: 'OTEL_BSP_SCHEDULE_DELAY: "500"',
    to: 'OTEL_BSP_SCHEDULE_DELAY: 5m',
    observed: '5m',
    severity: 'warning',
  },
)
