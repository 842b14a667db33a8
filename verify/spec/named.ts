/** Names that lead somewhere: to a fault or scenario with its parameters, or into platform.yaml. */
import type { ParamMeta, Unit } from '../model/param.ts'
import type { FaultUse, LoadUse } from '../model/spec.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { byDefault, child, kebab, mapOf, mapping, need, problem, reader, refined, scalar, text } from './reader.ts'
import type { At, Place, Read } from './reader.ts'

type Param = string | number | boolean

/** A name that platform.yaml must have; anything goes while platform.yaml itself cannot be read. */
function declared(what: 'services' | 'parts' | 'resources', type: string, code: string): Read<string> {
  return reader(type, (place) => {
    const name = text(place)
    return name === undefined ? undefined : isDeclared(place, name, what, type, code)
  })
}

function isDeclared(place: Place, name: string, what: 'services' | 'parts' | 'resources', type: string, code: string): string | undefined {
  const known = place.source.known[what]
  if (known === undefined || known.includes(name)) return name
  return problem(place, code, `platform.yaml has no ${type} "${name}"`, suggestion(name, known))
}

export const service = declared('services', 'service', 'SPEC_UNKNOWN_SERVICE')
export const part = declared('parts', 'part', 'SPEC_UNKNOWN_PART')
/** A part (`redis`), one of its signals (`redis:memory`), or `traces` or `logs`. */
export const resource: Read<string> = reader('part or signal', (place) => {
  const name = text(place)
  const { resources } = place.source.known
  if (name === undefined || resources === undefined || resources.includes(name)) return name
  const [part = '', signal] = name.split(':')
  if (signal === undefined || !resources.includes(part)) {
    const parts = resources.filter((each) => !each.includes(':'))
    return problem(place, 'SPEC_UNKNOWN_SIGNAL', `platform.yaml has no part "${part}"`, suggestion(part, parts))
  }
  const signals = resources.filter((each) => each.startsWith(`${part}:`)).map((each) => each.slice(part.length + 1))
  const next = signals.length === 0 ? `Declare it in platform.yaml: ${part}, signals.` : suggestion(signal, signals)
  return problem(place, 'SPEC_UNKNOWN_SIGNAL', `platform.yaml gives ${part} no signal "${signal}"`, next)
})

function unit(what: 'fault' | 'scenario'): Read<string> {
  return refined(kebab, `a ${what}`, (name, place) => {
    const known = place.source.known[`${what}s`]?.map(({ id }) => id)
    if (known === undefined || known.includes(name)) return name
    return problem(place, `SPEC_UNKNOWN_${what.toUpperCase()}`, `no ${what} is called "${name}"`, suggestion(name, known))
  })
}

const params = mapOf(scalar('string', 'number', 'boolean'))

export const fault: Read<FaultUse> = mapping(
  {
    id: need(unit('fault'), 'One of `firedrill list faults`.'),
    target: need(part, 'The part that is harmed; the target must allow it.'),
    params: byDefault(params, {}, "The fault's parameters; those left out have their default ([chaos/README.md](../chaos/README.md))."),
  },
  (use, at) => (paramsFit('fault', use.id, use.params, at('params')) ? use : undefined),
)

export const load: Read<LoadUse> = mapping(
  {
    scenario: need(unit('scenario'), 'One of `firedrill list scenarios`.'),
    params: byDefault(params, {}, "The scenario's parameters ([scenarios/README.md](../scenarios/README.md))."),
  },
  ({ scenario, params }, at: At<{ params: never; scenario: never }>) =>
    paramsFit('scenario', scenario, params, at(Object.keys(params).length === 0 ? 'scenario' : 'params'))
      ? { scenario, params: params as LoadUse['params'] }
      : undefined,
)

function paramsFit(what: 'fault' | 'scenario', id: string, given: Record<string, Param>, place: Place): boolean {
  const metas = place.source.known[`${what}s`]?.find((each: Unit) => each.id === id)?.params
  if (metas === undefined) return true
  const { problems } = place.source
  const before = problems.length
  for (const [name, value] of Object.entries(given)) {
    const meta = Object.hasOwn(metas, name) ? metas[name] : undefined
    const at = child(place, name)
    if (meta === undefined) {
      const names = Object.keys(metas)
      problem(
        at,
        'SPEC_UNKNOWN_PARAM',
        `${what} ${id} has no parameter "${name}"`,
        names.length === 0 ? 'It has none.' : suggestion(name, names),
      )
    } else if (!accepts(meta, value))
      problem(
        at,
        'SPEC_PARAM',
        `${JSON.stringify(value)} is not ${range(meta)}`,
        meta.kind === 'choice' ? suggestion(String(value), meta.choices) : `${name}: ${meta.title}.`,
      )
    else if (meta.kind === 'text' && meta.is === 'service') isDeclared(at, String(value), 'services', 'service', 'SPEC_UNKNOWN_SERVICE')
  }
  const missing = Object.entries(metas).filter(
    ([name, meta]) => meta.default === undefined && given[name] === undefined && what === 'scenario',
  )
  for (const [name, meta] of missing)
    problem(place, 'SPEC_MISSING_PARAM', `${what} ${id} needs the parameter "${name}"`, `${name}: ${meta.title}; ${range(meta)}.`)
  return problems.length === before
}

/** Whether a value is one that the parameter may have. */
export function accepts(meta: ParamMeta, value: Param): boolean {
  if (meta.kind === 'choice') return meta.choices.some((each) => each === value)
  // `expect: 200` is a number in YAML.
  if (meta.kind === 'text' && meta.is === 'statuses') return isOfItsKind(meta.is, String(value))
  if (meta.kind === 'text') return typeof value === 'string' && value !== '' && isOfItsKind(meta.is, value)
  return typeof value === 'number' && value >= meta.min && value <= meta.max && (meta.kind === 'number' || Number.isInteger(value))
}

function isOfItsKind(is: Extract<ParamMeta, { kind: 'text' }>['is'], value: string): boolean {
  if (is === 'path') return value.startsWith('/')
  if (is === 'statuses') return value.split(',').every((word) => /^\s*[1-5](?:xx|\d\d)\s*$/i.test(word))
  return is !== 'json' || isTexts(value)
}

/** A JSON object of texts. */
function isTexts(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value)
    return (
      typeof parsed === 'object' &&
      parsed !== null &&
      !Array.isArray(parsed) &&
      Object.values(parsed).every((each) => typeof each === 'string')
    )
  } catch {
    return false
  }
}

const TEXTS = {
  service: 'a service',
  path: 'a path that begins with /',
  json: 'a JSON object of texts',
  statuses: 'statuses such as 200,3xx',
}

/** 'a whole number from 1 to 5'. */
export function range(meta: ParamMeta): string {
  if (meta.kind === 'choice') return `one of ${meta.choices.join(', ')}`
  if (meta.kind === 'text') return meta.is === undefined ? 'a text' : TEXTS[meta.is]
  return `a ${meta.kind === 'integer' ? 'whole ' : ''}number from ${meta.min} to ${meta.max}`
}
