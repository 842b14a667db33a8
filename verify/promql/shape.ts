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
  /** Labels that rows are grouped by, or that a function makes: who wrote them means that there are such. */
  meant?: ReadonlySet<string>
}

export interface World {
  facts: Facts
  /** Whether the catalogue's series have all labels that there are: not where a Prometheus that is not known adds its own. */
  closed: boolean
  /** Labels that the scrape configuration adds or changes. */
  relabelled: ReadonlySet<string>
  /** Recording rules by name, whose labels are those of their expressions and of the rules. */
  recorded: ReadonlyMap<string, readonly Recorded[]>
  /** Recordings that are being looked into: one that reads itself is known no further. */
  within?: ReadonlySet<string>
}

export interface Recorded {
  /** undefined where it is no PromQL. */
  expr: Expr | undefined
  /** Labels that the rule and its group add; '' takes one away. */
  labels: Readonly<Record<string, string>>
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

function ofSelector(expr: Expr & { kind: 'selector' }, world: World): Shape {
  const { metric, matchers } = expr
  const rules = metric === null ? undefined : world.recorded.get(metric)
  if (rules === undefined) return ofSeries(expr, world)
  return selected(rules.length === 0 || world.within?.has(metric ?? '') === true ? OPEN : ofRecording(metric ?? '', rules, world), matchers)
}

/** Thousands of rules read a few recordings. */
const recordingShapes = new WeakMap<World['recorded'], Map<string, Shape>>()

function ofRecording(metric: string, rules: readonly Recorded[], world: World): Shape {
  const key = `${metric} ${world.closed}`
  const known = recordingShapes.get(world.recorded) ?? new Map<string, Shape>()
  recordingShapes.set(world.recorded, known)
  const before = world.within === undefined ? known.get(key) : undefined
  if (before !== undefined) return before
  const inner = { ...world, within: new Set([...(world.within ?? []), metric]) }
  const shape = rules.map(({ expr, labels }) => labelled(expr === undefined ? OPEN : shapeOf(expr, inner), labels)).reduce(union)
  if (world.within === undefined) known.set(key, shape)
  return shape
}

/** What a recording rule makes of it: its own labels on every row. */
function labelled(shape: Shape, labels: Readonly<Record<string, string>>): Shape {
  const made = Object.entries(labels).filter(([, value]) => value !== '' && !value.includes('{{'))
  const rest = shapeWith(
    shapeWithout(shape, Object.keys(labels)),
    Object.keys(labels).filter((label) => labels[label] !== ''),
  )
  return {
    ...rest,
    always: new Set([...rest.always, ...made.map(([label]) => label)]),
    values: new Map([...rest.values, ...made.map(([label, value]) => [label, new Set([value])] as const)]),
  }
}

/** The rows that the matchers leave. */
function selected(shape: Shape, matchers: readonly Matcher[]): Shape {
  const always = new Set(shape.always)
  const may = shape.may === null ? null : new Set(shape.may)
  const values = new Map(shape.values)
  for (const matcher of matchers) {
    const list = listed(matcher)
    if (list?.length === 1 && list[0] === '') {
      always.delete(matcher.label)
      may?.delete(matcher.label)
      continue
    }
    if (!accepts(matcher, '')) always.add(matcher.label)
    may?.add(matcher.label)
    const known = values.get(matcher.label)
    if (known !== undefined) values.set(matcher.label, new Set([...known].filter((value) => accepts(matcher, value))))
    else if (list !== undefined) values.set(matcher.label, new Set(list))
  }
  return { ...shape, always, may, values }
}

function ofSeries({ metric, matchers }: Expr & { kind: 'selector' }, { facts, closed, relabelled }: World): Shape {
  const always = new Set<string>()
  const values = new Map<string, ReadonlySet<string>>()
  const synthetic = metric === null || metric.includes(':') || /^ALERTS(?:_FOR_STATE)?$/.test(metric)
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
  return selected({ always, may, values }, matchers)
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
  return { ...a, always: new Set([...a.always, ...b.always]), meant: new Set([...(a.meant ?? []), ...(b.meant ?? [])]) }
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
    meant: new Set([...(a.meant ?? [])].filter((label) => b.meant?.has(label) === true || b.always.has(label))),
  }
}

/** Rows with these labels alone, which are meant to be there. */
function only(shape: Shape, labels: readonly string[]): Shape {
  const { always, may, values } = shape
  return {
    meant: new Set(labels.filter((label) => !lacks(shape, label))),
    always: new Set(labels.filter((label) => always.has(label))),
    may: new Set(labels.filter((label) => may?.has(label) !== false)),
    values: new Map([...values].filter(([label]) => labels.includes(label))),
  }
}

function shapeWithout({ always, may, values, never, meant }: Shape, labels: readonly string[]): Shape {
  const left = (all: Iterable<string>): Set<string> => new Set([...all].filter((label) => !labels.includes(label)))
  return {
    always: left(always),
    may: may === null ? null : left(may),
    never: new Set([...(never ?? []), ...labels]),
    values: new Map([...values].filter(([label]) => !labels.includes(label))),
    meant: left(meant ?? []),
  }
}

/** The labels with these made anew: they may be there, with any value. */
function shapeWith(shape: Shape, labels: readonly string[]): Shape {
  const rest = shapeWithout(shape, labels)
  return {
    ...rest,
    may: rest.may === null ? null : new Set([...rest.may, ...labels]),
    never: new Set([...(shape.never ?? [])].filter((label) => !labels.includes(label))),
    meant: new Set([...(rest.meant ?? []), ...labels]),
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

/** Labels that a federation or `external_labels` may add: many write them for systems that have none. */
const ADDED = /^(?:.*cluster.*|env|environment|region|zone|datacenter|dc|tenant|prometheus.*|.*replica|stage|account|project|site)$/

export interface Mismatch {
  label: string
  left: string
  right: string
  /** Rows meet where no series has the label, which is one that many systems do not add. */
  unlessAbsent?: true
}

/** Why no row of one side ever meets one of the other; undefined where they may meet. */
export function mismatch(expr: Expr & { kind: 'binary' }, world: World): Mismatch | undefined {
  const { lhs, rhs, matching } = expr
  if (expr.op === 'or' || isScalar(lhs) || isScalar(rhs)) return undefined
  const [a, b] = [shapeOf(lhs, world), shapeOf(rhs, world)]
  const written = ({ always, meant }: Shape): string[] => [...always, ...(meant ?? [])]
  const compared =
    matching?.kind === 'on'
      ? matching.labels
      : [...new Set([...written(a), ...written(b)])].filter((label) => matching?.labels.includes(label) !== true)
  const found = compared.flatMap((label) => apart(label, a, b, matching?.kind === 'on') ?? [])
  return found.find(({ unlessAbsent }) => unlessAbsent === undefined) ?? found[0]
}

/** `isNamed`: by on(), which says that both sides have the label. */
function apart(label: string, a: Shape, b: Shape, isNamed: boolean): Mismatch | undefined {
  const has = (shape: Shape): boolean => shape.always.has(label) || shape.meant?.has(label) === true || (isNamed && !lacks(shape, label))
  const said = ADDED.test(label) ? { unlessAbsent: true as const } : {}
  if (lacks(a, label) && has(b)) return { label, left: `no label ${label}`, right: label, ...(b.always.has(label) ? {} : said) }
  if (lacks(b, label) && has(a)) return { label, left: label, right: `no label ${label}`, ...(a.always.has(label) ? {} : said) }
  const [mine, theirs] = [a.values.get(label), b.values.get(label)]
  if (mine === undefined || theirs === undefined || mine.size === 0 || theirs.size === 0) return undefined
  if (!a.always.has(label) || !b.always.has(label) || [...mine].some((value) => theirs.has(value))) return undefined
  return { label, left: `${label} ${[...mine].join(' or ')}`, right: `${label} ${[...theirs].join(' or ')}` }
}
