/**
 * `--lab FILE`: other people's builds in place of parts of the lab. One entry a part:
 *
 *     parts:
 *       rate-limiter:                     # another command line; what the lab would set in its environment stays set
 *         argv: [java, -jar, build/libs/rate-limiter.jar]                     # {dir}: the part's folder, {port}: its port
 *         cwd: ../rate-limiter            # relative to this file
 *         env: { SPRING_PROFILES_ACTIVE: drill, OTEL_SERVICE_NAME: null }     # null takes a variable away
 *         health: http://127.0.0.1:8082/actuator/health                       # or tcp://host:port
 *         readyTimeout: 90s
 *       redis:                            # one that runs already: never started, stopped or harmed
 *         address: 127.0.0.1:6379
 *         allowFaults: true               # ... unless this is said
 *       otel-collector:                   # more than one port: by name
 *         address: { otel-grpc: "127.0.0.1:4317", otel-http: "127.0.0.1:4318", otel-metrics: "127.0.0.1:8889" }
 */
import path from 'node:path'
import { closest, distance } from 'fastest-levenshtein'
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node, Pair } from 'yaml'
import type { HealthCheck } from '../chaos/drivers/process.ts'
import { parseDuration } from '../verify/promql/duration.ts'
import { FiredrillError } from '../verify/model/error.ts'
import type { ErrorPlace } from '../verify/model/error.ts'
import type { Part } from './parts/part.ts'
import type { Address, PortName } from './parts/ports.ts'

export interface CommandOverride {
  kind: 'command'
  /** Absent: the lab's own command line, with this environment. */
  argv?: string[]
  /** Added to the environment that the lab would give; null takes a variable away. */
  env: Record<string, string | null>
  /** Absolute. */
  cwd?: string
  health?: HealthCheck
  readyTimeoutMs?: number
}

export interface AddressOverride {
  kind: 'address'
  addresses: Partial<Record<PortName, Address>>
  allowFaults: boolean
}

export type Overrides = Record<string, CommandOverride | AddressOverride>

const COMMAND_KEYS = ['argv', 'env', 'cwd', 'health', 'readyTimeout'] as const
const ADDRESS_KEYS = ['address', 'allowFaults'] as const

/** `file` is for messages and for relative paths. Throws LAB_OVERRIDES (exit code 2) at the first thing that is wrong. */
export function parseOverrides(text: string, file: string, parts: readonly Part[]): Overrides {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true })
  const reader = new Reader(text, file, lineCounter)
  const [problem] = document.errors
  if (problem !== undefined) throw reader.errorAt(problem.pos[0], 1, problem.message.split(/ at line |\n/)[0] ?? 'not YAML')
  const overrides: Overrides = {}
  if (document.contents === null) return overrides
  const root = reader.map(document.contents, 'the file', ['parts'])
  const entries = root.get('parts')
  if (entries === undefined) return overrides
  for (const [id, node] of reader.map(
    entries,
    'parts',
    parts.map((part) => part.id),
    'part',
  )) {
    const part = parts.find((each) => each.id === id)
    if (part !== undefined) overrides[id] = partOverride(reader, part, node, file)
  }
  return overrides
}

function partOverride(reader: Reader, part: Part, node: Node, file: string): CommandOverride | AddressOverride {
  const fields = reader.map(node, part.id, [...COMMAND_KEYS, ...ADDRESS_KEYS])
  const address = fields.get('address')
  if (address !== undefined) {
    const stray = COMMAND_KEYS.find((key) => fields.has(key))
    if (stray !== undefined)
      throw reader.error(
        fields.get(stray),
        `${part.id} has an address, so it runs already: ${stray} has no meaning`,
        'give either address or a command line',
      )
    const allow = fields.get('allowFaults')
    return {
      kind: 'address',
      addresses: addressesOf(reader, part, address),
      allowFaults: allow === undefined ? false : reader.boolean(allow, 'allowFaults'),
    }
  }
  const allow = fields.get('allowFaults')
  if (allow !== undefined)
    throw reader.error(allow, 'allowFaults goes with address: a part that the lab starts may be harmed', 'remove allowFaults')
  const override: CommandOverride = { kind: 'command', env: {} }
  const argv = fields.get('argv')
  if (argv !== undefined) override.argv = argvOf(reader, argv)
  const env = fields.get('env')
  if (env !== undefined) {
    for (const [name, value] of reader.map(env, 'env')) override.env[name] = reader.isNull(value) ? null : reader.text(value, name)
  }
  const cwd = fields.get('cwd')
  if (cwd !== undefined) override.cwd = path.resolve(path.dirname(file), reader.text(cwd, 'cwd'))
  const health = fields.get('health')
  if (health !== undefined) override.health = healthOf(reader, health)
  const readyTimeout = fields.get('readyTimeout')
  if (readyTimeout !== undefined) {
    const ms = parseDuration(reader.text(readyTimeout, 'readyTimeout'))
    if (ms === undefined || ms === 0) throw reader.error(readyTimeout, 'readyTimeout is no duration', 'write it as 90s or 2m')
    override.readyTimeoutMs = ms
  }
  return override
}

function argvOf(reader: Reader, node: Node): string[] {
  if (!isSeq(node))
    throw reader.error(node, 'argv is a list: the program, then its arguments; no shell reads it', 'write argv: [java, -jar, service.jar]')
  const argv = node.items.map((item) => reader.text(item as Node, 'argv'))
  if (argv.length === 0) throw reader.error(node, 'argv is empty', 'its first item is the program')
  return argv
}

function healthOf(reader: Reader, node: Node): HealthCheck {
  const text = reader.text(node, 'health')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:') return { kind: 'http', url: text }
  if (url?.protocol === 'tcp:' && url.hostname !== '' && url.port !== '') return { kind: 'tcp', host: url.hostname, port: Number(url.port) }
  throw reader.error(node, `health is ${JSON.stringify(text)}`, 'write http://host:port/path (healthy at 2xx) or tcp://host:port')
}

function addressesOf(reader: Reader, part: Part, node: Node): Partial<Record<PortName, Address>> {
  if (isMap(node)) {
    const addresses: Partial<Record<PortName, Address>> = {}
    for (const [name, value] of reader.map(node, 'address', part.ports)) addresses[name as PortName] = addressOf(reader, value)
    const missing = part.ports.find((name) => addresses[name] === undefined)
    if (missing !== undefined)
      throw reader.error(node, `${part.id} has no address for ${missing}`, `its ports are ${part.ports.join(', ')}`)
    return addresses
  }
  if (part.ports.length > 1) {
    const example = part.ports.map((name) => `${name}: "host:port"`).join(', ')
    throw reader.error(node, `${part.id} listens on ${part.ports.length} ports`, `write address: { ${example} }`)
  }
  return { [part.ports[0]]: addressOf(reader, node) }
}

function addressOf(reader: Reader, node: Node): Address {
  const text = reader.text(node, 'address')
  const match = /^(\[[0-9a-fA-F:]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port < 1 || port > 65535)
    throw reader.error(node, `${JSON.stringify(text)} is no address`, 'write host:port, as in 127.0.0.1:6379')
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

/** Reads nodes and knows where they stand. */
class Reader {
  readonly source: string
  readonly file: string
  readonly lineCounter: LineCounter

  constructor(text: string, file: string, lineCounter: LineCounter) {
    this.source = text
    this.file = file
    this.lineCounter = lineCounter
  }

  /** Entries of a mapping; with `known`, any other key is refused. */
  map(node: Node, what: string, known?: readonly string[], kind = 'key'): Map<string, Node> {
    if (!isMap(node)) throw this.error(node, `${what} must be a mapping`, known === undefined ? undefined : `its keys: ${known.join(', ')}`)
    const entries = new Map<string, Node>()
    for (const pair of node.items as Pair<Node, Node>[]) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key)
      if (known !== undefined && !known.includes(key))
        throw this.error(pair.key, `unknown ${kind} ${JSON.stringify(key)}${didYouMean(key, known)}`, `known: ${known.join(', ')}`)
      if (pair.value === null) throw this.error(pair.key, `${key} has no value`)
      entries.set(key, pair.value)
    }
    return entries
  }

  text(node: Node, what: string): string {
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number' || typeof value === 'boolean')
      return isScalar(node) && node.source !== undefined ? node.source : String(value)
    throw this.error(node, `${what} must be a text`)
  }

  boolean(node: Node, what: string): boolean {
    if (isScalar(node) && typeof node.value === 'boolean') return node.value
    throw this.error(node, `${what} must be true or false`)
  }

  isNull(node: Node): boolean {
    return isScalar(node) && node.value === null
  }

  error(node: Node | undefined, message: string, next?: string): FiredrillError {
    const [start, end] = node?.range ?? [0, 1]
    return this.errorAt(start, end - start, message, next)
  }

  errorAt(offset: number, length: number, message: string, next?: string): FiredrillError {
    const { line, col } = this.lineCounter.linePos(offset)
    const source = this.source.split('\n')[line - 1] ?? ''
    const place: ErrorPlace = { file: this.file, line, column: col, source, length: Math.max(1, Math.min(length, source.length - col + 1)) }
    return new FiredrillError('LAB_OVERRIDES', message, { place, ...(next === undefined ? {} : { next }) })
  }
}

function didYouMean(text: string, known: readonly string[]): string {
  const nearest = closest(text, [...known])
  return distance(text, nearest) <= Math.max(2, Math.floor(nearest.length / 3)) ? `, did you mean ${JSON.stringify(nearest)}?` : ''
}
