import { FiredrillError, type ErrorPlace } from '../model/error.ts'
import { fieldsOf, number, string, strings, type Fields } from './json-fields.ts'
import { panelsIn, type Panel } from './panel.ts'
import { messageOf } from '../text/error-text.ts'

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
  auto?: { count: number; min: string }
  /** Of a query variable: what a running Grafana asks for its values, and what it does with the answer. */
  asks?: { query: string; regex: string; sort: number; onLoad: boolean }
  /** The file names no value: Grafana takes the first one when the dashboard is opened. */
  unset?: true
}

export interface Dashboard {
  file: string
  uid: string
  title: string
  time: { from: string; to: string }
  variables: Variable[]
  /** Panels with queries for Prometheus, those inside (collapsed, nested) rows included, in the order of the file. */
  panels: Panel[]
}

/**
 * A dashboard's JSON (as provisioned, or as the HTTP API wraps it) -> panels and variables. `known`: whether it is a Prometheus, of
 * each datasource by its name and uid.
 * @throws FiredrillError DASHBOARD_SYNTAX or DASHBOARD_SHAPE with file, line and column
 */
export function parseDashboard(text: string, file: string, known: ReadonlyMap<string, boolean> = new Map()): Dashboard {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const message = messageOf(error)
    throw new FiredrillError('DASHBOARD_SYNTAX', `not JSON: ${message.replace(/ in JSON at position.*$/, '')}`, {
      place: placeAt(text, file, brokenAt(text)),
      next: 'Export the dashboard again: Share > Export > Save to file.',
      cause: error,
    })
  }
  const outer = fieldsOf(json)
  // Wrapped by the HTTP API, or a resource of Grafana 12: https://grafana.com/docs/grafana/latest/as-code/observability-as-code/schema-v2/
  const spec = fieldsOf(outer?.['spec'])
  const root = fieldsOf(outer?.['dashboard']) ?? (outer?.['kind'] === 'Dashboard' && Array.isArray(spec?.['panels']) ? spec : outer)
  if (root === undefined) throw new FiredrillError('DASHBOARD_SHAPE', 'a dashboard is a JSON object', { place: placeAt(text, file, 0) })
  if (!Array.isArray(root['panels'])) {
    const schema = fieldsOf(root['spec'])?.['elements'] !== undefined || root['elements'] !== undefined
    throw new FiredrillError(
      'DASHBOARD_SHAPE',
      schema ? 'this is the "v2" dashboard schema; the classic one with a list of panels is read' : 'no list of panels',
      { place: placeAt(text, file, keyAt(text, 'panels')) },
    )
  }
  const shape = (message: string, key: string): FiredrillError =>
    new FiredrillError('DASHBOARD_SHAPE', message, { place: placeAt(text, file, keyAt(text, key)) })
  const time = fieldsOf(root['time'])
  const templating = fieldsOf(root['templating'])?.['list'] ?? []
  if (!Array.isArray(templating)) throw shape('templating.list is no list', 'templating')
  const list = templating.map((each) => fieldsOf(each) ?? {})
  const variables = list.flatMap(variable)
  const around = {
    library: fieldsOf(root['__elements']) ?? {},
    foreign: (datasource: unknown) => isForeign(datasource, list, known),
    broken: (title: string) => shape(`panel ${JSON.stringify(title)}: targets is no list`, title),
  }
  const panels = panelsIn(root['panels'], around)
  const filters = list.flatMap(adHoc)
  return {
    file,
    uid: string(root['uid']) ?? '',
    title: string(root['title']) ?? '',
    time: { from: string(time?.['from']) ?? 'now-6h', to: string(time?.['to']) ?? 'now' },
    variables,
    panels: panels.map((panel) => ({
      ...panel,
      queries: panel.queries.length === 0 ? borrowed(panel, panels) : panel.queries,
      computed: [...panel.computed, ...filters],
    })),
  }
}

/**
 * A panel over "-- Dashboard --" shows what another panel asked:
 * https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/share-query/
 */
function borrowed({ from }: Panel, panels: readonly Panel[]): Panel['queries'] {
  return from === undefined ? [] : (panels.find(({ id }) => id === from)?.queries ?? [])
}

/**
 * Filters that Grafana adds to every query:
 * https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/#add-ad-hoc-filters
 */
function adHoc({ type, filters }: Fields): string[] {
  if (type !== 'adhoc' || !Array.isArray(filters)) return []
  return filters
    .map((each) => fieldsOf(each) ?? {})
    .map(({ key, operator, value }) => `ad hoc filter ${string(key) ?? ''}${string(operator) ?? ''}${string(value) ?? ''}`)
}

/** Prometheus and those that speak PromQL like it (Amazon's, Azure's). */
const PROMQL = /^(prometheus|grafana-\w*prometheus-datasource)$/

/** Grafana finds it by its uid; the type beside it says what it was when the panel was saved. */
function isForeign(datasource: unknown, variables: readonly Fields[], known: ReadonlyMap<string, boolean>): boolean {
  const name = string(datasource) ?? string(fieldsOf(datasource)?.['uid'])
  const isPrometheus = name === undefined ? undefined : known.get(name)
  if (isPrometheus !== undefined) return !isPrometheus
  const type = string(fieldsOf(datasource)?.['type'])
  if (type !== undefined && !type.startsWith('$')) return !PROMQL.test(type)
  if (name === undefined) return false
  const variable = /^\$\{?(\w+)/.exec(name)?.[1]
  const plugin = variables.find((each) => each['name'] === variable && each['type'] === 'datasource')?.['query']
  return name === 'grafana' || /^-- (Grafana|Dashboard) --$/.test(name) || (typeof plugin === 'string' && !PROMQL.test(plugin))
}

function variable(fields: Fields): Variable[] {
  const name = string(fields['name'])
  if (name === undefined) return []
  const type = string(fields['type']) ?? ''
  const query = string(fields['query'])
  // custom: "a, b : 2, c\,d"; "text : value" gives the value another name.
  const written =
    type === 'custom' || type === 'interval'
      ? (query ?? '')
          .split(/(?<!\\),/)
          .map((part) => part.replace(/\\,/g, ',').trim())
          .filter((part) => part !== '')
          .map((part) => ({ text: part.replace(/ : .*$/, ''), value: part.replace(/^.* : /, '') }))
      : []
  const listed = (Array.isArray(fields['options']) ? fields['options'] : []).flatMap((each) => string(fieldsOf(each)?.['value']) ?? [])
  const options = [...new Set(written.length > 0 ? written.map((each) => each.value) : listed)].filter(
    (option) => !option.startsWith('$__'),
  )
  const current = fieldsOf(fields['current'])
  const chosen = strings(current?.['value'])
  const stated = type === 'constant' || type === 'textbox' ? (chosen ?? query) : offered(chosen, string(current?.['text']), written)
  const includeAll = fields['includeAll'] === true
  const unset = stated === undefined || stated.length === 0
  // "All" stands first in the list.
  const value = unset ? (includeAll ? '$__all' : (options[0] ?? '')) : stated
  const text = stated === chosen ? strings(current?.['text']) : written.find((option) => option.value === stated)?.text
  const allValue = string(fields['allValue'])
  const asked = query ?? string(fieldsOf(fields['query'])?.['query']) ?? string(fields['definition'])
  return [
    {
      name,
      type,
      value,
      text: [text ?? value].flat().join(' + '),
      multi: fields['multi'] === true,
      includeAll,
      options,
      ...(allValue === undefined || allValue === '' ? {} : { allValue }),
      ...(unset ? { unset } : {}),
      ...(type === 'interval' ? { auto: { count: number(fields['auto_count']) ?? 30, min: string(fields['auto_min']) ?? '10s' } } : {}),
      ...(type === 'query' && asked !== undefined
        ? {
            asks: {
              query: asked,
              regex: string(fields['regex']) ?? '',
              sort: number(fields['sort']) ?? 0,
              onLoad: fields['refresh'] !== 0 && fields['refresh'] !== undefined && fields['refresh'] !== false,
            },
          }
        : {}),
    },
  ]
}

/**
 * Grafana makes the options anew of the query, and a value that is none of them gives way to the first:
 * https://github.com/grafana/grafana/blob/v10.2.0/public/app/features/variables/state/actions.ts (validateVariableSelectionState).
 */
function offered(
  chosen: string | string[] | undefined,
  text: string | undefined,
  options: readonly { text: string; value: string }[],
): string | string[] | undefined {
  // Several values, "All" and "auto" are no options of the query.
  if (Array.isArray(chosen) || (chosen === undefined && text === undefined)) return chosen
  if (chosen?.startsWith('$__') === true || options.length === 0) return chosen
  const found = options.find((option) => option.text === text || option.value === chosen)
  return (found ?? options[0])?.value
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
    const message = messageOf(error)
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
  // A minified dashboard is one line of 100 kB: too long for a caret.
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1, ...(source.length <= 300 ? { source } : {}) }
}
