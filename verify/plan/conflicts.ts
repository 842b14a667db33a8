import type { Timing } from '../model/plan.ts'
import type { LoadedRoute } from '../model/route.ts'
import type { InhibitionSpec, Labels, RoutingSpec } from '../model/spec.ts'
import { routesOfSent, sentOf } from '../routing/delivery.ts'
import { isTargetOf } from '../routing/inhibition.ts'
import { matches } from '../routing/route-matchers.ts'
import { promisedRoute, routesFor, routedTo } from '../routing/tree.ts'
import { statedLabels, unstatedLabel } from './alert-labels.ts'
import type { Conflict } from './schedule.ts'
import type { Selected } from './select.ts'

/** What of an experiment's course in time matters to the others. */
export interface Extent extends Selected {
  durationMs: number
  /** From its start until its fault is undone and the target answers again. */
  undoneMs: number
  /** Longest time that the cause of its fire leg is in force. */
  fireMs: number
}

export interface Clash extends Conflict {
  because: string
  /** What of the first the second has to wait for. */
  aThenB: 'ended' | 'undone'
  bThenA: 'ended' | 'undone'
}

/** All pairs that must not overlap, and how much of the first the second has to wait for. */
export function conflictsOf(extents: readonly Extent[], routing: RoutingSpec, serial: boolean, loaded: Loaded = {}): Clash[] {
  const clashes: Clash[] = []
  const strict = extents.some(({ experiment }) => experiment.inTurnWith !== undefined)
  const rules: Rules = { routing, serial, strict, sharedGroup: sharedGroups(routing, loaded) }
  for (const [position, a] of extents.entries()) {
    for (const b of extents.slice(position + 1)) {
      const forward = separation(a, b, rules)
      const backward = separation(b, a, rules)
      const because = forward?.because ?? backward?.because
      if (because === undefined) continue
      // A reason to wait in one direction makes a pair: the other then waits at least for the undo.
      const [there, back] = [forward ?? UNDONE, backward ?? UNDONE]
      clashes.push({
        a: a.experiment.id,
        b: b.experiment.id,
        because,
        aThenB: there.until,
        bThenA: back.until,
        aThenBMs: there.until === 'ended' ? a.durationMs : a.undoneMs,
        bThenAMs: back.until === 'ended' ? b.durationMs : b.undoneMs,
      })
    }
  }
  return clashes
}

/** What is known of the running Alertmanager; without it the specification's routing. */
export type Loaded = Partial<Pick<Timing, 'route' | 'externalLabels' | 'alertRelabelling'>>

interface Separation {
  until: 'ended' | 'undone'
  because: string
}
const UNDONE: Separation = { until: 'undone', because: '' }

/** What holds for every pair. */
interface Rules {
  routing: RoutingSpec
  serial: boolean
  strict: boolean
  sharedGroup: SharedGroup
}

/** What `second` waits for when `first` goes before it. */
function separation(first: Extent, second: Extent, { routing, serial, strict, sharedGroup }: Rules): Separation | undefined {
  const ended = (because: string): Separation => ({ until: 'ended', because })
  if (serial) return ended('serial')
  const { experiment: a } = first
  const { experiment: b } = second
  const group = sharedGroup(first, second)
  if (group !== undefined) return ended(`same alert group ${group}`)
  if (inhibits(first, second, routing) || inhibits(second, first, routing)) return ended('one alert inhibits the other')
  const disturbs = meeting(b.effects, a.observes)
  if (disturbs !== undefined) return ended(`${b.id} disturbs ${disturbs}, which ${a.id} watches`)
  const met = a.effects
    .map((effect) => ({ effect, by: meeting([effect], [...b.observes, ...b.effects]) }))
    .filter(({ by }) => by !== undefined)
  const lasting = met.find(({ effect }) => a.endsWithUndo?.includes(effect) !== true)
  if (lasting !== undefined) return ended(`${a.id} disturbs ${lasting.effect}`)
  const passing = met[0]
  if (passing !== undefined) return { until: 'undone', because: `${a.id} disturbs ${passing.effect}` }
  const hidden = hides(first, second, strict) ?? hides(second, first, strict)
  if (hidden !== undefined) return { until: 'undone', because: hidden }
  const target = targets(first).find((name) => targets(second).includes(name))
  return target === undefined ? undefined : { until: 'undone', because: `both have a fault in ${target}` }
}

/**
 * Of a promise to keep answering only the requests count that no other fault disturbs: a fault that lasts as long as this one may leave
 * none of them. Asked (`strict`) of every drill in which an experiment has its turn. Without one the order is the same in each drill: these
 * run beside each other for seconds at most, and what an overlap leaves open is retried.
 */
function hides(one: Extent, other: Extent, strict: boolean): string | undefined {
  if (!strict || one.fireMs < other.fireMs) return undefined
  const promised = (other.experiment.keepsAnswering ?? []).map(({ request }) => `${request.service}:answers`)
  const met = meeting(one.experiment.effects, promised)
  return met === undefined ? undefined : `${one.experiment.id} disturbs ${met}, which ${other.experiment.id} promises`
}

/** "redis" meets "redis:memory" and the other way round; "redis:memory" does not meet "redis:commands". */
export function meeting(left: readonly string[], right: readonly string[]): string | undefined {
  return right.find((b) => left.some((a) => a === b || a.startsWith(`${b}:`) || b.startsWith(`${a}:`)))
}

function targets({ experiment: { quiet, fire } }: Extent): string[] {
  return [quiet?.fault?.target, fire.fault?.target].filter((target) => target !== undefined)
}

interface Instance {
  alert: string
  labels: Labels
}

/** One that surely fires, and the routes that it may take. */
interface Routed extends Instance {
  routes: LoadedRoute[]
}

/** Alerts that surely fire, and those that only may. */
function instances({ rule, experiment }: Selected): { must: Instance[]; may: Instance[] } {
  return { must: [{ alert: rule.alert, labels: { ...rule.labels, ...experiment.subject } }, ...experiment.alsoMust], may: experiment.may }
}

function routed(each: Selected, root: LoadedRoute, routing: RoutingSpec, loaded: Loaded): { must: Routed[]; may: Routed[] } {
  const [own, ...others] = instances(each).must
  const labels = statedLabels(each)
  // Of a side effect no more is known than is stated.
  const anywhere = (instance: Instance): Routed => ({
    ...instance,
    routes: sentOf(loaded, { ...instance.labels, alertname: instance.alert }, () => true).flatMap((way) =>
      routesFor(root, way.labels, way.unstated),
    ),
  })
  return {
    must: [
      ...(own === undefined
        ? []
        : [{ ...own, routes: routesOfSent(root, loaded, labels, routedTo(routing, labels), unstatedLabel(each)) }]),
      ...others.map(anywhere),
    ],
    may: instances(each).may.map(anywhere),
  }
}

/** The group that two share, as text. */
export type SharedGroup = (a: Selected, b: Selected) => string | undefined

/**
 * In Alertmanager a group outlives its alerts, so a second alert of it is notified at another time than a first
 * (https://github.com/prometheus/alertmanager/issues/2398). A group is a route and its group_by values. Two alerts that merely may
 * fire prove nothing and need no distance. The routes of each experiment are worked out once: it is held against every other.
 */
export function sharedGroups(routing: RoutingSpec, loaded: Loaded = {}): SharedGroup {
  const root = loaded.route ?? promisedRoute(routing)
  const known = new Map<Selected['experiment'], ReturnType<typeof routed>>()
  const routedOnce = (each: Selected): ReturnType<typeof routed> => {
    const found = known.get(each.experiment) ?? routed(each, root, routing, loaded)
    known.set(each.experiment, found)
    return found
  }
  return (a, b) => {
    const [left, right] = [routedOnce(a), routedOnce(b)]
    for (const x of left.must)
      for (const y of [...right.must, ...right.may]) {
        const group = groupOf(x, y)
        if (group !== undefined) return group
      }
    for (const x of left.may)
      for (const y of right.must) {
        const group = groupOf(x, y)
        if (group !== undefined) return group
      }
    return undefined
  }
}

function groupOf(x: Routed, y: Routed): string | undefined {
  for (const { groupBy } of x.routes.filter((route) => y.routes.includes(route))) {
    // '...' groups by all labels: https://prometheus.io/docs/alerting/latest/configuration/#route
    const by = groupBy.includes('...') ? ['alertname', ...Object.keys({ ...x.labels, ...y.labels })] : groupBy
    const same = by.every((label) => {
      const [one, other] = [labelOf(x, label), labelOf(y, label)]
      // A label that is not stated may have any value.
      return one === undefined || other === undefined || one === other
    })
    if (same)
      return `${by.includes('alertname') ? x.alert : ''}{${by
        .filter((label) => label !== 'alertname')
        .map((label) => `${label}=${labelOf(x, label) ?? '?'}`)
        .join(',')}}`
  }
  return undefined
}

function labelOf({ alert, labels }: Instance, label: string): string | undefined {
  return label === 'alertname' ? alert : labels[label]
}

/** Whether an alert of `a`, certain or possible, would silence one that `b` must see. */
function inhibits(a: Selected, b: Selected, routing: RoutingSpec): boolean {
  const sources = instances(a)
  return routing.inhibitions.some((inhibition) =>
    [...sources.must, ...sources.may].some((from) =>
      instances(b).must.some(
        (to) =>
          mayBeSource(inhibition, from) &&
          isTargetOf(inhibition, { ...to.labels, alertname: to.alert }) &&
          // Missing on both sides counts as equal.
          inhibition.equal.every((label) => labelOf(from, label) === labelOf(to, label)),
      ),
    ),
  )
}

/** A label that is not stated may have any value. */
function mayBeSource({ source, sourceMatchers = [] }: InhibitionSpec, from: Instance): boolean {
  return (
    Object.entries(source).every(([label, value]) => (labelOf(from, label) ?? value) === value) &&
    sourceMatchers.every((matcher) => {
      const value = labelOf(from, matcher.label)
      return value === undefined || matches(matcher, { [matcher.label]: value })
    })
  )
}
