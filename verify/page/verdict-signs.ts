import type { VerdictStatus } from '../model/verdict.ts'
import { clockTime } from '../text/instant.ts'

/** A sign beside each colour: who sees no colour sees the sign. */
export const SIGN: Record<VerdictStatus | 'not reached', string> = {
  'pass': '✓',
  'fail': '✗',
  'unknown': '?',
  'skipped': '–',
  'not reached': '·',
}

export const WORD: Record<VerdictStatus | 'not reached', string> = {
  'pass': 'passed',
  'fail': 'failed',
  'unknown': 'could not tell',
  'skipped': 'skipped',
  'not reached': 'not reached',
}

/** UTC to the second. */
export function clock(ms: number): string {
  return clockTime(ms).slice(0, 8)
}

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
