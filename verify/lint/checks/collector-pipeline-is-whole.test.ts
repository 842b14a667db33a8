import { finds } from '../testing.ts'

finds('collector-pipeline-is-whole', 'a component that is not there, a pipeline without exporter',
  { file: 'otel-collector/otel-collector.yml', from: 'exporters: [otlp/jaeger]', to: 'exporters: [otlp/jeager]', observed: 'did you mean otlp/jaeger' },
  { file: 'otel-collector/otel-collector.yml', from: '    traces:', to: '    metrics:', expected: 'a pipeline for traces' },
)
