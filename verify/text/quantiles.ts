import { seconds } from './instant.ts'

export interface Distribution {
  min: number
  median: number
  p99: number
  max: number
}

/** Nearest-rank quantiles; undefined of nothing. */
export function distribution(values: readonly number[]): Distribution | undefined {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
  return sorted.length === 0 ? undefined : { min: at(0), median: at(0.5), p99: at(0.99), max: at(1) }
}

/** `min 0.2 s, median 0.4 s, p99 1.1 s`, of milliseconds. */
export function describeDelays(valuesMs: readonly number[]): string {
  const all = distribution(valuesMs)
  return all === undefined ? 'none' : `min ${seconds(all.min)}, median ${seconds(all.median)}, p99 ${seconds(all.p99)}`
}
