import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'agent-reaches-collector',
  'gRPC port with HTTP, an exporter switched off',
  {
    file: 'docker-compose.yaml',
    from: 'http://otel-collector:4318',
    to: 'http://otel-collector:4317',
    subject: 'fluxpay-engine',
    expected: '4318',
  },
  {
    file: 'docker-compose.yaml',
    from: 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf',
    to: 'OTEL_EXPORTER_OTLP_PROTOCOL: grpc',
    expected: '4317',
  },
  { file: 'docker-compose.yaml', from: 'OTEL_METRICS_EXPORTER: none', to: 'OTEL_TRACES_EXPORTER: none', observed: 'none' },
)

finds(
  'agent-reaches-collector',
  'the path of traces where the agent adds it, and none where it does not',
  {
    file: 'docker-compose.yaml',
    from: 'http://otel-collector:4318',
    to: 'http://otel-collector:4318/v1/traces',
    expected: 'without /v1/traces',
  },
  {
    file: 'docker-compose.yaml',
    from: 'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4318',
    to: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: http://otel-collector:4318',
    expected: 'ends in /v1/traces',
  },
)
passes(
  'agent-reaches-collector',
  'an address of its own for traces, with the path',
  'docker-compose.yaml',
  'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4318',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: http://otel-collector:4318/v1/traces',
)
passes(
  'agent-reaches-collector',
  'spans are printed as well',
  'docker-compose.yaml',
  'OTEL_METRICS_EXPORTER: none',
  'OTEL_TRACES_EXPORTER: otlp,logging',
)
