import type { JournalEntry, LoadSlice } from '../../model/journal.ts'
import type { Curve } from '../../model/page.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { parseDuration } from '../../promql/duration.ts'
import { entriesOf, thinned } from './entries.ts'

/** Fewer answers in a window give no percentile. */
const FEWEST = 5

/**
 * What k6 measured of the quantity that the rule is about (measured-by), over the rule's own window, second by second: the share of 5xx,
 * the quantile of latency in seconds, answers 429 a minute. Empty for a rule about what k6 does not see.
 */
export function measuredOf(entries: readonly JournalEntry[], experiment: PlannedExperiment, spec: Spec | undefined): Curve[] {
  const rule = spec?.rules.find((each) => each.alert === experiment.alert)
  const what = rule?.measuredBy?.what
  if (rule === undefined || (what !== 'latency' && what !== 'error-share' && what !== 'rejections')) return []
  const { job = '' } = experiment.subject
  const service = spec?.platform.services.find((each) => each.job === job)?.name ?? job
  const slices = slicesOf(entries, service)
  const windowMs = windowOf(experiment) ?? 60_000
  const first = slices[0]?.fromMs
  const last = slices.at(-1)?.fromMs
  if (first === undefined || last === undefined) return []
  const seconds = everySecond(first + 1_000, last + 1_000)
  const points = courseOf(what, slices, windowMs, seconds, rule.condition.quantile)
  const label = {
    'latency': `p${Math.round((rule.condition.quantile ?? 0.95) * 100)} by k6`,
    'error-share': '5xx share by k6',
    'rejections': '429 a minute by k6',
  }
  return [{ label: `${label[what]}, ${service}`, subject: true, points: thinned(points) }]
}

/** What k6 got from a service, second by second. */
export function slicesOf(entries: readonly JournalEntry[], service: string): LoadSlice[] {
  return entriesOf(entries, 'load')
    .flatMap(({ summary }) => {
      const slices: unknown = summary?.slices
      return Array.isArray(slices) ? (slices as LoadSlice[]).filter((slice) => slice.service === service) : []
    })
    .sort((a, b) => a.fromMs - b.fromMs)
}

/** A day: no drill takes longer, and a journal that was damaged may hold any time. */
const MOST_SECONDS = 86_400

export function everySecond(fromMs: number, untilMs: number): number[] {
  const count = Math.min(MOST_SECONDS, Math.floor((untilMs - fromMs) / 1_000) + 1)
  return Array.from({ length: Math.max(0, count) }, (_, index) => fromMs + index * 1_000)
}

export type Measure = 'latency' | 'error-share' | 'rejections'

/** A measure over the window before each of some instants, which are in order. */
export function courseOf(
  what: Measure,
  slices: readonly LoadSlice[],
  windowMs: number,
  instantsMs: readonly number[],
  quantile = 0.95,
): Curve['points'] {
  const counts = slices.map(countsOf)
  const latencies = new Latencies(what === 'latency' ? slices : [])
  let begin = 0
  let end = 0
  return instantsMs.map((atMs): Curve['points'][number] => {
    for (; end < slices.length && slices[end]!.fromMs < atMs; end += 1) latencies.count(end, 1)
    for (; begin < end && slices[begin]!.fromMs < atMs - windowMs; begin += 1) latencies.count(begin, -1)
    const sum = { all: 0, failed: 0, rejected: 0 }
    for (let index = begin; index < end; index += 1) {
      const { all, failed, rejected } = counts[index]!
      sum.all += all
      sum.failed += failed
      sum.rejected += rejected
    }
    if (what === 'rejections') return [atMs, (sum.rejected * 60_000) / windowMs]
    if (sum.all < FEWEST) return [atMs, null]
    return [atMs, what === 'error-share' ? sum.failed / sum.all : latencies.quantile(quantile)]
  })
}

/** The range of the compressed expression. */
function windowOf({ valueExpr }: PlannedExperiment): number | undefined {
  const range = /\[(\w+)\]/.exec(valueExpr)?.[1]
  const ms = range === undefined ? undefined : parseDuration(range)
  return ms === undefined || ms <= 0 ? undefined : ms
}

/** Answers of one second; no answer at all counts nowhere. */
function countsOf({ statuses }: LoadSlice): { all: number; failed: number; rejected: number } {
  const counts = { all: 0, failed: 0, rejected: 0 }
  for (const [status, count] of Object.entries(statuses)) {
    if (status === '0') continue
    counts.all += count
    if (status.startsWith('5')) counts.failed += count
    if (status === '429') counts.rejected += count
  }
  return counts
}

/** The histogram of a window that moves over slices: each is counted once when it enters, and once when it leaves. */
class Latencies {
  /** Upper bounds in ms, ascending, and the answers of the window up to each. */
  private readonly boundsMs: number[]
  private readonly answers: number[]
  /** Of each slice its answers, as positions in `boundsMs`. */
  private readonly ofSlice: [position: number, count: number][][]

  constructor(slices: readonly LoadSlice[]) {
    const latencies = slices.map(({ latency }) => Object.entries(latency).map(([upTo, count]): [number, number] => [Number(upTo), count]))
    this.boundsMs = [...new Set(latencies.flatMap((each) => each.map(([upTo]) => upTo)))].sort((a, b) => a - b)
    this.answers = this.boundsMs.map(() => 0)
    const positions = new Map(this.boundsMs.map((upTo, position) => [upTo, position]))
    this.ofSlice = latencies.map((each) => each.map(([upTo, count]) => [positions.get(upTo) ?? 0, count]))
  }

  count(slice: number, times: 1 | -1): void {
    for (const [position, count] of this.ofSlice[slice] ?? []) this.answers[position] = (this.answers[position] ?? 0) + times * count
  }

  /** In seconds; null of an empty window. */
  quantile(quantile: number): number | null {
    const all = this.answers.reduce((sum, count) => sum + count, 0)
    let below = 0
    for (const [position, count] of this.answers.entries()) {
      if (count === 0) continue
      below += count
      if (below >= all * quantile) return this.boundsMs[position]! / 1_000
    }
    return null
  }
}
