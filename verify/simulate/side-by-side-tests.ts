import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { RuleSpec } from '../model/spec.ts'
import { formatDuration } from '../promql/duration.ts'
import { notation, seriesName, type InputSeries } from './input.ts'
import { runTool } from './promtool.ts'

/** In the name of an alert that is the specification's own. */
export const SPECIFIED = 'specification:'

/** One expression that promtool evaluates at the end of some evaluations, and what its rows mean. */
export interface Question {
  what: string
  expr: string
  eval_time: string
}

/** What promtool printed; '' when all is as expected. */
export interface Printed {
  text: string
  late: boolean
}

/** A row that promtool printed. */
export interface PrintedRow {
  labels: string
  value: number
}

const LONGEST_MS = 120_000
/** promtool reads 10,000 samples for an expression: so many evaluations are asked about at once. */
const AT_ONCE = 120

/**
 * Where the two alerts differ, when the specified one fires, and for each twin where it fires when that does not or the other way round:
 * all over all evaluations, at their first instant (seconds). `severalSteps`: further rules of the same name, with other labels, keep
 * other promises.
 */
export function questions(
  { alert, labels }: RuleSpec,
  severalSteps: boolean,
  twins: readonly string[],
  steps: number,
  stepMs: number,
): Question[] {
  const own = Object.entries(labels).flatMap(([label, value]) => (value.includes('{{') ? [] : [`,${label}=${JSON.stringify(value)}`]))
  const firing = (name: string): string =>
    `ALERTS{alertname=${JSON.stringify(name)},alertstate="firing"${severalSteps && name === alert ? own.join('') : ''}}`
  const without = (one: string, other: string): string => `${firing(one)} unless ignoring (alertname) ${firing(other)}`
  const promised = `${SPECIFIED}${alert}`
  const asked = [
    { what: 'missing', expr: without(promised, alert) },
    { what: 'too many', expr: without(alert, promised) },
    { what: 'fires', expr: firing(promised) },
    ...twins.map((what) => ({ what, expr: `(${without(promised, what)}) or (${without(what, promised)})` })),
  ]
  const chunks = Array.from({ length: Math.ceil(steps / AT_ONCE) }, (_, index) => Math.min(steps, (index + 1) * AT_ONCE) - 1)
  return chunks.flatMap((last) =>
    asked.map(({ what, expr }) => ({
      what,
      expr: `min_over_time(timestamp(${expr})[${formatDuration(AT_ONCE * stepMs)}:${formatDuration(stepMs)}])`,
      eval_time: formatDuration(last * stepMs),
    })),
  )
}

/** The specified rule as a rule file, and its twins beside it as alerts of their own. */
export function specificationOf(rule: RuleSpec, twins: readonly { name: string; expr: string }[]): string {
  const alert = {
    alert: `${SPECIFIED}${rule.alert}`,
    expr: rule.condition.expr,
    ...(rule.forMs > 0 ? { for: formatDuration(rule.forMs) } : {}),
    ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
    labels: rule.labels,
    annotations: rule.annotations,
  }
  const others = twins.map(({ name, expr }) => ({ ...alert, alert: name, expr, annotations: {} }))
  return stringify({ groups: [{ name: 'specification', rules: [alert, ...others] }] }, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** A promtool test over series, all of it in one. `groupOrder`: as that of unitTests. */
export function testFile(
  tests: object,
  series: readonly InputSeries[],
  ruleFiles: readonly string[],
  groupOrder: readonly string[],
  stepMs: number,
): string {
  const interval = formatDuration(stepMs)
  return stringify(
    {
      rule_files: ruleFiles,
      evaluation_interval: interval,
      ...(groupOrder.length === 0 ? {} : { group_eval_order: groupOrder }),
      tests: [
        {
          interval,
          input_series: series.map(({ metric, labels, values }) => ({ series: seriesName(metric, labels), values: notation(values) })),
          ...tests,
        },
      ],
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}

export async function printedFor(promtool: string, file: string, content: string, signal: AbortSignal | undefined): Promise<Printed> {
  await writeFile(file, content)
  const options = { cwd: path.dirname(file), timeoutMs: LONGEST_MS, ...(signal === undefined ? {} : { signal }) }
  const ran = await runTool(promtool, ['test', 'rules', file], options)
  return { text: ran.code === 0 ? '' : `${ran.stdout}\n${ran.stderr}`, late: ran.late === true }
}

/** A rule that cannot be evaluated, and why. */
export function complaintOf(text: string): string | undefined {
  return /\brule: (.+, time: .+, err: .+)/.exec(text)?.[1]?.slice(0, 300)
}

/** The rows that promtool printed for a question; undefined: none. */
export function rowsPrinted(text: string, { expr, eval_time }: Question): PrintedRow[] | undefined {
  const at = text.indexOf(`expr: ${JSON.stringify(expr)}, time: ${eval_time},`)
  if (at === -1) return undefined
  const block = text.slice(at + expr.length).split(/\n\s*expr: "/)[0] ?? ''
  const got = block.slice(block.lastIndexOf('got:'))
  const rows = [...got.matchAll(/(\{[^\n]*?"\}|\{\}) ([-+\d.eE]+|NaN|[-+]?Inf)(?=,|\s|$)/g)].map(([, labels = '', value = '']) => ({
    labels,
    value: Number(value),
  }))
  return rows.length === 0 ? undefined : rows
}
