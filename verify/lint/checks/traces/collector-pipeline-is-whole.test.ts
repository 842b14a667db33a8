import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'collector-pipeline-is-whole',
  'a component that is not there, a pipeline without exporter',
  {
    file: 'otel-collector/otel-collector.yml',
    from: 'exporters: [otlp/jaeger]',
    to: 'exporters: [otlp/jeager]',
    observed: 'did you mean otlp/jaeger',
  },
  { file: 'otel-collector/otel-collector.yml', from: '    traces:', to: '    metrics:', expected: 'a pipeline for traces' },
)

const ORDER = 'processors: [memory_limiter, batch]'
finds(
  'collector-pipeline-is-whole',
  'processors in an order that undoes what they are for',
  {
    file: 'otel-collector/otel-collector.yml',
    from: ORDER,
    to: 'processors: [batch, memory_limiter]',
    severity: 'warning',
    expected: 'memory_limiter first',
  },
  {
    file: 'otel-collector/otel-collector.yml',
    from: /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
    to: 'processors:\n  groupbytrace: { wait_duration: 1s }\n$1processors: [memory_limiter, batch, groupbytrace]',
    severity: 'warning',
    expected: 'batch after groupbytrace',
  },
)
