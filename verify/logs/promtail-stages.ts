import { RE2JS } from 're2js'
import type { Labels } from '../model/spec.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { messageOf } from '../text/error-text.ts'

/**
 * Promtail's pipeline stages as pure functions, as far as labels and fields depend on them.
 * https://grafana.com/docs/loki/latest/send-data/promtail/stages/
 */
export interface Entry {
  line: string
  labels: Labels
  extracted: Record<string, string>
  /** Structured metadata: stored beside the line, and no label. */
  metadata: Record<string, string>
  dropped: boolean
  /** The stage that dropped it. */
  droppedAt?: Cursor
  /** Stages that drop lines by rate. */
  losses: Loss[]
  /** Whether a timestamp stage found a time in the line; null without such a stage. */
  timestampRead: boolean | null
  /** Whether a multiline stage keeps its lines together. */
  together: boolean
  /** Stages that should have read something from the line and did not, or cannot run at all. */
  failures: { at: Cursor; message: string }[]
}

/** `burst` and `ratePerS`: what is up to that is kept. */
export interface Loss {
  at: Cursor
  message: string
  burst?: number
  ratePerS?: number
}

const compiled = new Map<string, RE2JS | string>()

function compile(pattern: string): RE2JS | string {
  let regex = compiled.get(pattern)
  if (regex === undefined) {
    try {
      regex = RE2JS.compile(pattern)
    } catch (error) {
      regex = messageOf(error)
    }
    compiled.set(pattern, regex)
  }
  return regex
}

/** By pattern: the recorded lines are piped through the same stages by each check, and with each change of other files (`mutate`). */
const captured = new Map<string, Map<string, Readonly<Record<string, string>> | undefined>>()
const MOST_TEXTS = 1_000

/** Named groups of the first match, or undefined. A broken pattern matches nothing. */
function capture(pattern: string, text: string): Readonly<Record<string, string>> | undefined {
  let known = captured.get(pattern)
  if (known === undefined) captured.set(pattern, (known = new Map<string, Readonly<Record<string, string>> | undefined>()))
  if (known.has(text)) return known.get(text)
  const groups = captureAnew(pattern, text)
  if (known.size < MOST_TEXTS) known.set(text, groups)
  return groups
}

function captureAnew(pattern: string, text: string): Record<string, string> | undefined {
  const regex = compile(pattern)
  if (typeof regex === 'string') return undefined
  const matcher = regex.matcher(text)
  if (!matcher.find()) return undefined
  const groups: Record<string, string> = {}
  for (const name of Object.keys(regex.namedGroups())) groups[name] = matcher.group(name) ?? ''
  return groups
}

/** Labels of the stream: those that do not begin with __. */
export function visible(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([label, value]) => !label.startsWith('__') && value !== ''))
}

/** An entry before the first stage. */
export function entryOf(line: string, labels: Labels = {}): Entry {
  return {
    line,
    labels: { ...labels },
    extracted: {},
    metadata: {},
    dropped: false,
    losses: [],
    timestampRead: null,
    together: false,
    failures: [],
  }
}

export function runStages(entry: Entry, stages: readonly Cursor[], depth = 0): Entry {
  for (const stage of stages) {
    if (entry.dropped || depth > 10) return entry
    const [name, config] = stage.pairs()[0] ?? []
    if (name === undefined || config === undefined) continue
    if (Object.hasOwn(STAGES, name)) STAGES[name]?.(entry, config, depth, stage)
    if (entry.dropped) entry.droppedAt ??= stage
  }
  return entry
}

type Stage = (entry: Entry, config: Cursor, depth: number, at: Cursor) => void

const sourceOf = (entry: Entry, config: Cursor): string => {
  const source = config.string('source')
  return source === undefined ? entry.line : (entry.extracted[source] ?? '')
}

const STAGES: Record<string, Stage> = {
  match: (entry, config, depth) => {
    const selected = matchesSelector(config.string('selector') ?? '', entry)
    if (selected === undefined) entry.failures.push({ at: config.near('selector'), message: 'the selector cannot be read' })
    if (selected !== true) return
    if (config.string('action') === 'drop') {
      entry.dropped = true
      entry.droppedAt = config.near('action')
    } else runStages(entry, config.items('stages'), depth + 1)
  },
  json: (entry, config, _, at) => {
    let value: unknown
    try {
      value = JSON.parse(sourceOf(entry, config))
    } catch {
      entry.failures.push({ at, message: 'the line is no JSON' })
      if (config.bool('drop_malformed') === true) entry.dropped = true
      return
    }
    for (const [name, path] of config.pairs('expressions')) {
      const expression = path.string() === undefined || path.string() === '' ? name : (path.string() ?? name)
      // `@` is the current object, and a name with other characters than a word's is a syntax error: Promtail does not start with it.
      if (/^@\w|^[\w.]*\w-[\w.-]*$/.test(expression)) {
        entry.failures.push({ at: path, message: `no JMESPath: ${expression} is to be quoted once more, '"${expression}"'` })
        continue
      }
      const found = jmespath(value, expression)
      if (found !== undefined && found !== null) entry.extracted[name] = typeof found === 'string' ? found : JSON.stringify(found)
    }
  },
  regex: (entry, config, _, at) => {
    const pattern = config.string('expression') ?? ''
    const regex = compile(pattern)
    if (typeof regex === 'string') {
      entry.failures.push({ at: config.get('expression') ?? at, message: `no RE2 expression: ${regex}` })
      return
    }
    const groups = capture(pattern, sourceOf(entry, config))
    if (groups === undefined) entry.failures.push({ at: config.get('expression') ?? at, message: 'the expression does not match the line' })
    else {
      const named = Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== ''))
      Object.assign(entry.extracted, named)
      if (config.bool('labels_from_groups') === true) Object.assign(entry.labels, named)
    }
  },
  logfmt: (entry, config) => {
    const fields = Object.fromEntries(
      [...sourceOf(entry, config).matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)].map((match) => [
        match[1] ?? '',
        match[2] ?? match[3] ?? '',
      ]),
    )
    for (const [name, from] of config.pairs('mapping')) {
      const value = fields[from.string() || name]
      if (value !== undefined) entry.extracted[name] = value
    }
  },
  docker: (entry) => {
    try {
      const value = JSON.parse(entry.line) as { log?: string; stream?: string }
      entry.line = value.log ?? entry.line
      if (value.stream !== undefined) entry.labels['stream'] = entry.extracted['stream'] = value.stream
    } catch {
      return
    }
  },
  cri: (entry) => {
    const match = /^\S+ (stdout|stderr) [FP] (.*)$/s.exec(entry.line)
    if (match !== null) {
      entry.labels['stream'] = entry.extracted['stream'] = match[1] ?? ''
      entry.line = match[2] ?? ''
    }
  },
  labels: (entry, config) => {
    for (const [label, from] of config.pairs()) {
      const value = entry.extracted[from.string() || label]
      if (value !== undefined) entry.labels[label] = value
    }
  },
  // A label of that name goes along: https://github.com/grafana/loki/blob/v3.0.0/clients/pkg/logentry/stages/structuredmetadata.go
  structured_metadata: (entry, config) => {
    for (const [name, from] of config.pairs()) {
      const source = from.string() || name
      const value = entry.labels[source] || entry.extracted[source]
      if (value !== undefined) entry.metadata[name] = value
      if (entry.labels[source] !== undefined) entry.labels[source] = ''
    }
  },
  static_labels: (entry, config) => {
    for (const [label, value] of config.pairs()) entry.labels[label] = value.string() ?? ''
  },
  labeldrop: (entry, config) => {
    for (const label of config.strings()) entry.labels[label] = ''
  },
  labelallow: (entry, config) => {
    const kept = config.strings()
    entry.labels = Object.fromEntries(Object.entries(entry.labels).filter(([label]) => kept.includes(label)))
  },
  timestamp: (entry, config, _, at) => {
    const text = entry.extracted[config.string('source') ?? '']
    const format = config.string('format') ?? ''
    entry.timestampRead =
      text !== undefined && (text === UNSURE || [format, ...config.strings('fallback_formats')].some((each) => readable(text, each)))
    if (!entry.timestampRead)
      entry.failures.push({
        at: text === undefined ? at : config.near('format'),
        message:
          text === undefined ? `nothing was extracted as ${config.string('source') ?? ''}` : `${text} is not in the format ${format}`,
      })
  },
  output: (entry, config) => {
    const text = entry.extracted[config.string('source') ?? '']
    if (text !== undefined) entry.line = text
  },
  template: (entry, config) => {
    const source = config.string('source')
    if (source === undefined) return
    const value = expandGo(config.string('template') ?? '', entry.extracted[source] ?? '', entry)
    if (value === '') entry.extracted = Object.fromEntries(Object.entries(entry.extracted).filter(([name]) => name !== source))
    else entry.extracted[source] = value
  },
  replace: (entry, config, _, at) => {
    const expression = config.string('expression') ?? ''
    const regex = compile(expression)
    if (typeof regex === 'string') {
      entry.failures.push({ at: config.get('expression') ?? at, message: `no RE2 expression: ${regex}` })
      return
    }
    const text = sourceOf(entry, config)
    const to = config.string('replace') ?? ''
    const matcher = regex.matcher(text)
    let result = ''
    let from = 0
    while (matcher.find()) {
      const group = matcher.groupCount() > 0 ? 1 : 0
      const begin = matcher.start(group)
      if (begin < 0) continue
      result += text.slice(from, begin) + expandGo(to, matcher.group(group) ?? '', entry)
      from = matcher.end(group)
    }
    result += text.slice(from)
    const source = config.string('source')
    if (source === undefined) entry.line = result.includes(UNSURE) ? entry.line : result
    else if (entry.extracted[source] !== undefined) entry.extracted[source] = result.includes(UNSURE) ? UNSURE : result
  },
  decolorize: (entry) => {
    entry.line = entry.line.replace(COLOUR, '')
  },
  pack: (entry, config) => {
    const names = config.strings('labels')
    const packed = Object.fromEntries(
      names.flatMap((name) => {
        const value = entry.labels[name] ?? entry.extracted[name]
        return value === undefined || value === '' ? [] : [[name, value]]
      }),
    )
    entry.line = JSON.stringify({ ...packed, _entry: entry.line })
    entry.labels = Object.fromEntries(Object.entries(entry.labels).filter(([name]) => !names.includes(name)))
  },
  sampling: (entry, config, _, at) => {
    const rate = config.number('rate')
    if (rate !== undefined && rate < 1)
      entry.losses.push({ at: config.get('rate') ?? at, message: `sampling keeps ${rate * 100} % of the lines` })
  },
  limit: (entry, config, _, at) => {
    if (config.bool('drop') === true)
      entry.losses.push({
        at,
        message: `what is over ${config.string('rate') ?? '?'} lines a second (burst ${config.string('burst') ?? '?'}) is dropped`,
        burst: config.number('burst') ?? 0,
        ratePerS: config.number('rate') ?? 0,
      })
  },
  // All that is given has to hold. What was recorded is as old as the recording: a line that is just written is not.
  drop: (entry, config, _, at) => {
    const sources = config.strings('source')
    const values = sources.map((source) => entry.extracted[source])
    const [value, expression, longer] = [config.string('value'), config.string('expression'), config.string('longer_than')]
    if (sources.length > 0 && values.some((found) => found === undefined)) return
    const text = sources.length === 0 ? entry.line : values.join(config.string('separator') ?? ';')
    if (sources.length === 0 && value === undefined && expression === undefined && longer === undefined) return
    if (expression !== undefined && typeof compile(expression) === 'string') {
      entry.failures.push({ at: config.get('expression') ?? at, message: `no RE2 expression: ${expression}` })
      return
    }
    if (text.includes(UNSURE) || config.has('older_than')) return
    if (value !== undefined && text !== value) return
    if (expression !== undefined && capture(expression, text) === undefined) return
    if (longer !== undefined && Buffer.byteLength(entry.line) <= bytes(longer)) return
    entry.dropped = true
  },
  multiline: (entry, config, _, at) => {
    const pattern = config.string('firstline') ?? ''
    const [first = '', ...rest] = entry.line.split('\n')
    const most = config.number('max_lines') ?? 128
    if (most > 0 && rest.length + 1 > most) {
      entry.failures.push({
        at: config.get('max_lines') ?? at,
        message: `the record has ${rest.length + 1} lines, and max_lines is ${most}: it would be split`,
      })
      return
    }
    if (rest.some((line) => capture(pattern, line) !== undefined))
      entry.failures.push({
        at: config.get('firstline') ?? at,
        message: 'a line in the middle of the record looks like the first of one: it would be split',
      })
    else entry.together = true
    // A recorded line begins an entry: when it does not look like one, it is glued to the one before.
    if (capture(pattern, first) === undefined)
      entry.failures.push({
        at: config.get('firstline') ?? at,
        message: 'the line does not look like the first of an entry: it would be glued to the one before',
      })
  },
}

function bytes(text: string): number {
  const match = /^([\d.]+)\s*([kKmM]?)/.exec(text)
  return Number(match?.[1] ?? 0) * ({ k: 1024, m: 1024 * 1024 }[(match?.[2] ?? '').toLowerCase()] ?? 1)
}

/** By Go's rules (https://pkg.go.dev/time#pkg-constants), as far as digits go. */
function readable(text: string, format: string): boolean {
  if (/^RFC3339(Nano)?$/.test(format)) return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const digits = UNIX_DIGITS[format]
  // Seconds read as milliseconds, or the other way round, are times of another century, which Loki refuses.
  if (digits !== undefined) return /^\d+(\.\d+)?$/.test(text) && (text.split('.')[0] ?? '').length === digits
  if (/^(ANSIC|UnixDate|RubyDate|RFC822Z?|RFC850|RFC1123Z?)$/.test(format)) return !Number.isNaN(Date.parse(text))
  if (format === '') return false
  const pattern = (format.match(LAYOUT) ?? [])
    .map((part) => LAYOUT_PARTS[part] ?? (/^[.,][09]+$/.test(part) ? '(?:[.,]\\d+)?' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  const regex = compile(pattern)
  return typeof regex !== 'string' && regex.matches(text)
}

const UNIX_DIGITS: Record<string, number> = { Unix: 10, UnixMs: 13, UnixUs: 16, UnixNs: 19 }
const LAYOUT = /2006|January|Jan|Monday|Mon|MST|Z07:00|Z0700|Z07|-07:00|-0700|-07|[.,](?:0+|9+)(?!\d)|01|02|15|03|04|05|06|_2|PM|pm|[\s\S]/g
const [ZONE, TWO] = ['(?:Z|[+-]\\d\\d:?(?:\\d\\d)?)', '\\d\\d']
const LAYOUT_PARTS: Record<string, string> = {
  2006: '\\d{4}',
  '06': TWO,
  January: '[A-Za-z]+',
  Jan: '[A-Za-z]{3}',
  Monday: '[A-Za-z]+',
  Mon: '[A-Za-z]{3}',
  MST: '[A-Z]{3,4}',
  'Z07:00': ZONE,
  Z0700: ZONE,
  Z07: ZONE,
  '-07:00': '[+-]\\d\\d:\\d\\d',
  '-0700': '[+-]\\d{4}',
  '-07': '[+-]\\d\\d',
  '01': '(?:0[1-9]|1[0-2])',
  '02': '(?:0[1-9]|[12]\\d|3[01])',
  _2: '[ \\d]\\d',
  15: '(?:[01]\\d|2[0-3])',
  '03': '(?:0[1-9]|1[0-2])',
  '04': '[0-5]\\d',
  // Fractions may follow the seconds of a layout that has none.
  '05': '[0-6]\\d(?:[.,]\\d+)?',
  PM: '[AP]M',
  pm: '[ap]m',
}

/** A value of a template that is not evaluated here. */
export const UNSURE = '\u0000'
const COLOUR = /\u001b\[[0-9;]*[A-Za-z]/g

/**
 * The part of Go's templates that pipelines use: fields, and their case.
 * https://grafana.com/docs/loki/latest/send-data/promtail/stages/template/
 */
function expandGo(template: string, value: string, entry: Entry): string {
  const text = template.replace(/\{\{-?((?:(?!\}\}).)*?)-?\}\}/gs, (_, action: string) => {
    const match =
      /^(?:(ToLower|ToUpper|TrimSpace|lower|upper|trim)\s+)?\.(\w+)((?:\s*\|\s*(?:ToLower|ToUpper|TrimSpace|lower|upper|trim))*)$/.exec(
        action.trim(),
      )
    if (match === null) return UNSURE
    const name = match[2] ?? ''
    const from = name === 'Value' ? value : name === 'Entry' ? entry.line : (entry.extracted[name] ?? '')
    return [match[1] ?? '', ...(match[3] ?? '').split('|').map((each) => each.trim())].reduce(
      (all, each) =>
        /lower/i.test(each) ? all.toLowerCase() : /upper/i.test(each) ? all.toUpperCase() : /trim/i.test(each) ? all.trim() : all,
      from,
    )
  })
  return text.includes(UNSURE) ? UNSURE : text
}

/** The part of JMESPath that pipelines use: a.b, "quoted".c, a[0], a || b. */
function jmespath(value: unknown, path: string): unknown {
  const [first = '', ...others] = path.split('||').map((each) => each.trim())
  if (others.length > 0)
    return [first, ...others].map((each) => jmespath(value, each)).find((found) => found !== undefined && found !== null && found !== '')
  // Functions, filters, pipes and projections.
  if (/[()|&?*@!]|\[\]/.test(path.replace(/"(?:[^"\\]|\\.)*"/g, ''))) return UNSURE
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
export function matchesSelector(selector: string, entry: { labels: Labels; line: string }): boolean | undefined {
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
