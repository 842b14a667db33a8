import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const FILE = 'docker-compose.yaml'
const at = (service: string): RegExp => new RegExp(`^( +)OTEL_SERVICE_NAME: ${service}\n`, 'm')
const added = (service: string, line: string): { file: string; from: RegExp; to: string } => ({
  file: FILE,
  from: at(service),
  to: `$1OTEL_SERVICE_NAME: ${service}\n$1${line}\n`,
})

finds(
  'agent-instruments-what-is-promised',
  'a library whose spans are promised is switched off',
  {
    ...added('fluxpay-engine', 'OTEL_INSTRUMENTATION_KAFKA_ENABLED: "false"'),
    subject: 'fluxpay-engine',
    observed: 'OTEL_INSTRUMENTATION_KAFKA_ENABLED=false',
  },
  { ...added('fluxpay-engine', 'OTEL_INSTRUMENTATION_R2DBC_ENABLED: "false"'), expected: 'client span', severity: 'warning' as const },
  { ...added('rate-limiter', 'OTEL_INSTRUMENTATION_NETTY_ENABLED: "false"'), expected: 'server span', severity: 'warning' as const },
  {
    ...added('rate-limiter', 'JAVA_OPTS: -Dotel.instrumentation.spring-webflux.enabled=false'),
    observed: 'spring-webflux',
    severity: 'warning' as const,
  },
  {
    ...added('fluxpay-engine', 'OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_RECEIVE_TELEMETRY_ENABLED: "true"'),
    expected: 'children of their producer spans',
  },
)

for (const [story, service, line] of [
  ['what makes metrics or logs', 'rate-limiter', 'OTEL_INSTRUMENTATION_RUNTIME_TELEMETRY_ENABLED: "false"'],
  ['a library that this service promises no span of', 'rate-limiter', 'OTEL_INSTRUMENTATION_KAFKA_ENABLED: "false"'],
  ['what is on anyway', 'fluxpay-engine', 'OTEL_INSTRUMENTATION_KAFKA_ENABLED: "true"'],
  [
    'receive telemetry that is off, as by default',
    'fluxpay-engine',
    'OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_RECEIVE_TELEMETRY_ENABLED: "false"',
  ],
] as const) {
  const { from, to } = added(service, line)
  passes('agent-instruments-what-is-promised', story, FILE, from, to)
}
