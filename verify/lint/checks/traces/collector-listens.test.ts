import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'collector-listens',
  'another port, localhost, other metrics',
  { file: 'otel-collector/otel-collector.yml', from: '0.0.0.0:4318', to: '0.0.0.0:4319', expected: '4318' },
  { file: 'otel-collector/otel-collector.yml', from: '0.0.0.0:4317', to: 'localhost:4317', observed: 'localhost' },
  { file: 'otel-collector/otel-collector.yml', from: '0.0.0.0:8889', to: '0.0.0.0:8888', subject: 'telemetry' },
)
