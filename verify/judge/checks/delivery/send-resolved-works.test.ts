import { test } from 'node:test'
import assert from 'node:assert/strict'
import { exercisedJournal, ROUTING } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { alter, verdictOf } from '../../../../testing/journals/honest-run.ts'

const SILENT = { receivers: ROUTING.receivers.map((receiver) => ({ ...receiver, sendResolved: false })) }

test('every end is told: passes', async () => {
  const verdict = verdictOf(await exercisedJournal(), 'send-resolved-works')
  assert.equal(verdict.status, 'pass', verdict.observed)
})

test('a receiver without send_resolved fails where the specification has it', async () => {
  const verdict = verdictOf(await exercisedJournal({ sendResolved: false }), 'send-resolved-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /critical got no resolved notification of the source ServiceDown \(critical\)/)
})

test('where the specification has none, a resolved message fails and none passes', async () => {
  assert.equal(verdictOf(await exercisedJournal({ sendResolved: false }, { routing: SILENT }), 'send-resolved-works').status, 'pass')
  const told = verdictOf(await exercisedJournal({}, { routing: SILENT }), 'send-resolved-works')
  assert.equal(told.status, 'fail')
  assert.match(told.observed, /send_resolved is specified as false/)
})

test('one that comes too late fails', async () => {
  const journal = alter(await exercisedJournal(), 'notification', (entry) =>
    JSON.stringify(entry.body).includes('"status":"resolved","labels":{"alertname":"FiredrillRepeated"')
      ? { ...entry, arrivedMs: entry.arrivedMs + 10_000 }
      : entry,
  )
  assert.match(verdictOf(journal, 'send-resolved-works').observed, /resolved notification of the repeated FiredrillRepeated \d+.* after it/)
})
