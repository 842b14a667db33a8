import type { LegalWindows, Timing, Window } from '../model/plan.ts'
import type { ConditionKind } from '../model/spec.ts'

/**
 * How the condition is brought about and watched. Levels are in the unit of the condition's value, except for quantiles, where
 * they are shares of the observations beyond the threshold (then `threshold` is 1 - quantile).
 */
export interface Course extends Pick<
  Timing,
  'scrapeIntervalMs' | 'scrapeTimeoutMs' | 'evaluationIntervalMs' | 'groupWaitMs' | 'groupIntervalMs'
> {
  kind: ConditionKind
  threshold: number
  /** Highest and lowest level while the cause is in effect (lower when other load dilutes a share). */
  level: { most: number; least: number }
  /** Level before and after; absent when nothing is known but that the alert is quiet. */
  baseline?: { most: number; least: number }
  /** Range of a rate, ratio or quantile. */
  windowMs?: number
  /**
   * Of a ratio or quantile: the total is the same before and after the cause begins, but for a pause of this length. Absent: nothing is
   * known of it.
   */
  pauseMs?: number
  /** The target hangs: its scrapes end at their timeout. */
  hung: boolean
  /** From the cause to the moment it is counted. */
  countedAfterMs: number
  /** From the given begin (end) of the cause until it surely is in effect (gone), beyond what was measured. */
  beginLagMs: number
  endLagMs: number
  forMs: number
  keepFiringForMs: number
  /** Where it may take one of several routes the longest; `groupWaitMs` is then the shortest, and `groupIntervalMs` the longest. */
  longestGroupWaitMs?: number
  /** The alert's group in Alertmanager is surely new; else an older one may make it wait for its next tick. */
  freshGroup: boolean
  /** Bound on evaluating, sending and delivering one notification. */
  lagMs: number
}

/** Bound assumed for a scrape that is answered or refused. A hung one takes the scrape timeout. */
const SCRAPE_DURATION_MS = 1_000
/** An evaluation for the instant E runs a little later and may see what happened in between. */
const EVALUATION_LAG_MS = 500
/** Levels reached differ from those asked for by at most this share: arrivals are discrete, scrapes jitter. */
const LEVEL_TOLERANCE = 0.1

/**
 * Legal windows: scrape phase, evaluation phase and the window's filling are unknown but bounded.
 * Earliest counts from the first instant at which the cause may be in effect (gone), latest from the instant at which it surely is.
 * No missed evaluation and no failed query are assumed: where there were any, the judge says so. Of counted events at least one comes in
 * each scrape interval while the cause is in effect.
 */
export function legalWindows(course: Course): LegalWindows {
  const { pending, resolved } = isOverWindow(course) ? overWindow(course) : sampled(course)
  const firing = shift(pending, roundedUp(course.forMs, course.evaluationIntervalMs))
  const ended = shift(resolved, roundedUp(course.keepFiringForMs, course.evaluationIntervalMs))
  const { groupWaitMs: wait, longestGroupWaitMs: longest = wait, groupIntervalMs: interval, lagMs, freshGroup } = course
  return {
    pending,
    firing,
    notified: {
      earliestMs: firing.earliestMs + (freshGroup ? wait : 0),
      latestMs: firing.latestMs + (freshGroup ? longest : Math.max(longest, interval)) + lagMs,
    },
    resolved: ended,
    // The group's ticks are interval apart; which one comes next is not known beforehand.
    resolvedNotified: { earliestMs: ended.earliestMs, latestMs: ended.latestMs + interval + lagMs },
  }
}

/** `for` is asked at evaluations only. */
export function roundedUp(ms: number, stepMs: number): number {
  return Math.ceil(ms / stepMs) * stepMs
}

/** Longest time from a scrape's begin until its samples can be seen. */
export function scrapeDuration(course: Pick<Course, 'hung' | 'scrapeTimeoutMs'>): number {
  return course.hung ? course.scrapeTimeoutMs : Math.min(course.scrapeTimeoutMs, SCRAPE_DURATION_MS)
}

/** Farther than this many scrape intervals from the window's edge, rate() extrapolates by half an interval instead of up to the edge. */
const EXTRAPOLATED_SCRAPES = 1.1

/**
 * The share of a steady level that a rate surely reads. While a scrape is under way the newest sample is that of the scrape before: a rate
 * over few scrapes then loses up to an interval, and its extrapolation gives back half of it
 * (https://github.com/prometheus/prometheus/blob/v2.48.0/promql/functions.go#L66). A level that is below its threshold so read makes the
 * alert flap. Ratios and quantiles lose the same share above and below the line.
 */
export function surelyRead(course: Course): number {
  const { kind, windowMs, scrapeIntervalMs } = course
  if (kind !== 'rate' || windowMs === undefined) return 1
  const underWay = scrapeDuration(course) / scrapeIntervalMs
  const scrapes = windowMs / scrapeIntervalMs
  const read = 1 + underWay < EXTRAPOLATED_SCRAPES ? 1 : Math.max(0, scrapes - underWay - 1 / 2) / scrapes
  return read * (1 - LEVEL_TOLERANCE)
}

interface Visible {
  pending: Window
  resolved: Window
}

/** `up` and gauges: true from the first scrape after the change. */
function sampled(course: Course): Visible {
  const seenMs = course.scrapeIntervalMs + scrapeDuration(course) + course.evaluationIntervalMs + course.countedAfterMs
  // A scrape may have begun just before the change and still report it.
  const lead = Math.min(EVALUATION_LAG_MS, SCRAPE_DURATION_MS, course.scrapeTimeoutMs)
  // A hung scrape fails only at its timeout, and it may have begun before the target hung.
  const earliest = course.hung ? Math.max(0, course.scrapeTimeoutMs - SCRAPE_DURATION_MS) - lead : -lead
  return {
    pending: { earliestMs: earliest, latestMs: seenMs + course.beginLagMs },
    resolved: { earliestMs: -lead, latestMs: seenMs + course.endLagMs },
  }
}

/**
 * Rates, ratios and quantiles: true when the share of the window that lies in the cause passes a fraction of it, and false again when so
 * much of it has left. Window edges: extrapolation makes a rate the quotient of the samples' own span, which is up to a scrape interval
 * (and, where windows are left-open, two) shorter than the window.
 */
function overWindow(course: Course): Visible {
  const { scrapeIntervalMs: scrape, countedAfterMs } = course
  const windowMs = course.windowMs ?? 0
  const shortestSpan = Math.max(0, Math.floor(windowMs / scrape) - 1) * scrape
  const seenMs = scrape + scrapeDuration(course) + course.evaluationIntervalMs + countedAfterMs
  const fraction = crossing(course)
  const steady = course.kind === 'rate' ? 0 : course.pauseMs
  // With an unknown total the first two samples may be all the window holds.
  const earliest = (steady === undefined ? 0 : fraction.begin.least * Math.max(0, shortestSpan - steady)) - EVALUATION_LAG_MS
  // The cause lasts at least until the notification. Where it has not filled the window by then, what leaves first is baseline that may not
  // come again, and a share may be diluted further than it was.
  const lastsMs = earliest + roundedUp(course.forMs, course.evaluationIntervalMs) + (course.freshGroup ? course.groupWaitMs : 0)
  const filled = lastsMs >= windowMs || (course.kind === 'rate' && course.baseline?.most === 0)
  return {
    pending: {
      earliestMs: earliest,
      // One scrape more: a series that is born by its first event shows its second (https://github.com/prometheus/prometheus/issues/1673).
      latestMs: fraction.begin.most * windowMs + scrape + seenMs + course.beginLagMs,
    },
    resolved: {
      earliestMs: (filled ? fraction.end.least * shortestSpan : 0) - EVALUATION_LAG_MS,
      // When the load ends with the cause a share stays until the window has lost its last event.
      latestMs: (course.kind === 'rate' ? fraction.end.most : 1) * windowMs + seenMs + course.endLagMs,
    },
  }
}

interface Range {
  least: number
  most: number
}

/** Fractions of the window that must lie in (begin) or after (end) the cause for the threshold to be crossed. */
function crossing(course: Course): { begin: Range; end: Range } {
  const { threshold } = course
  const rising = course.level.most > threshold
  const tolerant = (level: number, sign: 1 | -1): number => level * (1 + sign * LEVEL_TOLERANCE)
  const levels = [tolerant(course.level.most, rising ? 1 : -1), tolerant(course.level.least, rising ? -1 : 1)]
  // Without a baseline it may lie anywhere on the quiet side. A share or a rate is never below 0 and may be endlessly high.
  const farthest = rising ? 0 : Number.POSITIVE_INFINITY
  const near = course.baseline === undefined ? threshold : rising ? tolerant(course.baseline.most, 1) : tolerant(course.baseline.least, -1)
  const baselines = [
    rising ? Math.min(near, threshold) : Math.max(near, threshold),
    course.baseline === undefined ? farthest : rising ? Math.min(farthest, course.baseline.least) : farthest,
  ]
  const begins = levels.flatMap((level) =>
    baselines.map((baseline) => {
      if (!Number.isFinite(baseline)) return 1
      // At the threshold no crossing is certain within the window.
      return level === baseline ? 1 : Math.min(1, Math.max(0, (threshold - baseline) / (level - baseline)))
    }),
  )
  const begin = { least: Math.min(...begins), most: Math.max(...begins) }
  return { begin, end: { least: 1 - begin.most, most: 1 - begin.least } }
}

function isOverWindow({ kind }: Course): boolean {
  return kind === 'rate' || kind === 'ratio' || kind === 'quantile'
}

function shift(window: Window, ms: number): Window {
  return { earliestMs: window.earliestMs + ms, latestMs: window.latestMs + ms }
}
