import test from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { LAB_PARTS } from '../lab/parts/lab-parts.ts'
import { PORTS } from '../lab/parts/part-ports.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const exists = (path: string): boolean => existsSync(new URL(path, root))
const composeText = read('docker-compose.yaml')
const env = parseEnv(read('.env.example'))

interface Service {
  image?: string
  build?: string | { context?: string; dockerfile_inline?: string }
  container_name?: string
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  secrets?: string[]
  configs?: { source: string }[]
  depends_on?: Record<string, unknown>
  healthcheck?: { test?: unknown }
}
interface Compose {
  name: string
  services: Record<string, Service>
  volumes: Record<string, unknown>
  configs: Record<string, unknown>
  secrets: Record<string, { file?: string; environment?: string }>
}

function parseEnv(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value ?? ''] as const]
    }),
  )
}

/**
 * `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md has
 * them.
 */
function interpolate(text: string): string {
  return text.replace(/\$\$|\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g, (whole, name?: string, kind?: string, rest?: string) => {
    if (whole === '$$' || name === undefined) return '$'
    const value = env.get(name) ?? ''
    return value !== '' ? value : kind === '-' ? (rest ?? '') : ''
  })
}

const schema = JSON.parse(read('monitoring/vendor/compose-spec/compose-spec.json')) as Record<string, unknown>
// The schema names its dialect by https; ajv knows draft 7 by its official http name.
delete schema['$schema']
const ajv = new Ajv({ allErrors: true, strict: false, formats: { expose: /^\d+(?:-\d+)?(?:\/(?:tcp|udp))?$/ } })
// Left over from draft 4 in the schema's definitions, where it names nothing that is referred to.
ajv.removeKeyword('id')
const validate = ajv.compile(schema)

/** Everything that would keep `docker compose up` from starting this, or leave a service unwatched. */
function problems(text: string): string[] {
  const compose = parse(interpolate(text), { merge: true }) as Compose
  if (!validate(compose))
    return (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message ?? ''} ${JSON.stringify(error.params)}`)
  const found: string[] = []
  for (const [name, service] of Object.entries(compose.services)) {
    if (service.image === undefined && service.build === undefined) found.push(`${name}: neither image nor build`)
    if (service.healthcheck?.test === undefined) found.push(`${name}: no health check`)
    const context = typeof service.build === 'string' ? service.build : service.build?.context
    if (context !== undefined && !exists(`${context}/`)) found.push(`${name}: no build context ${context}`)
    if (typeof service.build === 'string' && !exists(`${context}/Dockerfile`)) found.push(`${name}: no ${context}/Dockerfile`)
    for (const volume of service.volumes ?? []) {
      const [source = '', target = ''] = volume.split(':')
      if (source.startsWith('.') ? !exists(source) : !source.startsWith('/') && !(source in compose.volumes))
        found.push(`${name}: ${source} does not exist`)
      if (!target.startsWith('/')) found.push(`${name}: ${volume} has no absolute target`)
    }
    for (const secret of service.secrets ?? []) if (!(secret in compose.secrets)) found.push(`${name}: unknown secret ${secret}`)
    for (const { source } of service.configs ?? []) if (!(source in compose.configs)) found.push(`${name}: unknown config ${source}`)
    for (const other of Object.keys(service.depends_on ?? {}))
      if (!(other in compose.services)) found.push(`${name}: depends on ${other}, which is not there`)
    for (const published of service.ports ?? [])
      if (!/^127\.0\.0\.1:\d+:\d+$/.test(published)) found.push(`${name}: port ${published} is not one port on loopback`)
  }
  for (const [name, secret] of Object.entries(compose.secrets)) {
    if (secret.file !== undefined && !exists(secret.file)) found.push(`secret ${name}: ${secret.file} does not exist`)
    if (secret.environment !== undefined && !env.has(secret.environment))
      found.push(`secret ${name}: ${secret.environment} is not in .env.example`)
  }
  for (const [, name = ''] of text.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)) if (!env.has(name)) found.push(`${name} is not in .env.example`)
  return found
}

const compose = parse(interpolate(composeText), { merge: true }) as Compose

test('docker-compose.yaml fits the Compose Specification, and all it mounts and names is there', () => {
  assert.deepEqual(problems(composeText), [])
})

const broken: [string, string, string, RegExp][] = [
  ['a misspelt key', '    healthcheck:\n', '    healthchek:\n', /additional properties.*healthchek/],
  ['a port that is none', ':6379"]', ':six"]', /port 127.0.0.1:6382:six is not one port/],
  ['a health check without a unit', 'interval: 5s', 'interval: 5', /interval/],
  ['a condition that does not exist', 'condition: service_completed_successfully', 'condition: service_done', /condition/],
  [
    'a mounted file that is missing',
    './monitoring/loki/loki.yml:',
    './monitoring/loki/loki.yaml:',
    /loki: \.\/monitoring\/loki\/loki\.yaml does not exist/,
  ],
  ['a volume that nobody declares', 'loki_data:/loki', 'loki:/loki', /loki: loki does not exist/],
  ['a service that is missing', 'jaeger: { condition: service_healthy }', 'tempo: { condition: service_healthy }', /depends on tempo/],
  [
    'a port for everybody',
    '"${BIND_ADDRESS:-127.0.0.1}:${LOKI_PORT:-3100}',
    '"0.0.0.0:${LOKI_PORT:-3100}',
    /0\.0\.0\.0:3100:3100 is not one port on loopback/,
  ],
  [
    'a variable that .env.example does not list',
    '${LOKI_PORT:-3100}',
    '${LOKI_HTTP_PORT:-3100}',
    /LOKI_HTTP_PORT is not in \.env\.example/,
  ],
  [
    'a build context that is missing',
    'build: lab/services/payment-provider',
    'build: lab/services/provider',
    /no build context lab\/services\/provider/,
  ],
  ['a secret that nobody declares', 'secrets: [actuator_password]', 'secrets: [actuator]', /unknown secret actuator/],
]
for (const [what, from, to, problem] of broken) {
  test(`a broken copy is found out: ${what}`, () => {
    assert.ok(composeText.includes(from))
    const found = problems(composeText.replace(from, to))
    assert.ok(
      found.some((text) => problem.test(text)),
      found.join('\n'),
    )
  })
}

test('host ports, images and container names are those of the platform', () => {
  const published = (service: string): string[] => (compose.services[service]?.ports ?? []).map((entry) => entry.split(':')[1] ?? '')
  const wanted: Record<string, string[]> = {
    'moalog-server': ['8090'],
    'rate-limiter': ['8082', '9404'],
    'fluxpay-engine': ['8081', '9405'],
    redis: ['6382'],
    mysql: ['3307'],
    postgres: ['5435'],
    kafka: ['9092'],
    prometheus: ['9091'],
    grafana: ['3001'],
    alertmanager: ['9095'],
    loki: ['3100'],
    jaeger: ['16686'],
    'otel-collector': ['4317', '4318', '8889'],
    'redis-exporter': ['9121'],
    'mysqld-exporter': ['9104'],
    toxiproxy: ['8474'],
    'payment-provider': ['8099'],
    promtail: [],
  }
  for (const [service, ports] of Object.entries(wanted)) assert.deepEqual(published(service), ports, service)
  const versions: Record<string, string> = {
    prometheus: 'v2.48.0',
    grafana: '10.2.0',
    alertmanager: 'v0.27.0',
    loki: '2.9.0',
    promtail: '2.9.0',
    jaeger: '1.54',
    'redis-exporter': 'v1.66.0-alpine',
    'mysqld-exporter': 'v0.16.0',
    mysql: '8.0',
    postgres: '16-alpine',
  }
  for (const [service, version] of Object.entries(versions)) assert.equal(compose.services[service]?.image?.split(':')[1], version, service)
  assert.match(JSON.stringify(compose.services['otel-collector']?.build), /opentelemetry-collector-contrib:0\.93\.0/)
  const names = Object.values(compose.services).flatMap((service) => service.container_name ?? [])
  assert.deepEqual(names.sort(), [
    'fluxpay-engine',
    'fluxpay-kafka',
    'fluxpay-postgres',
    'moalog-mysql',
    'moalog-rate-limiter',
    'moalog-redis',
    'moalog-server',
  ])
})

test('JVM services get the agent by a read-only volume and an environment variable alone', () => {
  assert.match(JSON.stringify(compose.services['otel-agent-init']), /download\/v2\.11\.0\/opentelemetry-javaagent\.jar/)
  for (const service of ['rate-limiter', 'fluxpay-engine']) {
    const { environment, volumes } = compose.services[service] ?? {}
    assert.ok(volumes?.includes('otel_agent:/otel:ro'))
    assert.equal(environment?.['JAVA_TOOL_OPTIONS'], '-javaagent:/otel/opentelemetry-javaagent.jar')
    assert.equal(environment['OTEL_METRICS_EXPORTER'], 'none')
    assert.equal(environment['OTEL_LOGS_EXPORTER'], 'none')
    assert.equal(environment['OTEL_SERVICE_NAME'], service)
  }
  assert.equal(compose.services['moalog-server']?.environment?.['MOALOG_OTEL_ENABLED'], 'false')
})

test('the address that .env.example gives for closing the endpoint of the agents is a proxy in front of the collector', () => {
  const { content } = compose.configs['toxiproxy_proxies'] as { content: string }
  const proxies = JSON.parse(content) as { name: string; listen: string; upstream: string }[]
  const { listen, upstream } = proxies.find(({ name }) => name === 'otel-http') ?? {}
  assert.deepEqual([listen, upstream], ['0.0.0.0:14318', 'otel-collector:4318'])
  assert.match(read('.env.example'), /http:\/\/toxiproxy:14318/)
  for (const service of ['rate-limiter', 'fluxpay-engine']) {
    const { environment, depends_on: after } = compose.services[service] ?? {}
    assert.equal(environment?.['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://otel-collector:4318', service)
    assert.ok('toxiproxy' in (after ?? {}), service)
  }
})

test('.env.example lists every port with its default', () => {
  for (const { env: name, port: number } of Object.values(PORTS)) assert.equal(env.get(name), String(number), name)
  for (const [, name = '', fallback] of composeText.matchAll(/\$\{([A-Z0-9_]+_PORT):-(\d+)\}/g)) assert.equal(env.get(name), fallback, name)
})

test('Promtail asks Docker for the containers of this project', () => {
  assert.match(read('monitoring/promtail/promtail.yml'), new RegExp(`com\\.docker\\.compose\\.project=${compose.name}"`))
})

test('every part of the lab is a service of the compose file', () => {
  assert.deepEqual(
    LAB_PARTS.map(({ id }) => id).filter((id) => !(id in compose.services)),
    [],
  )
})
