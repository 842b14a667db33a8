import { finds, passes, type Fault } from '../../../../testing/lint/lint-files.ts'

const ID = 'collector-components-are-whole'
const file = 'otel-collector.yml'
const put = (kind: string, text: string, more: Partial<Fault> = {}): Fault => ({
  file,
  from: `\n${kind}:\n`,
  to: `\n${kind}:\n  ${text}\n`,
  ...more,
})
const receiver = (text: string, more: Partial<Fault> = {}): Fault => ({
  ...put('receivers', text, more),
  from: /^receivers:\n/m,
  to: `receivers:\n  ${text}\n`,
})

finds(
  ID,
  'settings that are missing, and values that are none',
  receiver('filelog: { start_at: end }', { expected: 'include', line: 'filelog' }),
  receiver('filelog: { include: [/a.log], start_at: ends }', { observed: 'did you mean end?' }),
  receiver('filelog: { include: [/a.log], operators: [{ type: regx_parser }] }', { expected: 'regex_parser' }),
  receiver('hostmetrics: { scrapers: {} }', { expected: 'scrapers' }),
  receiver('hostmetrics: { scrapers: { cpuu: {} } }', { observed: 'did you mean cpu?' }),
  put('processors', 'attributes: {}', { expected: 'actions' }),
  put('processors', 'attributes: { actions: [{ value: a, action: insert }] }', { expected: 'a key' }),
  put('processors', 'attributes: { actions: [{ key: a, action: insert }] }', { expected: 'from_attribute' }),
  put('processors', 'resourcedetection: { detectors: [enviro] }', { expected: 'env' }),
  put('processors', 'batch/b: { metadata_keys: [a, A] }', { observed: 'another case' }),
  put('exporters', 'prometheus: { namespace: a }', { expected: 'endpoint' }),
  put('exporters', 'file: {}', { expected: 'path' }),
  put('exporters', 'logging: { loglevel: debugg }', { observed: 'did you mean debug?' }),
  put('extensions', 'basicauth: {}', { expected: 'htpasswd or client_auth' }),
)
finds(
  ID,
  'pipelines of another signal, and a processor twice',
  { file, from: '[memory_limiter, batch]', to: '[memory_limiter, batch, batch]', line: 'processors:', observed: 'twice' },
  { file, from: 'receivers: [otlp]', to: 'receivers: [otlp, hostmetrics]', observed: 'hostmetrics in one of traces' },
  { file, from: 'exporters: [otlp/jaeger]', to: 'exporters: [otlp/jaeger, loki]', observed: 'loki in one of traces' },
)
passes(
  ID,
  'what is whole',
  file,
  /^receivers:\n/m,
  'receivers:\n  filelog: { include: [/a.log], start_at: beginning }\n  hostmetrics: { scrapers: { cpu: {}, process: {} } }\n',
)

const KAFKA = (settings: string): { file: string; from: RegExp; to: string } => ({
  file: 'otel-collector/otel-collector.yml',
  from: /^receivers:\n/m,
  to: `receivers:\n  kafka: { brokers: [kafka:29092], ${settings} }\n`,
})
finds(
  'collector-components-are-whole',
  'an encoding or an offset that Kafka components do not know',
  { ...KAFKA('encoding: otlp_prot'), observed: 'did you mean otlp_proto' },
  { ...KAFKA('encoding: jaegerproto'), observed: 'did you mean jaeger_proto' },
  { ...KAFKA('initial_offset: oldest'), observed: 'oldest' },
)
