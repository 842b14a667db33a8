import type { ObservedSecond } from '../../model/journal.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import type { RunRecord } from './recorder.ts'

/** The process among the parts that only wakes up (`cpu-waits` in verify/model/journal.ts). */
export const TIMER = 'timer'

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

/**
 * What the machine kept a request waiting that `parts` handle one after the other: the waits of each are part of its time. Of a part's
 * waits the share counts that outsiders used of the machine; k6, which sends the request and reads the clock, waits like the timer: whole.
 */
export function waitedOneAfterAnother(run: RunRecord, parts: readonly string[], fromMs: number, untilMs: number): Starved | undefined {
  const waits = waitsByPart(run)
  const found = [...parts, TIMER].flatMap((part) =>
    (waits.get(part) ?? [])
      .filter((each) => each.untilMs > fromMs && each.fromMs < untilMs)
      .map((each) => ({ part, ...clipped(each, fromMs, untilMs) })),
  )
  const [first] = found
  const counted = found.reduce((sum, { part, waitedMs, others }) => sum + (part === TIMER ? waitedMs : waitedMs * others), 0)
  if (first === undefined || counted === 0) return undefined
  const waitedMs = found.reduce((sum, each) => sum + each.waitedMs, 0)
  const others = found.reduce((sum, each) => sum + each.others * each.waitedMs, 0) / waitedMs
  const named = parts.filter((part) => found.some((each) => each.part === part))
  return { part: named.length === 0 ? TIMER : named.join(', '), waitedMs: Math.round(counted), fromMs, untilMs, others, seq: first.seq }
}

export function starvedText({ part, waitedMs, fromMs, untilMs, others }: Starved): string {
  const who = part === TIMER ? 'a process that only waits for its timer' : part
  const share = others < 0.05 ? '' : `; programs outside of the drill used ${Math.round(others * 100)} % of its CPU time`
  return `the machine kept ${who} waiting ${seconds(waitedMs)} for a CPU between ${clockTime(fromMs)} and ${clockTime(untilMs)}${share}`
}

/** What each part waited, by time. */
export function waitsByPart(run: RunRecord): Map<string, Waited[]> {
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
export function clipped(each: Waited, fromMs: number, untilMs: number): Waited {
  const [from, until] = [Math.max(each.fromMs, fromMs), Math.min(each.untilMs, untilMs)]
  return { ...each, fromMs: from, untilMs: until, waitedMs: Math.round((each.waitedMs * (until - from)) / (each.untilMs - each.fromMs)) }
}
