import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../model/journal.ts'
import { LastAttempts } from './last-attempts.ts'

/** Two attempts of one experiment and one of another, which begins with the second; a background load and a message in each. */
function entries(): JournalEntry[] {
  const leg = (experiment: string, name: string, phase: 'begin' | 'end') => ({ kind: 'leg', experiment, leg: name, phase })
  const attempt = [leg('a', 'before', 'begin'), leg('a', 'before', 'end'), leg('a', 'fire', 'begin'), leg('a', 'fire', 'end')]
  const background = { kind: 'load', experiment: 'drill', leg: 'fire', phase: 'end', scenario: 'background', params: {} }
  const message = { kind: 'notification', receiver: 'r', body: {}, headers: {}, arrivedMs: 0 }
  return [...attempt, background, message, ...attempt, leg('b', 'before', 'begin'), background, message].map(
    (entry, seq) => ({ seq, atMs: 1_000 * seq, ...entry }) as unknown as JournalEntry,
  )
}

function kept(alone: boolean, withText = false): { seqs: number[]; leftOut: number } {
  const last = new LastAttempts(alone)
  for (const entry of entries()) last.add(entry, withText ? JSON.stringify(entry) : undefined)
  return { seqs: last.entries().map(({ seq }) => seq), leftOut: last.leftOut }
}

test('of a journal of any usual size the entries of each attempt are kept', () => {
  assert.deepEqual(kept(false), { seqs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], leftOut: 0 })
})

test('of a large one those of each last attempt alone, and how many are left out is known', () => {
  assert.deepEqual(kept(true), { seqs: [6, 7, 8, 9, 10, 11, 12], leftOut: 6 })
})

test('what is long and was read from a line is read from it again', () => {
  const last = new LastAttempts(true)
  const value = { seq: 1, atMs: 5, kind: 'evaluated', experiment: 'a', what: 'value', series: [] } as unknown as JournalEntry
  for (const entry of [{ ...value, seq: 0 }, value]) last.add({ ...entry }, JSON.stringify(entry))
  const [only, ...others] = last.entries()
  assert.deepEqual([only, others], [value, []])
  assert.deepEqual(kept(true, true), kept(true))
})
