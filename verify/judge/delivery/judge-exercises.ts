import type { JournalEntry } from '../../model/journal.ts'
import type { Timing } from '../../model/plan.ts'
import type { ProbeAlert, ProbeRole } from '../../model/probe.ts'
import { routedTo } from '../../routing/tree.ts'
import type { Spec } from '../../model/spec.ts'
import { deliveryOfPosted, type Delivery } from '../../routing/delivery.ts'
import type { Finding } from '../drill-check.ts'
import { DELIVERY_LAG_MS } from './arrival.ts'
import type { Done, Exercise, Exercised } from './exercise.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import { hasLabels } from '../../promql/labels.ts'
import type { Notified, RunRecord } from '../record/recorder.ts'
import { stalledWithin } from '../record/stalls.ts'
import { skip, unknown } from '../finding.ts'

type Step = Extract<JournalEntry, { kind: 'delivery-probe' }>

export function exercisesOf(steps: readonly Step[]): Exercise[] {
  return [...new Set(steps.map(({ probe }) => probe))].flatMap((probe) => {
    const own = steps.filter((step) => step.probe === probe)
    const first = own[0]
    if (first === undefined) return []
    const done = (action: Step['action'], alert?: ProbeAlert): Done | undefined => {
      const step = own.find(
        (each) =>
          each.action === action && each.ok && (alert === undefined || each.alerts.some(({ labels }) => sameLabels(labels, alert.labels))),
      )
      return step === undefined ? undefined : { fromMs: step.startedMs, byMs: step.doneMs }
    }
    const over = own.find(({ action }) => action === 'over')
    const skip = own.find(({ action }) => action === 'skip')
    const failed = own.find(({ ok }) => !ok)
    return [
      {
        case: first.case,
        probe,
        skipped: skip?.detail,
        cutShort:
          skip !== undefined ? undefined : (failed?.detail ?? (over === undefined ? 'the run was cut off in the middle of it' : undefined)),
        alerts: own
          .filter((step) => step.action === 'post' && step.ok)
          .flatMap((step) =>
            step.alerts.map((alert) => ({
              ...alert,
              posted: { fromMs: step.startedMs, byMs: step.doneMs },
              ended: done('resolve', alert),
            })),
          ),
        unsilenced: done('unsilence'),
        pointers: own.map(({ seq }) => seq),
      } satisfies Exercise,
    ]
  })
}

function sameLabels(a: ProbeAlert['labels'], b: ProbeAlert['labels']): boolean {
  return hasLabels(a, b) && hasLabels(b, a)
}

/** What one case has to say: what is wrong, or (a text) why it says nothing. */
export interface Said {
  problem?: string
  /** Why its problem may be the drill's own. */
  stalled?: string
  nothing?: string
  saw?: string
  pointers?: number[]
  window?: Finding['window']
}

/** Everything that a check of the exercise may ask. */
export interface Hearing {
  spec: Spec
  timing: Timing
  probed: readonly Notified[]
  health: RunRecord['health']
}

/** Judges each exercise of one case: one problem fails it, one that was cut short makes it unknown, and without any it does not apply. */
export function judgeExercises(
  exercises: readonly Exercise[],
  wanted: (exercise: Exercise) => boolean,
  expected: string,
  judgeOne: (exercise: Exercise) => Said[],
): Finding {
  const mine = exercises.filter(wanted)
  const tried = mine.filter(({ skipped }) => skipped === undefined)
  const pointers = mine.flatMap((exercise) => exercise.pointers)
  if (mine.length === 0) return skip(expected, 'no delivery exercise of this kind in the drill', pointers)
  const whole = tried.filter(({ cutShort }) => cutShort === undefined)
  const said = whole.flatMap(judgeOne)
  const all = [...new Set([...pointers, ...said.flatMap((each) => each.pointers ?? [])])]
  const [bad, late] = [false, true].map((own) =>
    said.filter(({ problem, stalled }) => problem !== undefined && (stalled !== undefined) === own),
  ) as [Said[], Said[]]
  const window = bad.find((each) => each.window !== undefined)?.window ?? said.find((each) => each.window !== undefined)?.window
  const more = window === undefined ? {} : { window }
  if (bad.length > 0)
    return {
      status: 'fail',
      expected,
      observed: bad
        .slice(0, 5)
        .map(({ problem }) => problem)
        .join('; '),
      pointers: all,
      ...more,
      ...allLate(bad),
    }
  const [first] = late
  if (first !== undefined)
    return unknown('verifier-stalled', expected, late.map(({ problem, stalled }) => `${problem}. But ${stalled}`).join('; '), all)
  const cut = tried.find(({ cutShort }) => cutShort !== undefined)
  if (cut !== undefined)
    return unknown(
      /^interrupted|cut off/.test(cut.cutShort ?? '') ? 'interrupted' : 'source-unreachable',
      expected,
      `${cut.probe}: ${cut.cutShort}`,
      all,
    )
  const nothing = [...mine.flatMap(({ skipped }) => skipped ?? []), ...said.flatMap((each) => each.nothing ?? [])]
  if (!said.some((each) => each.nothing === undefined))
    return skip(expected, [...new Set(nothing)].join('; ') || 'no delivery exercise in the drill', all)
  return { status: 'pass', expected, observed: said.flatMap((each) => each.saw ?? []).join('; '), pointers: all, ...more }
}

/** A posted alert passes no scrape and no evaluation, and no service of the platform. */
function allLate(bad: readonly Said[]): Pick<Finding, 'late' | 'handledBy'> {
  const windows = bad.flatMap(({ window }) =>
    window === undefined || window.observedMs === null ? [] : [{ ...window, ms: window.observedMs }],
  )
  if (windows.length < bad.length || windows.some(({ ms, latestMs }) => ms <= latestMs)) return {}
  return {
    handledBy: [],
    late: {
      fromMs: Math.max(...windows.map(({ earliestMs }) => earliestMs)),
      untilMs: Math.min(...windows.map(({ ms }) => ms)),
      byMs: Math.max(...windows.map(({ ms, latestMs }) => ms - latestMs)),
      roomMs: DELIVERY_LAG_MS,
    },
  }
}

/** Messages about one synthetic alert at the receiver it is routed to, by arrival. */
export function deliveredOf({ spec, probed }: Hearing, alert: ProbeAlert, status: 'firing' | 'resolved'): Notified[] {
  const receiver = routedTo(spec.routing, alert.labels)
  return probed
    .filter(
      (delivered) =>
        delivered.receiver === receiver &&
        delivered.status === status &&
        hasLabels(delivered.labels, alert.labels) &&
        hasLabels(alert.labels, delivered.labels),
    )
    .sort((a, b) => a.arrivedMs - b.arrivedMs)
}

/** The first message about it as firing has to come in [earliestMs, latestMs], at its receiver and at no other that is not optional. */
function heardIn(
  hearing: Hearing,
  alert: Exercised,
  { earliestMs, latestMs, after }: { earliestMs: number; latestMs: number; after: string },
): Said {
  const { spec, probed } = hearing
  const who = nameOf(alert)
  const receiver = routedTo(spec.routing, alert.labels)
  const optional = new Set(spec.routing.receivers.filter((each) => each.optional).map(({ name }) => name))
  const elsewhere = probed.filter(
    (delivered) => delivered.receiver !== receiver && !optional.has(delivered.receiver) && sameLabels(delivered.labels, alert.labels),
  )
  const [first] = deliveredOf(hearing, alert, 'firing')
  const window = { what: `${alert.role} notified`, earliestMs, latestMs, observedMs: first?.arrivedMs ?? null }
  const pointers = [first, ...elsewhere].flatMap((delivered) => (delivered === undefined ? [] : [delivered.seq]))
  const within = `between ${clockTime(earliestMs)} and ${clockTime(latestMs)} (${after})`
  if (first === undefined)
    return {
      problem: `${who}: no notification at ${receiver}${elsewhere.length > 0 ? `, but at ${elsewhere[0]?.receiver}` : ''}; due ${within}`,
      pointers,
      window,
    }
  if (elsewhere.length > 0) return { problem: `${who}: notification at ${elsewhere[0]?.receiver} too`, pointers, window }
  if (first.arrivedMs < earliestMs)
    return { problem: `${who}: notification at ${clockTime(first.arrivedMs)}, too early; due ${within}`, pointers, window }
  if (first.arrivedMs > latestMs) {
    // It has arrived when the drill's own receiver reads it.
    const stalledMs = stalledWithin(hearing.health, earliestMs, first.arrivedMs)
    return {
      problem: `${who}: notification at ${clockTime(first.arrivedMs)}, too late; due ${within}`,
      ...(stalledMs < first.arrivedMs - latestMs
        ? {}
        : { stalled: `the drill process itself stalled for ${seconds(stalledMs)} meanwhile` }),
      pointers,
      window,
    }
  }
  return { saw: `${who} notified to ${receiver} at ${clockTime(first.arrivedMs)}`, pointers, window }
}

/** The clocks of the route by which a synthetic alert reaches the receiver it is promised to. */
export function clocksFor({ spec, timing }: Hearing, { labels }: ProbeAlert): Delivery {
  return deliveryOfPosted(timing, labels, routedTo(spec.routing, labels))
}

/** The longest group_interval of the alerts of some exercises, ms. */
export function longestGroupIntervalMs(hearing: Hearing, exercises: readonly Exercise[]): number {
  const all = exercises.flatMap(({ alerts }) => alerts.map((alert) => clocksFor(hearing, alert).groupIntervalMs))
  return all.length === 0 ? hearing.timing.groupIntervalMs : Math.max(...all)
}

/** Of a fresh group, after group_wait. */
export function heardFresh(hearing: Hearing, alert: Exercised): Said {
  const { groupWaitMs } = clocksFor(hearing, alert)
  return heardIn(hearing, alert, {
    earliestMs: alert.posted.fromMs + groupWaitMs,
    latestMs: alert.posted.byMs + groupWaitMs + DELIVERY_LAG_MS,
    after: 'group_wait after it was posted',
  })
}

/** At the group's first tick after what kept it silent was gone, and not before. */
export function heardAfter(hearing: Hearing, alert: Exercised, gone: { fromMs: number; byMs: number }, what: string): Said {
  return heardIn(hearing, alert, {
    earliestMs: gone.fromMs,
    latestMs: gone.byMs + clocksFor(hearing, alert).groupIntervalMs + DELIVERY_LAG_MS,
    after: `group_interval after ${what}`,
  })
}

export function withRole(exercise: Exercise, role: ProbeRole): Exercised[] {
  return exercise.alerts.filter((alert) => alert.role === role)
}

export function nameOf({ role, labels }: ProbeAlert): string {
  const severity = labels['severity']
  return `the ${role} ${labels['alertname'] ?? ''}${severity === undefined ? '' : ` (${severity})`}`
}
