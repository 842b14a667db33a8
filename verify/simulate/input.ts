import type { Labels } from '../model/spec.ts'

/** Values of a series at successive steps; null: no sample, 'stale': the target is gone. */
export type Sample = number | null | 'stale'

export interface InputSeries {
  metric: string
  labels: Labels
  values: Sample[]
}

/**
 * promtool's notation: a+bxn is a, a+b, ... with n+1 samples.
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function notation(values: Sample[]): string {
  const parts: string[] = []
  for (let i = 0; i < values.length;) {
    const value = values[i]
    if (value === null || value === undefined) {
      const n = run(values, i, (sample) => sample === null)
      parts.push(`_x${n}`)
      i += n
    } else if (value === 'stale') {
      parts.push('stale')
      i++
    } else {
      const next = values[i + 1]
      const delta = typeof next === 'number' ? next - value : 0
      let n = 0
      while (typeof values[i + n + 1] === 'number' && (values[i + n + 1] as number) - (values[i + n] as number) === delta) n++
      parts.push(n === 0 ? String(value) : `${value}${delta < 0 ? '-' : '+'}${Math.abs(delta)}x${n}`)
      i += n + 1
    }
  }
  return parts.join(' ')
}

function run(values: Sample[], from: number, is: (sample: Sample) => boolean): number {
  let n = 0
  while (from + n < values.length && is(values[from + n] ?? null)) n++
  return n
}

export function seriesName(metric: string, labels: Labels): string {
  return `${metric}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`
}

/** Counter readings from increments for each step; counters begin well above 0 so that extrapolation is not cut at their zero. */
export function counter(increments: number[], start = 1_000_000): number[] {
  let value = start
  return increments.map((increment) => (value += increment))
}

/** `total` events over the steps of a window as evenly as whole numbers allow: any `steps` successive steps hold exactly `total`. */
export function spread(total: number, steps: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor((((i % steps) + 1) * total) / steps) - Math.floor(((i % steps) * total) / steps))
}

/** Whole-number shares of a total over k places. */
export function split(total: number, k: number): number[] {
  return Array.from({ length: k }, (_, i) => Math.floor(((i + 1) * total) / k) - Math.floor((i * total) / k))
}
