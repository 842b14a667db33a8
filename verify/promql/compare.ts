import { compares } from './operators.ts'
import type { Facts } from '../model/facts.ts'
import type { Span } from './ast.ts'
import { compareMatchers, jobsSelected } from './compare-matchers.ts'
import { printAtom, printComparison, printDuration, printNumber, printValue, selectorsOf } from './normalise.ts'
import type { Alternative, Atom, Comparison, Condition, Factor, Term, Value } from './normalise.ts'

export type Aspect =
  | 'threshold'
  | 'comparator'
  | 'unit'
  | 'window'
  | 'offset'
  | 'function'
  | 'quantile'
  | 'aggregation'
  | 'grouping'
  | 'matcher'
  | 'metric'
  | 'guard'
  | 'missing part'
  | 'additional part'
  | 'structure'

/** One way in which a condition says something else than the specification, with both values. */
export interface Difference {
  aspect: Aspect
  expected: string
  observed: string
  /** Where in the observed expression. */
  span: Span
  note?: string
  /** The same words with another number, duration or comparison; otherwise the two are built differently. */
  sameForm?: true
}

/** Everything that differs in meaning; [] when the two conditions hold for the same series at the same time. */
export function compareConditions(expected: Condition, observed: Condition, facts: Facts): Difference[] {
  const compare = new Comparer(facts)
  const rest = dropRepeats(observed, compare)
  const differences: Difference[] = []
  const unmatched: Alternative[] = []
  for (const alternative of dropRepeats(expected, compare)) {
    const same = rest.findIndex((candidate) => compare.alternative(alternative, candidate).length === 0)
    if (same < 0) unmatched.push(alternative)
    else rest.splice(same, 1)
  }
  for (const alternative of unmatched) {
    const ranked = rest
      .map((candidate, index) => ({ index, found: compare.alternative(alternative, candidate) }))
      .sort((a, b) => weight(a.found) - weight(b.found))
    const [best] = ranked
    if (best === undefined) {
      differences.push({
        aspect: 'missing part',
        expected: printAlternative(alternative),
        observed: 'nothing',
        span: observed[0]?.comparison.span ?? { from: 0, to: 0 },
      })
    } else {
      rest.splice(best.index, 1)
      differences.push(...best.found)
    }
  }
  for (const alternative of rest) {
    if (compare.canHold(alternative))
      differences.push({
        aspect: 'additional part',
        expected: 'nothing more',
        observed: printAlternative(alternative),
        span: alternative.comparison.span,
      })
  }
  return differences
}

function dropRepeats(condition: Condition, compare: Comparer): Condition {
  const kept: Condition = []
  for (const alternative of condition) {
    if (!kept.some((other) => compare.alternative(other, alternative).length === 0)) kept.push(alternative)
  }
  return kept
}

/** Pairs the closest: a changed number is nearer than a changed metric, that nearer than another shape. */
function weight(differences: Difference[]): number {
  const heavy: Partial<Record<Aspect, number>> = { structure: 100, metric: 30, 'missing part': 20, 'additional part': 20 }
  return differences.reduce((sum, difference) => sum + (heavy[difference.aspect] ?? 1), 0)
}

function printAlternative(alternative: Alternative): string {
  return [
    printComparison(alternative.comparison),
    ...alternative.guards.map((guard) => `${guard.op} ${guard.condition.map(printAlternative).join(' or ')}`),
  ].join(' ')
}

export function nearlyEqual(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

class Comparer {
  readonly facts: Facts
  constructor(facts: Facts) {
    this.facts = facts
  }

  /** Whether any target of the catalogue could satisfy the alternative at all. */
  canHold(alternative: Alternative): boolean {
    return selectorsOf(alternative.comparison.value).every((atom) => jobsSelected(atom.metric, atom.matchers, this.facts)?.length !== 0)
  }

  alternative(expected: Alternative, observed: Alternative): Difference[] {
    const differences = this.comparison(expected.comparison, observed.comparison)
    const { span } = observed.comparison
    expected.guards.forEach((guard, index) => {
      const other = observed.guards[index]
      const text = `${guard.op} ${guard.condition.map(printAlternative).join(' or ')}`
      if (other === undefined) differences.push({ aspect: 'guard', expected: text, observed: 'no such guard', span })
      else if (other.op !== guard.op || JSON.stringify(other.matching) !== JSON.stringify(guard.matching))
        differences.push({
          aspect: 'guard',
          expected: text,
          observed: `${other.op} ${other.condition.map(printAlternative).join(' or ')}`,
          span,
        })
      else differences.push(...compareConditions(guard.condition, other.condition, this.facts))
    })
    for (const guard of observed.guards.slice(expected.guards.length)) {
      differences.push({
        aspect: 'guard',
        expected: 'no further guard',
        observed: `${guard.op} ${guard.condition.map(printAlternative).join(' or ')}`,
        span,
      })
    }
    return differences
  }

  private comparison(expected: Comparison, observed: Comparison): Difference[] {
    const direct = this.oriented(expected, observed)
    const upsideDown = direct.length === 0 ? undefined : invert(observed)
    if (upsideDown === undefined) return direct
    const inverted = this.oriented(expected, upsideDown)
    // Upside down it must at least be the same comparison of the same metrics: else a wrong metric is said of the whole expression.
    const differs = inverted.some(({ aspect }) => aspect === 'comparator' || aspect === 'metric' || aspect === 'guard')
    return !differs && weight(inverted) < weight(direct) ? inverted : direct
  }

  private oriented(expected: Comparison, observed: Comparison): Difference[] {
    const { span } = observed
    const differences = this.value(expected.value, observed.value, span)
    if (Number.isNaN(expected.threshold) !== Number.isNaN(observed.threshold)) {
      return [
        ...differences,
        {
          aspect: 'comparator',
          expected: printComparison(expected),
          observed: Number.isNaN(observed.threshold) ? 'no comparison: every row alerts' : printComparison(observed),
          span,
        },
      ]
    }
    if (expected.comparator !== observed.comparator && !this.sameAcceptance(expected, observed)) {
      differences.push({
        aspect: 'comparator',
        expected: `${expected.comparator} ${this.inUnit(expected, expected)}`,
        observed: `${observed.comparator} ${this.inUnit(expected, observed)}`,
        span: observed.limit ?? span,
        sameForm: true,
      })
    } else if (
      !nearlyEqual(expected.threshold, observed.threshold) &&
      !differences.some(({ aspect }) => aspect === 'function' || aspect === 'structure')
    ) {
      // Of two different quantities the thresholds say nothing.
      const unit = unitOf(expected.threshold, observed.threshold, printValue(expected.value))
      differences.push({
        aspect: unit === undefined ? 'threshold' : 'unit',
        expected: this.inUnit(expected, expected),
        observed: this.inUnit(expected, observed),
        span: observed.limit ?? span,
        sameForm: true,
        ...(unit === undefined ? {} : { note: unit }),
      })
    }
    return differences
  }

  /** Two-valued metrics are canonical already; here only equal comparisons meet. */
  private sameAcceptance(expected: Comparison, observed: Comparison): boolean {
    return (
      [0, 1].every(
        (value) => compares(value, expected.comparator, expected.threshold) === compares(value, observed.comparator, observed.threshold),
      ) &&
      /_up$|^up$/.test(selectorsOf(expected.value)[0]?.metric ?? '') &&
      expected.value.terms.length === 1 &&
      expected.value.terms[0]?.factors[0]?.atom.kind === 'selector'
    )
  }

  /** Thresholds are printed in the unit of the specification's own comparison (per minute, seconds). */
  private inUnit(expected: Comparison, side: Comparison): string {
    return printNumber(side.threshold * expected.scale)
  }

  value(expected: Value, observed: Value, span: Span): Difference[] {
    const structure: Difference[] = [{ aspect: 'structure', expected: printValue(expected), observed: printValue(observed), span }]
    if (expected.terms.length !== observed.terms.length) return structure
    const differences: Difference[] = []
    const mine = [...expected.terms].sort(bySketch)
    const theirs = [...observed.terms].sort(bySketch)
    mine.forEach((term, index) => {
      const other = theirs[index]
      if (other === undefined) return
      differences.push(...this.term(term, other, span, structure))
      if (!nearlyEqual(term.coefficient, other.coefficient))
        differences.push({
          aspect: 'threshold',
          expected: printNumber(term.coefficient),
          observed: printNumber(other.coefficient),
          span,
          note: 'the weight of one part of a sum',
          sameForm: true,
        })
    })
    if (!nearlyEqual(expected.constant, observed.constant))
      differences.push({
        aspect: 'threshold',
        expected: printNumber(expected.constant),
        observed: printNumber(observed.constant),
        span,
        sameForm: true,
      })
    return differences
  }

  private term(expected: Term, observed: Term, span: Span, structure: Difference[]): Difference[] {
    if (expected.factors.length !== observed.factors.length) return structure
    const rest = [...observed.factors]
    const pairs: [Factor, Factor][] = []
    // Same power first, then the same metrics, then what is left.
    for (const factor of [...expected.factors].sort((a, b) => (sketchFactor(a) < sketchFactor(b) ? -1 : 1))) {
      const candidates = rest.filter((other) => other.power === factor.power)
      const best = candidates
        .map((other) => ({ other, cost: weight(this.atom(factor.atom, other.atom, span)) }))
        .sort((a, b) => a.cost - b.cost)[0]?.other
      if (best === undefined) return structure
      rest.splice(rest.indexOf(best), 1)
      pairs.push([factor, best])
    }
    return pairs.flatMap(([mine, theirs]) => this.atom(mine.atom, theirs.atom, span))
  }

  private arg(expected: Value | string, observed: Value | string, span: Span): Difference[] {
    if (typeof expected === 'string' || typeof observed === 'string')
      return expected === observed ? [] : [{ aspect: 'structure', expected: show(expected), observed: show(observed), span }]
    return this.value(expected, observed, span)
  }

  private atom(expected: Atom, observed: Atom, span: Span): Difference[] {
    const structure = (aspect: Aspect = 'structure'): Difference[] => [
      { aspect, expected: printAtom(expected), observed: printAtom(observed), span: observed.span },
    ]
    if (expected.kind === 'selector' && observed.kind === 'selector') return this.selector(expected, observed)
    if (expected.kind === 'call' && observed.kind === 'call') return this.call(expected, observed)
    if (expected.kind === 'aggregate' && observed.kind === 'aggregate') return this.aggregate(expected, observed)
    if (expected.kind === 'filter' && observed.kind === 'filter')
      return this.comparison(expected.condition, observed.condition).map((difference) => ({
        ...difference,
        aspect: difference.aspect === 'threshold' || difference.aspect === 'comparator' ? 'guard' : difference.aspect,
      }))
    if (expected.kind === 'sum' && observed.kind === 'sum') return this.value(expected.value, observed.value, observed.span)
    if (expected.kind === 'set' && observed.kind === 'set' && expected.op === observed.op) {
      const matching = JSON.stringify(expected.matching) === JSON.stringify(observed.matching) ? [] : structure()
      return [...matching, ...this.value(expected.lhs, observed.lhs, span), ...this.value(expected.rhs, observed.rhs, span)]
    }
    if (expected.kind === 'filter')
      return [
        {
          aspect: 'guard',
          expected: `only where ${printComparison(expected.condition)}`,
          observed: `${printAtom(observed)} without that guard`,
          span: observed.span,
        },
      ]
    if (observed.kind === 'filter')
      return [
        {
          aspect: 'guard',
          expected: `${printAtom(expected)} without a guard`,
          observed: `only where ${printComparison(observed.condition)}`,
          span: observed.span,
        },
      ]
    if (expected.kind === 'aggregate' || observed.kind === 'aggregate') return structure('aggregation')
    if (expected.kind === 'call' || observed.kind === 'call') return structure('function')
    return structure()
  }

  private selector(expected: Extract<Atom, { kind: 'selector' }>, observed: Extract<Atom, { kind: 'selector' }>): Difference[] {
    const { span } = observed
    const differences: Difference[] = []
    if (expected.metric !== observed.metric)
      differences.push({ aspect: 'metric', expected: expected.metric ?? 'any metric', observed: observed.metric ?? 'any metric', span })
    else
      differences.push(
        ...compareMatchers(expected.metric, expected.matchers, observed.matchers, this.facts).map((difference) => ({
          aspect: 'matcher' as const,
          expected: difference.expected,
          observed: difference.observed,
          span,
          note: `they differ at ${difference.label} = ${difference.example}`,
        })),
      )
    if (expected.rangeMs !== observed.rangeMs)
      differences.push({ aspect: 'window', expected: window(expected.rangeMs), observed: window(observed.rangeMs), span, sameForm: true })
    if (expected.offsetMs !== observed.offsetMs)
      differences.push({
        aspect: 'offset',
        expected: `${printDuration(expected.offsetMs)} ago`,
        observed: `${printDuration(observed.offsetMs)} ago`,
        span,
        sameForm: true,
      })
    if (expected.at !== observed.at)
      differences.push({ aspect: 'offset', expected: expected.at ?? 'no @', observed: observed.at ?? 'no @', span, sameForm: true })
    return differences
  }

  private call(expected: Extract<Atom, { kind: 'call' }>, observed: Extract<Atom, { kind: 'call' }>): Difference[] {
    const { span } = observed
    if (expected.args.length !== observed.args.length)
      return [{ aspect: 'structure', expected: printAtom(expected), observed: printAtom(observed), span }]
    // A subquery is a call of its range, step and offset.
    const windows = [expected, observed].every(({ fn }) => fn.startsWith('['))
    const differences: Difference[] =
      expected.fn === observed.fn
        ? []
        : [
            {
              aspect: windows ? 'window' : 'function',
              expected: expected.fn,
              observed: observed.fn,
              span,
              ...(windows ? { sameForm: true } : {}),
            },
          ]
    expected.args.forEach((arg, index) => {
      const found = this.arg(arg, observed.args[index] ?? '', span)
      const quantile = index === 0 && /quantile/.test(expected.fn)
      differences.push(
        ...found.map((difference) =>
          quantile && difference.aspect === 'threshold' ? { ...difference, aspect: 'quantile' as const } : difference,
        ),
      )
    })
    return differences
  }

  private aggregate(expected: Extract<Atom, { kind: 'aggregate' }>, observed: Extract<Atom, { kind: 'aggregate' }>): Difference[] {
    const { span } = observed
    const differences: Difference[] =
      expected.op === observed.op ? [] : [{ aspect: 'aggregation', expected: expected.op, observed: observed.op, span }]
    if (JSON.stringify(expected.grouping) !== JSON.stringify(observed.grouping))
      differences.push({ aspect: 'grouping', expected: grouping(expected.grouping), observed: grouping(observed.grouping), span })
    if ((expected.param === null) !== (observed.param === null))
      differences.push({ aspect: 'structure', expected: printAtom(expected), observed: printAtom(observed), span })
    else if (expected.param !== null && observed.param !== null) differences.push(...this.arg(expected.param, observed.param, span))
    return [...differences, ...this.value(expected.value, observed.value, span)]
  }
}

const UPSIDE_DOWN: Partial<Record<Comparison['comparator'], Comparison['comparator']>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' }

/** a/b > k as b/a < 1/k, for positive quantities. */
function invert(comparison: Comparison): Comparison | undefined {
  const [term, ...more] = comparison.value.terms
  const comparator = UPSIDE_DOWN[comparison.comparator]
  if (
    term === undefined ||
    more.length > 0 ||
    comparator === undefined ||
    !(comparison.threshold > 0) ||
    term.factors.every((factor) => factor.power > 0)
  )
    return undefined
  return {
    ...comparison,
    comparator,
    threshold: 1 / comparison.threshold,
    value: { constant: 0, terms: [{ coefficient: 1, factors: term.factors.map((factor) => ({ ...factor, power: -factor.power })) }] },
  }
}

function grouping({ kind, labels }: { kind: string; labels: string[] }): string {
  return kind === 'by' && labels.length === 0 ? 'all series together' : `${kind} (${labels.join(', ')})`
}

function window(ms: number | null): string {
  return ms === null ? 'no range' : `[${printDuration(ms)}]`
}

function show(value: Value | string): string {
  return typeof value === 'string' ? JSON.stringify(value) : printValue(value)
}

function bySketch(a: Term, b: Term): number {
  const [mine, theirs] = [a, b].map((term) => term.factors.map(sketchFactor).sort().join('*')) as [string, string]
  return mine < theirs ? -1 : mine > theirs ? 1 : 0
}

/** Metrics and power alone: what two terms that mean the same have in common even when one of them is wrong. */
function sketchFactor(factor: Factor): string {
  return `${factor.power < 0 ? 'z' : 'a'}${selectorsOf({ constant: 0, terms: [{ coefficient: 1, factors: [factor] }] })
    .map((atom) => atom.metric)
    .join(',')}^${factor.power}`
}

/** Factors that betray a unit: a person who typed 500 for 0.5 s meant milliseconds. Each only where what is measured can have that unit. */
function unitOf(expected: number, observed: number, value: string): string | undefined {
  if (expected === 0 || observed === 0) return undefined
  const ratio = observed / expected
  const isTime = /_(?:milli)?seconds|duration|latency|_ms\b/.test(value) && !/_(?:count|total)\b/.test(value)
  // One quantity divided by another, neither of which is a time.
  const isShare = !isTime && / \/ |\b(?:ratio|percent|quantile)\b/.test(value)
  const isRate = /\b(?:i?rate|increase)\(/.test(value)
  const units: [number, boolean, string][] = [
    [1000, isTime, 'a factor of 1000: milliseconds against seconds?'],
    [60, isTime || isRate, isTime ? 'a factor of 60: minutes against seconds?' : 'a factor of 60: per minute against per second?'],
    [100, isShare && Math.min(expected, observed) <= 1, 'a factor of 100: percent against a share?'],
    [3600, isTime || isRate, isTime ? 'a factor of 3600: hours against seconds?' : 'a factor of 3600: per hour against per second?'],
  ]
  return units.find(([factor, fits]) => fits && (nearlyEqual(ratio, factor) || nearlyEqual(ratio, 1 / factor)))?.[2]
}
