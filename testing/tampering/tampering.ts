/**
 * Test code: single ways in which a broken system, or a broken recording of it, would show in the journal of a drill that passes. Only the
 * first entry that is altered counts, all of them with `all`.
 */
import { readChanges } from './entry-changes.ts'
import type { EntryChange } from './entry-changes.ts'

export interface Tampering extends EntryChange {
  /** "subject check status" that must come of it; or why it may pass. */
  caught: string | { harmless: string }
  /** What the verdict that is to come of it must say about its cause. */
  named?: RegExp
}

export const tamperings: readonly Tampering[] = readChanges(new URL('./tamperings.tsv', import.meta.url)).map((each) => {
  const [caught = '', named] = each.columns
  return {
    ...each,
    caught: caught.startsWith('harmless: ') ? { harmless: caught.slice('harmless: '.length) } : caught,
    ...(named === undefined ? {} : { named: new RegExp(named) }),
  }
})
