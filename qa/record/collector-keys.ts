/**
 * `node qa/record/collector-keys.ts`: writes verify/lint/known-keys/collector-components.json, the keys of the collector's components, as
 * the Go program beside it (collector-structs/main.go) reads them from the Go modules of pinned versions, whose checksums are written
 * with the keys. Keys of all versions are listed: files of any are read. What lies below a type of another project's module is not looked
 * into (null).
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Tree } from '../../verify/lint/known-keys/outline.ts'
import { ADDED, RENAMED, WORDS } from './collector-by-hand.ts'

const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib/'
const CORE = 'go.opentelemetry.io/collector/'

/**
 * Components by the versions that are read: the oldest and the newest that lint is held to and one between them, or, where the module
 * proxy has none of these, the nearest that it has.
 */
const SOURCES: Readonly<Record<string, string>> = {
  [`${CORE}connector/forwardconnector`]: '0.93.0 0.165.0',
  [`${CORE}exporter/debugexporter`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}exporter/loggingexporter`]: '0.93.0',
  [`${CORE}exporter/otlpexporter`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}exporter/otlphttpexporter`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}extension/ballastextension`]: '0.93.0',
  [`${CORE}extension/zpagesextension`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}processor/batchprocessor`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}processor/memorylimiterprocessor`]: '0.93.0 0.140.0 0.165.0',
  [`${CORE}receiver/otlpreceiver`]: '0.93.0 0.140.0 0.165.0',
  [`${CONTRIB}connector/countconnector`]: '0.165.0',
  [`${CONTRIB}connector/routingconnector`]: '0.149.0',
  [`${CONTRIB}connector/spanmetricsconnector`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}exporter/clickhouseexporter`]: '0.93.0 0.165.0',
  [`${CONTRIB}exporter/fileexporter`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}exporter/googlecloudexporter`]: '0.93.0 0.165.0',
  [`${CONTRIB}exporter/googlemanagedprometheusexporter`]: '0.165.0',
  [`${CONTRIB}exporter/kafkaexporter`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}exporter/loadbalancingexporter`]: '0.93.0',
  [`${CONTRIB}exporter/opencensusexporter`]: '0.93.0',
  [`${CONTRIB}exporter/prometheusexporter`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}exporter/prometheusremotewriteexporter`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}exporter/syslogexporter`]: '0.93.0 0.148.0',
  [`${CONTRIB}exporter/zipkinexporter`]: '0.93.0 0.148.0',
  [`${CONTRIB}extension/basicauthextension`]: '0.140.1 0.165.0',
  [`${CONTRIB}extension/bearertokenauthextension`]: '0.165.0',
  [`${CONTRIB}extension/healthcheckv2extension`]: '0.140.1 0.165.0',
  [`${CONTRIB}extension/healthcheckextension`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}extension/observer/ecsobserver`]: '0.165.0',
  [`${CONTRIB}extension/oidcauthextension`]: '0.165.0',
  [`${CONTRIB}extension/pprofextension`]: '0.140.1 0.165.0',
  [`${CONTRIB}extension/sigv4authextension`]: '0.140.1 0.165.0',
  [`${CONTRIB}extension/storage/filestorage`]: '0.140.1 0.165.0',
  [`${CONTRIB}processor/attributesprocessor`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}processor/cumulativetodeltaprocessor`]: '0.93.0 0.165.0',
  [`${CONTRIB}processor/deltatocumulativeprocessor`]: '0.165.0',
  [`${CONTRIB}processor/deltatorateprocessor`]: '0.165.0',
  [`${CONTRIB}processor/filterprocessor`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}processor/groupbyattrsprocessor`]: '0.93.0 0.165.0',
  [`${CONTRIB}processor/groupbytraceprocessor`]: '0.165.0',
  [`${CONTRIB}processor/intervalprocessor`]: '0.165.0',
  [`${CONTRIB}processor/k8sattributesprocessor`]: '0.93.0 1.4.1',
  [`${CONTRIB}processor/metricsgenerationprocessor`]: '0.165.0',
  [`${CONTRIB}processor/metricstransformprocessor`]: '0.93.0 0.165.0',
  [`${CONTRIB}processor/probabilisticsamplerprocessor`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}processor/redactionprocessor`]: '0.165.0',
  [`${CONTRIB}processor/resourcedetectionprocessor`]: '0.93.0 0.164.1',
  [`${CONTRIB}processor/resourceprocessor`]: '0.93.0 0.165.0',
  [`${CONTRIB}processor/schemaprocessor`]: '0.165.0',
  [`${CONTRIB}processor/spanprocessor`]: '0.165.0',
  [`${CONTRIB}processor/tailsamplingprocessor`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}processor/transformprocessor`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}receiver/awsecscontainermetricsreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/collectdreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/dockerstatsreceiver`]: '0.149.0',
  [`${CONTRIB}receiver/filelogreceiver`]: '0.93.0 0.165.0',
  [`${CONTRIB}receiver/fluentforwardreceiver`]: '0.93.0 0.165.0',
  [`${CONTRIB}receiver/hostmetricsreceiver`]: '0.93.0 0.165.0',
  [`${CONTRIB}receiver/httpcheckreceiver`]: '0.93.0',
  [`${CONTRIB}receiver/jaegerreceiver`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}receiver/journaldreceiver`]: '0.93.0 0.165.0',
  [`${CONTRIB}receiver/k8sclusterreceiver`]: '0.149.0',
  [`${CONTRIB}receiver/k8sobjectsreceiver`]: '0.111.0',
  [`${CONTRIB}receiver/kafkareceiver`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}receiver/kubeletstatsreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/opencensusreceiver`]: '0.93.0',
  [`${CONTRIB}receiver/prometheusreceiver`]: '0.93.0 0.140.1 0.165.0',
  [`${CONTRIB}receiver/statsdreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/syslogreceiver`]: '0.93.0 0.165.0',
  [`${CONTRIB}receiver/tcplogreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/udplogreceiver`]: '0.165.0',
  [`${CONTRIB}receiver/zipkinreceiver`]: '0.93.0 0.140.1 0.165.0',
}
export const COMMITTED = fileURLToPath(new URL('../../verify/lint/known-keys/collector-components.json', import.meta.url))

/** What the Go program prints of a component. */
interface Component {
  kind: string
  types: readonly string[]
  keys: Tree | null
  ignores: boolean
}

type Value = Tree | string | null

/** The list, as its file holds it; undefined where the modules cannot be had: no go, no network. */
export function collectorKeys(): string | undefined {
  const asked = Object.entries(SOURCES).flatMap(([name, versions]) => versions.split(' ').map((version) => `${name}@v${version}`))
  let answer: string
  try {
    const program = fileURLToPath(new URL('collector-structs/main.go', import.meta.url))
    answer = execFileSync('go', ['run', program, ...asked], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 })
  } catch {
    return undefined
  }
  const { sources, components } = JSON.parse(answer) as { sources: Record<string, string>; components: Record<string, Component> }
  // In the order of their versions: what is newer gives the names.
  const ordered = asked.flatMap((name) => (components[name] === undefined ? [] : [[name, components[name]] as const]))
  return listOf(Object.fromEntries(asked.map((name) => [name, sources[name] ?? ''])), Object.fromEntries(ordered))
}

/** Blocks by name; a component has one for each of its names, and `about` says what is known of its list. */
function listOf(sources: Readonly<Record<string, string>>, components: Readonly<Record<string, Component>>): string {
  const blocks = new Map<string, Value>()
  const about: Record<string, { versions: string[]; ignores?: true }> = {}
  const aliases: Record<string, string> = {}
  for (const [name, { kind, types, keys, ignores }] of Object.entries(components)) {
    const known = types.map((type) => `${kind}.${type}`)
    // The last name is the older one, which both versions have.
    const block = known.at(-1) ?? ''
    for (const other of known.slice(0, -1)) aliases[other] = block
    const before = blocks.get(block)
    blocks.set(block, before === undefined ? keys : merged(before, keys))
    // A module with a version of its own (k8sattributes: 1.4) is of no version of the collector that is known here.
    const versions = [...(about[block]?.versions ?? []), name.slice(name.lastIndexOf('@v') + 2).replace(/\.\d+$/, '')]
    about[block] = ignores || about[block]?.ignores === true ? { versions, ignores: true } : { versions }
  }
  for (const [block, keys] of Object.entries(ADDED)) if (!block.startsWith('/')) blocks.set(block, overlaid(blocks.get(block) ?? {}, keys))
  const types = new Map<string, Tree>()
  for (const value of blocks.values()) collectTypes(value, types)
  const whole = new Map([...blocks].map(([block, value]) => [block, spoken(value, types)]))
  const shared = new Shared([...whole.values()])
  const lines: Record<string, Value> = {}
  for (const [block, value] of whole) if (typeof value === 'object' && value !== null) lines[block] = shared.fieldsOf(value)
  for (const [other, block] of Object.entries(aliases)) {
    if (lines[block] !== undefined) lines[other] = { [`@${block}`]: null }
    about[other] = about[block] ?? { versions: [] }
  }
  Object.assign(lines, shared.blocks())
  const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  const written = (record: Readonly<Record<string, unknown>>): string =>
    `{\n${sorted(record)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n')}\n  }`
  return `{\n  "sources": ${written(sources)},\n  "about": ${written(about)},\n  "blocks": ${written(lines)}\n}\n`
}

/** Keys of either version; what one of them does not look into, or has with another type, is not looked into. */
function merged(one: Value, other: Value): Value {
  if (one === null || other === null || typeof one === 'string' || typeof other === 'string') {
    const [mine, theirs] = [wordsOf(one), wordsOf(other)]
    const both = new Set([mine, theirs])
    return mine === theirs ? one : both.has('#int') && both.has('#uint') ? '#int' : null
  }
  const both = (key: string): Value => {
    const [mine, theirs] = [one[key], other[key]]
    if (mine === undefined || theirs === undefined) return mine ?? theirs ?? null
    // The name of the newer type.
    return key === NAME ? theirs : merged(mine, theirs)
  }
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, both(key)]))
}

/** Under this key the Go program gives the type that a mapping is read to. */
const NAME = '$'

/** Types of packages that many components share: their names without their paths are of one type each. */
const COMMON = /^(?:config|exporterhelper|scraperhelper|queuebatch|otlpexporter|resourcetotelemetry)\w*\./

/** Types of values in lint's words; null of one whose values are not judged. */
function wordsOf(value: Value): Value {
  if (typeof value !== 'string' || !value.includes('.')) return value
  const words = WORDS[value.slice(1)]
  return words === undefined ? null : `#${words}`
}

/** What stands by hand is right. */
function overlaid(base: Value, added: Value): Value {
  if (typeof base !== 'object' || base === null || typeof added !== 'object' || added === null) return added
  return { ...base, ...Object.fromEntries(Object.entries(added).map(([key, below]) => [key, overlaid(base[key] ?? null, below)])) }
}

/** Every Go type by its name of today, with the keys of all its versions in all components. */
function collectTypes(value: Value, into: Map<string, Tree>): void {
  if (typeof value !== 'object' || value === null) return
  const name = nameOf(value)
  if (name !== undefined) {
    const before = into.get(name)
    into.set(name, before === undefined ? value : (merged(before, value) as Tree))
  }
  for (const below of Object.values(value)) collectTypes(below, into)
}

function nameOf(value: Tree): string | undefined {
  const name = value[NAME]
  return typeof name === 'string' ? (RENAMED[name] ?? name) : undefined
}

/**
 * With the types of values in lint's words, what is part of a mapping as its keys, and what is added to a type by hand; `&TYPE` by
 * hand is a Go type that was read. A type of the collector's own has the keys of all its versions, also in a component that is not to be
 * had in all.
 */
function spoken(value: Value, types: ReadonlyMap<string, Tree>): Value {
  if (typeof value === 'string' && value.startsWith('&')) {
    const type = types.get(value.slice(1))
    if (type === undefined) throw new Error(`${value}: no module that is read has this type (collector-by-hand.ts)`)
    return spoken(type, types)
  }
  if (typeof value !== 'object' || value === null) return wordsOf(value)
  const name = nameOf(value)
  const everywhere = name === undefined || !COMMON.test(name) ? undefined : types.get(name)
  const whole = overlaid(everywhere === undefined ? value : merged(value, everywhere), ADDED[`/${name}`] ?? {}) as Tree
  const keys: Record<string, Value> = name === undefined ? {} : { [NAME]: name }
  for (const [key, below] of Object.entries(whole)) {
    if (key === NAME) continue
    const isPart = key.startsWith(`${NAME} `) || key.startsWith('&')
    const part = isPart ? (spoken(key.startsWith('&') ? key : below, types) as Tree) : { [key]: spoken(below, types) }
    for (const [each, its] of Object.entries(part)) if (each !== NAME) keys[each] = keys[each] === undefined ? its : merged(keys[each], its)
  }
  return Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Mappings that stand in several places stand once, as a block of their own. */
class Shared {
  readonly #times = new Map<string, number>()
  readonly #names = new Map<string, string>()
  readonly #blocks: Record<string, Value> = {}

  constructor(trees: readonly Value[]) {
    for (const tree of trees) this.#count(tree)
  }

  /** @returns the keys of a mapping, with the name of a block where one is shared. */
  fieldsOf(tree: Tree): Tree {
    const below = (value: Value): Value => {
      if (typeof value !== 'object' || value === null) return value
      const text = Shared.#text(value)
      // A short one is not worth a line of its own.
      if ((this.#times.get(text) ?? 0) < 2 || text.length < 60) return this.fieldsOf(value)
      const name = this.#names.get(text) ?? this.#newName(value)
      this.#names.set(text, name)
      this.#blocks[name] ??= this.fieldsOf(value)
      return `@${name}`
    }
    return Object.fromEntries(
      Object.entries(tree)
        .filter(([key]) => key !== NAME)
        .map(([key, value]) => [key, below(value)]),
    )
  }

  /** @returns the shared blocks by name, complete once all trees were asked for. */
  blocks(): Readonly<Record<string, Value>> {
    return this.#blocks
  }

  #newName(value: Tree): string {
    const type = typeof value[NAME] === 'string' ? value[NAME] : 'keys'
    const same = Object.keys(this.#blocks).filter((name) => name === type || name.startsWith(`${type} `)).length
    const name = same === 0 ? type : `${type} ${same + 1}`
    this.#blocks[name] ??= null
    return name
  }

  #count(value: Value): void {
    if (typeof value !== 'object' || value === null) return
    const text = Shared.#text(value)
    const before = this.#times.get(text) ?? 0
    this.#times.set(text, before + 1)
    if (before === 0) for (const below of Object.values(value)) this.#count(below)
  }

  static #text(value: Tree): string {
    return JSON.stringify(value, (key, each: unknown) => (key === NAME ? undefined : each))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = collectorKeys()
  if (list === undefined)
    throw new Error('the Go modules cannot be had: `go run qa/record/collector-structs/main.go MODULE@VERSION` says why')
  writeFileSync(COMMITTED, list)
}
