import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'agent-settings-are-read'
const file = 'docker-compose.yaml'
const from = 'OTEL_METRICS_EXPORTER: none'

finds(
  id,
  'values that the agent does not know',
  { file, from, to: 'OTEL_METRICS_EXPORTER: nnoe', observed: 'did you mean none' },
  { file, from: 'OTEL_LOGS_EXPORTER: none', to: 'OTEL_LOGS_EXPORTER: "off"', expected: 'otlp, none' },
  { file, from, to: 'OTEL_TRACES_EXPORTER: oltp', observed: 'did you mean otlp' },
)
finds(id, 'a key that is copied to no span', {
  file,
  from: 'INCLUDE: firedrill.run,firedrill.experiment',
  to: 'INCLUDE: firedrill.rnu,firedrill.experiment',
  expected: 'firedrill.run',
})
const fault = { file, from: 'OTEL_LOGS_EXPORTER: none', to: 'OTEL_LOGS_EXPORTER: nnoe' }
passes(id, 'several exporters', file, from, 'OTEL_TRACES_EXPORTER: otlp,logging', fault)
passes(id, "baggage of one's own", file, 'INCLUDE: firedrill.run,firedrill.experiment', 'INCLUDE: tenant', fault)
