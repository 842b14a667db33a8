import type { UnknownCause } from '../model/verdict.ts'
import type { Finding } from './drill-check.ts'

/** What a check says, in the order in which a person reads it: what must be, what was, and the journal entries that show it. */
type More = Pick<Finding, 'diagnosis' | 'part' | 'window' | 'follows'>

export const pass = (expected: string, observed: string, pointers: number[], more: More = {}): Finding => ({
  status: 'pass',
  expected,
  observed,
  pointers,
  ...more,
})

export const fail = (expected: string, observed: string, pointers: number[], more: More = {}): Finding => ({
  status: 'fail',
  expected,
  observed,
  pointers,
  ...more,
})

/** Nothing can be said, and why. */
export const unknown = (cause: UnknownCause, expected: string, observed: string, pointers: number[], more: More = {}): Finding => ({
  status: 'unknown',
  cause,
  expected,
  observed,
  pointers,
  ...more,
})

/** It does not apply. */
export const skip = (expected: string, observed: string, pointers: number[] = []): Finding => ({
  status: 'skipped',
  expected,
  observed,
  pointers,
})
