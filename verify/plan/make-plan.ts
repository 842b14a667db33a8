import { evaluationIntervalOf } from '../promql/loaded-clocks.ts'
import { FiredrillError } from '../model/error.ts'
import type { ErrorPlace } from '../model/error.ts'
import { PROBES } from '../model/plan.ts'
import type { LegName, Plan, PlannedExperiment, PlannedLeg, PromisedRule, Timing } from '../model/plan.ts'
import type { LegSpec, RoutingSpec, RuleSpec, Spec } from '../model/spec.ts'
import { sameName } from '../text/names.ts'
import { deliveriesOf } from '../routing/delivery.ts'
import { promisedReceivers } from '../routing/tree.ts'
import { statedLabels, unstatedLabel } from './alert-labels.ts'
import { conflictsOf, sharedGroups } from './conflicts.ts'
import type { Extent, SharedGroup } from './conflicts.ts'
import { afterProbes, outageTasks, placeOutages, PROBES_MS, probesFirst } from './place-outages.ts'
import { checkLevel, clearHold, fireHold, quietByLevel, quietByTime, RECOVERS_WITHIN_MS, settle } from './hold.ts'
import type { Hold } from './hold.ts'
import { schedule, shortestPossible } from './schedule.ts'
import { select, undrilledRules } from './select.ts'
import { unnamedSideEffects } from './side-effects.ts'
import type { LeavesPart } from './side-effects.ts'
import type { Selected } from './select.ts'
import { subjectsOf } from './rule-subjects.ts'
import type { Turn } from './turns.ts'
import { compressMs, MIN_WINDOW_MS, timingFromSpec } from './timing.ts'
import { legalWindows } from './windows.ts'
import type { Course } from './windows.ts'

export type PlaceOf = (experiment: string, leg: 'quiet' | 'fire', key?: 'level' | 'at-least' | 'hold') => ErrorPlace | undefined

export interface PlanOptions {
  /** 1 = real time. */
  speed: number
  /** Which of the experiments that take turns; none of them when absent. */
  turn?: Turn
  /** What is loaded in the running system; by default what the specification promises, at `speed`. */
  timing?: Timing
  /** Alert names or experiment ids. */
  only?: readonly string[]
  skip?: readonly string[]
  /** One experiment after the other. */
  serial?: boolean
  /** Which form of the paths that have two is deployed; the requirement's is 'uninstrumented'. */
  form?: 'uninstrumented' | 'instrumented'
  /** What a fault makes of its part; without it no side effect of a failed part is looked for. */
  leaves?: LeavesPart
  /** Where a leg of an experiment, or a key of it, stands in the specification's files; without it errors name the experiment alone. */
  placeOf?: PlaceOf
  /** The expression as the compressed configuration has it. */
  compressExpr: (expr: string, speed: number) => string
  /** An annotation as the compressed configuration has it; unchanged by default. */
  templateOf?: (annotation: string) => string
}

/** k6 needs so long from its start to its first request, and from its stop to its last, on a busy machine. Not compressed. */
const LOAD_STARTS_MS = 3_000
const LOAD_STOPS_MS = 2_000
/** From an evaluation to the notification's arrival at the drill's receiver, besides group_wait. Not compressed. */
const NOTIFICATION_LAG_MS = 2_000
const SHORTEST_BEFORE_MS = 2_000

/** @throws FiredrillError GREY_ZONE, UNKNOWN_SELECTION, NOTHING_SELECTED, OTHER_FORM, BAD_SPEED (all exit 2) */
export function plan(spec: Spec, options: PlanOptions): Plan {
  if (!(options.speed >= 1 && Number.isFinite(options.speed)))
    throw new FiredrillError('BAD_SPEED', `speed must be a number of at least 1, not ${options.speed}`, {
      next: 'Use --speed 15, or --real-time.',
    })
  const promised = timingFromSpec(spec, options.speed)
  const timing = options.timing ?? promised
  const selection = select(spec, options.only, options.skip, options.turn)
  const form = options.form ?? 'uninstrumented'
  const other = spec.traces.find((trace) => trace.form !== undefined && trace.form !== form && options.only?.includes(trace.id) === true)
  if (other !== undefined)
    throw new FiredrillError('OTHER_FORM', `${other.id} is about the ${other.form} form, and the ${form} one is deployed`, {
      next: 'The variable that `instrumented-by` of firedrill.yaml names says which (true or false); or leave the path out.',
    })
  const selected = selection.experiments
  const groups = sharedGroups(spec.routing, promised)
  const planned = selected.map((each) => ({ ...each, planned: experimentPlan(each, selected, spec.routing, groups, promised, options) }))
  const extents: Extent[] = planned.map(({ rule, experiment, planned: { durationMs, legs } }) => ({
    rule,
    experiment,
    durationMs,
    fireMs: legs.find(({ name }) => name === 'fire')?.holdMs ?? 0,
    undoneMs: (legs.find(({ name }) => name === 'clear')?.atMs ?? durationMs) + recovers(experiment),
  }))
  const clashes = conflictsOf(extents, spec.routing, options.serial ?? false, timing)
  const probesMs = selection.traces.length + selection.logs.length > 0 ? PROBES_MS : 0
  const probes = probesFirst(
    selected.map(({ experiment }) => experiment),
    probesMs,
  )
  const tasks = [...extents.map(({ experiment, durationMs }) => ({ id: experiment.id, durationMs })), ...probes.tasks]
  const found = schedule(tasks, [...clashes, ...probes.conflicts])
  const startOf = (id: string): number => found.startMs[id] ?? 0
  const experiments = planned
    .map(({ experiment, planned: each }) => {
      const after = clashes.flatMap(({ a, b, aThenB, bThenA }) => {
        if (b === each.id && startOf(a) < startOf(b)) return [{ experiment: a, until: aThenB }]
        if (a === each.id && startOf(b) < startOf(a)) return [{ experiment: b, until: bThenA }]
        return []
      })
      return { ...each, startMs: startOf(each.id), after: [...afterProbes(experiment), ...after] }
    })
    .sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))
  const { outages, waits } = placeOutages(
    (spec.outages ?? []).filter(({ id }) => selection.outages.includes(id)),
    experiments,
    probesMs,
    options.serial ?? false,
  )
  for (const each of experiments)
    each.after.push(...(waits.get(each.id) ?? []).map((experiment) => ({ experiment, until: 'ended' as const })))
  const warnings = unnamedSideEffects(spec, selection.outages, options.leaves ?? (() => undefined))
  // What no plan can avoid, however this one was made: one after the other is a choice.
  const unavoidable = [...(options.serial === true ? conflictsOf(extents, spec.routing, false, timing) : clashes), ...probes.conflicts]
  const shortest = options.serial === true ? schedule(tasks, unavoidable) : found
  const besides = outageTasks(
    outages.flatMap((outage) => (spec.outages ?? []).filter(({ id }) => id === outage.id).map((each) => ({ ...each, ...outage }))),
    experiments,
    probesMs,
  )
  // Named as not drilled, unless something else was asked for.
  const { only = [], skip = [] } = options
  const beside = only.length > 0 ? [] : undrilledRules(spec).filter(({ alert }) => !skip.some((name) => sameName(alert, name)))
  const makespanMs = Math.max(found.makespanMs, ...outages.map(({ startMs, durationMs }) => startMs + durationMs))
  const lowerBoundMs = Math.max(
    shortest.optimal ? shortest.makespanMs : shortest.lowerBoundMs,
    shortestPossible(
      [...tasks, ...besides.tasks.filter(({ id }) => tasks.every((task) => task.id !== id))],
      [...unavoidable, ...besides.conflicts],
    ),
  )
  return {
    speed: options.speed,
    seed: selection.turn.seed,
    turn: selection.turn,
    subjects: subjectsOf([...new Set(selected.map(({ rule }) => rule)), ...beside], spec.rules),
    timing,
    promised: { timing: promised, rules: spec.rules.map((rule) => promisedRule(rule, options)) },
    experiments,
    traces: spec.traces
      .filter(({ id, form: own }) => selection.traces.includes(id) && (own === undefined || own === form))
      .map(({ id }) => id),
    logs: selection.logs,
    outages,
    serial: options.serial ?? false,
    makespanMs,
    lowerBoundMs,
    optimal: makespanMs <= lowerBoundMs,
    criticalPath: found.criticalPath.filter((id) => id !== PROBES),
    conflicts: clashes.map(({ a, b, because }) => ({ a, b, because })),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

export function promisedRule(rule: RuleSpec, options: Pick<PlanOptions, 'speed' | 'compressExpr'>): PromisedRule {
  const { value, windowMs } = rule.condition
  return {
    ...promisedClocks(rule, options.speed),
    value: {
      expr: options.compressExpr(value, options.speed),
      threshold: compressedThreshold(rule, options),
      ...(windowMs === undefined ? {} : { windowMs: compressMs(windowMs, options.speed, MIN_WINDOW_MS) }),
    },
  }
}

/** How long a rule's alerts wait and linger, as the compressed configuration has it. */
function promisedClocks(
  { alert, forMs, keepFiringForMs }: RuleSpec,
  speed: number,
): { alert: string; forMs: number; keepFiringForMs: number } {
  return { alert, forMs: compressMs(forMs, speed), keepFiringForMs: compressMs(keepFiringForMs, speed) }
}

/** Legs, holds and windows of one experiment, all from the promised `timing`: what is loaded must not shift what is legal. */
function experimentPlan(
  each: Selected,
  all: readonly Selected[],
  routing: RoutingSpec,
  groups: SharedGroup,
  timing: Timing,
  options: PlanOptions,
): PlannedExperiment {
  const { rule, experiment } = each
  const { speed, compressExpr } = options
  const { id, quiet, fire } = experiment
  // A count over a window shrinks with the window, and the levels given for it with the threshold.
  const threshold = compressedThreshold(rule, options)
  const scale = rule.condition.threshold === 0 ? 1 : threshold / rule.condition.threshold
  const freshGroup = !all.some((other) => other.experiment.id !== id && groups(each, other) !== undefined)
  const [receiver = '', ...alsoReceivers] = promisedReceivers(routing, statedLabels(each))
  const course = courseOf(each, fire, threshold, scale, timing, speed, freshGroup, receiver)
  const windows = legalWindows(course)
  // Each receiver has the clocks of its own route.
  const everywhere = [
    windows,
    ...alsoReceivers.map((to) => legalWindows(courseOf(each, fire, threshold, scale, timing, speed, freshGroup, to))),
  ]
  const recoversMs = recovers(experiment)
  const placed = <T>(leg: 'quiet' | 'fire', key: 'level' | 'at-least' | 'hold', made: () => T): T =>
    at(() => options.placeOf?.(id, leg, key), made)
  // Of an exact value nothing is near.
  if (!/^[=!]=$/.test(rule.condition.comparator)) {
    placed('fire', fire.levelAtLeast === undefined ? 'level' : 'at-least', () =>
      checkLevel(id, 'fire', course, [course.level.least], scale),
    )
    placed('fire', 'level', () => checkLevel(id, 'fire', course, [course.level.most], scale))
    if (quiet?.kind === 'level') placed('quiet', 'level', () => checkLevel(id, 'quiet', course, [quiet.level * scale], scale))
  }

  const legs: PlannedLeg[] = []
  const add = (name: LegName, holdMs: number, because: string, rest: Partial<PlannedLeg> = {}): void => {
    const last = legs.at(-1)
    legs.push({ name, atMs: last === undefined ? 0 : last.atMs + last.holdMs, holdMs: Math.ceil(holdMs), because, ...rest })
  }
  // With a fault the load is only the traffic that the fault hits: it must flow before, so that shares have a total, and after, so that
  // recovery is seen.
  const traffic = fire.fault !== undefined && fire.load !== undefined ? { load: fire.load } : {}
  const steadyMs = Math.max(SHORTEST_BEFORE_MS, course.scrapeIntervalMs + course.evaluationIntervalMs)
  add('before', steadyMs + ('load' in traffic ? LOAD_STARTS_MS : 0), 'all targets up, no alert active', traffic)
  const override = (leg: LegSpec): number | undefined => (leg.holdMs === undefined ? undefined : compressMs(leg.holdMs.ms, speed))
  if (quiet !== undefined) {
    const near = courseOf(each, quiet, threshold, scale, timing, speed, freshGroup, receiver)
    const level = quiet.level * scale
    if (quiet.kind === 'level') {
      const { holdMs, because } = placed('quiet', 'hold', () => quietByLevel(id, near, override(quiet)))
      add('quiet', holdMs, quiet.holdMs?.because ?? because, { ...causeOf(quiet), level })
    } else {
      const { holdMs, because, mustEndWithinMs } = placed('quiet', 'hold', () => quietByTime(id, near, recoversMs, override(quiet)))
      add('quiet', holdMs, quiet.holdMs?.because ?? because, { ...causeOf(quiet), level, mustEndWithinMs })
      const pause = settle(near, recoversMs)
      add('settle', pause.holdMs, pause.because, traffic)
    }
  }
  const firing = longest(everywhere.map((each) => placed('fire', 'hold', () => fireHold(id, each, override(fire)))))
  add('fire', firing.holdMs, fire.holdMs?.because ?? firing.because, { ...causeOf(fire), level: fire.level * scale })
  const clearing = longest(everywhere.map((each) => clearHold(each, recoversMs)))
  add('clear', clearing.holdMs, clearing.because, traffic)

  return {
    id,
    alert: rule.alert,
    title: experiment.title,
    startMs: 0,
    durationMs: legs.reduce((sum, { holdMs }) => sum + holdMs, 0),
    legs,
    windows,
    expr: compressExpr(rule.condition.expr, speed),
    valueExpr: compressExpr(rule.condition.value, speed),
    threshold,
    comparator: rule.condition.comparator,
    forMs: course.forMs,
    keepFiringForMs: course.keepFiringForMs,
    subject: experiment.subject,
    labels: rule.labels,
    annotations: Object.fromEntries(Object.entries(rule.annotations).map(([name, text]) => [name, options.templateOf?.(text) ?? text])),
    injection: {
      ...experiment.injection,
      ...rescaled(experiment.injection.expr, experiment.injection.comparator, experiment.injection.threshold, options),
    },
    alsoMust: experiment.alsoMust,
    may: experiment.may,
    effects: experiment.effects,
    observes: experiment.observes,
    receiver,
    ...(alsoReceivers.length === 0 ? {} : { alsoReceivers }),
  }
}

/** What `made` refuses is refused with its place in the specification. */
function at<T>(place: () => ErrorPlace | undefined, made: () => T): T {
  try {
    return made()
  } catch (error) {
    const found = error instanceof FiredrillError && error.place === undefined ? place() : undefined
    if (!(error instanceof FiredrillError) || found === undefined) throw error
    const { code, message, exitCode, next } = error
    throw new FiredrillError(code, message, { exitCode, place: found, ...(next === undefined ? {} : { next }) })
  }
}

function longest(holds: readonly Hold[]): Hold {
  return holds.reduce((most, hold) => (hold.holdMs > most.holdMs ? hold : most))
}

function recovers(experiment: Selected['experiment']): number {
  return experiment.recoversWithinMs ?? RECOVERS_WITHIN_MS
}

function causeOf({ fault, load }: LegSpec): Pick<PlannedLeg, 'fault' | 'load'> {
  return { ...(fault === undefined ? {} : { fault }), ...(load === undefined ? {} : { load }) }
}

/** Whether quiet and fire send the same number of requests, so that only their share changes. `ratePerS` is the name all scenarios use. */
function steadyTotal(quiet: LegSpec | undefined, fire: LegSpec): boolean {
  return (
    quiet?.kind === 'level' &&
    quiet.load !== undefined &&
    quiet.load.scenario === fire.load?.scenario &&
    quiet.load.params['ratePerS'] === fire.load.params['ratePerS']
  )
}

/** The compressing function knows which constants shrink with their window: ask it with the comparison written out. */
function rescaled(
  value: string,
  comparator: string,
  threshold: number,
  { compressExpr, speed }: Pick<PlanOptions, 'speed' | 'compressExpr'>,
): { expr: string; threshold: number } {
  const written = compressExpr(`(${value}) ${comparator} ${threshold}`, speed)
  const rewritten = Number(written.slice(written.lastIndexOf(comparator) + comparator.length))
  return { expr: compressExpr(value, speed), threshold: Number.isFinite(rewritten) ? rewritten : threshold }
}

function compressedThreshold({ condition }: RuleSpec, options: Pick<PlanOptions, 'speed' | 'compressExpr'>): number {
  return rescaled(condition.value, condition.comparator, condition.threshold, options).threshold
}

function courseOf(
  each: Selected,
  leg: LegSpec,
  threshold: number,
  scale: number,
  timing: Timing,
  speed: number,
  freshGroup: boolean,
  receiver: string,
): Course {
  const { rule, experiment } = each
  const { condition } = rule
  const labels = statedLabels(each)
  const routes = deliveriesOf(timing, labels, receiver, unstatedLabel(each))
  const waits = routes.map(({ groupWaitMs }) => groupWaitMs)
  const { quiet, fire } = experiment
  const job = timing.jobs[experiment.subject['job'] ?? ''] ?? timing
  const { forMs, keepFiringForMs } = promisedClocks(rule, speed)
  const isQuantile = condition.kind === 'quantile' && condition.quantile !== undefined
  return {
    kind: condition.kind,
    threshold: isQuantile ? 1 - (condition.quantile ?? 0) : threshold,
    level: { most: leg.level * scale, least: (leg.levelAtLeast ?? leg.level) * scale },
    ...(quiet?.kind === 'level' ? { baseline: { least: 0, most: quiet.level * scale } } : {}),
    ...(condition.windowMs === undefined ? {} : { windowMs: compressMs(condition.windowMs, speed, MIN_WINDOW_MS) }),
    ...(steadyTotal(quiet, fire) ? { pauseMs: LOAD_STARTS_MS + LOAD_STOPS_MS } : {}),
    hung: leg.hung ?? false,
    countedAfterMs: leg.countedAfterMs ?? 0,
    beginLagMs: leg.load === undefined ? 0 : LOAD_STARTS_MS,
    endLagMs: leg.load === undefined || leg.fault !== undefined ? 0 : LOAD_STOPS_MS,
    forMs,
    keepFiringForMs,
    scrapeIntervalMs: job.scrapeIntervalMs,
    scrapeTimeoutMs: job.scrapeTimeoutMs,
    evaluationIntervalMs: evaluationIntervalOf(timing, rule.alert, labels),
    groupWaitMs: Math.min(...waits),
    longestGroupWaitMs: Math.max(...waits),
    groupIntervalMs: Math.max(...routes.map(({ groupIntervalMs }) => groupIntervalMs)),
    freshGroup,
    lagMs: NOTIFICATION_LAG_MS,
  }
}
