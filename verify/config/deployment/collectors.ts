import { FiredrillError } from '../../model/error.ts'
import type { Configuration } from '../configuration.ts'
import { fileAt } from './container-files.ts'
import { openDocuments, type ConfigText, type Cursor } from '../yaml/cursor.ts'
import { layered } from '../yaml/layers.ts'
import type { Workload } from './workloads.ts'

/**
 * The collectors as their containers start them: all --config sources merged in their order, and variables replaced by what the container
 * has. Files that no container starts stay as they are; where a source is not known here (http:, an image's own file) nothing is judged.
 * https://opentelemetry.io/docs/collector/configuration/#location
 */
export function withStartedCollectors(config: Configuration): Configuration {
  const collectors = started(config)
  return { ...config, collectors, kinds: collectors.length > 0 ? new Set([...config.kinds, 'collector']) : config.kinds }
}

function started(config: Configuration): Cursor[] {
  const roots: Cursor[] = []
  const read = new Set<string>()
  for (const workload of config.workloads) {
    const sources = sourcesOf(workload)
    const layers = sources.map((source) => layerOf(source, workload, config)).filter((layer) => layer !== 'empty')
    const found = layers.filter((layer): layer is Cursor => layer !== undefined)
    const isCollector = /collector|otelcol/.test(`${workload.image} ${workload.name}`) || found.some((layer) => isKnown(layer, config))
    if (!isCollector || found.length === 0) continue
    for (const layer of found) read.add(layer.text.file)
    if (found.length === layers.length) roots.push(layered(found))
  }
  return [...config.collectors.filter((root) => !read.has(root.text.file) || root.text.path !== root.text.file), ...roots]
}

function isKnown(layer: Cursor, config: Configuration): boolean {
  return config.collectors.some((root) => root.text.file === layer.text.file)
}

interface Source {
  text: string
  at: Cursor
}

/** `--config=X`, `--config X`, each as often as wanted; then each `--set=KEY=VALUE`, before or behind them. */
function sourcesOf({ args }: Workload): Source[] {
  const of = (flag: RegExp): Source[] =>
    args.flatMap(({ value, at }, index) => {
      const [name = '', given] = /^([^=]+)(?:=(.*))?$/s.exec(value)?.slice(1) ?? []
      const next = args[index + 1]
      if (!flag.test(name)) return []
      return given !== undefined ? [{ text: given, at }] : next === undefined ? [] : [{ text: next.value, at: next.at }]
    })
  // https://github.com/open-telemetry/opentelemetry-collector/blob/v0.93.0/otelcol/flags.go
  const set = of(/^--?set$/).map(({ text, at }) => {
    const [key = '', ...value] = text.split('=')
    return { text: `yaml:${key.replaceAll('.', '::')}: ${value.join('=')}`, at }
  })
  return [...of(/^--?config$/), ...set]
}

function layerOf(source: Source, workload: Workload, config: Configuration): Cursor | 'empty' | undefined {
  const text = textOf(source, workload, config)
  if (text === undefined) return undefined
  try {
    const [root] = openDocuments(withVariables(text, workload))
    return root?.isMap() === true ? root : 'empty'
  } catch (error) {
    // Broken YAML of a file is a problem of its own already.
    if (!(error instanceof FiredrillError)) throw error
    if (!config.problems.some(({ place }) => place?.file === error.place?.file)) config.problems.push(error)
    return undefined
  }
}

function textOf(source: Source, workload: Workload, config: Configuration): ConfigText | undefined {
  const [, scheme = 'file', rest = source.text] = /^(file|env|yaml|https?):(.*)$/s.exec(source.text) ?? []
  if (scheme === 'env') return workload.env.get(rest)?.at.embedded(`env:${rest}`)
  if (scheme === 'yaml') {
    const { file } = source.at.text
    const { line, column } = source.at.place()
    // processors::batch::timeout: 2s
    const keys = rest.split('::')
    const text = keys.map((key, depth) => `${'  '.repeat(depth)}${key}${depth < keys.length - 1 ? ':' : ''}`).join('\n')
    return { file, path: `yaml:${rest}`, text, lineOffset: line - keys.length, columnOffset: column - 1 }
  }
  if (scheme !== 'file') return undefined
  const found = fileAt(workload, config, rest)
  return typeof found === 'string' ? undefined : found.text
}

/** ${env:NAME}, ${NAME} and ${env:NAME:-default}, as far as the container's environment is known. */
const VARIABLE = /\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}\n]*))?\}/g

function withVariables(text: ConfigText, { env, unknownEnv }: Workload): ConfigText {
  if (!text.text.includes('${')) return text
  const replaced = text.text.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
    const value = env.get(name)?.value ?? (unknownEnv ? undefined : fallback)
    // Lines stay where they are.
    return value === undefined || value.includes('\n') ? whole : value
  })
  return replaced === text.text ? text : { ...text, text: replaced }
}

/** Variables that a text asks for without a default. */
export function variablesIn(text: string): string[] {
  const all = [
    ...text
      .replace(/^\s*#.*$/gm, '')
      .replaceAll('$$', '')
      .matchAll(VARIABLE),
  ]
  return [...new Set(all.flatMap(([, name = '', fallback]) => (fallback === undefined ? name : [])))]
}
