import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody } from '../../../model/journal.ts'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'
import { planOf } from '../../../../testing/virtual/fake-ports.ts'

const SHORT = { timing: { ...planOf([]).timing, repeatIntervalMs: 12_000 } }

test('repeated at the first tick after repeat_interval: passes', async () => {
  const verdict = verdictOf(await exercisedJournal({}, { planned: SHORT }), 'repeat-works')
  assert.equal(verdict.status, 'pass', verdict.observed)
  assert.match(verdict.observed, /notified 2 times/)
})

test('never repeated fails', async () => {
  const verdict = verdictOf(await exercisedJournal({ repeatIntervalMs: 1_000_000 }, { planned: SHORT }), 'repeat-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /was not re-notified by/)
})

test('repeated too often fails, also where repeat_interval itself is too long to wait for', async () => {
  const verdict = verdictOf(await exercisedJournal({ repeatIntervalMs: 3_000 }), 'repeat-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /was re-notified after 4/)
})

test('repeated too late fails', async () => {
  const verdict = verdictOf(await exercisedJournal({ repeatIntervalMs: 17_000 }, { planned: SHORT }), 'repeat-works')
  assert.equal(verdict.status, 'fail')
})

test('a repeat_interval longer than the drill is skipped with the reason', async () => {
  const verdict = verdictOf(await exercisedJournal(), 'repeat-works')
  assert.equal(verdict.status, 'skipped')
  assert.match(verdict.observed, /repeat_interval is 960.* longer than this drill; no re-notification in/)
})

test('the same once more within repeat_interval fails, whoever it is told', async () => {
  const journal = await exercisedJournal({})
  const told = journal.entries.filter((entry) => entry.kind === 'notification')
  const again = told.find(({ receiver }) => receiver === 'critical')
  assert.ok(again !== undefined)
  const verdict = verdictOf(
    withEntries(journal, { ...again, seq: journal.entries.length, arrivedMs: again.arrivedMs + 150 } as JournalBody),
    'repeat-works',
  )
  assert.equal(verdict.status, 'fail', verdict.observed)
  assert.match(verdict.observed, /^critical got the same notification again after 0\.15 s: /)
  assert.match(verdict.diagnosis ?? '', /: two routes or webhook_configs lead to this receiver/)
})
