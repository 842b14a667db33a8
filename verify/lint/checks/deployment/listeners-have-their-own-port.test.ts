import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'listeners-have-their-own-port'
finds(
  ID,
  'two listeners of one program',
  { file: 'loki/loki.yml', from: 'grpc_listen_port: 9096', to: 'grpc_listen_port: 3100', observed: '3100', line: 'grpc_listen_port' },
  { file: 'otel-collector.yml', from: 'endpoint: 0.0.0.0:4318', to: 'endpoint: 0.0.0.0:4317', observed: '4317' },
  { file: 'otel-collector.yml', from: 'endpoint: 0.0.0.0:13133', to: 'endpoint: 0.0.0.0:8889', observed: '8889' },
  { file: 'jaeger/jaeger.yml', from: 'host-port: 0.0.0.0:16685', to: 'host-port: 0.0.0.0:16686', observed: '16686', line: '0.0.0.0:16686' },
)
passes(
  ID,
  'a receiver that no pipeline uses',
  'otel-collector.yml',
  'receivers:\n  otlp:',
  'receivers:\n  otlp/unused: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } }\n  otlp:',
)
