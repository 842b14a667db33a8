import { ARITHMETIC, compares, isComparator, MIRRORED, type Comparator } from './operators.ts'
import type { Facts } from '../model/facts.ts'
import type { BinaryOp, Expr, Matcher, Matching, Span } from './ast.ts'
import { jobsSelected } from './compare-matchers.ts'

/**
 * Expressions brought to a form in which equal meaning is equal structure:
 * arithmetic is a constant plus terms (coefficient times powers of atoms), `increase` is `rate` times its window,
 * a condition is a list of alternatives `value comparator threshold` with the coefficient divided out.
 */
export interface Value {
  constant: number
  terms: Term[]
}

export interface Term {
  coefficient: number
  factors: Factor[]
}

export interface Factor {
  atom: Atom
  power: number
}

export type Atom =
  | {
      kind: 'selector'
      metric: string | null
      matchers: Matcher[]
      rangeMs: number | null
      offsetMs: number
      at: string | null
      span: Span
    }
  | { kind: 'call'; fn: string; args: (Value | string)[]; span: Span }
  | {
      kind: 'aggregate'
      op: string
      param: Value | string | null
      grouping: { kind: 'by' | 'without'; labels: string[] }
      value: Value
      span: Span
    }
  /** Rows with the condition's value, where it holds. */
  | { kind: 'filter'; condition: Comparison; span: Span }
  | { kind: 'set'; op: string; lhs: Value; rhs: Value; matching: Matching | null; span: Span }
  | { kind: 'sum'; value: Value; span: Span }

export interface Comparison {
  value: Value
  comparator: Comparator
  threshold: number
  /** What the author's left side was multiplied by to get `value`; expected and observed are printed in the unit the specification uses. */
  scale: number
  span: Span
  /** Where the number stands that it is compared with; absent when it is worked out. */
  limit?: Span
}

export interface Alternative {
  comparison: Comparison
  /** What else must hold (`and`) or must not (`unless`). */
  guards: { op: 'and' | 'unless'; condition: Condition; matching: Matching | null }[]
}

export type Condition = Alternative[]

const NEGATE: Record<Comparator, Comparator> = { '>': '<=', '>=': '<', '<': '>=', '<=': '>', '==': '!=', '!=': '==' }

export function normaliseCondition(expr: Expr, facts: Facts): Condition {
  return new Normaliser(facts).condition(expr)
}

class Normaliser {
  readonly facts: Facts
  constructor(facts: Facts) {
    this.facts = facts
  }

  condition(expr: Expr): Condition {
    if (expr.kind === 'call' && /^sort(_desc)?$/.test(expr.fn) && expr.args[0] !== undefined) return this.condition(expr.args[0])
    if (expr.kind === 'binary') {
      if (expr.op === 'or') return [...this.condition(expr.lhs), ...this.condition(expr.rhs)]
      if (expr.op === 'and' || expr.op === 'unless') return this.guarded(expr)
      // With bool every row stays, as 0 or 1.
      if (isComparator(expr.op) && !expr.bool) return this.comparison(expr)
    }
    // A condition without a comparison is true for every row there is.
    return this.value(expr).map((value) => ({ comparison: canonical(value, '!=', NaN, expr.span, this.facts), guards: [] }))
  }

  private comparison(expr: Expr & { kind: 'binary' }): Condition {
    const comparator = expr.op as Comparator
    const unwrapped = this.boolComparison(expr, comparator)
    if (unwrapped !== undefined) return unwrapped
    const results: Condition = []
    for (const lhs of this.value(expr.lhs)) {
      for (const rhs of this.value(expr.rhs)) {
        if (!this.mayMeet(lhs, rhs)) continue
        const [number] = [expr.rhs, expr.lhs].filter((side) => side.kind === 'number')
        results.push(this.bounded(lhs, comparator, rhs, expr.span, number?.span))
      }
    }
    return results
  }

  /** `(a > bool 1) == 1` is `a > 1`; `(a > bool 1) == 0` is its opposite. */
  private boolComparison(expr: Expr & { kind: 'binary' }, comparator: Comparator): Condition | undefined {
    const [inner, other, op] =
      expr.lhs.kind === 'binary' && expr.lhs.bool
        ? ([expr.lhs, expr.rhs, comparator] as const)
        : expr.rhs.kind === 'binary' && expr.rhs.bool
          ? ([expr.rhs, expr.lhs, MIRRORED[comparator]] as const)
          : []
    if (inner === undefined || other?.kind !== 'number' || op === undefined || expr.bool || !isComparator(inner.op)) return undefined
    const takes = [0, 1].filter((value) => compares(value, op, other.value))
    if (takes.length !== 1) return undefined
    return this.comparison({ ...inner, bool: false, op: takes[0] === 1 ? inner.op : NEGATE[inner.op as Comparator] })
  }

  /** `(x > 1) > 2` is `x > 2`, and `(x > 1) < 2` is `x > 1 and x < 2`. */
  private bounded(lhs: Value, comparator: Comparator, rhs: Value, span: Span, limit: Span | undefined): Alternative {
    const comparison = { ...this.compare(lhs, comparator, rhs, span), ...(limit === undefined ? {} : { limit }) }
    const factors = lhs.terms.length === 0 || rhs.terms.length === 0 ? factorsOf(comparison.value) : undefined
    const atom = factors?.length === 1 && factors[0]?.power === 1 ? factors[0].atom : undefined
    if (atom?.kind !== 'filter') return { comparison, guards: [] }
    // Both have the same canonical value.
    const { scale: unit } = comparison
    const { comparator: op, threshold } = comparison
    const outer = {
      ...canonical(atom.condition.value, op, threshold, span, this.facts),
      scale: unit,
      ...(limit === undefined ? {} : { limit }),
    }
    return intersection(atom.condition, outer)
  }

  compare(lhs: Value, comparator: Comparator, rhs: Value, span: Span): Comparison {
    if (rhs.terms.length === 0) return canonical(lhs, comparator, rhs.constant, span, this.facts)
    if (lhs.terms.length === 0) return canonical(rhs, MIRRORED[comparator], lhs.constant, span, this.facts)
    // Two vectors: a > k*b is a/b > k wherever b is positive, which is what a bound such as maxmemory is.
    if (lhs.constant === 0 && rhs.constant === 0 && lhs.terms.length === 1 && rhs.terms.length === 1)
      return canonical(divide(lhs, rhs, span), comparator, 1, span, this.facts)
    return canonical(plus(lhs, scale(rhs, -1)), comparator, 0, span, this.facts)
  }

  private guarded(expr: Expr & { kind: 'binary' }): Condition {
    const op = expr.op as 'and' | 'unless'
    const left = this.condition(expr.lhs)
    const right = this.condition(expr.rhs)
    const matching = expr.matching ?? null
    const itself = matching === null ? selected(left, op, right, this.facts) : undefined
    if (itself !== undefined) return [itself]
    const [mine, theirs] = [left[0], right[0]]
    if (op === 'and' && matching === null && left.length + right.length === 2 && mine !== undefined && theirs !== undefined)
      if (mine.guards.length + theirs.guards.length === 0 && printValue(mine.comparison.value) === printValue(theirs.comparison.value))
        return [intersection(mine.comparison, theirs.comparison)]
    return left.map(
      (alternative) =>
        this.absorb(alternative, op, right, matching) ?? {
          ...alternative,
          guards: [...alternative.guards, { op, condition: right, matching }],
        },
    )
  }

  /** `a / b > 1 and b > 0` is `a / (b > 0) > 1`: a guard on an operand moves to the operand. */
  private absorb(alternative: Alternative, op: 'and' | 'unless', right: Condition, matching: Matching | null): Alternative | undefined {
    const [guard] = right
    if (guard === undefined || right.length !== 1 || guard.guards.length > 0) return undefined
    if (matching !== null && matching.kind === 'on' && !matching.labels.includes('instance')) return undefined
    const condition = op === 'and' ? guard.comparison : { ...guard.comparison, comparator: NEGATE[guard.comparison.comparator] }
    const found = attach(
      alternative.comparison.value,
      canonical(condition.value, condition.comparator, condition.threshold, condition.span, this.facts),
    )
    if (found !== undefined) return { ...alternative, comparison: { ...alternative.comparison, value: found } }
    if (op === 'unless' || alternative.guards.length > 0) return undefined
    const swapped = attach(guard.comparison.value, alternative.comparison)
    return swapped === undefined ? undefined : { ...guard, comparison: { ...guard.comparison, value: swapped } }
  }

  /** The alternatives of an arithmetic expression: more than one where `or` joins different metrics. */
  value(expr: Expr): Value[] {
    switch (expr.kind) {
      case 'number':
        return [{ constant: expr.value, terms: [] }]
      case 'string':
        return [single({ kind: 'call', fn: 'string', args: [expr.value], span: expr.span })]
      case 'negate':
        return this.value(expr.expr).map((value) => scale(value, -1))
      case 'selector':
        return this.selector(expr)
      case 'subquery':
        return this.value(expr.expr).map((value) =>
          single({
            kind: 'call',
            fn: `[${printDuration(expr.rangeMs)}:${expr.stepMs === null ? '' : printDuration(expr.stepMs)}]${expr.offsetMs === 0 ? '' : ` offset ${printDuration(expr.offsetMs)}`}${expr.at ?? ''}`,
            args: [value],
            span: expr.span,
          }),
        )
      case 'call':
        return this.call(expr)
      case 'aggregate':
        return this.aggregation(expr)
      case 'binary':
        return this.binary(expr)
    }
  }

  private selector(expr: Expr & { kind: 'selector' }): Value[] {
    const atom = {
      kind: 'selector' as const,
      metric: expr.metric,
      matchers: expr.matchers,
      rangeMs: expr.rangeMs ?? null,
      offsetMs: expr.offsetMs,
      at: expr.at ?? null,
      span: expr.span,
    }
    // The +Inf bucket counts every observation: it is the histogram's _count.
    const inf = expr.matchers.find((matcher) => matcher.label === 'le' && matcher.op === '=' && matcher.value === '+Inf')
    if (inf !== undefined && expr.metric?.endsWith('_bucket') === true) {
      return [
        single({
          ...atom,
          metric: expr.metric.replace(/_bucket$/, '_count'),
          matchers: expr.matchers.filter((matcher) => matcher !== inf),
        }),
      ]
    }
    const names =
      expr.metric === null
        ? expr.matchers.find(
            (matcher) => matcher.label === '__name__' && matcher.op === '=~' && /^\(?[\w:]+(\|[\w:]+)*\)?$/.test(matcher.value),
          )
        : undefined
    if (names === undefined) return [single(atom)]
    const matchers = expr.matchers.filter((matcher) => matcher !== names)
    return names.value
      .replace(/[()]/g, '')
      .split('|')
      .map((metric) => single({ ...atom, metric, matchers }))
  }

  private call(expr: Expr & { kind: 'call' }): Value[] {
    const [first] = expr.args
    if (/^sort(_desc)?$/.test(expr.fn) && first !== undefined) return this.value(first)
    if (expr.fn === 'vector' && first?.kind === 'number') return [{ constant: first.value, terms: [] }]
    const vectorAt = expr.args.findIndex((arg) => arg.kind !== 'number' && arg.kind !== 'string')
    const vectors = vectorAt < 0 ? [undefined] : this.value(expr.args[vectorAt] as Expr)
    return vectors.map((vector) => {
      const args = expr.args.map((arg, index) =>
        index === vectorAt && vector !== undefined
          ? vector
          : arg.kind === 'string'
            ? arg.value
            : (this.value(arg)[0] ?? { constant: NaN, terms: [] }),
      )
      const [lone, ...more] = vector?.terms ?? []
      if (expr.fn === 'increase' && lone !== undefined)
        return scale(single({ kind: 'call', fn: 'rate', args, span: expr.span }), rangeSeconds(lone))
      if (
        expr.fn === 'histogram_quantile' &&
        vector !== undefined &&
        lone !== undefined &&
        more.length === 0 &&
        vector.constant === 0 &&
        lone.coefficient > 0
      ) {
        args[vectorAt] = { constant: 0, terms: [{ ...lone, coefficient: 1 }] }
      }
      if (vector !== undefined && vector.terms.length === 0) {
        const folded = fold(
          expr.fn,
          args.map((arg) => (typeof arg === 'string' ? NaN : arg.constant)),
        )
        if (folded !== undefined) return { constant: folded, terms: [] }
      }
      return single({ kind: 'call', fn: expr.fn, args, span: expr.span })
    })
  }

  private aggregation(expr: Expr & { kind: 'aggregate' }): Value[] {
    const alternatives = this.value(expr.expr)
    const param = expr.param === undefined ? null : expr.param.kind === 'string' ? expr.param.value : (this.value(expr.param)[0] ?? null)
    if (alternatives.length > 1 && !this.disjoint(alternatives, expr.grouping)) {
      // The groups would mix rows of different metrics: kept whole.
      const union = alternatives.reduce((lhs, rhs) => single({ kind: 'set', op: 'or', lhs, rhs, matching: null, span: expr.span }))
      return [this.aggregate(expr, union, param)]
    }
    return alternatives.map((value) => this.aggregate(expr, value, param))
  }

  private aggregate(expr: Expr & { kind: 'aggregate' }, value: Value, param: Value | string | null): Value {
    const grouping = this.grouping(expr.grouping, value)
    const [lone, ...more] = value.terms
    const linear = lone !== undefined && more.length === 0 && value.constant === 0
    if (linear) {
      const inner = lone.factors.length === 1 && lone.factors[0]?.power === 1 ? lone.factors[0].atom : undefined
      if (
        inner?.kind === 'aggregate' &&
        inner.op === expr.op &&
        /^(sum|min|max)$/.test(expr.op) &&
        grouping.kind === 'by' &&
        inner.grouping.kind === 'by' &&
        factorsOf(inner.value) !== undefined &&
        grouping.labels.every((label) => inner.grouping.labels.includes(label))
      ) {
        // sum by (a) (sum by (a, b) (x)) is sum by (a) (x).
        return this.aggregate({ ...expr, grouping }, scale(inner.value, lone.coefficient), param)
      }
      // Every row a group of its own: nothing is aggregated.
      const rows = outputLabels(value) ?? (keepsSeries(value) ? this.labelsOf(value) : undefined)
      if (
        rows !== undefined &&
        grouping.kind === 'by' &&
        /^(sum|min|max|avg)$/.test(expr.op) &&
        [...rows].every((label) => grouping.labels.includes(label))
      )
        return value
      const pull = /^(sum|avg)$/.test(expr.op) || (/^(min|max|topk|bottomk)$/.test(expr.op) && lone.coefficient > 0) ? lone.coefficient : 1
      const drop = /^(count|group)$/.test(expr.op)
      const unit = { constant: 0, terms: [{ coefficient: pull === 1 && !drop ? lone.coefficient : 1, factors: lone.factors }] }
      return scale(single({ kind: 'aggregate', op: expr.op, param, grouping, value: unit, span: expr.span }), pull)
    }
    return single({ kind: 'aggregate', op: expr.op, param, grouping, value, span: expr.span })
  }

  /** `without` becomes `by`, and labels that the metric never has are dropped, where the catalogue knows the metric. */
  private grouping(grouping: { kind: 'by' | 'without'; labels: string[] }, value: Value): { kind: 'by' | 'without'; labels: string[] } {
    const labels = [...new Set(grouping.labels)].sort()
    const rows = outputLabels(value)
    const known = rows === undefined ? this.labelsOf(value) : new Set(rows)
    if (known === undefined) return { kind: grouping.kind, labels }
    return {
      kind: 'by',
      labels:
        grouping.kind === 'by' ? labels.filter((label) => known.has(label)) : [...known].filter((label) => !labels.includes(label)).sort(),
    }
  }

  private labelsOf(value: Value): Set<string> | undefined {
    const labels = new Set<string>()
    for (const metric of metricsOf(value)) {
      const known = this.facts.labelsOf(metric)
      if (known === undefined) return undefined
      for (const label of known) labels.add(label)
    }
    return labels.size === 0 ? undefined : labels
  }

  private jobs(value: Value): Set<string> | undefined {
    let jobs: Set<string> | undefined
    for (const atom of selectorsOf(value)) {
      const selected = jobsSelected(atom.metric, atom.matchers, this.facts)
      if (selected === undefined) return undefined
      jobs = jobs === undefined ? new Set(selected) : new Set(selected.filter((job) => jobs?.has(job)))
    }
    return jobs
  }

  /** Two vectors can only be joined row by row when they share a job, or one of them has lost the label. */
  private mayMeet(lhs: Value, rhs: Value): boolean {
    const [mine, theirs] = [this.jobs(lhs), this.jobs(rhs)]
    if (mine === undefined || theirs === undefined || mine.size === 0 || theirs.size === 0) return true
    const keepsJob = [lhs, rhs].every((value) => outputLabels(value)?.includes('job') ?? true)
    return !keepsJob || [...mine].some((job) => theirs.has(job))
  }

  private disjoint(values: Value[], grouping: { kind: 'by' | 'without'; labels: string[] }): boolean {
    const keepsJob =
      grouping.kind === 'by' ? grouping.labels.some((label) => label === 'job' || label === 'instance') : !grouping.labels.includes('job')
    if (!keepsJob) return false
    const seen = new Set<string>()
    for (const value of values) {
      const jobs = this.jobs(value)
      if (jobs === undefined || [...jobs].some((job) => seen.has(job))) return false
      for (const job of jobs) seen.add(job)
    }
    return true
  }

  private binary(expr: Expr & { kind: 'binary' }): Value[] {
    const { op } = expr
    if (op === 'or') return [...this.value(expr.lhs), ...this.value(expr.rhs)]
    const results: Value[] = []
    for (const lhs of this.value(expr.lhs)) {
      for (const rhs of this.value(expr.rhs)) {
        if (lhs.terms.length > 0 && rhs.terms.length > 0 && !this.mayMeet(lhs, rhs)) continue
        results.push(this.combine(op, lhs, rhs, expr))
      }
    }
    return results
  }

  private combine(op: BinaryOp, lhs: Value, rhs: Value, expr: Expr & { kind: 'binary' }): Value {
    const matching = this.neededMatching(expr.matching, lhs, rhs)
    const { span } = expr
    if (lhs.terms.length === 0 && rhs.terms.length === 0 && !isComparator(op))
      return { constant: ARITHMETIC[op]?.(lhs.constant, rhs.constant) ?? Number.NaN, terms: [] }
    if (matching === null) {
      if (op === '+') return plus(lhs, rhs)
      if (op === '-') return plus(lhs, scale(rhs, -1))
      if (op === '*') return multiply(lhs, rhs, span)
      if (op === '/') return divide(lhs, rhs, span)
      if (isComparator(op) && !expr.bool && (lhs.terms.length === 0 || rhs.terms.length === 0)) {
        const row = lhs.terms.length === 0 ? rhs : lhs
        const condition = this.compare(lhs, op as Comparator, rhs, span)
        // The rows keep the value as written: (100 * x > 50) has 100 * x.
        return { ...scale(single({ kind: 'filter', condition, span }), leading(row)), constant: row.constant }
      }
    }
    return single({ kind: 'set', op: expr.bool ? `${op} bool` : op, lhs, rhs, matching, span })
  }

  /** on/ignoring that says what the rows' labels say anyway is left out. */
  private neededMatching(matching: Matching | undefined, lhs: Value, rhs: Value): Matching | null {
    if (matching === undefined || lhs.terms.length === 0 || rhs.terms.length === 0) return null
    const [mine, theirs] = [outputLabels(lhs), outputLabels(rhs)]
    const canonicalMatching = { ...matching, labels: [...new Set(matching.labels)].sort() }
    if (mine === undefined || theirs === undefined || matching.group?.include.length) {
      // Both sides come from one target and differ in no label but their name.
      const [left, right] = [this.labelsOf(lhs), this.labelsOf(rhs)]
      if (
        matching.kind === 'on' &&
        matching.group === undefined &&
        left !== undefined &&
        right !== undefined &&
        sameSet([...left], [...right]) &&
        matching.labels.includes('instance') &&
        [...left].every((label) => matching.labels.includes(label) || label === 'job')
      )
        return null
      return canonicalMatching
    }
    const keeps = (labels: string[]): string[] =>
      matching.kind === 'on'
        ? labels.filter((label) => matching.labels.includes(label))
        : labels.filter((label) => !matching.labels.includes(label))
    return sameSet(mine, theirs) && sameSet(keeps(mine), mine) ? null : canonicalMatching
  }
}

/** `x and x > 1` is `x > 1`, `x unless x > 1` is `x <= 1`. */
function selected(left: Condition, op: 'and' | 'unless', right: Condition, facts: Facts): Alternative | undefined {
  const [whole, part] = [left[0], right[0]]
  if (whole === undefined || part === undefined || left.length + right.length !== 2 || whole.guards.length + part.guards.length !== 0)
    return undefined
  const { comparison } = part
  if (
    !Number.isNaN(whole.comparison.threshold) ||
    Number.isNaN(comparison.threshold) ||
    printValue(whole.comparison.value) !== printValue(comparison.value)
  )
    return undefined
  return {
    comparison:
      op === 'and' ? comparison : canonical(comparison.value, NEGATE[comparison.comparator], comparison.threshold, comparison.span, facts),
    guards: [],
  }
}

const PER_SERIES =
  /^(?:rate|irate|increase|delta|idelta|deriv|resets|changes|abs|ceil|floor|round|sqrt|clamp|clamp_min|clamp_max|(?:avg|min|max|sum|count|last|quantile|stddev|stdvar)_over_time)$/

/** Whether each row is one series of the metric, with all its labels. */
function keepsSeries(value: Value): boolean {
  return (
    value.terms.length > 0 &&
    value.terms.every(({ factors }) =>
      factors.every(({ atom }) => {
        switch (atom.kind) {
          case 'selector':
            return true
          case 'filter':
            return keepsSeries(atom.condition.value)
          case 'sum':
            return keepsSeries(atom.value)
          case 'call':
            return (
              PER_SERIES.test(atom.fn) && atom.args.every((arg) => typeof arg !== 'string' && (arg.terms.length === 0 || keepsSeries(arg)))
            )
          default:
            return false
        }
      }),
    )
  )
}

function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item))
}

function single(atom: Atom): Value {
  return { constant: 0, terms: [{ coefficient: 1, factors: [{ atom, power: 1 }] }] }
}

function scale(value: Value, factor: number): Value {
  return { constant: value.constant * factor, terms: value.terms.map((term) => ({ ...term, coefficient: term.coefficient * factor })) }
}

function plus(lhs: Value, rhs: Value): Value {
  return { constant: lhs.constant + rhs.constant, terms: merge([...lhs.terms, ...rhs.terms]) }
}

function merge(terms: Term[]): Term[] {
  const byKey = new Map<string, Term>()
  for (const term of terms) {
    const key = factorsKey(term.factors)
    const other = byKey.get(key)
    byKey.set(key, other === undefined ? term : { ...other, coefficient: other.coefficient + term.coefficient })
  }
  return [...byKey.values()].filter((term) => term.coefficient !== 0)
}

function multiply(lhs: Value, rhs: Value, span: Span): Value {
  if (rhs.terms.length === 0) return scale(lhs, rhs.constant)
  if (lhs.terms.length === 0) return scale(rhs, lhs.constant)
  const mine = factorsOf(lhs) ?? [{ atom: { kind: 'sum' as const, value: lhs, span }, power: 1 }]
  const theirs = factorsOf(rhs) ?? [{ atom: { kind: 'sum' as const, value: rhs, span }, power: 1 }]
  return { constant: 0, terms: [{ coefficient: lone(lhs) * lone(rhs), factors: join([...mine, ...theirs]) }] }
}

function divide(lhs: Value, rhs: Value, span: Span): Value {
  if (rhs.terms.length === 0) return scale(lhs, 1 / rhs.constant)
  const inverse = (factorsOf(rhs) ?? [{ atom: { kind: 'sum' as const, value: rhs, span }, power: 1 }]).map(({ atom, power }) => ({
    atom,
    power: -power,
  }))
  if (lhs.terms.length === 0) return { constant: 0, terms: [{ coefficient: lhs.constant / lone(rhs), factors: inverse }] }
  // (a - b) / c is a/c - b/c, so that 1 - x and (c - b) / c meet.
  return {
    constant: 0,
    terms: [
      ...lhs.terms.map((term) => ({ coefficient: term.coefficient / lone(rhs), factors: join([...term.factors, ...inverse]) })),
      ...(lhs.constant === 0 ? [] : [{ coefficient: lhs.constant / lone(rhs), factors: inverse }]),
    ],
  }
}

function lone(value: Value): number {
  return value.terms.length === 1 && value.constant === 0 ? (value.terms[0]?.coefficient ?? 1) : 1
}

function factorsOf(value: Value): Factor[] | undefined {
  return value.terms.length === 1 && value.constant === 0 ? value.terms[0]?.factors : undefined
}

function join(factors: Factor[]): Factor[] {
  const byKey = new Map<string, Factor>()
  for (const factor of factors) {
    const key = printAtom(factor.atom)
    const other = byKey.get(key)
    byKey.set(key, other === undefined ? factor : { ...other, power: other.power + factor.power })
  }
  // x/x stays: it is NaN where x is 0 and absent where x is.
  return [...byKey.values()]
}

function factorsKey(factors: Factor[]): string {
  return factors
    .map(({ atom, power }) => `${printAtom(atom)}^${power}`)
    .sort()
    .join('*')
}

function rangeSeconds(term: Term): number {
  const atom = term.factors[0]?.atom
  return atom?.kind === 'selector' && atom.rangeMs !== null ? atom.rangeMs / 1000 : 1
}

/** The coefficient that the canonical form divides by. */
function leading(value: Value): number {
  return [...value.terms].sort((a, b) => (factorsKey(a.factors) < factorsKey(b.factors) ? -1 : 1))[0]?.coefficient ?? 1
}

/** Two conditions of one value, both of which must hold: the stricter alone where it implies the other, else in one order. */
function intersection(one: Comparison, other: Comparison): Alternative {
  const below = /^</
  const isBelow = ({ comparator }: Comparison): boolean => below.test(comparator)
  if (/^[<>]/.test(one.comparator) && /^[<>]/.test(other.comparator) && isBelow(one) === isBelow(other)) {
    const sign = isBelow(one) ? -1 : 1
    const difference = sign * (one.threshold - other.threshold)
    // Of x > 1 and x >= 1 the first is stricter.
    return { comparison: difference > 0 || (difference === 0 && one.comparator.length === 1) ? one : other, guards: [] }
  }
  if (one.comparator === other.comparator && one.threshold === other.threshold) return { comparison: one, guards: [] }
  const [first, second] = [one, other].sort((a, b) => (`${a.comparator}${a.threshold}` < `${b.comparator}${b.threshold}` ? 1 : -1)) as [
    Comparison,
    Comparison,
  ]
  return { comparison: first, guards: [{ op: 'and', condition: [{ comparison: second, guards: [] }], matching: null }] }
}

/** Two conditions of one value that no number meets: `(x > 5) < 3`. */
export function contradiction({ comparison, guards }: Alternative): { value: Value; both: [Comparison, Comparison] } | undefined {
  for (const { op, condition } of guards) {
    const [only, ...more] = condition
    if (op !== 'and' || only === undefined || more.length > 0) continue
    const other = only.comparison
    if (printValue(other.value) !== printValue(comparison.value) || Number.isNaN(other.threshold) || Number.isNaN(comparison.threshold))
      continue
    const marks = [comparison.threshold, other.threshold]
    const tried = [...marks.flatMap((mark) => [mark - 1, mark, mark + 1]), (comparison.threshold + other.threshold) / 2]
    const isMet = tried.some((each) => [comparison, other].every((one) => compares(each, one.comparator, one.threshold)))
    if (!isMet) return { value: comparison.value, both: [comparison, other] }
  }
  return undefined
}

/** value cmp threshold, with constants moved right and the first coefficient divided out. */
function canonical(value: Value, comparator: Comparator, threshold: number, span: Span, facts: Facts): Comparison {
  const coefficient = leading(value)
  const moved = threshold - value.constant
  const scaled = { constant: 0, terms: value.terms.map((term) => ({ ...term, coefficient: term.coefficient / coefficient })) }
  const comparison = {
    value: scaled,
    comparator: coefficient < 0 ? MIRRORED[comparator] : comparator,
    threshold: moved / coefficient,
    scale: coefficient,
    span,
  }
  return twoValued(comparison, facts)
}

/** `up` and the exporters' `*_up` are 0 or 1: `< 1`, `!= 1` and `== 0` say the same. For metrics never below 0, `!= 0` is `> 0`. */
function twoValued(comparison: Comparison, facts: Facts): Comparison {
  const factors = factorsOf(comparison.value)
  const atom = factors?.length === 1 && factors[0]?.power === 1 ? factors[0].atom : undefined
  if (atom?.kind !== 'selector' || atom.metric === null) return comparison
  if (/^up$|_up$/.test(atom.metric)) {
    const takes = [0, 1].filter((value) => compares(value, comparison.comparator, comparison.threshold))
    if (takes.length === 1 && !Number.isNaN(comparison.threshold))
      return { ...comparison, comparator: '==', threshold: takes[0] ?? 0, scale: 1 }
  }
  if (comparison.comparator === '!=' && comparison.threshold === 0 && facts.nonNegative(atom.metric) === true)
    return { ...comparison, comparator: '>' }
  return comparison
}

function attach(value: Value, guard: Comparison): Value | undefined {
  const target = factorsOf(guard.value)
  const wanted = target?.length === 1 && target[0]?.power === 1 ? target[0].atom : undefined
  if (wanted === undefined) return undefined
  const key = printAtom(wanted)
  let found = false
  const terms = value.terms.map((term) => ({
    ...term,
    factors: term.factors.map((factor) => {
      if (printAtom(factor.atom) !== key) return factor
      found = true
      return { ...factor, atom: { kind: 'filter' as const, condition: guard, span: guard.span } }
    }),
  }))
  return found ? { ...value, terms } : undefined
}

function fold(fn: string, args: number[]): number | undefined {
  const [x = NaN] = args
  const known: Record<string, (value: number) => number> = {
    abs: Math.abs,
    ceil: Math.ceil,
    floor: Math.floor,
    sqrt: Math.sqrt,
    exp: Math.exp,
    ln: Math.log,
    log2: Math.log2,
    log10: Math.log10,
    scalar: (value) => value,
  }
  return known[fn]?.(x)
}

/** Label names of the rows, where an aggregation fixes them; undefined when they are those of the series. */
export function outputLabels(value: Value): string[] | undefined {
  const atom = value.terms[0]?.factors.find((factor) => factor.power > 0)?.atom ?? value.terms[0]?.factors[0]?.atom
  if (atom === undefined) return undefined
  switch (atom.kind) {
    case 'aggregate':
      return atom.grouping.kind === 'by' && !/^(topk|bottomk|limitk|limit_ratio)$/.test(atom.op) ? atom.grouping.labels : undefined
    case 'filter':
      return outputLabels(atom.condition.value)
    case 'sum':
      return outputLabels(atom.value)
    case 'set':
      return outputLabels(atom.lhs)
    case 'call': {
      const inner = atom.args.find((arg): arg is Value => typeof arg !== 'string' && arg.terms.length > 0)
      const labels = inner === undefined ? undefined : outputLabels(inner)
      if (/^label_(replace|join)$|^absent/.test(atom.fn)) return undefined
      return atom.fn === 'histogram_quantile' ? labels?.filter((label) => label !== 'le') : labels
    }
    case 'selector':
      return undefined
  }
}

export type SelectorAtom = Extract<Atom, { kind: 'selector' }>

export function* atomsOf(value: Value): Generator<Atom> {
  for (const { atom } of value.terms.flatMap((term) => term.factors)) {
    yield atom
    if (atom.kind === 'call')
      for (const arg of atom.args) {
        if (typeof arg !== 'string') yield* atomsOf(arg)
      }
    if (atom.kind === 'aggregate') yield* atomsOf(atom.value)
    if (atom.kind === 'filter') yield* atomsOf(atom.condition.value)
    if (atom.kind === 'sum') yield* atomsOf(atom.value)
    if (atom.kind === 'set') {
      yield* atomsOf(atom.lhs)
      yield* atomsOf(atom.rhs)
    }
  }
}

export function selectorsOf(value: Value): SelectorAtom[] {
  return [...atomsOf(value)].filter((atom): atom is SelectorAtom => atom.kind === 'selector')
}

function metricsOf(value: Value): string[] {
  return selectorsOf(value).map((atom) => atom.metric ?? '')
}

export function printNumber(value: number): string {
  const rounded = Number(value.toPrecision(12))
  return String(rounded)
}

export function printValue(value: Value): string {
  const terms = value.terms
    .map((term) => {
      const ordered = [...term.factors].sort((a, b) => b.power - a.power || (printAtom(a.atom) < printAtom(b.atom) ? -1 : 1))
      const text = ordered
        .map(({ atom, power }, index) =>
          power === 1
            ? `${index === 0 ? '' : ' * '}${printAtom(atom)}`
            : power === -1
              ? `${index === 0 ? '1' : ''} / ${printAtom(atom)}`
              : `${index === 0 ? '' : ' * '}${printAtom(atom)} ^ ${power}`,
        )
        .join('')
      return term.coefficient === 1 ? text : `${text} * ${printNumber(term.coefficient)}`
    })
    .sort()
  if (value.constant !== 0 || terms.length === 0) terms.push(printNumber(value.constant))
  return terms.join(' + ')
}

const DURATION_UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
] as const

export function printDuration(ms: number): string {
  const unit = DURATION_UNITS.find(([size]) => ms % size === 0 && ms !== 0)
  return unit === undefined ? `${ms}ms` : `${ms / unit[0]}${unit[1]}`
}

export function printAtom(atom: Atom): string {
  switch (atom.kind) {
    case 'selector': {
      const matchers = atom.matchers.map((matcher) => `${matcher.label}${matcher.op}${JSON.stringify(matcher.value)}`).sort()
      return `${atom.metric ?? ''}${matchers.length > 0 || atom.metric === null ? `{${matchers.join(',')}}` : ''}${atom.rangeMs === null ? '' : `[${printDuration(atom.rangeMs)}]`}${atom.offsetMs === 0 ? '' : ` offset ${printDuration(atom.offsetMs)}`}${atom.at ?? ''}`
    }
    case 'call':
      return `${atom.fn}(${atom.args.map((arg) => (typeof arg === 'string' ? JSON.stringify(arg) : printValue(arg))).join(', ')})`
    case 'aggregate': {
      const param = atom.param === null ? '' : `${typeof atom.param === 'string' ? JSON.stringify(atom.param) : printValue(atom.param)}, `
      const grouping =
        atom.grouping.kind === 'by' && atom.grouping.labels.length === 0
          ? ''
          : ` ${atom.grouping.kind} (${atom.grouping.labels.join(', ')})`
      return `${atom.op}${grouping}${grouping === '' ? '' : ' '}(${param}${printValue(atom.value)})`
    }
    case 'filter':
      return `(${printComparison(atom.condition)})`
    case 'sum':
      return `(${printValue(atom.value)})`
    case 'set': {
      const matching =
        atom.matching === null
          ? ''
          : ` ${atom.matching.kind} (${atom.matching.labels.join(', ')})${atom.matching.group === undefined ? '' : ` group_${atom.matching.group.side} (${atom.matching.group.include.join(', ')})`}`
      return `(${printValue(atom.lhs)} ${atom.op}${matching} ${printValue(atom.rhs)})`
    }
  }
}

export function printComparison(comparison: Comparison): string {
  return Number.isNaN(comparison.threshold)
    ? printValue(comparison.value)
    : `${printValue(comparison.value)} ${comparison.comparator} ${printNumber(comparison.threshold)}`
}
