import { resolveText, type Dashboard, type Variable } from '../../grafana/index.ts'
import type { Series } from '../../model/journal.ts'
import type { PrometheusSource } from '../ports.ts'

/**
 * A dashboard whose query variables have the values that a running Grafana would find: it asks when the dashboard is opened, sorts, and
 * takes the first
 * value where the file names none, or one that is no longer there.
 * https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-query-variables
 */
export async function withVariableValues(
  dashboard: Dashboard,
  prometheus: Pick<PrometheusSource, 'query'>,
  timeMs: number,
): Promise<Dashboard> {
  let { variables } = dashboard
  for (const variable of dashboard.variables) {
    if (variable.asks === undefined || !(variable.asks.onLoad || variable.unset === true)) continue
    // One after the other: a variable may ask with the value of the one before.
    const options = await optionsOf(resolveText({ ...dashboard, variables }, variable.asks.query), variable.asks, prometheus, timeMs)
    if (options !== undefined) variables = variables.map((each) => (each === variable ? chosen(variable, options) : each))
  }
  return { ...dashboard, variables }
}

function chosen(variable: Variable, options: string[]): Variable {
  const values = [variable.value].flat()
  const there = values.includes('$__all') || (variable.unset !== true && values.some((value) => options.includes(value)))
  const value = there ? variable.value : variable.includeAll ? '$__all' : (options[0] ?? '')
  return { ...variable, options, value, text: there ? variable.text : [value].flat().join(' + ') }
}

/** undefined: a question that is not known here; the value of the file stands. */
async function optionsOf(
  question: string,
  { regex, sort }: NonNullable<Variable['asks']>,
  prometheus: Pick<PrometheusSource, 'query'>,
  timeMs: number,
): Promise<string[] | undefined> {
  const label = /^\s*label_values\(\s*(?:([^]*)\s*,)?\s*([\w:]+)\s*\)\s*$/.exec(question)
  const result = /^\s*query_result\(([^]*)\)\s*$/.exec(question)
  const metrics = /^\s*metrics\(([^]*)\)\s*$/.exec(question)
  const name = metrics === null ? label?.[2] : '__name__'
  const expr =
    result?.[1] ??
    (metrics === null
      ? label?.[1]?.trim() || (name === undefined ? undefined : `{${name}!=""}`)
      : `{__name__=~${JSON.stringify(metrics[1]?.trim())}}`)
  if (expr === undefined) return undefined
  let series: Series[]
  try {
    series = await prometheus.query(name === undefined ? expr : `group by (${name}) (${expr})`, timeMs)
  } catch {
    return undefined
  }
  const texts = name === undefined ? series.map(resultText) : series.flatMap(({ metric }) => metric[name] ?? [])
  return sorted([...new Set(filtered(texts, regex))], sort)
}

/** metric{label="value"} number time, as Grafana shows a row of query_result. */
function resultText({ metric, values }: Series): string {
  const { __name__: name = '', ...labels } = metric
  const [timeS = 0, value = ''] = values.at(-1) ?? []
  return `${name}{${Object.entries(labels)
    .map(([key, text]) => `${key}=${JSON.stringify(text)}`)
    .join(',')}} ${value} ${timeS * 1000}`
}

/** A group in the expression cuts the value out; named ones do, too. */
function filtered(texts: string[], written: string): string[] {
  if (written === '') return texts
  const parts = /^\/([^]*)\/([a-z]*)$/.exec(written)
  try {
    const pattern = new RegExp(parts?.[1] ?? `^${written}$`, (parts?.[2] ?? '').replace('g', ''))
    return texts.flatMap((text) => {
      const match = pattern.exec(text)
      return match === null ? [] : (match.groups?.['value'] ?? match[1] ?? text)
    })
  } catch {
    return texts
  }
}

/** 0 none, 1/2 by alphabet, 3/4 by number, 5/6 by alphabet, case ignored; even ones downwards. Prometheus gives its values sorted. */
function sorted(texts: string[], sort: number): string[] {
  const number = (text: string): number => Number(/\d+(\.\d+)?/.exec(text)?.[0] ?? -1)
  const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  const up = texts.toSorted(
    sort === 3 || sort === 4
      ? (a, b) => number(a) - number(b)
      : sort === 5 || sort === 6
        ? (a, b) => plain(a.toLowerCase(), b.toLowerCase())
        : plain,
  )
  return sort !== 0 && sort % 2 === 0 ? up.toReversed() : up
}
