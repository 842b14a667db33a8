import { formatDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { LegalWindows } from '../model/plan.ts'
import { roundedUp, scrapeDuration, surelyRead } from './windows.ts'
import type { Course } from './windows.ts'

/** Assumed when the specification does not say how long a part needs to answer again after its fault is undone. */
export const RECOVERS_WITHIN_MS = 500
/** Kept free of everything at the end of a short hold: the undo itself, and the difference between a slow and a quick scrape. */
const GUARD_MS = 100
/** A cause shorter than this is over before anything could have noticed it. */
const SHORTEST_HOLD_MS = 200
/** Levels nearer to the threshold than this share of it cannot decide anything: sampled values are read, counted ones come in events. */
const MARGIN = { sampled: 0.05, counted: 0.2 }
/** How long a fire or clear leg may go on after its last legal instant, so that "too late" is seen and not only "not yet". */
const LATE_MS = 1_000

export interface Hold {
  holdMs: number
  because: string
}

function grey(experiment: string, message: string, next: string): FiredrillError {
  return new FiredrillError('GREY_ZONE', `${experiment}: ${message}`, { exitCode: 2, next })
}

/**
 * Refuses levels that are too near to the threshold, or on its wrong side, to decide. `side` says which side of it the leg is meant for.
 * `scale` is what levels and threshold were multiplied with for a compressed window.
 */
export function checkLevel(experiment: string, side: 'quiet' | 'fire', course: Course, levels: readonly number[], scale = 1): void {
  // `up` and `x == 0` know no nearness: the value is what it is.
  if (course.kind === 'up') return
  const margin =
    course.kind === 'gauge'
      ? MARGIN.sampled
      : Math.max(MARGIN.counted, course.windowMs === undefined ? 0 : course.scrapeIntervalMs / course.windowMs)
  const rising = course.level.most > course.threshold
  const distance = Math.abs(course.threshold) * margin
  for (const level of levels) {
    const beyond = rising ? level - course.threshold : course.threshold - level
    const far = side === 'fire' ? beyond >= distance : beyond <= -distance
    if (far && level > course.threshold) checkReading(experiment, side, course, level, scale)
    if (far) continue
    const up = (side === 'fire') === rising
    const limit = round((course.threshold + (up ? distance : -distance)) / scale)
    throw grey(
      experiment,
      `the ${side} level ${round(level / scale)} cannot decide: the threshold is ${round(course.threshold / scale)} and readings of this kind differ by up to ${Math.round(margin * 100)} %`,
      `Use a level of ${up ? 'at least' : 'at most'} ${limit}.`,
    )
  }
}

/** Refuses a rate above its threshold that is below it as long as a scrape is under way: its alert may flap, and no window holds. */
function checkReading(experiment: string, side: 'quiet' | 'fire', course: Course, level: number, scale: number): void {
  const read = surelyRead(course)
  if (level * read >= course.threshold) return
  const { windowMs = 0, scrapeIntervalMs, threshold } = course
  const next =
    read === 0
      ? 'Give the rule a longer range, or run at a lower speed.'
      : `Inject at least ${upwards(1 / read)} x the threshold (a level of at least ${upwards(threshold / scale / read)}), give the rule a longer range, or run at a lower speed.`
  throw grey(
    experiment,
    `at the ${side} level ${round(level / scale)} the alert may flap. While a scrape is under way, rate() over ${shown(windowMs)} (${round(windowMs / scrapeIntervalMs)} scrapes) reads as little as ${Math.floor(read * 100)} % of it, and the threshold is ${round(threshold / scale)}`,
    next,
  )
}

/** A near miss by level: as long as the level above the threshold would have needed to fire. */
export function quietByLevel(experiment: string, course: Course, overrideMs?: number): Hold {
  if (course.kind === 'up') throw grey(experiment, 'a target is up or it is not: there is no level below the threshold', 'Use kind: short.')
  const needed =
    (course.windowMs ?? 0) +
    roundedUp(course.forMs, course.evaluationIntervalMs) +
    2 * course.evaluationIntervalMs +
    course.scrapeIntervalMs +
    scrapeDuration(course) * Number(course.windowMs === undefined) +
    course.countedAfterMs +
    course.beginLagMs
  if (overrideMs !== undefined && overrideMs < needed)
    throw grey(
      experiment,
      `a quiet leg of ${shown(overrideMs)} is too short to have fired at any level`,
      `Hold it for at least ${shown(needed)}.`,
    )
  return {
    holdMs: overrideMs ?? needed,
    because: 'long enough to have filled the window and outlasted `for`, had the level been above the threshold',
  }
}

/**
 * A near miss by time: the full cause, but gone before `for` is over. Only conditions that forget at once can be asked so: a window still
 * holds the cause when it is long gone. `recoversMs` is how long the target needs to answer again.
 */
export function quietByTime(
  experiment: string,
  course: Course,
  recoversMs: number,
  overrideMs?: number,
): Hold & { mustEndWithinMs: number } {
  if (course.windowMs !== undefined) {
    throw grey(
      experiment,
      `a short burst is no near miss for a ${course.kind} over ${shown(course.windowMs)}: its window holds the burst after it is over, so a burst far shorter than \`for\` may fire`,
      'Use kind: level, with a level below the threshold.',
    )
  }
  const forMs = roundedUp(course.forMs, course.evaluationIntervalMs)
  // Failing scrapes n make the condition true for n scrape intervals, and for the time a hung one takes on top.
  const scrapes = Math.floor((forMs - GUARD_MS - (course.hung ? course.scrapeTimeoutMs : 0)) / course.scrapeIntervalMs)
  const mustEndWithinMs = scrapes * course.scrapeIntervalMs
  // A quarter stays free for a fault that takes its time to come and to go; of a single scrape nothing can.
  const used = scrapes > 1 ? scrapes - Math.max(1, Math.ceil(scrapes / 4)) : scrapes
  const room = used * course.scrapeIntervalMs - recoversMs - GUARD_MS
  // Within a single scrape interval most of the room is left to the restart: an overlong near miss would prove nothing.
  const holdMs = scrapes === 1 ? Math.min(room, Math.max(SHORTEST_HOLD_MS, mustEndWithinMs / 4)) : room
  if (holdMs < SHORTEST_HOLD_MS) {
    throw grey(
      experiment,
      `no hold is surely shorter than \`for\` ${shown(course.forMs)} at a scrape interval of ${shown(course.scrapeIntervalMs)} when the target needs ${shown(recoversMs)} to recover`,
      'Leave the quiet leg out, give recovers-within a smaller measured value, or run at a lower speed.',
    )
  }
  const longest = mustEndWithinMs - recoversMs - GUARD_MS
  if (overrideMs !== undefined && overrideMs > longest)
    throw grey(experiment, `a quiet leg of ${shown(overrideMs)} may fire`, `Hold it for at most ${shown(longest)}.`)
  return {
    holdMs: overrideMs ?? holdMs,
    mustEndWithinMs,
    because: `so short that at most ${scrapes} scrape${scrapes === 1 ? '' : 's'} can see it, too few for \`for\``,
  }
}

/** Until the condition of a short near miss is surely seen to be false again: `for` must start anew. */
export function settle(course: Course, recoversMs: number): Hold {
  return {
    holdMs: recoversMs + course.scrapeIntervalMs + scrapeDuration(course) + 2 * course.evaluationIntervalMs,
    because: 'an evaluation must have seen the target well, so that `for` starts anew',
  }
}

export function fireHold(experiment: string, windows: LegalWindows, overrideMs?: number): Hold {
  const needed = windows.notified.latestMs + LATE_MS
  if (overrideMs !== undefined && overrideMs < windows.firing.latestMs)
    throw grey(
      experiment,
      `a fire leg of ${shown(overrideMs)} may end before the alert has to fire`,
      `Hold it for at least ${shown(needed)}.`,
    )
  return { holdMs: overrideMs ?? needed, because: 'until the last instant at which the notification may arrive' }
}

export function clearHold(windows: LegalWindows, recoversMs: number): Hold {
  return {
    holdMs: recoversMs + windows.resolvedNotified.latestMs + LATE_MS,
    because: 'until the last instant at which the resolved notification may arrive',
  }
}

function shown(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms)))
}

function round(value: number): number {
  return Number(value.toPrecision(6))
}

/** To three digits and never less: a limit that is rounded down would be refused again. */
function upwards(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2)
  return round(Math.ceil(value / step) * step)
}
