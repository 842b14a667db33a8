import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import { selectors, walk, type Expr, type Selector } from '../promql/ast.ts'
import { formatDuration } from '../promql/duration.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { distinct } from '../text/distinct.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { counter, notation, seriesName, type Sample } from './input.ts'
import { sameText } from './annotations.ts'
import { printedAlerts, runTool } from './promtool.ts'

/**
 * Rules of any shape (and, unless, absent, functions over time, nested operands): no boundary is known, so the delivered rule and the
 * specification's own stand side by side over the same series, and promtool says at which evaluation they differ. The series go through
 * levels near the numbers of the condition, and are absent at times; the same for the same rule on every machine.
 */
export interface SideBySide {
  rule: RuleSpec
  /** At which evaluation the two differ, in promtool's words; undefined: never. */
  differs: string | undefined
  /** Why the comparison says little, although nothing differed. */
  says: string | undefined
  tests: number
}

/** Segments of constant levels; each long enough for a window to fill and `for` to pass. */
const SEGMENTS = 40
const PREFIX = 'specification:'

export async function sideBySide(
  promtool: string,
  rule: RuleSpec,
  spec: Spec,
  catalogue: Catalogue,
  ruleFiles: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<SideBySide> {
  const parsed = parsePromql(rule.condition.expr)
  if (!parsed.ok) return { rule, differs: undefined, says: parsed.message, tests: 0 }
  const stepMs = spec.platform.evaluationIntervalMs
  const windowMs = Math.max(
    0,
    ...[...walk(parsed.expr)].map((node) =>
      node.kind === 'selector' || node.kind === 'subquery' ? (node.rangeMs ?? 0) + Math.abs(node.offsetMs) : 0,
    ),
  )
  const length = Math.min(160, Math.ceil((windowMs + rule.forMs) / stepMs) + 3)
  const series = seriesOf(parsed.expr, spec, catalogue, length, seedOf(rule.alert))
  const name = `side-by-side-${rule.alert.replace(/\W/g, '_')}`
  await writeFile(path.join(folder, `${name}-specification.yml`), specificationOf(rule))
  const firing = (alert: string): string => `ALERTS{alertname=${JSON.stringify(alert)},alertstate="firing"}`
  const [own, specified] = [firing(rule.alert), firing(`${PREFIX}${rule.alert}`)]
  const files = [...ruleFiles.map((each) => path.basename(each)), `${name}-specification.yml`]
  let isLate = false
  const run = async (what: string, tests: object): Promise<string | undefined> => {
    const file = path.join(folder, `${name}-${what}.yml`)
    await writeFile(file, testFile(tests, series, files, stepMs))
    const ran = await runTool(promtool, ['test', 'rules', file], { cwd: folder, ...(signal === undefined ? {} : { signal }) })
    isLate ||= ran.late === true
    return ran.code === 0 ? undefined : `${ran.stdout}\n${ran.stderr}`
  }
  const ask = (what: string, expr: string): Promise<string | undefined> => run(what, expressionTests(expr, stepMs, length))
  const both = `(${own} unless ignoring(alertname) ${specified}) or (${specified} unless ignoring(alertname) ${own})`
  const [differs, fires] = await Promise.all([ask('differs', both), ask('fires', specified)])
  if (isLate) return { rule, differs: undefined, says: LATE, tests: 0 }
  const says = fires === undefined ? 'over the generated series the specified rule never fires, so nothing was compared' : undefined
  const found = differs === undefined ? undefined : difference(differs)
  const times = [...new Set((fires ?? '').matchAll(/\btime: ([^,\s]+)/g).map(([, time = '']) => time))].slice(0, TEXTS)
  if (found !== undefined || times.length === 0 || Object.keys(rule.annotations).length === 0)
    return { rule, differs: found, says, tests: SEGMENTS }
  const printed = await run('annotations', {
    alert_rule_test: times.flatMap((time) =>
      [rule.alert, `${PREFIX}${rule.alert}`].map((alertname) => ({ eval_time: time, alertname, exp_alerts: [] })),
    ),
  })
  if (isLate) return { rule, differs: undefined, says: LATE, tests: 0 }
  return { rule, differs: otherTexts(rule, times, printed ?? ''), says, tests: SEGMENTS + times.length }
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

/** At every evaluation; of long segments at some, and at all of their ends. */
function expressionTests(expr: string, stepMs: number, length: number): object {
  const stride = Math.ceil(length / 30)
  const steps = Array.from({ length: SEGMENTS * length }, (_, step) => step).filter(
    (step) => step % stride === 0 || step % length >= length - 3,
  )
  return { promql_expr_test: steps.map((step) => ({ expr, eval_time: formatDuration(step * stepMs), exp_samples: [] })) }
}

function testFile(
  tests: object,
  series: { metric: string; labels: Labels; values: Sample[] }[],
  ruleFiles: string[],
  stepMs: number,
): string {
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

function specificationOf(rule: RuleSpec): string {
  const alert = {
    alert: `${PREFIX}${rule.alert}`,
    expr: rule.condition.expr,
    ...(rule.forMs > 0 ? { for: formatDuration(rule.forMs) } : {}),
    ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
    labels: rule.labels,
    annotations: rule.annotations,
  }
  return stringify({ groups: [{ name: 'specification', rules: [alert] }] }, { lineWidth: 0 })
}

/** The first instant at which there is a sample. */
function difference(text: string): string {
  const time = /time: ([^,\s]+)/.exec(text)?.[1]
  const got = /got:\s*(?:\[\s*)?(?:\d+:\s*)?([^\n]*(?:\n\s+[^\n]*)?)/.exec(text)?.[1]?.replace(/\s+/g, ' ').trim()
  return time === undefined ? text.trim().split('\n').slice(-3).join(' ').slice(0, 300) : `at ${time}: ${(got ?? 'a sample').slice(0, 300)}`
}

/** Numbers in the same order for the same name. */
function seedOf(text: string): () => number {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

function seriesOf(
  expr: Expr,
  spec: Spec,
  catalogue: Catalogue,
  length: number,
  random: () => number,
): { metric: string; labels: Labels; values: Sample[] }[] {
  const [levels, near] = [levelsOf(numbersIn(expr)), levelsByMetric(expr)]
  // Now and then a metric is absent as a whole, as when its target is down.
  const gone = new Map<string, boolean[]>()
  for (const metric of new Set(selectors(expr).map((each) => each.metric ?? '')))
    gone.set(
      metric,
      Array.from({ length: SEGMENTS }, () => random() < 0.15),
    )
  const rates = new Set(
    [...walk(expr)].flatMap((node) =>
      node.kind === 'call' && /^(?:rate|irate|increase|resets|delta|idelta|deriv)$/.test(node.fn) ? selectors(node) : [],
    ),
  )
  const all = selectors(expr)
  const labelled = all
    .filter(({ metric }) => metric !== null)
    .flatMap((selector) => labelsFor(selector, expr, spec, catalogue).map((labels) => ({ selector, labels })))
  const unique = distinct(labelled, ({ selector, labels }) => `${selector.metric ?? ''} ${labelKey(labels)}`).slice(0, 40)
  return unique.map(({ selector, labels }) => {
    const isCounter = [...rates].some((each) => each.metric === selector.metric)
    const own = near.get(selector.metric ?? '') ?? levels
    const chosen = Array.from({ length: SEGMENTS }, (_, segment) => {
      const from = random() < 0.8 ? own : levels
      const level = from[Math.floor(random() * from.length)] ?? 0
      return gone.get(selector.metric ?? '')?.[segment] === true || random() < 0.06 ? null : level
    })
    const steps = chosen.flatMap((level) => Array.from({ length }, () => level))
    const counted = isCounter ? counter(steps.map((level) => Math.max(0, Math.round((level ?? 0) * 15)))) : []
    // A series that ends is stale at once, as when its target is gone.
    const sample = (level: number | null, step: number): Sample =>
      level !== null ? (counted[step] ?? level) : step === 0 || steps[step - 1] === null ? null : 'stale'
    return { metric: selector.metric ?? '', labels, values: steps.map(sample) }
  })
}

const numbersIn = (expr: Expr): number[] =>
  [...walk(expr)].flatMap((node) => (node.kind === 'number' && Number.isFinite(node.value) ? [node.value] : []))

/** Near each number, on both sides of it, and far from all. */
function levelsOf(numbers: readonly number[]): number[] {
  const near = numbers.flatMap((value) => [value, ...beside(value), value * 100, value * 110, value / 60])
  return [...new Set([0, 1, 100, ...near])].filter((value) => Math.abs(value) < 1e15).map((value) => Number(value.toPrecision(6)))
}

const beside = (value: number): number[] => (value === 0 ? [1, -1] : [value * 1.1, value * 0.9])

/** Of a metric that is compared with a number by itself: levels about that number. */
function levelsByMetric(expr: Expr): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const node of walk(expr))
    if (node.kind === 'binary' && node.rhs.kind === 'number' && new Set(selectors(node.lhs).map(({ metric }) => metric)).size === 1) {
      const metric = selectors(node.lhs)[0]?.metric ?? ''
      found.set(metric, [...(found.get(metric) ?? []), node.rhs.value, ...beside(node.rhs.value)])
    }
  return found
}

/** Recorded series that it selects; where none is recorded, two made from its matchers, whose other labels are those of every selector. */
function labelsFor(selector: Selector, expr: Expr, spec: Spec, catalogue: Catalogue): Labels[] {
  const recorded = catalogue.targets.flatMap((target) =>
    (target.metrics.get(selector.metric ?? '')?.series ?? []).map(({ labels }) => ({
      ...labels,
      job: target.job,
      instance: spec.platform.targets.find(({ job }) => job === target.job)?.address ?? `${target.job}:80`,
    })),
  )
  const taken = recorded.filter((labels: Labels) => selector.matchers.every((matcher) => accepts(matcher, labels[matcher.label] ?? '')))
  if (taken.length > 0) return taken.slice(0, 6)
  const grouped = [...walk(expr)].flatMap((node) => (node.kind === 'aggregate' && node.grouping.kind === 'by' ? node.grouping.labels : []))
  const matched = Object.fromEntries(
    selector.matchers.flatMap((matcher) => {
      const value = [matcher.value, ...matcher.value.split('|'), '500', '200', 'sample'].find((each) => accepts(matcher, each))
      return value === undefined || value === '' ? [] : [[matcher.label, value]]
    }),
  )
  return ['sample:80', 'sample-2:80'].map((instance) => ({
    job: 'sample',
    ...Object.fromEntries(grouped.map((label) => [label, 'sample'])),
    instance,
    ...matched,
  }))
}
