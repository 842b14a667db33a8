import type { AlertRef, ConditionKind, ExperimentSpec, FaultUse, Labels, LegSpec, LoadUse, RuleSpec } from '../model/spec.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { anyNumber, duration, flag, kebab, listOf, mapOf, mapping, numberFrom, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { promql } from './promql.ts'

const COMPARATORS = ['>', '>=', '<', '<=', '=='] as const
/** Kinds whose value comes from a range of samples; only the others forget at once. */
const OVER_A_WINDOW: readonly ConditionKind[] = ['rate', 'ratio', 'quantile']

export const labels: Read<Labels> = mapOf(text)

const parameter: Read<string | number | boolean> = (place) => {
  const { node } = place
  const value: unknown = node !== null && 'value' in node ? node.value : undefined
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return problem(place, 'SPEC_TYPE', 'must be a text, a number, or true or false')
}

const textOrNumber: Read<string | number> = (place) => {
  const value = parameter(place)
  return typeof value === 'boolean' ? problem(place, 'SPEC_TYPE', 'must be a text or a number') : value
}

function named(what: 'fault' | 'scenario'): Read<string> {
  return (place) => {
    const name = kebab(place)
    const known = place.source.known[`${what}s`]
    if (name === undefined || known === undefined || known.includes(name)) return name
    return problem(place, `SPEC_UNKNOWN_${what.toUpperCase()}`, `no ${what} is called "${name}"`, suggestion(name, known))
  }
}

export const fault: Read<FaultUse> = mapping((fields) =>
  complete({
    id: fields.need('id', named('fault')),
    target: fields.need('target', text),
    params: fields.may('params', mapOf(parameter)) ?? {},
  }),
)

const load: Read<LoadUse> = mapping((fields) =>
  complete({
    scenario: fields.need('scenario', named('scenario')),
    params: fields.may('params', mapOf(textOrNumber)) ?? {},
  }),
)

const hold: Read<{ ms: number; because: string }> = mapping((fields) =>
  complete({ ms: fields.need('time', positiveDuration), because: fields.need('because', text) }),
)

function leg(defaultKind?: LegSpec['kind']): Read<LegSpec> {
  return mapping((fields) => {
    const kind = defaultKind === undefined ? fields.need('kind', oneOf('level', 'short')) : defaultKind
    const level = fields.need('level', anyNumber)
    const levelAtLeast = fields.may('at-least', anyNumber)
    if (level !== undefined && levelAtLeast !== undefined && levelAtLeast > level)
      problem(fields.at('at-least'), 'SPEC_RANGE', `must not be above the level ${level}`)
    const use = { fault: fields.may('fault', fault), load: fields.may('load', load) }
    if (!fields.has('fault') && !fields.has('load'))
      problem(fields.place, 'SPEC_NO_CAUSE', 'has neither a fault nor a load, so nothing would cause it')
    return complete({
      kind,
      level,
      ...present({
        ...use,
        levelAtLeast,
        countedAfterMs: fields.may('counted-after', duration),
        hung: fields.may('hung', flag),
        holdMs: fields.may('hold', hold),
      }),
    })
  })
}

const alertRef: Read<AlertRef> = mapping((fields) =>
  complete({
    alert: fields.need('alert', text),
    labels: fields.may('labels', labels) ?? {},
    because: fields.need('because', text),
  }),
)

const comparator = oneOf(...COMPARATORS)

const injection: Read<ExperimentSpec['injection']> = mapping((fields) =>
  complete({
    title: fields.need('title', text),
    expr: fields.need('expr', promql),
    comparator: fields.need('comparator', comparator),
    threshold: fields.need('threshold', anyNumber),
  }),
)

const experiment: Read<ExperimentSpec> = mapping((fields) => {
  const effects = fields.need('effects', listOf(text))
  const endsWithUndo = fields.may('ends-with-undo', listOf(text))
  for (const resource of endsWithUndo ?? []) {
    if (effects !== undefined && !effects.includes(resource))
      problem(fields.at('ends-with-undo'), 'SPEC_UNKNOWN_VALUE', `"${resource}" is none of the effects`, `Effects: ${effects.join(', ')}.`)
  }
  return complete({
    id: fields.need('id', kebab),
    title: fields.need('title', text),
    because: fields.need('because', text),
    subject: fields.need('subject', labels),
    fire: fields.need('fire', leg('level')),
    injection: fields.need('injection', injection),
    alsoMust: fields.may('also-must', listOf(alertRef)) ?? [],
    may: fields.may('may', listOf(alertRef)) ?? [],
    effects,
    observes: fields.need('observes', listOf(text, { min: 1 })),
    ...present({
      quiet: fields.may('quiet', leg()),
      endsWithUndo,
      recoversWithinMs: fields.may('recovers-within', duration),
    }),
  })
})

const condition: Read<RuleSpec['condition']> = mapping((fields) => {
  const kind = fields.need('kind', oneOf('up', 'gauge', 'rate', 'ratio', 'quantile'))
  const expr = fields.need('expr', promql)
  const windowMs = fields.may('window', positiveDuration)
  const quantile = fields.may('quantile', numberFrom(0, 1))
  if (kind !== undefined) {
    const needsWindow = OVER_A_WINDOW.includes(kind)
    if (needsWindow && windowMs === undefined) problem(fields.place, 'SPEC_MISSING_KEY', `"window" is missing: a ${kind} is taken over one`)
    if (!needsWindow && windowMs !== undefined)
      problem(fields.at('window'), 'SPEC_UNKNOWN_KEY', `a condition of kind ${kind} has no window`)
    if (kind === 'quantile' && quantile === undefined) problem(fields.place, 'SPEC_MISSING_KEY', '"quantile" is missing')
    if (kind !== 'quantile' && quantile !== undefined)
      problem(fields.at('quantile'), 'SPEC_UNKNOWN_KEY', `a condition of kind ${kind} has no quantile`)
    if (needsWindow && expr !== undefined && !/\[[^\]]+\]/.test(expr))
      problem(fields.at('expr'), 'SPEC_NO_RANGE', `a ${kind} is taken over a window, but the expression has no range such as [5m]`)
  }
  return complete({
    kind,
    expr,
    value: fields.need('value', promql),
    comparator: fields.need('comparator', comparator),
    threshold: fields.need('threshold', anyNumber),
    ...present({ windowMs, quantile }),
  })
})

/** What a template may say in a spec: the judge expands label references and nothing else. */
const template: Read<string> = (place) => {
  const value = text(place)
  for (const [action] of value?.matchAll(/\{\{.*?\}\}/gs) ?? []) {
    if (!/^\{\{-?\s*\$labels\.[a-zA-Z_][a-zA-Z0-9_]*\s*-?\}\}$/.test(action))
      return problem(
        place,
        'SPEC_TEMPLATE',
        `${action} is more than a label`,
        'Only {{ $labels.name }} and plain text can be compared with what arrives.',
      )
  }
  return value
}

export const rule: Read<RuleSpec> = mapping((fields) =>
  complete({
    alert: fields.need('alert', text),
    because: fields.need('because', text),
    condition: fields.need('condition', condition),
    forMs: fields.need('for', duration),
    keepFiringForMs: fields.may('keep-firing-for', duration) ?? 0,
    labels: fields.need('labels', labels),
    annotations: fields.may('annotations', mapOf(template)) ?? {},
    holdsFor: fields.need('holds-for', mapOf(listOf(text, { min: 1 }))),
    experiments: fields.need('experiments', listOf(experiment, { min: 1 })),
  }),
)

type Complete<T> = { [K in keyof T]: Exclude<T[K], undefined> }
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The value when no needed field is missing; a missing one has been noted already. */
export function complete<T extends object>(value: T): Complete<T> | undefined {
  return Object.values(value).every((field) => field !== undefined) ? (value as Complete<T>) : undefined
}

/** Drops absent fields: exactOptionalPropertyTypes tells absent from undefined. */
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Present<T>
}
