import { FiredrillError, type ErrorPlace } from '../model/error.ts'

/** One query of a panel, as the file has it. */
export interface PanelQuery {
  refId: string
  expr: string
  /** The query's own "Min step", e.g. 30s. */
  minStep?: string
  instant: boolean
}

export interface ThresholdStep {
  /** null: the base, below every other step. */
  value: number | null
  color: string
}

export interface Panel {
  title: string
  type: string
  queries: PanelQuery[]
  unit?: string
  /** Ends of the scale: what thresholds in percent refer to. */
  min?: number
  max?: number
  thresholds: { mode: string, steps: ThresholdStep[] }
  /** Points the panel asks for; Grafana takes the panel's width in pixels when the file does not say. */
  maxDataPoints: number
  /** The panel's "Min interval". */
  minInterval?: string
}

export interface Variable {
  name: string
  type: string
  /** The value in effect when the dashboard is opened; several for a multi-value variable. */
  value: string | string[]
  /** What `${name:text}` shows. */
  text: string
  multi: boolean
  includeAll: boolean
  /** Used as it stands instead of the list of all values. */
  allValue?: string
  options: string[]
  /** Of an interval variable whose value is "auto". */
  auto?: { count: number, min: string }
}

export interface Dashboard {
  file: string
  uid: string
  title: string
  time: { from: string, to: string }
  variables: Variable[]
  /** Panels with queries for Prometheus, those inside (collapsed, nested) rows included, in the order of the file. */
  panels: Panel[]
}

type Fields = Record<string, unknown>

/** Pixels that a dashboard is wide where nobody looks at it: the usual desktop. Grafana's grid has 24 columns. */
const SCREEN_PX = 1_920
const COLUMNS = 24

/**
 * A dashboard's JSON (as provisioned, or as the HTTP API wraps it) -> panels and variables.
 * @throws FiredrillError DASHBOARD_SYNTAX or DASHBOARD_SHAPE with file, line and column
 */
export function parseDashboard(text: string, file: string): Dashboard {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new FiredrillError('DASHBOARD_SYNTAX', `not JSON: ${message.replace(/ in JSON at position.*$/, '')}`, { place: placeAt(text, file, brokenAt(text)), next: 'Export the dashboard again: Share > Export > Save to file.', cause: error })
  }
  const outer = fieldsOf(json)
  const root = fieldsOf(outer?.['dashboard']) ?? outer
  if (root === undefined) throw new FiredrillError('DASHBOARD_SHAPE', 'a dashboard is a JSON object', { place: placeAt(text, file, 0) })
  if (!Array.isArray(root['panels'])) {
    const schema = fieldsOf(root['spec'])?.['elements'] !== undefined || root['elements'] !== undefined
    throw new FiredrillError('DASHBOARD_SHAPE', schema ? 'this is the "v2" dashboard schema; the classic one with a list of panels is read' : 'no list of panels', { place: placeAt(text, file, keyAt(text, 'panels')) })
  }
  const shape = (message: string, key: string): FiredrillError => new FiredrillError('DASHBOARD_SHAPE', message, { place: placeAt(text, file, keyAt(text, key)) })
  const time = fieldsOf(root['time'])
  const list = fieldsOf(root['templating'])?.['list'] ?? []
  if (!Array.isArray(list)) throw shape('templating.list is no list', 'templating')
  return {
    file, uid: string(root['uid']) ?? '', title: string(root['title']) ?? '',
    time: { from: string(time?.['from']) ?? 'now-6h', to: string(time?.['to']) ?? 'now' },
    variables: list.flatMap((each) => variable(fieldsOf(each) ?? {})),
    panels: panelsIn(root['panels'], (title) => shape(`panel ${JSON.stringify(title)}: targets is no list`, title)),
  }
}

function panelsIn(list: unknown[], broken: (title: string) => FiredrillError): Panel[] {
  return list.flatMap((each) => {
    const fields = fieldsOf(each)
    if (fields === undefined) return []
    // A collapsed row carries its panels; an open one is followed by them.
    const inner = Array.isArray(fields['panels']) ? panelsIn(fields['panels'], broken) : []
    return fields['type'] === 'row' ? inner : [panel(fields, broken), ...inner]
  })
}

function panel(fields: Fields, broken: (title: string) => FiredrillError): Panel {
  const title = string(fields['title']) ?? ''
  const targets = fields['targets'] ?? []
  if (!Array.isArray(targets)) throw broken(title)
  const defaults = fieldsOf(fieldsOf(fields['fieldConfig'])?.['defaults']) ?? {}
  const thresholds = fieldsOf(defaults['thresholds'])
  const written: unknown = thresholds?.['steps']
  const steps = Array.isArray(written) ? written.map(fieldsOf).filter((each) => each !== undefined) : []
  const columns = number(fieldsOf(fields['gridPos'])?.['w']) ?? COLUMNS
  const unit = string(defaults['unit'])
  const minInterval = string(fields['interval'])
  const [min, max] = [number(defaults['min']), number(defaults['max'])]
  return {
    title, type: string(fields['type']) ?? '',
    queries: targets.flatMap((each, index) => query(fieldsOf(each) ?? {}, index, fields['datasource'])),
    thresholds: { mode: string(thresholds?.['mode']) ?? 'absolute', steps: steps.map((step) => ({ value: number(step['value']) ?? null, color: string(step['color']) ?? '' })) },
    maxDataPoints: number(fields['maxDataPoints']) ?? Math.max(1, Math.round((columns / COLUMNS) * SCREEN_PX)),
    ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...(unit === undefined ? {} : { unit }), ...(minInterval === undefined ? {} : { minInterval }),
  }
}

/** Queries that are switched off, or meant for another kind of datasource, are none of ours. */
function query(target: Fields, index: number, panelDatasource: unknown): PanelQuery[] {
  const expr = string(target['expr'])
  const type = string(fieldsOf(target['datasource'] ?? panelDatasource)?.['type'])
  if (expr === undefined || expr.trim() === '' || target['hide'] === true || (type !== undefined && type !== 'prometheus' && !type.startsWith('$'))) return []
  const minStep = string(target['interval'])
  return [{ refId: string(target['refId']) ?? String.fromCharCode(65 + index), expr, instant: target['instant'] === true, ...(minStep === undefined ? {} : { minStep }) }]
}

function variable(fields: Fields): Variable[] {
  const name = string(fields['name'])
  if (name === undefined) return []
  const type = string(fields['type']) ?? ''
  const query = string(fields['query'])
  // custom: "a, b : 2, c\,d"; "text : value" gives the value another name.
  const written = type === 'custom' || type === 'interval' ? (query ?? '').split(/(?<!\\),/).map((part) => part.replace(/\\,/g, ',').trim().replace(/^.* : /, '')).filter((part) => part !== '') : []
  const listed = (Array.isArray(fields['options']) ? fields['options'] : []).flatMap((each) => string(fieldsOf(each)?.['value']) ?? [])
  const options = [...new Set([...(written.length > 0 ? written : listed)])].filter((option) => !option.startsWith('$__'))
  const current = fieldsOf(fields['current'])
  const value = type === 'constant' || type === 'textbox' ? strings(current?.['value']) ?? query : strings(current?.['value'])
  const text = strings(current?.['text'])
  const allValue = string(fields['allValue'])
  return [{
    name, type, value: value ?? options[0] ?? '', text: [text ?? value ?? options[0] ?? ''].flat().join(' + '), multi: fields['multi'] === true, includeAll: fields['includeAll'] === true, options,
    ...(allValue === undefined || allValue === '' ? {} : { allValue }),
    ...(type === 'interval' ? { auto: { count: number(fields['auto_count']) ?? 30, min: string(fields['auto_min']) ?? '10s' } } : {}),
  }]
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : undefined
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function strings(value: unknown): string | string[] | undefined {
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string')
  return typeof value === 'number' ? String(value) : string(value)
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** V8 names the position in some of its messages only; the shortest beginning that no ending could make JSON has it always. */
function brokenAt(text: string): number {
  let [good, bad] = [0, text.length + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (couldContinue(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return Math.min(good, text.trimEnd().length)
}

function couldContinue(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /position (\d+)/.exec(message)?.[1]
    return position === undefined ? message.includes('Unexpected end') : Number(position) >= beginning.length
  }
}

function keyAt(text: string, word: string): number {
  return Math.max(0, text.indexOf(JSON.stringify(word)))
}

function placeAt(text: string, file: string, offset: number): ErrorPlace {
  const before = text.slice(0, offset).split('\n')
  const source = text.split('\n')[before.length - 1] ?? ''
  // A minified dashboard is one line of 100 kB; nobody reads a caret in that.
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1, ...(source.length <= 300 ? { source } : {}) }
}
