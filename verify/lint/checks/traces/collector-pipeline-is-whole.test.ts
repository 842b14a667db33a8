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

finds(
  'collector-pipeline-is-whole',
  'names, authenticators, addresses of gRPC',
  { file: 'otel-collector.yml', from: '    traces:\n', to: '    traces/:\n', observed: 'traces/' },
  {
    file: 'otel-collector.yml',
    from: '    endpoint: jaeger:4317\n',
    to: '    endpoint: jaeger:4317\n    auth: { authenticator: basicauth }\n',
    observed: 'basicauth',
    line: 'authenticator',
  },
  { file: 'otel-collector.yml', from: 'jaeger:4317', to: 'jaeger:4317/v1/traces', observed: '/v1/traces' },
  {
    file: 'otel-collector.yml',
    from: '      initial_interval: 1s',
    to: '      enabled: false',
    observed: 'enabled: false',
    severity: 'warning',
  },
  {
    file: 'otel-collector.yml',
    from: '      initial_interval: 1s',
    to: '      initial_interval: 1s\n      max_elapsed_time: 500ms',
    observed: '500ms',
    severity: 'warning',
  },
  {
    file: 'otel-collector.yml',
    from: '    endpoint: jaeger:4317\n',
    to: '    endpoint: jaeger:4317\n    timeout: 1ms\n',
    observed: '1ms',
    severity: 'warning',
  },
)
