/**
 * `node qa/record/collector-keys.ts`: writes verify/lint/known-keys/collector-components.json, the keys of the collector's components, as
 * the Go program beside it (go-structs/main.go) reads them from the Go modules of pinned versions, whose checksums are written
 * with the keys. Keys of all versions are listed: files of any are read. What lies below a type of another project's module is not looked
 * into (null).
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Tree } from '../../verify/lint/known-keys/outline.ts'
import { ADDED, RENAMED, WORDS } from './collector-by-hand.ts'
import { merged, outlineBlocks, readStructs, written, type Value } from './go-structs.ts'

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

/** The list, as its file holds it; undefined where the modules cannot be had: no go, no network. */
export function collectorKeys(): string | undefined {
  const asked = Object.entries(SOURCES).flatMap(([name, versions]) => versions.split(' ').map((version) => `${name}@v${version}`))
  const read = readStructs(asked, WORDS)
  if (read === undefined) return undefined
  const blocks = new Map<string, Value>()
  const about: Record<string, About> = {}
  const single: { block: string; version: string; own: ReadonlyMap<string, Value> }[] = []
  const aliases: Record<string, string> = {}
  for (const [name, { kind, types, keys, ignores }] of read.structs) {
    const known = types.map((type) => `${kind}.${type}`)
    // The last name is the older one, which both versions have.
    const block = known.at(-1) ?? ''
    for (const other of known.slice(0, -1)) aliases[other] = block
    const before = blocks.get(block)
    blocks.set(block, before === undefined ? keys : merged(before, keys))
    // A module with a version of its own (k8sattributes: 1.4) is of no version of the collector that is known here.
    const version = name.slice(name.lastIndexOf('@v') + 2).replace(/\.\d+$/, '')
    for (const each of known) {
      const its = (about[each] ??= { versions: [] })
      its.versions.push(version)
      if (ignores) its.ignores = true
    }
    single.push({ block, version, own: new Map([[block, keys]]) })
  }
  const lines = outlineBlocks(blocks, BY_HAND)
  for (const [other, block] of Object.entries(aliases)) {
    if (lines[block] !== undefined) lines[other] = { [`@${block}`]: null }
    const its = about[other]
    if (its !== undefined) its.of = block
  }
  for (const { block, version, own } of single) {
    const alone = outlineBlocks(own, { ...BY_HAND, added: {} })
    const lacking = missingIn({ at: lines[block] ?? null, blocks: lines }, { at: alone[block] ?? null, blocks: alone })
    const its = about[block]
    if (its !== undefined && lacking.length > 0 && version.startsWith('0.')) (its.lacks ??= {})[version] = lacking
  }
  return written({ sources: read.sources, about, blocks: lines })
}

/** Packages of the collector that all components share. */
const COMMON = /^(?:config|exporterhelper|scraperhelper|queuebatch|otlpexporter|resourcetotelemetry)\w*\./

const BY_HAND = { added: ADDED, renamed: RENAMED, common: COMMON }

/** What is known of the list of a component's name. */
interface About {
  /** Those whose module has the name. */
  versions: string[]
  /** Unknown keys pass without a word. */
  ignores?: true
  /** The older name, whose block it has. */
  of?: string
  /** By version: keys of other ones that it does not have, the outermost of each, `::` between the parts. */
  lacks?: Record<string, string[]>
}

interface Place {
  at: Value
  blocks: Readonly<Record<string, Value>>
}

/** Keys that one version does not have, of those that any has. Where it takes any key, or is not looked into, it lacks none. */
function missingIn(any: Place, one: Place, above: readonly string[] = []): string[] {
  const keysOf = ({ at, blocks }: Place): Tree | undefined => {
    const value = typeof at === 'string' && at.startsWith('@') ? (blocks[at.slice(1)] ?? null) : at
    return typeof value === 'object' && value !== null ? value : undefined
  }
  const [all, own] = [keysOf(any), keysOf(one)]
  if (all === undefined || own === undefined || '*' in own) return []
  return Object.entries(all).flatMap(([key, at]) => {
    const path = [...above, key]
    const its = own[key]
    if (its === undefined) return key === '*' ? [] : [path.join('::')]
    return missingIn({ at, blocks: any.blocks }, { at: its, blocks: one.blocks }, path)
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = collectorKeys()
  if (list === undefined) throw new Error('the Go modules cannot be had: `go run qa/record/go-structs/main.go MODULE@VERSION` says why')
  writeFileSync(COMMITTED, list)
}
