import type { ObservedSecond } from '../../model/journal.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import type { RunRecord } from './recorder.ts'

/** The process among the parts that only wakes up (`cpu-waits` in verify/model/journal.ts). */
export const TIMER = 'timer'

/** The drill's load generator among the parts. It is in the way of the requests that it sends, and of nothing else. */
const K6 = 'k6'

/** A part that waited as long as needed within a stretch this many times as long was starved; the odd wait of a long drill was not. */
export const DENSE = 3

/** What a part waited in one second of the drill, and the share of the machine that outsiders used in it. */
export interface Waited {
  fromMs: number
  untilMs: number
  waitedMs: number
  others: number
  seq: number
}

export interface Starved {
  part: string
  waitedMs: number
  fromMs: number
  untilMs: number
  /** Share of the machine's CPU time that programs outside of the target and the drill used meanwhile. */
  others: number
  seq: number
}

/** What the machine kept a request's services waiting for a CPU, and k6 that reads its clock; undefined when not so long. */
export interface RequestWaits {
  /** All of them, one after the other, in that time. */
  waited: (fromMs: number, untilMs: number) => Starved | undefined
  /** The one that waited longest, and at least `needMs`. */
  starved: (fromMs: number, untilMs: number, needMs: number) => Starved | undefined
}

/**
 * What the machine kept a request waiting that `parts` handle one after the other: the waits of each are part of its time. Of a part's
 * waits the share counts that outsiders used of the machine. k6 sends the request and reads the clock: it waits as long as the timer,
 * whole, or as itself, whichever is longer.
 */
export function waitedOneAfterAnother(run: RunRecord, parts: readonly string[], fromMs: number, untilMs: number): Starved | undefined {
  const waits = waitsByPart(run)
  const within = (part: string): OfPart[] =>
    (waits.get(part) ?? [])
      .filter((each) => each.untilMs > fromMs && each.fromMs < untilMs)
      .map((each) => ({ part, ...clipped(each, fromMs, untilMs) }))
  const [timer, k6] = [within(TIMER), within(K6)]
  const found = [...parts.flatMap(within), ...(countedMs(k6) > countedMs(timer) ? k6 : timer)]
  const [first] = found
  const ownMs = countedMs(found)
  if (first === undefined || ownMs === 0) return undefined
  const waitedMs = found.reduce((sum, each) => sum + each.waitedMs, 0)
  const others = found.reduce((sum, each) => sum + each.others * each.waitedMs, 0) / waitedMs
  const named = [...parts, K6].filter((part) => found.some((each) => each.part === part))
  return { part: named.length === 0 ? TIMER : named.join(', '), waitedMs: Math.round(ownMs), fromMs, untilMs, others, seq: first.seq }
}

interface OfPart extends Waited {
  part: string
}

function countedMs(waits: readonly OfPart[]): number {
  return waits.reduce((sum, each) => sum + counted(each.part, each), 0)
}

function counted(part: string, { waitedMs, others }: Waited): number {
  return part === TIMER ? waitedMs : waitedMs * others
}

/**
 * The part, of those that `mayBe`, that waited longest, and at least `needMs`, in that time; of two that did not wait long enough the sum
 * says nothing.
 */
export function waitedFor(
  run: RunRecord,
  fromMs: number,
  untilMs: number,
  needMs: number,
  mayBe: (part: string) => boolean = () => true,
): Starved | undefined {
  return [...waitsByPart(run)]
    .filter(([part]) => part !== K6 && mayBe(part))
    .map(([part, waits]) => densest(part, waits, fromMs, untilMs, needMs))
    .filter((found) => found !== undefined)
    .sort((a, b) => b.waitedMs - a.waitedMs)[0]
}

/** The stretch of at most DENSE * needMs in which it waited longest, if that is as long as needed. */
function densest(part: string, waits: readonly Waited[], fromMs: number, untilMs: number, needMs: number): Starved | undefined {
  const within = waits.filter((each) => each.untilMs > fromMs && each.fromMs < untilMs).map((each) => clipped(each, fromMs, untilMs))
  let best: { first: number; last: number; ms: number } | undefined
  for (let first = 0, last = -1, ms = 0; first < within.length; first += 1) {
    const beginMs = within[first]?.fromMs ?? 0
    for (
      let next = within[last + 1];
      next !== undefined && (last < first || next.untilMs - beginMs <= DENSE * needMs);
      next = within[last + 1]
    ) {
      ms += counted(part, next)
      last += 1
    }
    if (ms >= needMs && ms > (best?.ms ?? 0)) best = { first, last, ms }
    const leaving = within[first]
    if (leaving !== undefined) ms -= counted(part, leaving)
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

export function starvedText({ part, waitedMs, fromMs, untilMs, others }: Starved): string {
  const who = part === TIMER ? 'a process that only waits for its timer' : part
  const share = others < 0.05 ? '' : `; programs outside of the drill used ${Math.round(others * 100)} % of its CPU time`
  return `the machine kept ${who} waiting ${seconds(waitedMs)} for a CPU between ${clockTime(fromMs)} and ${clockTime(untilMs)}${share}`
}

/** What each part waited, by time. */
function waitsByPart(run: RunRecord): Map<string, Waited[]> {
  const known = WAITS.get(run.cpuWaits)
  if (known !== undefined) return known
  const parts = new Map<string, Waited[]>()
  for (const { seq, seconds: observed, waits } of run.cpuWaits)
    for (const [part, own] of Object.entries(waits)) {
      const found: Waited[] = []
      // Threads wait side by side, the part but once: of what overlaps only what is before counts.
      let soonestMs = Infinity
      for (const [index, waitedMs] of own.toReversed()) {
        const [, endMs = NaN] = observed[index] ?? []
        const [fromMs, untilMs] = [endMs - waitedMs, Math.min(endMs, soonestMs)]
        if (!(untilMs > fromMs)) continue
        found.unshift({ fromMs, untilMs, waitedMs: untilMs - fromMs, others: othersIn(observed, fromMs, untilMs), seq })
        soonestMs = fromMs
      }
      parts.set(part, [...(parts.get(part) ?? []), ...found])
    }
  WAITS.set(run.cpuWaits, parts)
  return parts
}

/** The share of the machine that outsiders used in a time that may reach over several seconds, those of them that were observed. */
function othersIn(seconds: readonly ObservedSecond[], fromMs: number, untilMs: number): number {
  let [used, known] = [0, 0]
  for (const [beginMs, endMs, others] of seconds) {
    const withinMs = Math.max(0, Math.min(endMs, untilMs) - Math.max(beginMs, fromMs))
    used += others * withinMs
    known += withinMs
  }
  return known === 0 ? 0 : used / known
}

/** Asked for by every failed verdict; a record does not change once it is judged. */
const WAITS = new WeakMap<RunRecord['cpuWaits'], Map<string, Waited[]>>()

/** A wait that reaches beyond the time in question counts for what lies in it. */
function clipped(each: Waited, fromMs: number, untilMs: number): Waited {
  const [from, until] = [Math.max(each.fromMs, fromMs), Math.min(each.untilMs, untilMs)]
  return { ...each, fromMs: from, untilMs: until, waitedMs: Math.round((each.waitedMs * (until - from)) / (each.untilMs - each.fromMs)) }
}
