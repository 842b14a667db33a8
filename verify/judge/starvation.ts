import type { Timing } from '../model/plan.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Finding } from './drill-check.ts'
import { legsOf } from './evidence-room.ts'
import { DENSE, waitedFor, type Starved } from './record/cpu-waits.ts'
import type { RunRecord } from './record/recorder.ts'

/**
 * The part that the machine kept waiting so long that a failed verdict may come of that; undefined where it stays a failure. Only for a
 * check whose meta says that a slow machine excuses it.
 *
 * The legal windows leave room for one scrape and one evaluation, so waits that are shorter in all move nothing out of its window, and what
 * is later by more than the waits is late for another reason: needed is the lateness, and at least one interval of each, or the time that
 * a trace or a line may take. What never came needs waits for a third of the time that the drill went on looking for it. The run's own
 * faults and load make its parts wait for one another on the calmest machine: of a part's waits only the share counts that outsiders used
 * of the machine; what the timer waits, which wants next to nothing, counts whole. Where it is known which services handled what failed
 * (`handledBy`), the waits of other services explain nothing; where all that failed was `late`, and no scrape is in its way, they count
 * only while it was under way, and need not be as long as an interval.
 */
export function starved(
  run: RunRecord,
  { subject, status, window }: Pick<Verdict, 'subject' | 'status' | 'window'>,
  { handledBy, late }: { [K in 'handledBy' | 'late']?: Finding[K] | undefined } = {},
): Starved | undefined {
  const timing = run.header?.plan.timing
  if (status !== 'fail' || timing === undefined || run.cpuWaits.length === 0) return undefined
  const others = new Set(handledBy === undefined ? [] : run.header?.spec.platform.services.map(({ name }) => name))
  for (const service of handledBy ?? []) others.delete(service)
  const mayBe = (part: string): boolean => !others.has(part)
  if (late !== undefined) return waitedFor(run, late.fromMs, late.untilMs, Math.max(late.byMs, late.roomMs), mayBe)
  const [fromMs, untilMs] = timeOf(run, subject, window)
  const lateMs = window === undefined ? 0 : untilMs - window.latestMs
  // Too early, or in time and wrong.
  if (lateMs < 0 && window?.observedMs !== null) return undefined
  const needMs = Math.max(leastMs(run, subject, timing), window?.observedMs === null ? lateMs / DENSE : lateMs)
  return waitedFor(run, fromMs, untilMs, needMs, mayBe)
}

/** A trace or a line passes no scrape: of one that may take next to nothing that is what a wait must reach at any speed. */
const SOON_MS = 2_000

/** What the promise itself leaves room for: how long a trace or a line may take; one scrape and one evaluation. */
function leastMs({ header }: RunRecord, subject: string, { scrapeIntervalMs, evaluationIntervalMs }: Timing): number {
  const own =
    header?.spec.traces.find(({ id }) => id === subject)?.maxDelayMs ??
    header?.spec.logs.find(({ service }) => service === subject)?.maxDelayMs
  const intervalsMs = scrapeIntervalMs + evaluationIntervalMs
  return own === undefined ? intervalsMs : Math.max(own, Math.min(intervalsMs, SOON_MS))
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
