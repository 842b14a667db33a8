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
