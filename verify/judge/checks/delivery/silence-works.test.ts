import { test } from 'node:test'
import assert from 'node:assert/strict'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { alter, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('quiet while silenced, told at the first tick afterwards: passes', async () => {
  const verdict = verdictOf(await exercisedJournal(), 'silence-works')
  assert.equal(verdict.status, 'pass', verdict.observed)
})

test('an alert that gets through its silence fails', async () => {
  const verdict = verdictOf(await exercisedJournal({ honoursSilences: false }), 'silence-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the silenced FiredrillSilenced: notification at .* too early; due .* after the silence was removed/)
})

test('one that stays quiet afterwards fails', async () => {
  const journal = alter(await exercisedJournal(), 'notification', (entry) =>
    JSON.stringify(entry.body).includes('FiredrillSilenced') ? undefined : entry,
  )
  const verdict = verdictOf(journal, 'silence-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /no notification at default/)
})

test('one that comes a tick too late fails', async () => {
  const journal = alter(await exercisedJournal(), 'notification', (entry) =>
    JSON.stringify(entry.body).includes('FiredrillSilenced') ? { ...entry, arrivedMs: entry.arrivedMs + 7_000 } : entry,
  )
  assert.match(verdictOf(journal, 'silence-works').observed, /too late/)
})

test('an Alertmanager that refused the silence leaves it unknown', async () => {
  const journal = alter(await exercisedJournal(), 'delivery-probe', (entry) =>
    entry.action === 'silence' ? { ...entry, ok: false, detail: '[POST] 403' } : entry,
  )
  const verdict = verdictOf(journal, 'silence-works')
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'source-unreachable'])
})
