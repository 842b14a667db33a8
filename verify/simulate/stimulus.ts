import type { RuleSpec, Spec, Labels } from '../model/spec.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import type { Facts } from '../model/facts.ts'
import { labelKey } from '../promql/labels.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { distinct } from '../text/distinct.ts'
import { normaliseCondition, outputLabels, type Alternative, type Atom, type SelectorAtom, type Value } from '../promql/normalise.ts'
import type { Comparator } from '../promql/operators.ts'
import { parsePromql } from '../promql/parse-promql.ts'

/** One operand of a condition, down to its selector. */
export interface Operand {
  selector: SelectorAtom
  fn: 'gauge' | 'rate' | 'quantile'
  quantile: number
  /** Labels kept by aggregation; null: none, every series is a row of its own. */
  by: string[] | null
  /** The operand counts only where it is above 0. */
  guarded: boolean
}

/** A condition that can be driven by series: one operand against a threshold, or the ratio of two. */
export interface Stimulus {
  rule: RuleSpec
  /** Job whose first instance is driven over the threshold. */
  job: string
  numerator: Operand
  denominator: Operand | null
  comparator: Comparator
  /** In the unit of the canonical value: per second for rates. */
  threshold: number
  windowMs: number
  rowLabels: string[] | null
}

/** The stimuli of a rule: one for each job that it must hold for. Shapes that cannot be driven are named. */
export function stimuli(rule: RuleSpec, spec: Spec, facts: Facts): { stimuli: Stimulus[]; undriven: string[] } {
  const parsed = parsePromql(rule.condition.expr)
  if (!parsed.ok) return { stimuli: [], undriven: [parsed.message] }
  const found: Stimulus[] = []
  const undriven: string[] = []
  for (const alternative of normaliseCondition(parsed.expr, facts)) {
    const shape = shapeOf(alternative)
    if (typeof shape === 'string') {
      undriven.push(shape)
      continue
    }
    const { selector } = shape.numerator
    const jobs =
      (selector.metric === null ? undefined : facts.jobsExposing(selector.metric)) ?? spec.platform.targets.map((target) => target.job)
    const selected = jobs.filter((job) => selector.matchers.every((matcher) => matcher.label !== 'job' || accepts(matcher, job)))
    const wanted = rule.holdsFor['job'] === undefined ? selected : selected.filter((job) => rule.holdsFor['job']?.includes(job))
    for (const job of wanted) found.push({ rule, job, ...shape })
    if (wanted.length === 0) undriven.push(`no recorded target exposes ${selector.metric ?? 'its metric'}`)
  }
  const driven = new Set(found.map((stimulus) => stimulus.job))
  for (const job of rule.holdsFor['job'] ?? []) if (!driven.has(job)) undriven.push(`no recorded series of ${job}`)
  return { stimuli: found, undriven }
}

function shapeOf({ comparison, guards }: Alternative): Omit<Stimulus, 'rule' | 'job'> | string {
  if (guards.length > 0) return 'conditions with and/unless cannot be simulated'
  const [term, ...more] = comparison.value.terms
  if (term === undefined || more.length > 0 || Number.isNaN(comparison.threshold))
    return 'only a comparison of one product or ratio with a number can be simulated'
  const [a, b, ...rest] = [...term.factors].sort((x, y) => y.power - x.power)
  if (a === undefined || rest.length > 0 || a.power !== 1 || (b !== undefined && b.power !== -1))
    return 'only one operand, or one divided by another, can be simulated'
  const numerator = operandOf(a.atom)
  const denominator = b === undefined ? null : operandOf(b.atom)
  if (numerator === undefined || denominator === undefined) return 'an operand is no selector, rate, quantile or aggregation of these'
  return {
    numerator,
    denominator,
    comparator: comparison.comparator,
    threshold: comparison.threshold,
    windowMs: numerator.selector.rangeMs ?? 0,
    rowLabels: outputLabels(comparison.value) ?? null,
  }
}

function operandOf(atom: Atom): Operand | undefined {
  const inner = (value: Value): Operand | undefined => {
    const [term, ...more] = value.terms
    const [factor, ...others] = term?.factors ?? []
    return factor === undefined || more.length > 0 || others.length > 0 || factor.power !== 1 ? undefined : operandOf(factor.atom)
  }
  switch (atom.kind) {
    case 'selector':
      return { selector: atom, fn: 'gauge', quantile: 0, by: null, guarded: false }
    case 'call': {
      const vector = atom.args.find((arg): arg is Value => typeof arg !== 'string' && arg.terms.length > 0)
      const operand = vector === undefined ? undefined : inner(vector)
      if (operand === undefined) return undefined
      if (atom.fn === 'rate') return { ...operand, fn: 'rate' }
      const q = atom.args[0]
      return atom.fn === 'histogram_quantile' && typeof q === 'object'
        ? { ...operand, fn: 'quantile', quantile: q.constant, by: operand.by?.filter((label) => label !== 'le') ?? null }
        : undefined
    }
    case 'aggregate': {
      const operand = inner(atom.value)
      return operand === undefined || atom.op !== 'sum' || atom.grouping.kind !== 'by'
        ? undefined
        : { ...operand, by: atom.grouping.labels }
    }
    case 'filter': {
      const operand = inner(atom.condition.value)
      return operand === undefined || atom.condition.comparator !== '>' || atom.condition.threshold !== 0
        ? undefined
        : { ...operand, guarded: true }
    }
    default:
      return undefined
  }
}

/** First and second instance of a job: what the specification says, and a sister beside it. */
export function instances(job: string, spec: Spec): [string, string] {
  const address = spec.platform.targets.find((target) => target.job === job)?.address ?? `${job}:9999`
  const [host = job, port = '9999'] = address.split(':')
  return [address, `${host}-2:${port}`]
}

/** Recorded series of a job's metric that a selector takes; made from a recorded one where the recording has none (no 429 that day). */
export function selectedSeries(selector: SelectorAtom, job: string, catalogue: Catalogue): Labels[] {
  const recorded = recordedSeries(selector.metric ?? '', job, catalogue)
  const passes = (labels: Labels): boolean =>
    selector.matchers.every((matcher) => matcher.label === 'job' || accepts(matcher, labels[matcher.label] ?? ''))
  const taken = recorded.filter(passes)
  const made = recorded.slice(0, 40).flatMap((labels) => candidates(selector, labels).filter(passes))
  return distinct([...taken, ...made], labelKey)
}

/** Values the matchers accept beside the recorded ones: each status of a class, the literal of an equality. */
function candidates(selector: SelectorAtom, labels: Labels): Labels[] {
  let sets = [labels]
  for (const matcher of selector.matchers) {
    if (matcher.label === 'job' || matcher.label === 'le') continue
    const values =
      matcher.op === '='
        ? [matcher.value]
        : matcher.op === '=~'
          ? ['500', '502', '503', '504', '599', '429', ...matcher.value.split('|')].filter((value) => accepts(matcher, value))
          : []
    if (values.length > 0) sets = sets.flatMap((set) => values.map((value) => ({ ...set, [matcher.label]: value })))
  }
  return sets.filter((set) => set !== labels)
}

/** Series that a selector must leave out, one kind for each of its matchers: a matcher that is lost lets them in. */
export function decoySeries(selector: SelectorAtom, taken: Labels[], job: string, catalogue: Catalogue): { labels: Labels; job: string }[] {
  const decoys: { labels: Labels; job: string }[] = recordedSeries(selector.metric ?? '', job, catalogue)
    .filter((labels) => !selector.matchers.every((matcher) => matcher.label === 'job' || accepts(matcher, labels[matcher.label] ?? '')))
    .map((labels) => ({ labels, job }))
  for (const matcher of selector.matchers) {
    if (matcher.label === 'job') {
      const others = catalogue.targets.filter(
        (target) => target.job !== job && target.metrics.has(selector.metric ?? '') && !accepts(matcher, target.job),
      )
      for (const other of others) decoys.push(...taken.map((labels) => ({ labels, job: other.job })))
      continue
    }
    const values = [
      '200',
      '404',
      '428',
      '430',
      'nonheap',
      ...(matcher.op.startsWith('!') ? [matcher.value, ...matcher.value.split('|')] : [`${matcher.value}x`]),
    ].filter((value) => !accepts(matcher, value) && sensible(matcher.label, value))
    decoys.push(
      ...values
        .slice(0, 3)
        .flatMap((value) => taken.slice(0, 12).map((labels) => ({ labels: { ...labels, [matcher.label]: value }, job }))),
    )
  }
  return distinct(decoys, ({ labels, job: of }) => of + labelKey(labels))
}

function sensible(label: string, value: string): boolean {
  return /status|code/.test(label) === /^\d{3}x?$/.test(value) && (label === 'area') === (value === 'nonheap')
}

function recordedSeries(metric: string, job: string, catalogue: Catalogue): Labels[] {
  const series = catalogue.targets.find((target) => target.job === job)?.metrics.get(metric)?.series ?? []
  return series.map(({ labels }) => labels)
}
