import type { Plan, PlannedExperiment, PlannedLeg, Window } from '../model/plan.ts'
import type { AlertRef, FaultUse, LoadUse } from '../model/spec.ts'

/** An injection by hand, every parameter filled in, faults by the means that the target's part offers. */
export type Cause = { fault: FaultUse } | { load: LoadUse }

/** What an injection by hand is judged as; `unjudged`: why no alert is demanded of it. */
export interface ByHand {
  experiment: PlannedExperiment
  unjudged?: string
}

/** The alert name of an injection that the specification does not describe. */
const NO_ALERT = '(no alert specified)'

/**
 * The experiment of the specification that this injection is: same fault on the same part, or same scenario, with the same values, and with
 * its load running where it has one besides. Of several the one that fires the most. `plan` has every experiment of the specification at
 * the target's speed; `running` are the scenarios that run.
 */
export function byHand(plan: Plan, cause: Cause, running: readonly LoadUse[], number: number): ByHand {
  const near = describing(plan, cause)
  const traffic =
    'load' in cause
      ? plan.experiments.filter(({ legs }) => legs.some((leg) => leg.fault !== undefined && sameLoad(cause.load, leg.load)))
      : []
  if (near.length === 0 && traffic.length > 0)
    return {
      experiment: { ...undescribed(plan, cause, number), may: [] },
      unjudged: `it fires nothing by itself: it is the traffic of ${traffic.map(({ id }) => id).join(', ')}`,
    }
  if (near.length === 0)
    return { experiment: undescribed(plan, cause, number), unjudged: 'the specification names no alert for it, so any may fire' }
  const wanted = near.filter(({ fire }) => sameValues(cause, fire))
  const ready = wanted.filter(
    ({ fire }) => !('fault' in cause) || fire.load === undefined || running.some((use) => sameLoad(use, fire.load)),
  )
  const best = ready.toSorted((a, b) => b.experiment.alsoMust.length - a.experiment.alsoMust.length)[0]
  const [chosen] = best === undefined ? near : [best]
  const others = near.filter((each) => each !== chosen).flatMap(({ experiment }) => mayFire(experiment))
  const experiment = injected(chosen!.experiment, chosen!.fire, others, number)
  if (best !== undefined) return { experiment }
  return {
    experiment,
    unjudged:
      wanted.length === 0
        ? `the specification describes it with ${near.map(({ fire }) => valuesText(cause, fire)).join(' or ')}`
        : `${wanted.map(({ experiment: { id }, fire }) => `${id} has ${loadText(fire.load)} beside it`).join(', ')}, which did not run`,
  }
}

interface Described {
  experiment: PlannedExperiment
  fire: PlannedLeg
}

/** Experiments whose fire leg has this fault on this part, or this scenario and no fault. */
export function describing(plan: Plan, cause: Cause): Described[] {
  return plan.experiments.flatMap((experiment) => {
    const fire = experiment.legs.find(({ name }) => name === 'fire')
    if (fire === undefined) return []
    const same =
      'fault' in cause
        ? fire.fault?.id === cause.fault.id && fire.fault.target === cause.fault.target
        : fire.fault === undefined && fire.load?.scenario === cause.load.scenario
    return same ? [{ experiment, fire }] : []
  })
}

function sameValues(cause: Cause, fire: PlannedLeg): boolean {
  return 'fault' in cause ? sameParams(cause.fault.params, fire.fault?.params ?? {}) : sameLoad(cause.load, fire.load)
}

function sameLoad(a: LoadUse, b: LoadUse | undefined): boolean {
  return b !== undefined && a.scenario === b.scenario && sameParams(a.params, b.params)
}

function sameParams(a: FaultUse['params'], b: FaultUse['params']): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

function valuesText(cause: Cause, fire: PlannedLeg): string {
  return paramsText(('fault' in cause ? fire.fault?.params : fire.load?.params) ?? {})
}

export function loadText(load: LoadUse | undefined): string {
  return load === undefined ? 'no scenario' : `scenario ${load.scenario} (${paramsText(load.params)})`
}

/** "ratePerS=20 service=shop", as it is typed; without the values that are empty. */
export function paramsText(params: FaultUse['params']): string {
  const given = Object.entries(params).filter(([, value]) => value !== '')
  return given.length === 0 ? 'no values' : given.map(([name, value]) => `${name}=${value}`).join(' ')
}

function mayFire({ id, alert, subject, alsoMust, may }: PlannedExperiment): AlertRef[] {
  const because = `The same injection is that of ${id}.`
  return [{ alert, labels: subject, because }, ...[...alsoMust, ...may].map((ref) => ({ ...ref, because }))]
}

/** The same experiment without what comes before its fire leg: by hand nothing is waited for. */
function injected(of: PlannedExperiment, fire: PlannedLeg, others: readonly AlertRef[], number: number): PlannedExperiment {
  const clear = of.legs.find(({ name }) => name === 'clear')
  const { after: _, ...rest } = of
  return {
    ...rest,
    id: `${of.id}--${number}`,
    confirms: of.id,
    startMs: 0,
    durationMs: fire.holdMs + (clear?.holdMs ?? 0),
    legs: [{ ...fire, atMs: 0 }, ...(clear === undefined ? [] : [{ ...clear, atMs: fire.holdMs }])],
    may: [...of.may, ...others],
  }
}

const NEVER: Window = { earliestMs: 0, latestMs: 0 }

function undescribed(plan: Plan, cause: Cause, number: number): PlannedExperiment {
  const name = 'fault' in cause ? `${cause.fault.id}-${cause.fault.target}` : cause.load.scenario
  const alerts = new Set([...(plan.promised?.rules ?? []), ...plan.experiments].map(({ alert }) => alert))
  const leg = (leg: PlannedLeg['name']): PlannedLeg => ({
    name: leg,
    atMs: 0,
    holdMs: 0,
    because: 'by hand',
    ...(leg === 'fire' ? cause : {}),
  })
  return {
    id: `${name}--${number}`,
    alert: NO_ALERT,
    title: 'fault' in cause ? `${cause.fault.id} on ${cause.fault.target}` : cause.load.scenario,
    startMs: 0,
    durationMs: 0,
    legs: [leg('fire'), leg('clear')],
    windows: { pending: NEVER, firing: NEVER, notified: NEVER, resolved: NEVER, resolvedNotified: NEVER },
    expr: '',
    valueExpr: '',
    threshold: 0,
    comparator: '>',
    forMs: 0,
    keepFiringForMs: 0,
    subject: {},
    labels: {},
    annotations: {},
    injection: { expr: '', comparator: '>', threshold: 0, title: 'by hand' },
    alsoMust: [],
    may: [...alerts].map((alert) => ({ alert, labels: {}, because: 'The specification says nothing of this injection.' })),
    effects: [],
    observes: [],
    receiver: '',
  }
}
