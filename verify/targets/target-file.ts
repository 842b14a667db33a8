import { dirname, resolve } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { isMap, isScalar, LineCounter, parseDocument, type Node } from 'yaml'
import { z } from 'zod'
import { FiredrillError } from '../model/error.ts'
import type { Access, Target } from '../model/target.ts'
import { endpoint, grpcEndpoint, serviceEndpoint, url } from './target-endpoint.ts'
import { readText } from './read-text.ts'

const port = z.int().min(1).max(65_535)
const part = z.strictObject({
  docker: z.strictObject({ container: z.string(), socket: z.string().default('/var/run/docker.sock') }).optional(),
  process: z.strictObject({ recordFile: z.string() }).optional(),
  redis: z.strictObject({ host: z.string(), port, passwordEnv: z.string().optional() }).optional(),
  mysql: z.strictObject({ host: z.string(), port, user: z.string(), passwordEnv: z.string(), database: z.string().optional() }).optional(),
  toxiproxy: z.strictObject({ api: url, proxy: z.string() }).optional(),
})
/** A line that may hold a secret is not shown. */
const SECRETIVE = /@|pass|token|secret|auth|bearer|key|header|cred/i
const NO_SECRETS =
  'Secrets are never written here: basicAuth: { user: NAME, passwordEnv: VARIABLE }, bearerTokenEnv: VARIABLE and headersEnv: { HEADER: VARIABLE } name environment variables.'

const schema = z.strictObject({
  name: z.string().min(1),
  /** By how much the durations of the deployed configuration were divided; 1 is as specified. */
  speed: z.number().min(1).max(1000).default(1),
  endpoints: z.strictObject({
    prometheus: endpoint,
    alertmanager: endpoint,
    loki: endpoint,
    jaeger: endpoint,
    otlp: grpcEndpoint,
    receiver: z.strictObject({ host: z.string().default('127.0.0.1'), port }),
    services: z.record(z.string(), serviceEndpoint),
    toxiproxy: url.optional(),
  }),
  /** What may be harmed. Nothing else is touched. */
  parts: z.record(z.string(), part).default({}),
  /** Load and faults may go to other machines than this one. */
  otherMachines: z.boolean().default(false),
  /** Synthetic alerts reach whoever the receivers wake: only when asked for. */
  deliveryProbes: z.boolean().optional(),
  /** Chat receivers whose webhook URL is the drill's receiver. */
  chatReceivers: z.array(z.string().min(1)).optional(),
  grafanaDatasources: z.string().optional(),
  lokiTenant: z.string().min(1).optional(),
  configuration: z.string().optional(),
})

/** A YAML file that describes an existing environment. Every problem has its place; unknown keys are problems. */
export function readTargetFile(file: string): { target: Target; speed: number } {
  const text = readText(file, 'TARGET_UNREADABLE', 'Give lab, compose or a YAML file by --target.')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const source = text.split('\n')
  const placeAt = (offset: number): { file: string; line: number; column: number; source?: string } => {
    const { line, col } = lines.linePos(offset)
    const shown = source[line - 1] ?? ''
    return { file, line, column: col, ...(SECRETIVE.test(shown) ? {} : { source: shown }) }
  }
  const broken = document.errors[0]
  if (broken !== undefined) throw new FiredrillError('TARGET_YAML', broken.message.split('\n')[0] ?? '', { place: placeAt(broken.pos[0]) })
  const raw = document.toJS({ maxAliasCount: 20 }) as unknown
  const parsed = schema.safeParse(raw)
  if (!parsed.success) {
    // A mistyped key explains the missing one.
    const issue = parsed.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? parsed.error.issues[0]!
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path = unknown === undefined ? asWritten(issue.path, raw) : [...issue.path, unknown]
    const known = unknown === undefined ? [] : knownKeys(issue.path)
    const next =
      unknown === undefined
        ? nextOf(issue, path)
        : SECRETIVE.test(unknown)
          ? NO_SECRETS
          : known.length === 0
            ? undefined
            : `Did you mean "${closest(unknown, known)}"?`
    throw new FiredrillError('TARGET_INVALID', `${path.join('.') || 'the target'}: ${issue.message}`, {
      place: placeAt(offsetOf(document.contents as Node | null, path) ?? 0),
      ...(next === undefined ? {} : { next }),
    })
  }
  const { speed, parts, endpoints, otherMachines, ...rest } = parsed.data
  const [elsewhere] = otherMachines ? [] : addressesOf(endpoints.services, parts).filter(({ host }) => !LOOPBACK.test(host))
  if (elsewhere !== undefined) {
    throw new FiredrillError('TARGET_ELSEWHERE', `${elsewhere.path.join('.')}: ${elsewhere.host} is another machine`, {
      place: placeAt(offsetOf(document.contents as Node | null, elsewhere.path) ?? 0),
      next: 'Load and faults stay on this machine unless the target file says `otherMachines: true`. Nothing was touched.',
    })
  }
  const named = Object.fromEntries(Object.entries(parts).map(([name, drivers]) => [name, { name, ...drivers }]))
  const { receiver, toxiproxy, services, ...sources } = endpoints
  const folder = dirname(resolve(file))
  const servicesAccess = accessOf(services, folder)
  const access = { ...accessOf(sources, folder), ...(Object.keys(servicesAccess).length === 0 ? {} : { services: servicesAccess }) }
  const addresses = { ...urlsOf(sources), receiver, toxiproxy, services: urlsOf(services) }
  // Absent keys and keys that are undefined are the same in YAML.
  return {
    speed,
    target: JSON.parse(
      JSON.stringify({
        kind: 'file',
        ...rest,
        endpoints: addresses,
        parts: named,
        ...(Object.keys(access).length === 0 ? {} : { access }),
      }),
    ) as Target,
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whatever is loaded or harmed over the network; what is only asked may be anywhere. */
function addressesOf(
  services: z.infer<typeof schema>['endpoints']['services'],
  parts: z.infer<typeof schema>['parts'],
): { path: string[]; host: string }[] {
  return [
    ...Object.entries(services).map(([name, { url: address }]) => ({
      path: ['endpoints', 'services', name],
      host: new URL(address).hostname,
    })),
    ...Object.entries(parts).flatMap(([name, { redis, mysql, toxiproxy }]) => [
      ...(redis === undefined ? [] : [{ path: ['parts', name, 'redis', 'host'], host: redis.host }]),
      ...(mysql === undefined ? [] : [{ path: ['parts', name, 'mysql', 'host'], host: mysql.host }]),
      ...(toxiproxy === undefined ? [] : [{ path: ['parts', name, 'toxiproxy', 'api'], host: new URL(toxiproxy.api).hostname }]),
    ]),
  ]
}

function urlsOf(endpoints: Record<string, z.infer<typeof endpoint>>): Record<string, string> {
  return Object.fromEntries(Object.entries(endpoints).map(([name, { url: address }]) => [name, address]))
}

function accessOf(endpoints: Record<string, z.infer<typeof endpoint>>, folder: string): Record<string, Access> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, { url: _, tls, ...ways }]) => {
      const { caFile } = tls ?? {}
      const access = {
        ...ways,
        ...(tls === undefined ? {} : { tls: { ...tls, ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }) } }),
      }
      return Object.keys(access).length === 0 ? [] : [[name, JSON.parse(JSON.stringify(access)) as Access]]
    }),
  )
}

/** An address by itself is short for { url }: its path is that of what is written. */
function asWritten(path: readonly PropertyKey[], raw: unknown): readonly PropertyKey[] {
  let at = raw
  for (const [index, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) return path.slice(0, index)
    at = (at as Record<PropertyKey, unknown>)[step]
  }
  return path
}

function nextOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string | undefined {
  const { user, address } = (issue.code === 'custom' ? issue.params : undefined) ?? ({} as { user?: string; address?: string })
  if (address === undefined) return undefined
  if (path[0] !== 'endpoints' || path[1] === 'toxiproxy') return `Write ${address}: its API knows no users.`
  const name = String(path.filter((step) => step !== 'url').at(-1))
  return `Write ${name}: { url: ${address}, basicAuth: { user: ${user || 'NAME'}, passwordEnv: VARIABLE } }, VARIABLE being the environment variable that holds the password.`
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(schema.shape)
  if (path[0] === 'endpoints') {
    const [, name, inner] = path
    if (name === undefined) return Object.keys(schema.shape.endpoints.shape)
    if (name === 'receiver') return ['host', 'port']
    const at = name === 'services' ? path[3] : inner
    return at === 'basicAuth'
      ? ['user', 'passwordEnv']
      : at === 'tls'
        ? ['caFile', 'serverName']
        : ['tls', 'url', 'basicAuth', 'bearerTokenEnv', 'headersEnv']
  }
  return path[0] === 'parts' && path.length === 2 ? Object.keys(part.shape) : []
}

/** Where the deepest existing node of the path begins; for a key, the key itself. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = root
  let offset = root?.range?.[0]
  for (const step of path) {
    if (!isMap(node)) break
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
    if (pair === undefined) break
    if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
    node = pair.value
  }
  return offset
}
