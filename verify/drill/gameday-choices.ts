import { equivalentFor } from '../../chaos/equivalents.ts'
import { readParams } from '../../chaos/fault.ts'
import type { FaultMeta } from '../../chaos/fault.ts'
import type { Choice } from '../model/page.ts'
import type { ParamMeta } from '../model/param.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Plan, PlannedExperiment, PlannedLeg } from '../model/plan.ts'
import type { FaultUse, LoadUse } from '../model/spec.ts'
import type { TargetPart } from '../model/target.ts'
import { formatLabels } from '../promql/labels.ts'
import { describing, loadText, paramsText, type Cause } from '../plan/by-hand.ts'
import { accepts, range } from '../spec/named.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { seconds } from '../text/instant.ts'
import { messageOf } from '../text/error-text.ts'

/** What a game day is played with. */
export interface Means {
  faults: readonly FaultMeta[]
  parts: Readonly<Record<string, TargetPart>>
  /** Services that scenarios may be sent to; none where k6 is not there. */
  services: readonly string[]
  scripts: PlatformFolder['scripts']
  /** Every experiment of the specification at the target's speed, as `asInjected` makes it. */
  plan: Plan
}

/** The plan with every parameter filled in, and each fault by the means that its part offers here. */
export function asInjected(plan: Plan, { faults, parts, scripts }: Pick<Means, 'faults' | 'parts' | 'scripts'>): Plan {
  const faultOf = (use: FaultUse): FaultUse => {
    const part = Object.hasOwn(parts, use.target) ? parts[use.target] : undefined
    const meta = part === undefined ? undefined : ownMeans(use.id, part, faults)
    if (meta === undefined) return use
    const known = Object.entries(use.params).filter(([name]) => Object.hasOwn(meta.params, name))
    return { ...use, id: meta.id, params: readParams(meta, Object.fromEntries(known)) }
  }
  const loadOf = (use: LoadUse): LoadUse => ({ ...use, params: { ...defaultsOf(scripts[use.scenario]?.params ?? {}), ...use.params } })
  const leg = ({ fault, load, ...rest }: PlannedLeg): PlannedLeg => ({
    ...rest,
    ...(fault === undefined ? {} : { fault: faultOf(fault) }),
    ...(load === undefined ? {} : { load: loadOf(load) }),
  })
  return { ...plan, experiments: plan.experiments.map((experiment) => ({ ...experiment, legs: experiment.legs.map(leg) })) }
}

/** Each fault with the parts that offer what it needs, and each scenario whose services the target has; with what should fire. */
export function choicesOf(means: Means): Choice[] {
  return [...faultChoices(means), ...scenarioChoices(means)]
}

/** The fault itself where the part offers what it needs, else the one that does the same to this part; undefined when there is neither. */
function ownMeans(id: string, part: TargetPart, faults: readonly FaultMeta[]): FaultMeta | undefined {
  const offers = (fault: FaultMeta | undefined): fault is FaultMeta => fault?.needs.every((need) => part[need] !== undefined) === true
  return [id, equivalentFor(id, part)].map((each) => faults.find((fault) => fault.id === each)).find(offers)
}

function faultChoices({ faults, parts, plan }: Means): Choice[] {
  return faults.flatMap((fault) => {
    const means = Object.values(parts).flatMap((part) => ownMeans(fault.id, part, faults) ?? [])
    // A fault that all parts take by its equivalent alone: the equivalent is what one chooses.
    if (!means.includes(fault)) return []
    const able = Object.values(parts).filter((part) => ownMeans(fault.id, part, faults) !== undefined)
    const fires = (part: TargetPart): string[] => {
      const meta = ownMeans(fault.id, part, faults) ?? fault
      return firesBy(plan, { fault: { id: meta.id, target: part.name, params: readParams(meta, {}) } })
    }
    return [
      {
        kind: 'fault' as const,
        id: fault.id,
        title: fault.title,
        blastRadius: fault.blastRadius,
        parts: able.map((part) => ({ name: part.name, fires: fires(part) })),
        params: Object.entries(fault.params).map(([name, param]) => paramChoice(name, param, undefined)),
      },
    ]
  })
}

function scenarioChoices({ services, scripts, plan }: Means): Choice[] {
  return Object.entries(scripts).flatMap(([id, { title, byHand, params }]) => {
    if (byHand === undefined || services.length === 0 || !byHand.every((each) => services.includes(each))) return []
    const shown = Object.entries(params).map(([name, param]) => paramChoice(name, param, services))
    // A choice of services of which the target has none.
    if (shown.some(({ choices }) => choices?.length === 0)) return []
    return [
      {
        kind: 'scenario' as const,
        id,
        title,
        blastRadius: 'k6 sends it until it is undone; who uses these services meanwhile waits or is turned away with it.',
        parts: [{ name: '', fires: firesBy(plan, { load: { scenario: id, params: defaultsOf(params) } }) }],
        params: shown,
      },
    ]
  })
}

/** Which services a scenario may ask: '' is all of them at once, where there are all. */
function servicesOf(choices: readonly string[], services: readonly string[]): string[] {
  const named = choices.filter((each) => each !== '')
  return choices.filter((each) => (each === '' ? named.every((one) => services.includes(one)) : services.includes(each)))
}

function paramChoice(name: string, param: ParamMeta, services: readonly string[] | undefined): Choice['params'][number] {
  const common = { name, title: param.title, default: String(param.default ?? ''), may: range(param) }
  // Any of the target's services.
  if (param.kind === 'text' && param.is === 'service' && services !== undefined)
    return { ...common, default: services[0] ?? '', choices: [...services] }
  if (param.kind !== 'choice') return common
  const choices = services !== undefined && name === 'service' ? servicesOf(param.choices, services) : [...param.choices]
  return { ...common, default: choices.includes(common.default) ? common.default : (choices[0] ?? ''), choices }
}

function defaultsOf(params: Readonly<Record<string, ParamMeta>>): LoadUse['params'] {
  return Object.fromEntries(Object.entries(params).flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])))
}

/** What the specification lets fire, with the values and the load that it demands it for. */
function firesBy(plan: Plan, cause: Cause): string[] {
  return describing(plan, cause).flatMap(({ experiment, fire }) => {
    const values = 'fault' in cause ? fire.fault?.params : fire.load?.params
    const differs = paramsText(values ?? {}) !== paramsText('fault' in cause ? cause.fault.params : cause.load.params)
    const conditions = [
      ...(differs ? [paramsText(values ?? {})] : []),
      ...('fault' in cause && fire.load !== undefined ? [`${loadText(fire.load)} running`] : []),
    ]
    return firingLines(experiment).map((line, index) =>
      index === 0 && conditions.length > 0 ? `With ${conditions.join(' and ')}: ${line}` : line,
    )
  })
}

/** "RedisConnectionFailed (critical) fires 2 to 4.5 s after the injection. It is notified ...", and what may fire beside it. */
export function firingLines({ alert, labels, windows, receiver, alsoMust, may }: PlannedExperiment): string[] {
  const { firing, notified, resolvedNotified } = windows
  const own = `${alert} (${labels['severity'] ?? 'no severity'}) fires ${short(Math.max(0, firing.earliestMs))} to ${seconds(round(firing.latestMs))} after the injection. It is notified at ${receiver} within ${seconds(round(notified.latestMs))}, and as resolved within ${seconds(round(resolvedNotified.latestMs))} of the undo`
  return [
    own,
    ...alsoMust.map((ref) => `${ref.alert}${formatLabels(ref.labels)} fires as well: ${ref.because}`),
    ...may.map((ref) => `${ref.alert}${formatLabels(ref.labels)} may fire: ${ref.because}`),
  ]
}

function round(ms: number): number {
  return Math.round(ms / 100) * 100
}

function short(ms: number): string {
  return seconds(round(ms)).replace(/ s$/, '')
}

/** What is wrong with an injection as it was typed, or the injection with every value filled in. */
export function causeOf(
  words: readonly string[],
  means: Means,
  choices: readonly Choice[],
): { cause: Cause; choice: Choice } | { wrong: string } {
  const [id = '', ...rest] = words
  const choice = choices.find((each) => each.id === id)
  if (choice === undefined) {
    const ids = choices.map((each) => each.id)
    return { wrong: `no fault and no scenario is called "${id}" here. ${suggestion(id, ids)}` }
  }
  const [target = '', ...given] = choice.kind === 'fault' ? rest : ['', ...rest]
  if (choice.kind === 'fault' && !choice.parts.some(({ name }) => name === target)) {
    return {
      wrong: `the target lists no part "${target}". ${suggestion(
        target,
        choice.parts.map(({ name }) => name),
      )}`,
    }
  }
  const bad = given.find((each) => !/^[A-Za-z]\w*=.*$/.test(each))
  if (bad !== undefined) return { wrong: `"${bad}" is no name=value` }
  const params = Object.fromEntries(given.map((each) => parameter(each)))
  const unknown = Object.keys(params).find((name) => !choice.params.some((param) => param.name === name))
  if (unknown !== undefined) {
    const names = choice.params.map(({ name }) => name)
    return { wrong: `${id} has no parameter "${unknown}". ${names.length === 0 ? 'It has none.' : suggestion(unknown, names)}` }
  }
  return choice.kind === 'fault' ? faultCause(id, target, params, means, choice) : loadCause(id, params, means, choice)
}

type Given = Record<string, string | number>

function faultCause(id: string, target: string, params: Given, { faults, parts }: Means, choice: Choice): ReturnType<typeof causeOf> {
  const part = parts[target]
  const meta = part === undefined ? undefined : ownMeans(id, part, faults)
  if (meta === undefined) return { wrong: `${target} offers nothing that ${id} needs` }
  try {
    return { cause: { fault: { id: meta.id, target, params: readParams(meta, params) } }, choice }
  } catch (error) {
    const next = error instanceof Error && 'next' in error && typeof error.next === 'string' ? `\n  ${error.next}` : ''
    return { wrong: `${messageOf(error)}${next}` }
  }
}

function loadCause(scenario: string, given: Given, { services, scripts }: Means, choice: Choice): ReturnType<typeof causeOf> {
  const metas = scripts[scenario]?.params ?? {}
  const shown = Object.fromEntries(choice.params.map((param) => [param.name, param]))
  const params: Given = {}
  for (const [name, meta] of Object.entries(metas)) {
    const value = given[name] ?? (meta.kind === 'number' || meta.kind === 'integer' ? meta.default : (shown[name]?.default ?? meta.default))
    if (value === undefined) return { wrong: `scenario ${scenario} needs ${name} (${meta.title}): ${name}=value, ${range(meta)}` }
    if (given[name] !== undefined && !accepts(meta, value)) return { wrong: `${name}=${value} is not ${range(meta)} (${meta.title})` }
    const choices = shown[name]?.choices
    if (choices !== undefined && !choices.includes(String(value)))
      return { wrong: `${name}=${value}: the target has ${services.join(', ')} alone` }
    params[name] = value
  }
  return { cause: { load: { scenario, params } }, choice }
}

function parameter(text: string): [string, string | number] {
  const at = text.indexOf('=')
  const value = text.slice(at + 1)
  return [text.slice(0, at), /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value]
}

/** What a line may go on with: commands, then what can be injected, its parts, its parameters. */
export function completions(
  line: string,
  commands: readonly string[],
  choices: readonly Choice[],
  numbers: readonly number[],
): [string[], string] {
  const words = line.split(/\s+/)
  const word = words.at(-1) ?? ''
  const fits = (all: readonly string[]): [string[], string] => [all.filter((each) => each.startsWith(word)).map((each) => `${each} `), word]
  const [command, id] = words
  if (words.length === 1) return fits(commands)
  if (command === 'undo') return fits([...numbers.map(String), 'all'])
  if (command !== 'inject') return [[], word]
  if (words.length === 2) return fits(choices.map((each) => each.id))
  const choice = choices.find((each) => each.id === id)
  if (choice === undefined) return [[], word]
  if (choice.kind === 'fault' && words.length === 3) return fits(choice.parts.map(({ name }) => name))
  const [hits] = fits(choice.params.map(({ name }) => `${name}=`))
  return [hits.map((hit) => hit.trim()), word]
}

/** One row a fault or scenario, with its parts and what its parameters are when they are not given. */
export function choicesText(choices: readonly Choice[]): string {
  const rows = choices.map(({ id, parts, params, title }) => {
    const given = params.map((param) => `${param.name}=${param.default}`).join(' ')
    const names = parts.map(({ name }) => name).filter(Boolean)
    return `${id.padEnd(20)} ${names.length === 0 ? title : names.join(', ')}${given === '' ? '' : `\n${' '.repeat(21)}${given}`}\n`
  })
  return rows.length === 0 ? 'this target allows no fault and no scenario\n' : rows.join('')
}
