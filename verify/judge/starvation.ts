import type { Timing } from '../model/plan.ts'
import type { Verdict } from '../model/verdict.ts'
import { legsOf } from './evidence-room.ts'
import { clipped, TIMER, waitsByPart, type Starved, type Waited } from './record/cpu-waits.ts'
import type { RunRecord } from './record/recorder.ts'

/** A part that waited at least `needMs` within a stretch this many times as long was starved; the odd wait of a long drill was not. */
const DENSE = 3

/**
 * The part that the machine kept waiting so long that a failed verdict may come of that; undefined where it stays a failure. Only for a
 * check whose meta says that a slow machine excuses it.
 *
 * The legal windows leave room for one scrape and one evaluation, so waits that are shorter in all move nothing out of its window, and what
 * is later by more than the waits is late for another reason: needed is the lateness, and at least one interval of each, or the time that
 * a trace or a line may take. What never came needs waits for a third of the time that the drill went on looking for it. The run's own
 * faults and load make its parts wait for one another on the calmest machine: of a part's waits only the share counts that outsiders used
 * of the machine; what the timer waits, which wants next to nothing, counts whole. Where it is known which services handled what failed
 * (`handledBy`), the waits of other services explain nothing.
 */
export function starved(
  run: RunRecord,
  { subject, status, window }: Pick<Verdict, 'subject' | 'status' | 'window'>,
  handledBy?: readonly string[],
): Starved | undefined {
  const timing = run.header?.plan.timing
  if (status !== 'fail' || timing === undefined || run.cpuWaits.length === 0) return undefined
  const [fromMs, untilMs] = timeOf(run, subject, window)
  const lateMs = window === undefined ? 0 : untilMs - window.latestMs
  // Too early, or in time and wrong.
  if (lateMs < 0 && window?.observedMs !== null) return undefined
  const needMs = Math.max(leastMs(run, subject, timing), window?.observedMs === null ? lateMs / DENSE : lateMs)
  const others = new Set(handledBy === undefined ? [] : run.header?.spec.platform.services.map(({ name }) => name))
  for (const service of handledBy ?? []) others.delete(service)
  return waitedFor(run, fromMs, untilMs, needMs, others)
}

/** The part that waited longest, and at least `needMs`, in that time; of two that did not wait long enough the sum says nothing. */
export function waitedFor(
  run: RunRecord,
  fromMs: number,
  untilMs: number,
  needMs: number,
  others: ReadonlySet<string> = new Set(),
): Starved | undefined {
  return [...waitsByPart(run)]
    .filter(([part]) => !others.has(part))
    .map(([part, waits]) => densest(part, waits, fromMs, untilMs, needMs))
    .filter((found) => found !== undefined)
    .sort((a, b) => b.waitedMs - a.waitedMs)[0]
}

/** What the promise itself leaves room for: how long a trace or a line may take; one scrape and one evaluation. */
function leastMs({ header }: RunRecord, subject: string, { scrapeIntervalMs, evaluationIntervalMs }: Timing): number {
  const own =
    header?.spec.traces.find(({ id }) => id === subject)?.maxDelayMs ??
    header?.spec.logs.find(({ service }) => service === subject)?.maxDelayMs
  return Math.max(own ?? 0, scrapeIntervalMs + evaluationIntervalMs)
}

/** The stretch of at most DENSE * needMs in which it waited longest, if that is as long as needed. */
function densest(part: string, waits: readonly Waited[], fromMs: number, untilMs: number, needMs: number): Starved | undefined {
  const within = waits.filter((each) => each.untilMs > fromMs && each.fromMs < untilMs).map((each) => clipped(each, fromMs, untilMs))
  const counted = ({ waitedMs, others }: Waited): number => (part === TIMER ? waitedMs : waitedMs * others)
  let best: { first: number; last: number; ms: number } | undefined
  for (let first = 0, last = -1, ms = 0; first < within.length; first += 1) {
    const beginMs = within[first]?.fromMs ?? 0
    for (
      let next = within[last + 1];
      next !== undefined && (last < first || next.untilMs - beginMs <= DENSE * needMs);
      next = within[last + 1]
    ) {
      ms += counted(next)
      last += 1
    }
    if (ms >= needMs && ms > (best?.ms ?? 0)) best = { first, last, ms }
    const leaving = within[first]
    if (leaving !== undefined) ms -= counted(leaving)
  }
  if (best === undefined) return undefined
  const stretch = within.slice(best.first, best.last + 1)
  const waitedMs = stretch.reduce((sum, each) => sum + each.waitedMs, 0)
  return {
    part,
    waitedMs,
    fromMs: stretch[0]?.fromMs ?? 0,
    untilMs: stretch.at(-1)?.untilMs ?? 0,
    others: stretch.reduce((sum, each) => sum + each.others * each.waitedMs, 0) / waitedMs,
    seq: stretch[0]?.seq ?? 0,
  }
}

/** When what the verdict is about could happen; from the first leg or outage on for what is about no time of its own. */
export function timeOf(run: RunRecord, subject: string, window: Verdict['window']): [fromMs: number, untilMs: number] {
  const legs = legsOf(run, subject)
  if (legs.size > 0) {
    const [beginMs, endMs] = [Math.min(...legs.values().map((leg) => leg.beginMs)), Math.max(...legs.values().map((leg) => leg.endMs))]
    const fire = legs.get('fire')
    if (window === undefined || fire === undefined) return [beginMs, endMs]
    // What the fault causes can come until the fault is undone.
    return [fire.beginMs, window.observedMs ?? (window.latestMs <= fire.endMs ? fire.endMs : endMs)]
  }
  const outage = run.outages.findLast((entry) => entry.outage === subject)
  if (outage !== undefined) return [outage.startedMs, outage.atMs]
  const flows = run.logFlows.filter(({ spec }) => spec === subject)
  const sent = [...run.traceProbes, ...run.logProbes, ...run.logRecords].filter(({ spec }) => spec === subject)
  const seen = [...run.traces, ...run.logLines, ...run.logLinks, ...run.traceFlows, ...run.traceLogs].filter(({ spec }) => spec === subject)
  if (sent.length + flows.length === 0) return [begunMs(run), window?.observedMs ?? run.lastAtMs]
  return [
    Math.min(...sent.map(({ sentMs }) => sentMs), ...flows.map(({ startedMs }) => startedMs)),
    Math.max(...[...sent, ...flows, ...seen].map(({ atMs }) => atMs)),
  ]
}

/** The warm-up is busy on the calmest machine. */
function begunMs({ legs, outages }: RunRecord): number {
  const begins = [...legs.map(({ atMs }) => atMs), ...outages.map(({ startedMs }) => startedMs)]
  return begins.reduce((first, ms) => Math.min(first, ms), begins[0] ?? -Infinity)
}
