/**
 * `node qa/record/collector-keys.ts`: writes verify/lint/known-keys/collector-components.json, the keys of components of the collector,
 * from the mapstructure tags of their Go structs. The sources are Go modules of pinned versions (`go mod download`), whose checksums are
 * written with the keys. Keys of both versions are listed: files of either are read. What lies below a type of a module that is not
 * named here is not looked into (null).
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tree } from '../../verify/lint/known-keys/outline.ts'

const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib'
const CORE = 'go.opentelemetry.io/collector'
/** Modules by the version of the collector that they are part of; the first of each block is the component itself. */
const SOURCES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'receiver.kafka': [
    [
      `${CONTRIB}/receiver/kafkareceiver@v0.93.0`,
      `${CONTRIB}/exporter/kafkaexporter@v0.93.0`,
      `${CONTRIB}/internal/kafka@v0.93.0`,
      `${CORE}/config/configtls@v0.93.0`,
    ],
    [`${CONTRIB}/receiver/kafkareceiver@v0.140.1`, `${CONTRIB}/pkg/kafka/configkafka@v0.140.1`, `${CORE}/config/configretry@v1.46.0`],
  ],
  'exporter.kafka': [
    [
      `${CONTRIB}/exporter/kafkaexporter@v0.93.0`,
      `${CONTRIB}/internal/kafka@v0.93.0`,
      `${CORE}/config/configtls@v0.93.0`,
      `${CORE}/config/configretry@v0.93.0`,
      `${CORE}/exporter@v0.93.0`,
    ],
    [
      `${CONTRIB}/exporter/kafkaexporter@v0.140.1`,
      `${CONTRIB}/pkg/kafka/configkafka@v0.140.1`,
      `${CORE}/config/configretry@v1.46.0`,
      `${CORE}/exporter/exporterhelper@v0.140.0`,
    ],
  ],
}
export const COMMITTED = fileURLToPath(new URL('../../verify/lint/known-keys/collector-components.json', import.meta.url))

interface Package {
  text: string
  modules: ReadonlyMap<string, string>
}

/** The list, as its file holds it; undefined where the modules cannot be had: no go, no network. */
export function collectorKeys(): string | undefined {
  const wanted = [...new Set(Object.values(SOURCES).flat(2))].sort()
  let answer: string
  try {
    answer = execFileSync('go', ['mod', 'download', '-json', ...wanted], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
  const modules = answer
    .split(/(?<=^\})\n/m)
    .filter((each) => each.trim() !== '')
    .map((each) => JSON.parse(each) as { Path: string; Version: string; Dir: string; Sum: string })
  const sources = Object.fromEntries(modules.map((each) => [`${each.Path}@${each.Version}`, each.Sum]).sort())
  const blocks = Object.entries(SOURCES).map(([block, versions]): [string, Tree] => [
    block,
    versions
      .map((names) => {
        const own = names.flatMap((name) => modules.filter((each) => name === `${each.Path}@${each.Version}`))
        const folders = new Map(own.map(({ Path, Dir }) => [Path, Dir]))
        const component = own[0]
        const read = component === undefined ? undefined : readPackage(component.Path, folders)
        const keys = read === undefined ? undefined : keysOf('Config', read)
        if (keys === undefined) throw new Error(`${names[0] ?? block} has no struct Config`)
        return keys
      })
      .reduce(merged),
  ])
  return `${JSON.stringify({ sources, ...Object.fromEntries(blocks) }, null, 2)}\n`
}

/** The Go files of one package, without tests; undefined where its module is none of those that are read. */
function readPackage(name: string, modules: ReadonlyMap<string, string>): Package | undefined {
  const [module] = [...modules.keys()].filter((each) => name === each || name.startsWith(`${each}/`)).sort((a, b) => b.length - a.length)
  if (module === undefined) return undefined
  const folder = path.join(modules.get(module) ?? '', name.slice(module.length))
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))
  return { text: files.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n'), modules }
}

const PLAIN: Readonly<Record<string, string>> = {
  'time.Duration': '#duration',
  'bool': '#bool',
  'float64': '#number',
  'float32': '#number',
}

/** Of a struct, or of what its name stands for; undefined: it is none that is read here. */
function keysOf(type: string, own: Package, depth = 0): Tree | undefined {
  const bare = type.replace(/^configoptional\.Optional\[(.*)\]$/, '$1').replace(/^(?:\*|\[\])+/, '')
  if (depth > 20) return undefined
  const [, package_, name = bare] = /^(\w+)\.(\w+)$/.exec(bare) ?? []
  if (package_ !== undefined) {
    const imported = [...own.text.matchAll(/^\s*(?:(\w+)\s+)?"([\w./-]+)"/gm)].find(
      ([, alias, from = '']) => (alias ?? path.posix.basename(from)) === package_,
    )?.[2]
    const other = imported === undefined ? undefined : readPackage(imported, own.modules)
    return other === undefined ? undefined : keysOf(name, other, depth + 1)
  }
  const alias = new RegExp(`^type ${name} = ([\\w.]+)$`, 'm').exec(own.text)?.[1]
  if (alias !== undefined) return keysOf(alias, own, depth + 1)
  const body = new RegExp(`^type ${name} struct \\{\\n([^]*?)^\\}`, 'm').exec(own.text)?.[1]
  if (body === undefined) return undefined
  const keys: Record<string, Tree | string | null> = {}
  for (const [, line = '', tag = ''] of body.matchAll(/^\s*(\w[^\n`]*?)\s+`mapstructure:"([^"]*)"[^\n]*$/gm)) {
    const words = line.split(/\s+/)
    const field = words.at(-1) ?? ''
    const key = tag.split(',')[0] ?? ''
    if (tag.includes('squash') || tag.includes('remain')) {
      const below = keysOf(field, own, depth + 1)
      if (below === undefined) throw new Error(`${name}: ${field} is part of it, and its module is not among those that are read`)
      Object.assign(keys, below)
    } else if (key !== '' && key !== '-') keys[key] = valueOf(field, own, depth)
  }
  // One without tags reads its value by itself.
  return Object.keys(keys).length === 0 ? undefined : Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function valueOf(type: string, own: Package, depth: number): Tree | string | null {
  const bare = type.replace('*', '')
  const plain = PLAIN[bare] ?? (/^uint\d*$/.test(bare) ? '#uint' : /^int\d*$/.test(bare) ? '#int' : undefined)
  return plain ?? keysOf(type, own, depth + 1) ?? null
}

/** Keys of either version; what one of them does not look into, or has with another type, is not looked into. */
function merged(one: Tree, other: Tree): Tree {
  const both = (key: string): Tree | string | null => {
    const [mine, theirs] = [one[key], other[key]]
    if (mine === undefined || theirs === undefined) return mine ?? theirs ?? null
    if (mine === null || theirs === null || typeof mine === 'string' || typeof theirs === 'string') return mine === theirs ? mine : null
    return merged(mine, theirs)
  }
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].sort().map((key) => [key, both(key)]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = collectorKeys()
  if (list === undefined) throw new Error('the Go modules cannot be had: `go mod download` failed')
  writeFileSync(COMMITTED, list)
}
