import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import type { Expr } from '../promql/ast.ts'
import { formatDuration } from '../promql/duration.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { sameText } from './annotations.ts'
import { decidingWorlds, readingsOf, withBuckets, type Scene } from './deciding-worlds.ts'
import { drivenSeries, type DrivenSeries } from './driven-series.ts'
import { notation, seriesName, type InputSeries } from './input.ts'
import { labelledSeries, SHARINGS, type Sharing } from './labelled-series.ts'
import { longestWindowMs, nearTwins, shortestRangeMs, type NearTwin } from './near-twins.ts'
import { printedAlerts, runTool } from './promtool.ts'

/**
 * Rules of any shape (and, unless, absent, functions over time, nested operands), and rules without a recording: the delivered rule and the
 * specification's own stand side by side over the same series, and promtool says at which evaluation they differ. The series go through
 * worlds on both sides of each threshold, and are absent at times; the same for the same rule on every machine. Whether they say anything
 * of a word of the condition is asked as well: of each word there is a twin of the expression with another one in its place, and one that
 * fires at the same evaluations as the expression itself has not been tested.
 */
export interface SideBySide {
  rule: RuleSpec
  /** At which evaluation the two differ; undefined: never. */
  differs: string | undefined
  /** What the comparison does not say, although nothing differed. */
  says: string | undefined
  tests: number
}

const PREFIX = 'specification:'
/** A sample is looked back for so long: at longer steps a series would come and go. */
const LONGEST_STEP_MS = 240_000
/** Evaluations of a segment from which on fewer are made, where the condition has long ranges alone. */
const LONG_SEGMENT = 900

export async function sideBySide(
  promtool: string,
  rule: RuleSpec,
  spec: Spec,
  catalogue: Catalogue,
  ruleFiles: readonly string[],
  folder: string,
  { signal, severalSteps = false }: { signal?: AbortSignal; severalSteps?: boolean } = {},
): Promise<SideBySide> {
  const parsed = parsePromql(rule.condition.expr)
  if (!parsed.ok) return { rule, differs: undefined, says: parsed.message, tests: 0 }
  const { expr } = parsed
  const stepMs = stepOf(expr, rule, spec)
  const length = Math.ceil((longestWindowMs(expr) + rule.forMs + rule.keepFiringForMs) / stepMs) + 4
  const name = `side-by-side-${rule.alert.replace(/\W/g, '_')}`
  const files = [...ruleFiles.map((each) => path.relative(folder, each)), `${name}-specification.yml`]
  const run = (what: string, tests: object, { series }: DrivenSeries, loaded = files): Promise<Printed> =>
    printed(promtool, path.join(folder, `${name}-${what}.yml`), testFile(tests, series, loaded, stepMs), signal)
  for (const sharing of SHARINGS) {
    const scene = sceneOf(expr, rule, spec, catalogue, sharing, stepMs)
    const { found, joinsMany } = decidingWorlds(scene)
    if (joinsMany && sharing !== SHARINGS.at(-1)) continue
    const driven = drivenSeries(scene, found, expr, length)
    const all = nearTwins(rule.condition.expr, (at) => found.some(({ metAt }) => metAt === at))
    // A twin that Prometheus cannot evaluate over these series differs from the rule by that.
    const refused = new Set<number>()
    let text = ''
    let asked: Question[] = []
    for (let again = true; again;) {
      const twins = all.flatMap((twin, index) => (refused.has(index) ? [] : [{ name: `${TWIN}${index}`, expr: twin.expr }]))
      await writeFile(path.join(folder, `${name}-specification.yml`), specificationOf(rule, twins))
      asked = questions(
        rule,
        severalSteps,
        twins.map((each) => each.name),
        driven.steps,
        stepMs,
      )
      const ran = await run(
        'differs',
        { promql_expr_test: asked.map(({ expr: each, eval_time }) => ({ expr: each, eval_time, exp_samples: [] })) },
        driven,
      )
      if (ran.late) return { rule, differs: undefined, says: LATE, tests: 0 }
      text = ran.text
      const broken = [...text.matchAll(new RegExp(`rule: ${TWIN}(\\d+), time: `, 'g'))].map(([, index]) => Number(index))
      for (const index of broken) refused.add(index)
      again = broken.length > 0
    }
    const rows = asked.map((each) => rowsPrinted(text, each))
    // Series that are joined with too many others, or what else promtool refuses of a rule: with fewer labels in common.
    if (text !== '' && rows.every((each) => each === undefined)) {
      const said = complaintOf(text)
      if (said?.startsWith(`${rule.alert}, time: `) === true) {
        const alone = await run(
          'alone',
          { promql_expr_test: [{ expr: 'vector(0) > 1', eval_time: formatDuration((driven.steps - 1) * stepMs), exp_samples: [] }] },
          driven,
          [`${name}-specification.yml`],
        )
        if (!alone.late && complaintOf(alone.text) === undefined)
          return {
            rule,
            differs: `Prometheus cannot evaluate it where it evaluates the specified rule: ${said}`,
            says: undefined,
            tests: 1,
          }
      }
      if (sharing !== SHARINGS.at(-1)) continue
      return { rule, differs: undefined, says: `promtool says: ${said ?? text.trim().slice(-300)}`, tests: 0 }
    }
    const of = (what: string): PrintedRow[] | undefined => {
      const own = rows.flatMap((each, index) => (asked[index]?.what === what ? (each ?? []) : []))
      return own.length === 0 ? undefined : own
    }
    const [missing, tooMany, fires] = [of('missing'), of('too many'), of('fires')]
    const tests = driven.steps
    if (missing !== undefined || tooMany !== undefined) return { rule, differs: difference(missing, tooMany), says: undefined, tests }
    if (fires === undefined) return { rule, differs: undefined, says: 'over the generated series the specified rule never fires', tests: 0 }
    const untold = all.filter((_, index) => !refused.has(index) && of(`${TWIN}${index}`) === undefined)
    const says = untold.length === 0 ? undefined : untoldText(untold)
    const times = [...fires].map(({ value }) => formatDuration(Math.round(value * 1000))).slice(0, TEXTS)
    if (Object.keys(rule.annotations).length === 0) return { rule, differs: undefined, says, tests }
    const texts = await run(
      'annotations',
      {
        alert_rule_test: times.flatMap((time) =>
          [rule.alert, `${PREFIX}${rule.alert}`].map((alertname) => ({ eval_time: time, alertname, exp_alerts: [] })),
        ),
      },
      driven,
    )
    if (texts.late) return { rule, differs: undefined, says: LATE, tests: 0 }
    return { rule, differs: otherTexts(rule, times, texts.text), says, tests: tests + times.length }
  }
  return { rule, differs: undefined, says: LATE, tests: 0 }
}

/** Words that no series showed to matter, each with what might stand there. */
function untoldText(twins: readonly NearTwin[]): string {
  const words = Map.groupBy(twins, ({ word }) => word)
  const texts = [...words].map(
    ([word, own]) => `${word.replace(/\s+/g, ' ')} (${own.map(({ instead }) => instead || 'left out').join(', ')})`,
  )
  return `no series were found that tell ${texts.slice(0, 4).join('; ')}${texts.length > 4 ? `; and ${texts.length - 4} more words` : ''} from what is specified`
}

function stepOf(expr: Expr, rule: RuleSpec, spec: Spec): number {
  const own = rule.evaluationIntervalMs ?? spec.platform.evaluationIntervalMs
  const shortest = shortestRangeMs(expr)
  // Fewer than four samples in a range say little of it.
  if (shortest !== undefined && shortest < 4 * own) return Math.max(1000, Math.floor(shortest / 4000) * 1000)
  if (shortest === undefined || (longestWindowMs(expr) + rule.forMs) / own < LONG_SEGMENT) return own
  const most = Math.min(LONGEST_STEP_MS, shortest / 8, rule.forMs === 0 ? Infinity : rule.forMs)
  const multiples = Array.from({ length: Math.max(1, Math.floor(most / own)) }, (_, index) => (index + 1) * own)
  return multiples.reverse().find((each) => rule.forMs % each === 0) ?? own
}

function sceneOf(expr: Expr, rule: RuleSpec, spec: Spec, catalogue: Catalogue, sharing: Sharing, stepMs: number): Scene {
  return {
    expr,
    series: withBuckets(labelledSeries(expr, rule, spec, catalogue, sharing), expr),
    readings: readingsOf(expr),
    stepS: stepMs / 1000,
    random: seedOf(rule.alert),
  }
}

const TWIN = 'twin-'

interface Question {
  what: string
  expr: string
  eval_time: string
}

/** promtool reads 10,000 samples for an expression: so many evaluations are asked about at once. */
const AT_ONCE = 120

/**
 * Where the two alerts differ, when the specified one fires, and for each twin where it fires when that does not or the other way round:
 * all over all evaluations, at their first instant.
 */
function questions(
  { alert, labels }: RuleSpec,
  severalSteps: boolean,
  twins: readonly string[],
  steps: number,
  stepMs: number,
): Question[] {
  // Further rules of the same name, with other labels, keep other promises.
  const own = Object.entries(labels).flatMap(([label, value]) => (value.includes('{{') ? [] : [`,${label}=${JSON.stringify(value)}`]))
  const firing = (name: string): string =>
    `ALERTS{alertname=${JSON.stringify(name)},alertstate="firing"${severalSteps && name === alert ? own.join('') : ''}}`
  const without = (one: string, other: string): string => `${firing(one)} unless ignoring (alertname) ${firing(other)}`
  const promised = `${PREFIX}${alert}`
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

interface Printed {
  text: string
  late: boolean
}

async function printed(promtool: string, file: string, content: string, signal: AbortSignal | undefined): Promise<Printed> {
  await writeFile(file, content)
  const options = { cwd: path.dirname(file), timeoutMs: LONGEST_MS, ...(signal === undefined ? {} : { signal }) }
  const ran = await runTool(promtool, ['test', 'rules', file], options)
  return { text: ran.code === 0 ? '' : `${ran.stdout}\n${ran.stderr}`, late: ran.late === true }
}

/** A rule that cannot be evaluated, and why. */
function complaintOf(text: string): string | undefined {
  return /\brule: (.+, time: .+, err: .+)/.exec(text)?.[1]?.slice(0, 300)
}

const LONGEST_MS = 120_000

interface PrintedRow {
  labels: string
  value: number
}

/** The samples that promtool printed for an expression; undefined: it printed none, because there are none. */
function rowsPrinted(text: string, { expr, eval_time }: Question): PrintedRow[] | undefined {
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

/** The first evaluation at which one of the alerts fires alone. */
function difference(missing: readonly PrintedRow[] | undefined, tooMany: readonly PrintedRow[] | undefined): string {
  const all = [
    ...(missing ?? []).map((row) => ({ ...row, what: 'does not fire with the labels' })),
    ...(tooMany ?? []).map((row) => ({ ...row, what: 'fires with the labels' })),
  ].sort((a, b) => a.value - b.value)
  const [first] = all
  const labels = (first?.labels ?? '').replace(/(?:alertname|alertstate|__name__)="[^"]*",? ?/g, '')
  return `at ${formatDuration(Math.round((first?.value ?? 0) * 1000))}: ${first?.what ?? ''} ${labels}`
}

const LATE = 'promtool did not end in time, so nothing was compared'

/** At so many instants annotations are compared. */
const TEXTS = 5

/** The first annotation that the two rules do not make alike. */
function otherTexts(rule: RuleSpec, times: readonly string[], printed: string): string | undefined {
  const blocks = printed.split(/(?=\balertname: )/)
  const of = (alert: string, time: string): Map<string, Labels> => {
    const block = blocks.find((each) => each.startsWith(`alertname: ${alert}, time: ${time},`)) ?? ''
    const alerts = printedAlerts(block.trimEnd())?.observed ?? []
    return new Map(alerts.map(({ labels, annotations }) => [labelKey(withoutLabels(labels, ['alertname'])), annotations]))
  }
  for (const time of times) {
    const [own, specified] = [of(rule.alert, time), of(`${PREFIX}${rule.alert}`, time)]
    for (const [key, texts] of specified)
      for (const [name, text] of Object.entries(texts)) {
        const observed = own.get(key)?.[name]
        if (observed === undefined || !sameText(observed, text))
          return `at ${time}: ${name} is ${observed === undefined ? 'not there' : JSON.stringify(observed)}, specified ${JSON.stringify(text)}`
      }
  }
  return undefined
}

function testFile(tests: object, series: readonly InputSeries[], ruleFiles: string[], stepMs: number): string {
  const interval = formatDuration(stepMs)
  return stringify(
    {
      rule_files: ruleFiles,
      evaluation_interval: interval,
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

function specificationOf(rule: RuleSpec, twins: readonly { name: string; expr: string }[]): string {
  const alert = {
    alert: `${PREFIX}${rule.alert}`,
    expr: rule.condition.expr,
    ...(rule.forMs > 0 ? { for: formatDuration(rule.forMs) } : {}),
    ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
    labels: rule.labels,
    annotations: rule.annotations,
  }
  const others = twins.map(({ name, expr }) => ({ ...alert, alert: name, expr, annotations: {} }))
  return stringify({ groups: [{ name: 'specification', rules: [alert, ...others] }] }, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Numbers in the same order for the same name. */
function seedOf(text: string): () => number {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
