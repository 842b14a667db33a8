import type { AnswerRow, LoadSlice, LoadSummary } from '../model/journal.ts'
import { countOf } from '../text/count-of.ts'
import type { EndedLoad } from '../run/ports.ts'
import type { Counted } from './k6-slices.ts'
import { mergeSummaries } from './merge-load.ts'

/** What is known of one pod in the end. */
export interface PodEnd {
  index: number
  /** Absent: there never was one. */
  pod?: string
  node?: string
  exitCode?: number
  /** Why it runs no more, where k6 did not end by itself. */
  because?: string
  /** As k6 wrote it, the last line of its log; null: it did not come. */
  summary: LoadSummary | null
  /** Of the samples in its log. */
  counted: Readonly<Counted>
  slices: LoadSlice[]
  rows: AnswerRow[]
  lastWords: string
  /** How long after the common start it confirmed that k6 was let go; absent: never. */
  lagMs?: number
  /** Why it could not be asked. */
  unreachable?: string
  /** A second pod with the same segment. */
  replacedBy?: string
}

export interface LoadTimes {
  /** When k6 was let go, unix ms. */
  begunMs: number
  /** When the last request was sent, unix ms: between these. */
  overMs: [from: number, by: number]
  /** The drill ended it. */
  stopped: boolean
}

/** k6 was stopped by its API (103) or by a signal (105); 99: a threshold of the script. errext/exitcodes in k6. */
const STOPPED = new Set([103, 105])
const ENDED = new Set([0, 99])
/** A start is in step when no pod is so much later than the first. */
const STEP_MS = 2_000
/** Seconds of two clocks are put together as one. */
const CLOCK_MS = 2_000

/** What all pods delivered; -1 with an error where one did not deliver its share, or nothing proves that it did. */
export function endedLoad(pods: readonly PodEnd[], times: LoadTimes): EndedLoad {
  const lost = pods.some(({ summary }) => summary === null)
  // The Job ends the others with the one that was lost, or else with the one that was stopped first.
  const stoppedMs = Math.min(...pods.flatMap((pod) => (isStopped(pod, times) && !lost ? pod.counted.lastMs : [])))
  const troubles = pods.map((pod) => troubleOf(pod, times, stoppedMs))
  const summary = mergeSummaries(pods.map((pod, index) => partOf(pod, troubles[index])))
  const bad = troubles.flatMap((trouble, index) => {
    const { pod, node } = pods[index] ?? {}
    const name = pod === undefined ? '' : ` (${pod}${node === undefined ? '' : ` on ${node}`})`
    return trouble === undefined ? [] : [`pod ${index}${name} ${trouble}`]
  })
  const codes = pods.flatMap(({ exitCode }) => exitCode ?? [])
  if (bad.length === 0) return { exitCode: times.stopped ? 105 : (codes.find((code) => code !== 0) ?? 0), summary, overMs: times.overMs }
  return {
    exitCode: -1,
    summary,
    error: `${bad.length} of ${countOf(pods.length, 'pod')} did not deliver: ${bad.join('; ')}. ${countOf(summary.requests, 'request')} of all are known`,
    overMs: times.overMs,
  }
}

/** By another than the drill. */
function isStopped({ exitCode }: PodEnd, { stopped }: LoadTimes): boolean {
  return !stopped && (exitCode === undefined || STOPPED.has(exitCode))
}

function troubleOf(pod: PodEnd, times: LoadTimes, stoppedMs: number): string | undefined {
  const { summary, counted, exitCode, because, lastWords, lagMs, unreachable, replacedBy } = pod
  const known = `after ${countOf(counted.requests, 'request')}`
  if (pod.pod === undefined) return `was never there${because === undefined ? '' : `: ${because}`}`
  if (summary === null) {
    const words = lastWords === '' ? '' : ` (${lastWords})`
    if (because !== undefined) return `was lost ${known}: ${because}${words}`
    if (exitCode !== undefined) return `ended with exit code ${exitCode} and without a summary ${known}${words}`
    return `has not been heard of any more ${known}${unreachable === undefined ? '' : `: ${unreachable}`}`
  }
  if (summary.requests !== counted.requests)
    return `sent ${countOf(summary.requests, 'request')}, and its log has ${counted.requests}: it was cut, or rotated before it was read`
  if (replacedBy !== undefined) return `was replaced by ${replacedBy}, whose load came at another time`
  if (exitCode !== undefined && !ENDED.has(exitCode) && !STOPPED.has(exitCode))
    return `ended with exit code ${exitCode}${because === undefined ? '' : `, ${because}`}: ${lastWords}`
  if (isStopped(pod, times) && counted.lastMs === stoppedMs)
    return `was stopped by another ${known}${because === undefined ? '' : `: ${because}`}`
  if (summary.iterations + summary.droppedIterations === 0)
    return 'sent nothing: its segment has no virtual user or no arrival; fewer pods, a higher rate or more virtual users give it some'
  if (lagMs === undefined) return `never confirmed that it was let go${unreachable === undefined ? '' : `: ${unreachable}`}`
  if (lagMs > STEP_MS) return `began ${seconds(lagMs)} after the common start`
  const [behind, ahead] = [times.begunMs - counted.firstSentMs, counted.lastMs - times.overMs[1]]
  if (behind > CLOCK_MS || ahead > CLOCK_MS)
    return `has a clock that is at least ${seconds(Math.max(behind, ahead))} ${behind > ahead ? 'behind' : 'ahead of'} that of this machine: its seconds are not those of the others`
  return undefined
}

/** Without its summary the samples are all there is. */
function partOf({ index, pod, summary, counted, slices, rows }: PodEnd, trouble: string | undefined): LoadSummary {
  const { requests, statuses, firstSentMs, lastMs } = counted
  const lastedS = (lastMs - firstSentMs) / 1_000
  const known = summary ?? {
    iterations: 0,
    droppedIterations: 0,
    requests,
    failedRequests: statuses['0'] ?? 0,
    ratePerS: lastedS > 0 ? requests / lastedS : 0,
    durationP95Ms: 0,
    statuses,
  }
  const incomplete = pod !== undefined && (summary === null || summary.requests !== requests)
  return {
    ...known,
    slices,
    ...(rows.length === 0 ? {} : { rows }),
    ...(incomplete ? { incomplete } : {}),
    pods: [{ pod: pod ?? `index ${index}`, requests: known.requests, ...(trouble === undefined ? {} : { trouble }) }],
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
