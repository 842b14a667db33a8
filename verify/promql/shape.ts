import type { Facts } from '../model/facts.ts'
import type { Expr, Matcher } from './ast.ts'
import { accepts } from './compare-matchers.ts'

/** Which labels the rows of an expression have, as far as it can be known without its data. */
export interface Shape {
  /** Labels that every row has. */
  always: ReadonlySet<string>
  /** No row has any other; null when that is not known. */
  may: ReadonlySet<string> | null
  /** Labels that no row has, where the others are not known. */
  never?: ReadonlySet<string>
  /** All values that a label can have. */
  values: ReadonlyMap<string, ReadonlySet<string>>
}

export interface World {
  facts: Facts
  /** Whether the catalogue's series have all labels that there are: not where a Prometheus that is not known adds its own. */
  closed: boolean
  /** Labels that the scrape configuration adds or changes. */
  relabelled: ReadonlySet<string>
  /** Names of recording rules, whose labels are their expression's. */
  recorded: ReadonlySet<string>
}

const OPEN: Shape = { always: new Set(), may: null, values: new Map() }
const NONE: Shape = { always: new Set(), may: new Set(), values: new Map() }

export function shapeOf(expr: Expr, world: World): Shape {
  switch (expr.kind) {
    case 'selector':
      return ofSelector(expr, world)
    case 'negate':
    case 'subquery':
      return shapeOf(expr.expr, world)
    case 'call':
      return ofCall(expr, world)
    case 'aggregate':
      return ofAggregate(expr, world)
    case 'binary':
      return ofBinary(expr, world)
    default:
      return NONE
  }
}

/** The values that `=` and `=~ "a|b"` leave; undefined where any is possible. */
function listed({ op, value }: Matcher): string[] | undefined {
  if (op === '=') return [value]
  return op === '=~' && /^[\w:.-]+(?:\|[\w:.-]+)*$/.test(value) && !value.includes('.') ? value.split('|') : undefined
}

function ofSelector({ metric, matchers }: Expr & { kind: 'selector' }, { facts, closed, relabelled, recorded }: World): Shape {
  const always = new Set<string>()
  const values = new Map<string, ReadonlySet<string>>()
  const synthetic = metric === null || metric.includes(':') || recorded.has(metric) || /^ALERTS(?:_FOR_STATE)?$/.test(metric)
  if (!synthetic) for (const label of ['job', 'instance']) always.add(label)
  const known = metric === null || synthetic ? undefined : facts.labelsOf(metric)
  const may = known === undefined || !closed ? null : new Set([...known, ...relabelled])
  if (known !== undefined && metric !== null)
    for (const label of ['job', 'instance'])
      if (!relabelled.has(label)) {
        const own = matchers.filter((matcher) => matcher.label === label)
        const jobs = facts.valuesOf(metric, label) ?? new Set()
        values.set(label, new Set([...jobs].filter((value) => own.every((matcher) => accepts(matcher, value)))))
      }
  for (const matcher of matchers) {
    const list = listed(matcher)
    if (list?.length === 1 && list[0] === '') {
      always.delete(matcher.label)
      may?.delete(matcher.label)
      continue
    }
    if (!accepts(matcher, '')) always.add(matcher.label)
    may?.add(matcher.label)
    if (list !== undefined && !values.has(matcher.label)) values.set(matcher.label, new Set(list))
  }
  return { always, may, values }
}

function ofCall({ fn, args }: Expr & { kind: 'call' }, world: World): Shape {
  const [first, second] = args
  if (fn === 'vector' || first === undefined) return NONE
  if (fn === 'info') return OPEN
  if (/^absent/.test(fn)) {
    const matchers =
      first.kind === 'selector' ? first.matchers : first.kind === 'subquery' && first.expr.kind === 'selector' ? first.expr.matchers : []
    const labels = new Set(matchers.filter(({ op, value }) => op === '=' && value !== '').map(({ label }) => label))
    return { always: labels, may: labels, values: new Map() }
  }
  if (/^histogram_(?:quantile|fraction)$/.test(fn)) return shapeWithout(shapeOf(args.at(-1) ?? first, world), ['le'])
  if (/^label_(?:replace|join)$/.test(fn)) {
    const inner = shapeOf(first, world)
    const made = second?.kind === 'string' ? second.value : ''
    return shapeWith(inner, [made])
  }
  const vector = args.find((arg) => arg.kind !== 'number' && arg.kind !== 'string')
  return vector === undefined ? NONE : shapeOf(vector, world)
}

function ofAggregate({ op, param, grouping, expr }: Expr & { kind: 'aggregate' }, world: World): Shape {
  const inner = shapeOf(expr, world)
  if (/^(?:topk|bottomk|limitk|limit_ratio)$/.test(op)) return inner
  const kept = grouping.kind === 'without' ? shapeWithout(inner, grouping.labels) : only(inner, grouping.labels)
  if (op !== 'count_values' || param?.kind !== 'string') return kept
  return { ...kept, always: new Set([...kept.always, param.value]), may: kept.may === null ? null : new Set([...kept.may, param.value]) }
}

function ofBinary({ op, lhs, rhs, matching }: Expr & { kind: 'binary' }, world: World): Shape {
  if (isScalar(rhs)) return shapeOf(lhs, world)
  if (isScalar(lhs)) return shapeOf(rhs, world)
  const [a, b] = [shapeOf(lhs, world), shapeOf(rhs, world)]
  if (op === 'and' || op === 'unless') return a
  if (op === 'or') return union(a, b)
  if (matching?.group !== undefined) {
    const [many, include] = [matching.group.side === 'left' ? a : b, matching.group.include]
    return shapeWith(many, include)
  }
  if (matching?.kind === 'on') return only(a, matching.labels)
  if (matching?.kind === 'ignoring') return shapeWithout(a, matching.labels)
  return { ...a, always: new Set([...a.always, ...b.always]) }
}

function union(a: Shape, b: Shape): Shape {
  const values = new Map<string, ReadonlySet<string>>()
  for (const [label, mine] of a.values) {
    const theirs = b.values.get(label)
    if (theirs !== undefined) values.set(label, new Set([...mine, ...theirs]))
  }
  return {
    always: new Set([...a.always].filter((label) => b.always.has(label))),
    may: a.may === null || b.may === null ? null : new Set([...a.may, ...b.may]),
    never: new Set([...(a.never ?? [])].filter((label) => lacks(b, label))),
    values,
  }
}

function only({ always, may, values }: Shape, labels: readonly string[]): Shape {
  return {
    always: new Set(labels.filter((label) => always.has(label))),
    may: new Set(labels.filter((label) => may?.has(label) !== false)),
    values: new Map([...values].filter(([label]) => labels.includes(label))),
  }
}

function shapeWithout({ always, may, values, never }: Shape, labels: readonly string[]): Shape {
  const left = (all: Iterable<string>): Set<string> => new Set([...all].filter((label) => !labels.includes(label)))
  return {
    always: left(always),
    may: may === null ? null : left(may),
    never: new Set([...(never ?? []), ...labels]),
    values: new Map([...values].filter(([label]) => !labels.includes(label))),
  }
}

/** The labels with these made anew: they may be there, with any value. */
function shapeWith(shape: Shape, labels: readonly string[]): Shape {
  const rest = shapeWithout(shape, labels)
  return {
    ...rest,
    may: rest.may === null ? null : new Set([...rest.may, ...labels]),
    never: new Set([...(shape.never ?? [])].filter((label) => !labels.includes(label))),
  }
}

export function lacks({ may, never }: Shape, label: string): boolean {
  return (may !== null && !may.has(label)) || never?.has(label) === true
}

/** A number that is the same for every row: 1, time(), scalar(x), 2 * time(). */
export function isScalar(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return true
    case 'negate':
      return isScalar(expr.expr)
    case 'call':
      return /^(?:time|scalar|pi)$/.test(expr.fn)
    case 'binary':
      return isScalar(expr.lhs) && isScalar(expr.rhs)
    default:
      return false
  }
}

/** Why no row of one side ever meets one of the other; undefined where they may meet. */
export function mismatch(expr: Expr & { kind: 'binary' }, world: World): { label: string; left: string; right: string } | undefined {
  const { lhs, rhs, matching } = expr
  if (expr.op === 'or' || isScalar(lhs) || isScalar(rhs)) return undefined
  const [a, b] = [shapeOf(lhs, world), shapeOf(rhs, world)]
  const compared =
    matching?.kind === 'on'
      ? matching.labels
      : [...new Set([...a.always, ...b.always])].filter((label) => matching?.labels.includes(label) !== true)
  for (const label of compared) {
    const [mine, theirs] = [a.values.get(label), b.values.get(label)]
    if (lacks(a, label) && b.always.has(label)) return { label, left: `no label ${label}`, right: label }
    if (lacks(b, label) && a.always.has(label)) return { label, left: label, right: `no label ${label}` }
    if (mine === undefined || theirs === undefined || mine.size === 0 || theirs.size === 0) continue
    if (!a.always.has(label) || !b.always.has(label) || [...mine].some((value) => theirs.has(value))) continue
    return { label, left: `${label} ${[...mine].join(' or ')}`, right: `${label} ${[...theirs].join(' or ')}` }
  }
  return undefined
}
