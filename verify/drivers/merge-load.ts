import type { LoadSlice, LoadSummary } from '../model/journal.ts'

/**
 * What several k6 counted that sent one load in execution segments, as one k6 would have counted it. Counts are exact, and so are
 * latencies: histograms with the same bounds are added, no percentile is ever averaged. The p95 is read from the sum, so it is at most one
 * bound (10 %) above the true one. Associative and commutative, the rate up to rounding. Clocks of the machines are taken as one.
 */
export function mergeSummaries(parts: readonly LoadSummary[]): LoadSummary {
  const total = (count: (part: LoadSummary) => number): number => parts.reduce((sum, part) => sum + count(part), 0)
  const slices = mergeSlices(parts.flatMap((part) => part.slices ?? []))
  const rows = parts.flatMap((part) => part.rows ?? []).sort((a, b) => a[1] - b[1] || a[0] - b[0])
  const pods = parts.flatMap((part) => part.pods ?? [])
  const requests = total((part) => part.requests)
  const unexpected = total((part) => part.unexpected ?? 0)
  // They began in step: the load lasted as long as the one that lasted longest.
  const lastedS = Math.max(0, ...parts.map((part) => (part.ratePerS > 0 ? part.requests / part.ratePerS : 0)))
  return {
    iterations: total((part) => part.iterations),
    droppedIterations: total((part) => part.droppedIterations),
    requests,
    failedRequests: total((part) => part.failedRequests),
    ratePerS: lastedS > 0 ? requests / lastedS : 0,
    durationP95Ms: histogramQuantile(addCounts(slices.map(({ latency }) => latency)), 0.95),
    statuses: addCounts(parts.map((part) => part.statuses)),
    ...(unexpected > 0 ? { unexpected } : {}),
    slices,
    ...(rows.length === 0 ? {} : { rows }),
    ...(parts.some((part) => part.incomplete === true) ? { incomplete: true as const } : {}),
    ...(pods.length === 0 ? {} : { pods }),
  }
}

/** By time, then by service, as K6Slices has them. */
export function mergeSlices(slices: readonly LoadSlice[]): LoadSlice[] {
  return [...Map.groupBy(slices, ({ fromMs, service }) => `${fromMs} ${service}`).values()]
    .map((same): LoadSlice => {
      const [{ fromMs, service } = { fromMs: 0, service: '' }] = same
      return { fromMs, service, statuses: addCounts(same.map((one) => one.statuses)), latency: addCounts(same.map((one) => one.latency)) }
    })
    .sort((a, b) => a.fromMs - b.fromMs || (a.service < b.service ? -1 : 1))
}

/** The upper bound, in ms, of the bucket that a quantile lies in; 0 of nothing. */
export function histogramQuantile(latency: Readonly<Record<string, number>>, quantile: number): number {
  const buckets = Object.entries(latency)
    .map(([bound, count]) => [Number(bound), count] as const)
    .sort(([a], [b]) => a - b)
  const rank = quantile * buckets.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [bound, count] of buckets) {
    below += count
    if (count > 0 && below >= rank) return bound
  }
  return 0
}

function addCounts(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const part of parts) for (const [name, count] of Object.entries(part)) sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries([...sums].sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1)))
}
