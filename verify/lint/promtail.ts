import { RE2JS } from 're2js'
import type { Labels } from '../model/spec.ts'
import type { Cursor } from './config/document.ts'

/**
 * Promtail's relabelling and pipeline stages as pure functions, as far as labels and fields depend on them.
 * https://grafana.com/docs/loki/latest/send-data/promtail/stages/
 */
export interface Entry {
  line: string
  labels: Labels
  extracted: Record<string, string>
  /** Structured metadata: stored beside the line, and no label. */
  metadata: Record<string, string>
  dropped: boolean
  /** Whether a timestamp stage found a time in the line; null without such a stage. */
  timestampRead: boolean | null
  /** Whether a multiline stage keeps its lines together. */
  together: boolean
  /** Stages that should have read something from the line and did not, or cannot run at all. */
  failures: { at: Cursor, message: string }[]
}

const compiled = new Map<string, RE2JS | string>()

function compile(pattern: string): RE2JS | string {
  let regex = compiled.get(pattern)
  if (regex === undefined) {
    try { regex = RE2JS.compile(pattern) } catch (error) { regex = error instanceof Error ? error.message : String(error) }
    compiled.set(pattern, regex)
  }
  return regex
}

/** Named groups of the first match, or undefined. A broken pattern matches nothing. */
export function capture(pattern: string, text: string): Record<string, string> | undefined {
  const regex = compile(pattern)
  if (typeof regex === 'string') return undefined
  const matcher = regex.matcher(text)
  if (!matcher.find()) return undefined
  const groups: Record<string, string> = {}
  for (const name of Object.keys(regex.namedGroups())) groups[name] = matcher.group(name) ?? ''
  return groups
}

/** Relabelling. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config. undefined: the target is dropped. */
export function relabel(labels: Labels, rules: Cursor[]): Labels | undefined {
  let result = { ...labels }
  for (const rule of rules) {
    const action = (rule.string('action') ?? 'replace').toLowerCase()
    const source = rule.strings('source_labels').map((label) => result[label] ?? '').join(rule.string('separator') ?? ';')
    const regex = compile(`^(?s:${rule.string('regex') ?? '(.*)'})$`)
    if (typeof regex === 'string') return undefined
    const target = rule.string('target_label') ?? ''
    const replacement = rule.string('replacement') ?? '$1'
    const matcher = regex.matcher(source)
    const found = matcher.matches()
    const expand = (): string => replacement.replace(/\$(?:(\d+)|\{(\w+)\})/g, (_, index: string | undefined, name: string | undefined) => { const group = index ?? name ?? ''; return (/^\d+$/.test(group) ? Number(group) <= matcher.groupCount() ? matcher.group(Number(group)) : '' : matcher.group(group)) ?? '' })
    if (action === 'keep' && !found) return undefined
    if (action === 'drop' && found) return undefined
    if (action === 'replace' && found) {
      const value = expand()
      if (value === '') result = Object.fromEntries(Object.entries(result).filter(([label]) => label !== target))
      else result[target] = value
    }
    if (action === 'lowercase') result[target] = source.toLowerCase()
    if (action === 'uppercase') result[target] = source.toUpperCase()
    if (action === 'labelmap') {
      for (const [label, value] of Object.entries(result)) {
        const label_ = regex.matcher(label)
        if (label_.matches()) result[replacement.replace(/\$\{?(\d+)\}?/g, (_, index: string) => label_.group(Number(index)) ?? '')] = value
      }
    }
    if (action === 'labeldrop' || action === 'labelkeep') result = Object.fromEntries(Object.entries(result).filter(([label]) => regex.matches(label) === (action === 'labelkeep') || (action === 'labelkeep' && label.startsWith('__'))))
  }
  return result
}

/** Labels of the stream: those that do not begin with __. */
export function visible(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([label, value]) => !label.startsWith('__') && value !== ''))
}

export function runStages(entry: Entry, stages: Cursor[], depth = 0): Entry {
  for (const stage of stages) {
    if (entry.dropped || depth > 10) return entry
    const [name, config] = stage.pairs()[0] ?? []
    if (name === undefined || config === undefined) continue
    STAGES[name]?.(entry, config, depth, stage)
  }
  return entry
}

type Stage = (entry: Entry, config: Cursor, depth: number, at: Cursor) => void

const sourceOf = (entry: Entry, config: Cursor): string => { const source = config.string('source'); return source === undefined ? entry.line : entry.extracted[source] ?? '' }

const STAGES: Record<string, Stage> = {
  match: (entry, config, depth) => {
    const selected = matchesSelector(config.string('selector') ?? '', entry)
    if (selected === undefined) entry.failures.push({ at: config.get('selector') ?? config, message: 'the selector cannot be read' })
    if (selected !== true) return
    if (config.string('action') === 'drop') entry.dropped = true
    else runStages(entry, config.get('stages')?.items() ?? [], depth + 1)
  },
  json: (entry, config, _, at) => {
    let value: unknown
    try { value = JSON.parse(sourceOf(entry, config)) } catch {
      entry.failures.push({ at, message: 'the line is no JSON' })
      if (config.bool('drop_malformed') === true) entry.dropped = true
      return
    }
    for (const [name, path] of config.get('expressions')?.pairs() ?? []) {
      const found = jmespath(value, path.string() === undefined || path.string() === '' ? name : path.string() ?? name)
      if (found !== undefined && found !== null) entry.extracted[name] = typeof found === 'string' ? found : JSON.stringify(found)
    }
  },
  regex: (entry, config, _, at) => {
    const pattern = config.string('expression') ?? ''
    const regex = compile(pattern)
    if (typeof regex === 'string') { entry.failures.push({ at: config.get('expression') ?? at, message: `no RE2 expression: ${regex}` }); return }
    const groups = capture(pattern, sourceOf(entry, config))
    if (groups === undefined) entry.failures.push({ at: config.get('expression') ?? at, message: 'the expression does not match the line' })
    else Object.assign(entry.extracted, Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== '')))
  },
  logfmt: (entry, config) => {
    const fields = Object.fromEntries([...sourceOf(entry, config).matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)].map((match) => [match[1] ?? '', match[2] ?? match[3] ?? '']))
    for (const [name, from] of config.get('mapping')?.pairs() ?? []) { const value = fields[from.string() || name]; if (value !== undefined) entry.extracted[name] = value }
  },
  docker: (entry) => {
    try {
      const value = JSON.parse(entry.line) as { log?: string, stream?: string }
      entry.line = value.log ?? entry.line
      if (value.stream !== undefined) entry.labels['stream'] = value.stream
    } catch { return }
  },
  cri: (entry) => { const match = /^\S+ (stdout|stderr) [FP] (.*)$/s.exec(entry.line); if (match !== null) { entry.labels['stream'] = match[1] ?? ''; entry.line = match[2] ?? '' } },
  labels: (entry, config) => { for (const [label, from] of config.pairs()) { const value = entry.extracted[from.string() || label]; if (value !== undefined) entry.labels[label] = value } },
  structured_metadata: (entry, config) => { for (const [name, from] of config.pairs()) { const value = entry.extracted[from.string() || name]; if (value !== undefined) entry.metadata[name] = value } },
  static_labels: (entry, config) => { for (const [label, value] of config.pairs()) entry.labels[label] = value.string() ?? '' },
  labeldrop: (entry, config) => { for (const label of config.strings()) entry.labels[label] = '' },
  labelallow: (entry, config) => { const kept = config.strings(); entry.labels = Object.fromEntries(Object.entries(entry.labels).filter(([label]) => kept.includes(label))) },
  timestamp: (entry, config, _, at) => {
    const text = entry.extracted[config.string('source') ?? '']
    const format = config.string('format') ?? ''
    entry.timestampRead = text !== undefined && readable(text, format)
    if (!entry.timestampRead) entry.failures.push({ at, message: text === undefined ? `nothing was extracted as ${config.string('source') ?? ''}` : `${text} is not in the format ${format}` })
  },
  output: (entry, config) => { const text = entry.extracted[config.string('source') ?? '']; if (text !== undefined) entry.line = text },
  template: (entry, config) => { const source = config.string('source'); if (source !== undefined && entry.extracted[source] === undefined) entry.extracted[source] = config.string('template') ?? '' },
  drop: (entry, config) => {
    const source = config.string('source')
    const text = source === undefined ? entry.line : entry.extracted[source]
    const [value, expression, longer] = [config.string('value'), config.string('expression'), config.string('longer_than')]
    if (text === undefined) return
    if (value !== undefined ? text === value : expression !== undefined ? capture(expression, text) !== undefined : longer === undefined ? source !== undefined : text.length > bytes(longer)) entry.dropped = true
  },
  multiline: (entry, config, _, at) => {
    const pattern = config.string('firstline') ?? ''
    const [first = '', ...rest] = entry.line.split('\n')
    if (rest.some((line) => capture(pattern, line) !== undefined)) entry.failures.push({ at: config.get('firstline') ?? at, message: 'a line in the middle of the record looks like the first of one: it would be torn' })
    else entry.together = true
    // A recorded line begins an entry: when it does not look like one, it is glued to the one before.
    if (capture(pattern, first) === undefined) entry.failures.push({ at: config.get('firstline') ?? at, message: 'the line does not look like the first of an entry: it would be glued to the one before' })
  },
}

function bytes(text: string): number {
  const match = /^([\d.]+)\s*([kKmM]?)/.exec(text)
  return Number(match?.[1] ?? 0) * ({ k: 1024, m: 1024 * 1024 }[(match?.[2] ?? '').toLowerCase()] ?? 1)
}

function readable(text: string, format: string): boolean {
  if (/^RFC3339(Nano)?$/.test(format)) return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
  if (/^Unix(Ms|Us|Ns)?$/.test(format)) return /^\d+(\.\d+)?$/.test(text)
  if (/^(ANSIC|UnixDate|RubyDate|RFC822Z?|RFC850|RFC1123Z?)$/.test(format)) return !Number.isNaN(Date.parse(text))
  // A Go layout: every run of digits of the layout stands for digits.
  const pattern = format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\\\.0+|\\\.9+|,0+|,9+/g, '[.,]?\\d*').replace(/Z07:?00|-07:?00|MST/g, '(Z|[+-]\\d\\d:?\\d\\d|[A-Z]{3,4})').replace(/2006|01|02|15|03|04|05/g, '\\d+').replace(/\bJan(uary)?\b|\bMon(day)?\b/g, '[A-Za-z]+')
  return format !== '' && new RegExp(`^${pattern}$`).test(text)
}

/** The part of JMESPath that pipelines use: a.b, "quoted".c, a[0]. */
function jmespath(value: unknown, path: string): unknown {
  const steps = path.match(/"(?:[^"\\]|\\.)*"|[^.[\]"]+|\[\d+\]/g) ?? []
  let at = value
  for (const step of steps) {
    if (at === null || typeof at !== 'object') return undefined
    const key = step.startsWith('"') ? step.slice(1, -1) : step.startsWith('[') ? step.slice(1, -1) : step.trim()
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

/** {label="x"} with line filters. undefined when it cannot be read. */
export function matchesSelector(selector: string, entry: { labels: Labels, line: string }): boolean | undefined {
  const match = /^\s*\{([^}]*)\}\s*(.*)$/s.exec(selector)
  if (match === null) return undefined
  const parts = (match[1] ?? '').match(/(?:[^,"`]|"(?:[^"\\]|\\.)*"|`[^`]*`)+/g) ?? []
  for (const part of parts) {
    if (part.trim() === '') continue
    const matcher = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)\s*$/s.exec(part)
    if (matcher === null) return undefined
    const value = matcher[4] ?? (matcher[3] ?? '').replace(/\\(.)/g, '$1')
    const observed = entry.labels[matcher[1] ?? ''] ?? ''
    const equal = (matcher[2] ?? '').includes('~') ? fully(value, observed) : observed === value
    if (equal === (matcher[2] ?? '').startsWith('!')) return false
  }
  for (const filter of (match[2] ?? '').matchAll(/(\|=|!=|\|~|!~)\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)) {
    const text = filter[3] ?? (filter[2] ?? '').replace(/\\(.)/g, '$1')
    const found = (filter[1] ?? '').endsWith('~') ? capture(text, entry.line) !== undefined : entry.line.includes(text)
    if (found === (filter[1] ?? '').startsWith('!')) return false
  }
  return true
}

function fully(pattern: string, text: string): boolean {
  const regex = compile(`^(?:${pattern})$`)
  return typeof regex !== 'string' && regex.matches(text)
}
