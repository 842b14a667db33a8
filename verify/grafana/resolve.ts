import { formatDuration, parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { Dashboard, Variable } from './dashboard.ts'
import type { Panel } from './panel.ts'
import type { PanelQuery } from './panel-query.ts'
import { intervalsOf, panelRangeMs, roundInterval, type Intervals } from './intervals.ts'
import { cutRanges, withRecordings, type Recordings } from './ranges.ts'

export interface Resolution {
  /** What the time picker shows; the panel's or the dashboard's own range, or 6 h, when absent. */
  rangeMs?: number
  /** Where that range ends, unix ms. */
  untilMs?: number
  /** Recording rules that are loaded: what they record is asked for in their place, so that its ranges can be cut too. */
  recordings?: Recordings
  /** "Scrape interval" of the Prometheus datasource. */
  timeInterval?: string
  /**
   * Every range in the query that is longer than this is cut to it: the same query over a time of which everything is known. Whole seconds.
   */
  cutToMs?: number
}

/**
 * A panel's query as Grafana sends it to Prometheus.
 * @throws FiredrillError DASHBOARD_VARIABLE for a variable that neither the dashboard nor Grafana has
 */
export function resolveQuery(
  dashboard: Dashboard,
  panel: Panel,
  query: PanelQuery,
  { rangeMs, untilMs, timeInterval, recordings, cutToMs }: Resolution = {},
): string {
  const intervals = { ...intervalsOf(panel, query, rangeMs ?? panelRangeMs(panel, dashboard.time), timeInterval), untilMs: untilMs ?? 0 }
  const asked = interpolate(query.expr, dashboard.variables, intervals, (name) => {
    throw new FiredrillError('DASHBOARD_VARIABLE', `panel ${JSON.stringify(panel.title)}: no variable $${name}`, {
      place: { file: dashboard.file },
      next: `The dashboard has: ${dashboard.variables.map((variable) => `$${variable.name}`).join(', ') || 'no variables'}.`,
    })
  })
  const text = recordings === undefined ? asked : withRecordings(asked, recordings)
  return cutToMs === undefined ? text : cutRanges(text, cutToMs)
}

/** A variable's query with the values of the variables before it; an unknown name stays as it is. */
export function resolveText({ variables, time }: Dashboard, text: string): string {
  return interpolate(text, variables, { intervalMs: 15_000, rateIntervalMs: 60_000, rangeMs: panelRangeMs({}, time) }, (_, whole) => whole)
}

/** $name, ${name}, ${name:format}, ${name.field}, [[name]], [[name:format]]; Prometheus has no use of its own for any of them. */
const REFERENCE = /\$(\w+)|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g

function interpolate(
  expr: string,
  variables: readonly Variable[],
  intervals: Intervals & { untilMs?: number },
  unknown: (name: string, whole: string) => string,
  depth = 0,
): string {
  return expr.replace(
    REFERENCE,
    (
      whole,
      bare: string | undefined,
      braced: string | undefined,
      format: string | undefined,
      old: string | undefined,
      oldFormat: string | undefined,
    ) => {
      const name = bare ?? braced ?? old ?? ''
      const builtIn = macro(name, intervals) ?? instant(name, format, intervals)
      if (builtIn !== undefined) return builtIn
      const variable = variables.find((candidate) => candidate.name === name)
      if (variable === undefined) {
        // `$1` is label_replace's, not Grafana's.
        return /^\d+$/.test(name) ? whole : unknown(name, whole)
      }
      const value = valueOf(variable, intervals)
      // The value of one variable may name another.
      const inner = (text: string): string =>
        depth > 8
          ? text
          : interpolate(
              text,
              variables.filter((other) => other !== variable),
              intervals,
              unknown,
              depth + 1,
            )
      return inner(formatValue(value, variable, format ?? oldFormat))
    },
  )
}

function macro(name: string, { intervalMs, rateIntervalMs, rangeMs }: Intervals): string | undefined {
  switch (name) {
    case '__interval':
      return formatDuration(intervalMs)
    case '__interval_ms':
      return String(intervalMs)
    case '__rate_interval':
      return formatDuration(rateIntervalMs)
    case '__rate_interval_ms':
      return String(rateIntervalMs)
    case '__range':
      return `${Math.round(rangeMs / 1000)}s`
    case '__range_s':
      return String(Math.round(rangeMs / 1000))
    case '__range_ms':
      return String(rangeMs)
    default:
      return undefined
  }
}

/**
 * PromQL has no use for the forms with a date in words.
 * https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/#__from-and-__to
 */
function instant(name: string, format: string | undefined, { rangeMs, untilMs = 0 }: Intervals & { untilMs?: number }): string | undefined {
  if (name !== '__from' && name !== '__to') return undefined
  const ms = name === '__to' ? untilMs : untilMs - rangeMs
  return format === 'date:seconds' ? String(Math.floor(ms / 1000)) : String(ms)
}

function valueOf(variable: Variable, { rangeMs }: Intervals): { values: string[]; verbatim: boolean; list: boolean } {
  const chosen = [variable.value].flat()
  if (variable.type === 'interval' && (chosen[0] ?? '').startsWith('$__auto')) {
    const { count, min } = variable.auto ?? { count: 30, min: '10s' }
    return { values: [formatDuration(Math.max(parseDuration(min) ?? 10_000, roundInterval(rangeMs / count)))], verbatim: true, list: false }
  }
  if (chosen.includes('$__all')) {
    if (variable.allValue !== undefined) return { values: [variable.allValue], verbatim: true, list: false }
    // The values of a query variable are known to a running Grafana only; all of them is anything but empty.
    return variable.options.length === 0
      ? { values: ['.+'], verbatim: true, list: false }
      : { values: variable.options, verbatim: false, list: true }
  }
  return { values: chosen, verbatim: false, list: Array.isArray(variable.value) }
}

/**
 * https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#advanced-variable-format-options; without a format as the
 * Prometheus datasource does it.
 */
function formatValue({ values, verbatim, list }: ReturnType<typeof valueOf>, variable: Variable, format: string | undefined): string {
  const joined = (separator: string): string => values.join(separator)
  if (verbatim && format === undefined) return joined('')
  switch (format) {
    case undefined: {
      if (!variable.multi && !variable.includeAll)
        return values.map((value) => value.replace(/\\/g, '\\\\').replace(/'/g, "\\\\'")).join('')
      const escaped = values.map((value) => value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&'))
      return list && escaped.length > 1 ? `(${escaped.join('|')})` : escaped.join('')
    }
    case 'regex': {
      const escaped = verbatim ? values : values.map((value) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&'))
      return escaped.length === 1 ? escaped.join('') : `(${escaped.join('|')})`
    }
    case 'pipe':
      return joined('|')
    case 'raw':
    case 'csv':
      return joined(',')
    case 'json':
      return JSON.stringify(list ? values : (values[0] ?? ''))
    case 'doublequote':
      return values.map((value) => `"${value.replace(/"/g, '\\"')}"`).join(',')
    case 'singlequote':
      return values.map((value) => `'${value.replace(/'/g, "\\'")}'`).join(',')
    case 'text':
      return variable.text
    default:
      return values.length > 1 ? `{${joined(',')}}` : joined('')
  }
}
