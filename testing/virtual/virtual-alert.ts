/**
 * Test code: Prometheus and Alertmanager in virtual time, written from their sources and not from plan/windows.ts, as the other opinion
 * that the windows are tested against. Times in milliseconds, the cause begins at 0.
 */
import type { ConditionKind } from '../../verify/model/spec.ts'

export interface World {
  kind: ConditionKind
  /** Threshold of the value; for quantiles the share of slow observations. */
  threshold: number
  /** Of all requests, the share that counts (ratio, quantile), or events per second (rate). */
  level: number
  baseline: number
  /** Requests per second, of which `level` counts; for kind rate unused. */
  total: number
  /** Other requests per second that never count, from the first to the second instant. */
  others: { rate: number; fromMs: number; toMs: number }
  /** Whether the load goes on at the baseline after the cause, or ends with it. */
  loadGoesOn: boolean
  /** The counting series is born by its first event. */
  newBorn: boolean
  /** Pause between quiet and fire load: [-pauseMs, 0). */
  pauseMs: number
  windowMs: number
  leftOpen: boolean
  hung: boolean
  countedAfterMs: number
  forMs: number
  keepFiringForMs: number
  scrapeMs: number
  scrapePhaseMs: number
  timeoutMs: number
  /** Length of the scrape number n. */
  scrapeTakesMs: (n: number) => number
  evaluationMs: number
  evaluationPhaseMs: number
  evaluationLagMs: (n: number) => number
  postLagMs: number
  groupWaitMs: number
  groupIntervalMs: number
  /** Age of an already flushed group's first flush, when there is one. */
  olderGroupFlushMs: number | null
  /** The cause ends at this instant instead of after the notification. */
  endsMs?: number
}

/** A gauge above its threshold while its cause lasts; the clocks are the test's own. */
export const GAUGE = {
  kind: 'gauge',
  threshold: 0.8,
  level: 0.9,
  baseline: 0.1,
  total: 20,
  others: { rate: 0, fromMs: 0, toMs: 0 },
  loadGoesOn: true,
  newBorn: false,
  pauseMs: 0,
  windowMs: 0,
  leftOpen: false,
  hung: false,
  countedAfterMs: 0,
  keepFiringForMs: 0,
} as const satisfies Partial<World>

export interface Outcome {
  pendingMs?: number
  firingMs?: number
  notifiedMs?: number
  /** Relative to the end of the cause. */
  undoneAtMs: number
  resolvedMs?: number
  resolvedNotifiedMs?: number
}

interface Sample {
  t: number
  committed: number
  value: number
}

/** Runs until the notification has arrived, undoes the cause `holdOnMs` later, and runs on until the resolved notification has arrived. */
export function simulate(world: World, holdOnMs: number): Outcome {
  const horizon = 40 * (world.windowMs + world.forMs + world.scrapeMs + world.evaluationMs + world.keepFiringForMs) + 120_000
  if (world.endsMs !== undefined) return { ...run(world, world.endsMs, world.endsMs + horizon), undoneAtMs: world.endsMs }
  // The end of the cause depends on when the notification arrives: found by running once with a cause that never ends.
  const first = run(world, Number.POSITIVE_INFINITY, horizon)
  if (first.notifiedMs === undefined) return { ...first, undoneAtMs: Number.POSITIVE_INFINITY }
  const undoneAtMs = first.notifiedMs + holdOnMs
  const outcome = run(world, undoneAtMs, undoneAtMs + horizon)
  return { ...outcome, undoneAtMs }
}

function run(world: World, endMs: number, untilMs: number): Omit<Outcome, 'undoneAtMs'> {
  const { scrapeMs, evaluationMs } = world
  const outcome: Omit<Outcome, 'undoneAtMs'> = {}
  // Evaluations begin with a full window of scrapes behind them.
  const begin = -10 * (scrapeMs + evaluationMs)
  const counted: Sample[] = []
  const all: Sample[] = []
  let scraped = Math.floor((begin - world.windowMs - 2 * scrapeMs - world.scrapePhaseMs) / scrapeMs)
  let activeAt: number | undefined
  let firing = false
  let badSince: number | undefined
  let firedPost: number | undefined
  for (let n = Math.ceil((begin - world.evaluationPhaseMs) / evaluationMs); ; n += 1) {
    const at = n * evaluationMs + world.evaluationPhaseMs
    if (at > untilMs) return outcome
    const runsAt = at + world.evaluationLagMs(n)
    for (; (scraped + 1) * scrapeMs + world.scrapePhaseMs <= at; scraped += 1) scrape(world, scraped + 1, endMs, counted, all)
    const holds = condition(world, at, runsAt, counted, all)
    if (holds) badSince = undefined
    if (holds && activeAt === undefined) {
      activeAt = at
      outcome.pendingMs ??= at
    }
    if (holds && activeAt !== undefined && !firing && at - activeAt >= world.forMs) {
      firing = true
      outcome.firingMs ??= at
      firedPost = runsAt + world.postLagMs
      outcome.notifiedMs ??= firstFlush(world, firedPost) + world.postLagMs
      if (endMs === Number.POSITIVE_INFINITY) return outcome
    }
    if (!holds && activeAt !== undefined) {
      badSince ??= at
      if (!firing) {
        // A pending alert is dropped by one bad evaluation; the first activeAt is then not the one that fires.
        activeAt = undefined
        if (outcome.firingMs === undefined) delete outcome.pendingMs
      } else if (at - badSince >= world.keepFiringForMs && at > endMs - 60 * world.scrapeMs && outcome.resolvedMs === undefined) {
        outcome.resolvedMs = at - endMs
        const posted = runsAt + world.postLagMs
        const flush = firstFlush(world, firedPost ?? 0)
        const ticks = Math.max(1, Math.ceil((posted - flush) / world.groupIntervalMs))
        outcome.resolvedNotifiedMs = flush + ticks * world.groupIntervalMs + world.postLagMs - endMs
        return outcome
      }
    }
  }
}

function firstFlush(world: World, arrived: number): number {
  if (world.olderGroupFlushMs === null) return arrived + world.groupWaitMs
  const since = arrived - world.olderGroupFlushMs
  return world.olderGroupFlushMs + Math.ceil(since / world.groupIntervalMs) * world.groupIntervalMs
}

function scrape(world: World, n: number, endMs: number, counted: Sample[], all: Sample[]): void {
  const t = n * world.scrapeMs + world.scrapePhaseMs
  const takes = world.scrapeTakesMs(n)
  if (world.kind === 'up' || world.kind === 'gauge') {
    // Read somewhere in the middle of the scrape; a hang that begins or ends meanwhile is met as well.
    const reads = t + takes / 2
    const inEffect = world.hung ? t + takes >= 0 && t < endMs : reads >= 0 && reads < endMs
    const hangs = world.hung && inEffect
    counted.push({
      t,
      committed: t + (hangs ? (endMs < t + world.timeoutMs ? Math.max(takes, endMs - t) : world.timeoutMs) : takes),
      value: inEffect ? world.level : world.baseline,
    })
    return
  }
  // Counters are read early, and much less than an interval late: a rate over few scrapes is no better than that.
  const reads = t + Math.min(takes / 2, world.scrapeMs / 20)
  const events = eventsUntil(world, reads - world.countedAfterMs, endMs)
  const total = totalUntil(world, reads, endMs)
  if (!world.newBorn || events > 0) counted.push({ t, committed: t + takes, value: events })
  all.push({ t, committed: t + takes, value: total })
}

/** Evenly spread, as scenarios/lib/environment.ts isNth does it. */
function eventsUntil(world: World, ms: number, endMs: number): number {
  const perSecond = (share: number): number => (world.kind === 'rate' ? share : share * world.total)
  const quiet = Math.max(0, Math.min(ms, -world.pauseMs) + QUIET_MS) / 1000
  const fire = Math.max(0, Math.min(ms, endMs)) / 1000
  const after = world.loadGoesOn ? Math.max(0, ms - endMs) / 1000 : 0
  return (
    Math.floor(quiet * perSecond(world.baseline)) +
    Math.floor(fire * perSecond(world.level)) +
    Math.floor(after * perSecond(world.baseline))
  )
}

/** The quiet leg began this long ago. */
const QUIET_MS = 3_600_000

function totalUntil(world: World, ms: number, endMs: number): number {
  const quiet = Math.max(0, Math.min(ms, -world.pauseMs) + QUIET_MS) / 1000
  const fire = Math.max(0, world.loadGoesOn ? ms : Math.min(ms, endMs)) / 1000
  const others = Math.max(0, Math.min(ms, world.others.toMs) - world.others.fromMs) / 1000
  return Math.floor((quiet + fire) * world.total) + Math.floor(others * world.others.rate)
}

function condition(world: World, at: number, runsAt: number, counted: readonly Sample[], all: readonly Sample[]): boolean {
  if (world.kind === 'up' || world.kind === 'gauge') {
    const last = counted.findLast((sample) => sample.t <= at && sample.committed <= runsAt)
    return last !== undefined && (world.level > world.threshold ? last.value > world.threshold : last.value <= world.threshold)
  }
  const events = rate(world, at, runsAt, counted)
  if (events === undefined) return false
  if (world.kind === 'rate') return events > world.threshold
  const total = rate(world, at, runsAt, all)
  return total !== undefined && total > 0 && events / total > world.threshold
}

/** promql/functions.go extrapolatedRate, v2.48 (closed windows) and v3 (left-open ones). Per second. */
function rate(world: World, at: number, runsAt: number, samples: readonly Sample[]): number | undefined {
  const from = at - world.windowMs
  let [first, last]: (Sample | undefined)[] = []
  let inside = 0
  for (let i = samples.length - 1; i >= 0; i -= 1) {
    const sample = samples[i]
    if (sample === undefined || (world.leftOpen ? sample.t <= from : sample.t < from)) break
    if (sample.t > at || sample.committed > runsAt) continue
    first = sample
    last ??= sample
    inside += 1
  }
  if (first === undefined || last === undefined || inside < 2) return undefined
  const increase = last.value - first.value
  const sampled = last.t - first.t
  const average = sampled / (inside - 1)
  let toStart = first.t - from
  const toEnd = at - last.t
  const limit = average * 1.1
  if (toStart >= limit) toStart = average / 2
  if (increase > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / increase))
  const extended = sampled + toStart + (toEnd >= limit ? average / 2 : toEnd)
  return (increase * (extended / sampled)) / (world.windowMs / 1000)
}
