import { finds } from '../testing.ts'

finds('agent-reaches-collector', 'gRPC port with HTTP, an exporter switched off',
  { file: 'docker-compose.yaml', from: 'http://otel-collector:4318', to: 'http://otel-collector:4317', subject: 'fluxpay-engine', expected: '4318' },
  { file: 'docker-compose.yaml', from: 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf', to: 'OTEL_EXPORTER_OTLP_PROTOCOL: grpc', expected: '4317' },
  { file: 'docker-compose.yaml', from: 'OTEL_METRICS_EXPORTER: none', to: 'OTEL_TRACES_EXPORTER: none', observed: 'none' },
)
