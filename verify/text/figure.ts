/** A value as the rule's unit reads: 1.8 %, 543 ms, 12.6. */
export function figure(value: number | null | undefined, unit: 'share' | 'seconds' | 'number' | 'ms' | 'percent'): string {
  if (value === null || value === undefined) return 'none'
  if (unit === 'share') return `${round(value * 100)} %`
  if (unit === 'seconds') return value < 1 ? `${round(value * 1_000)} ms` : `${round(value)} s`
  if (unit === 'percent') return `${round(value)} %`
  if (unit === 'ms') return value < 1_000 ? `${round(value)} ms` : `${round(value / 1_000)} s`
  return String(round(value))
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
