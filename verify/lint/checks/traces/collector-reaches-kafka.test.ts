import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'collector-reaches-kafka'
const [file, from] = ['otel-collector/otel-collector.yml', /^exporters:\n/m]
const exporter = (settings: string): { file: string; from: RegExp; to: string } => ({
  file,
  from,
  to: `exporters:\n  kafka:\n    ${settings}\n`,
})
finds(
  ID,
  'a host that is none, that of another service, its own container, and a port on which no one listens',
  { ...exporter('brokers: [kafak:29092]'), observed: 'did you mean kafka', line: 'kafak' },
  { ...exporter('brokers: [redis:6379]'), observed: 'redis', line: 'redis:6379' },
  { ...exporter('brokers: [localhost:9092]'), observed: 'localhost', line: 'localhost' },
  { ...exporter('brokers: [kafka:29093]'), observed: '29093', line: 'kafka:29093' },
  { ...exporter('brokers: kafka'), observed: 'no port', line: 'brokers: kafka' },
  { ...exporter('topic: spans'), observed: 'localhost:9092', line: 'kafka:' },
  { file, from: /^receivers:\n/m, to: 'receivers:\n  kafka/spans: { brokers: [kafk:29092] }\n', observed: 'kafk', line: 'kafk:' },
)
passes(
  ID,
  'its listener, and a Kafka elsewhere',
  file,
  from,
  'exporters:\n  kafka: { brokers: ["kafka:29092", "k1.example.com:9092"] }\n',
  {
    file,
    from: 'kafka:29092',
    to: 'kafka:29095',
  },
)
passes(ID, 'a broker that a variable names', file, from, 'exporters:\n  kafka: { brokers: ["${env:BROKER}"] }\n', {
  file,
  from: '${env:BROKER}',
  to: 'kafa:29092',
})
