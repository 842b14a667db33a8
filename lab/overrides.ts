/** `--lab FILE`: other builds in place of parts of the lab. docs/lab.md has the format, with an example. */
import path from 'node:path'
import type { HealthCheck } from '../chaos/drivers/process.ts'
import { parseDuration } from '../verify/promql/duration.ts'
import { openDocument } from '../verify/config/yaml/cursor.ts'
import type { Cursor } from '../verify/config/yaml/cursor.ts'
import { FiredrillError } from '../verify/model/error.ts'
import { suggestion } from '../verify/text/did-you-mean.ts'
import type { Part } from './parts/part.ts'
import { PORT_NAMES } from './parts/part-ports.ts'
import type { Address, PortName } from './parts/part-ports.ts'
import { TOOL_IDS, isToolId } from './tools/tools.ts'
import type { ToolId } from './tools/tools.ts'

export interface CommandOverride {
  kind: 'command'
  /** Absent: the lab's own command line, with this environment. */
  argv?: string[]
  /** Added to the environment that the lab would give; null takes a variable away. */
  env: Record<string, string | null>
  /** Another build in place of a tool that the part runs: of another version, say. */
  tools?: Partial<Record<ToolId, ToolId>>
  /** Another file in place of the configuration that the compose file mounts. Absolute. */
  config?: string
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

/** What stands for `{dir}`, `{port}`, `{port:NAME}` and `{tool:ID}` in argv and env. */
export interface Fillings {
  dir: string
  /** The part's first one. */
  port: number
  ports: Readonly<Record<PortName, Address>>
  tool(id: ToolId): string
}

const PLACEHOLDER = /\{(?<kind>dir|port|tool)(?::(?<name>[^{}]*))?\}/g

/** Everything else in braces stays as it is: JSON, say. */
export function filled(text: string, { dir, port, ports, tool }: Fillings): string {
  return text.replace(PLACEHOLDER, (whole, kind: string, name?: string) => {
    if (kind === 'tool') return tool(name as ToolId)
    if (kind === 'port') return String(name === undefined ? port : ports[name as PortName].port)
    return name === undefined ? dir : whole
  })
}

/** Tools that a replaced part names in its texts. */
export function toolsNamed({ argv = [], env }: CommandOverride): ToolId[] {
  const texts = [...argv, ...Object.values(env)].filter((text) => text !== null)
  return texts.flatMap((text) =>
    [...text.matchAll(PLACEHOLDER)].flatMap(({ groups }) => (groups?.['kind'] === 'tool' ? [groups['name'] as ToolId] : [])),
  )
}

export type Overrides = Record<string, CommandOverride | AddressOverride>

const CODE = 'LAB_OVERRIDES'
const COMMAND_KEYS = ['argv', 'env', 'tools', 'config', 'cwd', 'health', 'readyTimeout'] as const
const ADDRESS_KEYS = ['address', 'allowFaults'] as const

/** `file` is for messages and for relative paths. Throws LAB_OVERRIDES (exit code 2) at the first thing that is wrong. */
export function parseOverrides(text: string, file: string, parts: readonly Part[]): Overrides {
  const root = openDocument(text, file, CODE)
  const overrides: Overrides = {}
  if (root.node === null) return overrides
  const entries = entriesOf(root, 'the file', ['parts']).get('parts')
  if (entries === undefined) return overrides
  for (const [id, at] of entriesOf(
    entries,
    'parts',
    parts.map(({ id: known }) => known),
    'part',
  )) {
    const part = parts.find((each) => each.id === id)
    if (part !== undefined) overrides[id] = partOverride(part, at, file)
  }
  return overrides
}

/** What `over` says of a part counts; another version of its program stays where `over` names none. */
export function mergedOverrides(under: Overrides, over: Overrides): Overrides {
  const both = Object.entries(over).map(([id, override]) => {
    const below = under[id]
    return [id, below?.kind === 'command' && override.kind === 'command' ? { ...below, ...override } : override] as const
  })
  return { ...under, ...Object.fromEntries(both) }
}

function partOverride(part: Part, at: Cursor, file: string): CommandOverride | AddressOverride {
  const fields = entriesOf(at, part.id, [...COMMAND_KEYS, ...ADDRESS_KEYS])
  const address = fields.get('address')
  const allow = fields.get('allowFaults')
  if (address !== undefined) {
    const stray = COMMAND_KEYS.map((key) => fields.get(key)).find((field) => field !== undefined)
    if (stray !== undefined)
      throw refused(
        stray,
        `${part.id} has an address, so it runs already: ${stray.key} has no meaning`,
        'give either address or a command line',
      )
    return { kind: 'address', addresses: addressesOf(part, address), allowFaults: allow !== undefined && flagOf(allow, 'allowFaults') }
  }
  if (allow !== undefined)
    throw refused(allow, 'allowFaults goes with address: a part that the lab starts may be harmed', 'remove allowFaults')
  const override: CommandOverride = { kind: 'command', env: {} }
  const argv = fields.get('argv')
  if (argv !== undefined) override.argv = argvOf(argv)
  const env = fields.get('env')
  if (env !== undefined)
    for (const [name, value] of entriesOf(env, 'env')) override.env[name] = value.plain() === null ? null : withPlaceholders(value, name)
  const tools = fields.get('tools')
  if (tools !== undefined) override.tools = toolsOf(part, tools)
  const config = fields.get('config')
  if (config !== undefined) override.config = path.resolve(path.dirname(file), textOf(config, 'config'))
  const cwd = fields.get('cwd')
  if (cwd !== undefined) override.cwd = path.resolve(path.dirname(file), textOf(cwd, 'cwd'))
  const health = fields.get('health')
  if (health !== undefined) override.health = healthOf(health)
  const readyTimeout = fields.get('readyTimeout')
  if (readyTimeout !== undefined) {
    const ms = parseDuration(textOf(readyTimeout, 'readyTimeout'))
    if (ms === undefined || ms === 0) throw refused(readyTimeout, 'readyTimeout is no duration', 'write it as 90s or 2m')
    override.readyTimeoutMs = ms
  }
  return override
}

function toolsOf(part: Part, at: Cursor): Partial<Record<ToolId, ToolId>> {
  return Object.fromEntries(
    [...entriesOf(at, 'tools', part.tools, 'tool')].map(([id, value]) => {
      const text = textOf(value, id)
      if (!isToolId(text)) throw refused(value, `unknown tool ${JSON.stringify(text)}`, suggestion(text, TOOL_IDS))
      return [id, text]
    }),
  )
}

function argvOf(at: Cursor): string[] {
  if (!at.isList())
    throw refused(at, 'argv is a list: the program, then its arguments; no shell reads it', 'write argv: [java, -jar, service.jar]')
  const argv = at.items().map((item) => withPlaceholders(item, 'argv'))
  if (argv[0] === '') throw refused(at.items()[0] ?? at, 'the program is an empty text', 'the first item of argv is the program')
  if (argv.length === 0) throw refused(at, 'argv is empty', 'its first item is the program')
  return argv
}

/** A text that may be empty, with placeholders that exist. */
function withPlaceholders(at: Cursor, what: string): string {
  const text = textOf(at, what, true)
  for (const match of text.matchAll(PLACEHOLDER)) {
    const { kind, name } = match.groups ?? {}
    const known: readonly string[] = kind === 'tool' ? TOOL_IDS : PORT_NAMES
    if (kind === 'dir' || (kind === 'port' && name === undefined) || known.includes(name ?? '')) continue
    const [start, end] = at.node?.range ?? [0, 0]
    const begin = start + Math.max(0, at.text.text.slice(start, end).indexOf(match[0]))
    throw new FiredrillError(CODE, `unknown ${kind} in ${match[0]}`, {
      place: at.source.yaml.place([begin, begin + match[0].length]),
      next: suggestion(name ?? '', known),
    })
  }
  return text
}

function healthOf(at: Cursor): HealthCheck {
  const text = textOf(at, 'health')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:') return { kind: 'http', url: text }
  if (url?.protocol === 'tcp:' && url.hostname !== '' && url.port !== '') return { kind: 'tcp', host: url.hostname, port: Number(url.port) }
  throw refused(at, `health is ${JSON.stringify(text)}`, 'write http://host:port/path (healthy at 2xx) or tcp://host:port')
}

function addressesOf(part: Part, at: Cursor): Partial<Record<PortName, Address>> {
  if (at.isMap()) {
    const addresses: Partial<Record<PortName, Address>> = {}
    for (const [name, value] of entriesOf(at, 'address', part.ports)) addresses[name as PortName] = addressOf(value)
    const missing = part.ports.find((name) => addresses[name] === undefined)
    if (missing !== undefined) throw refused(at, `${part.id} has no address for ${missing}`, `its ports are ${part.ports.join(', ')}`)
    return addresses
  }
  if (part.ports.length > 1) {
    const example = part.ports.map((name) => `${name}: "host:port"`).join(', ')
    throw refused(at, `${part.id} listens on ${part.ports.length} ports`, `write address: { ${example} }`)
  }
  return { [part.ports[0]]: addressOf(at) }
}

function addressOf(at: Cursor): Address {
  const text = textOf(at, 'address')
  const match = /^(\[[0-9a-fA-F:]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port < 1 || port > 65535)
    throw refused(at, `${JSON.stringify(text)} is no address`, 'write host:port, as in 127.0.0.1:6379')
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

/** Entries of a mapping; with `known`, any other key is refused. */
function entriesOf(at: Cursor, what: string, known?: readonly string[], kind = 'key'): Map<string, Cursor> {
  if (!at.isMap()) throw refused(at, `${what} must be a mapping`, known === undefined ? undefined : `its keys: ${known.join(', ')}`)
  for (const [key, value] of at.pairs()) {
    if (known !== undefined && !known.includes(key))
      throw value.error(CODE, `unknown ${kind} ${JSON.stringify(key)}`, suggestion(key, known), 'key')
    if (value.node === null) throw value.error(CODE, `${key} has no value`, undefined, 'key')
  }
  return new Map(at.pairs())
}

function flagOf(at: Cursor, what: string): boolean {
  const value = at.plain()
  if (typeof value !== 'boolean') throw refused(at, `${what} must be true or false`)
  return value
}

function textOf(at: Cursor, what: string, mayBeEmpty = false): string {
  const text = at.string()
  if (text === undefined || (text === '' && !mayBeEmpty)) throw refused(at, `${what} must be a text`)
  return text
}

function refused(at: Cursor, message: string, next?: string): FiredrillError {
  return at.error(CODE, message, next)
}
