import { test } from 'node:test'
import assert from 'node:assert/strict'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { waits } from '../../../../testing/journals/starving-machine.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

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

test('one that comes late in real time is no failure where the machine kept Alertmanager waiting as long, then and not before', async () => {
  const late = alter(await exercisedJournal(), 'notification', (entry) =>
    JSON.stringify(entry.body).includes('FiredrillSilenced') ? { ...entry, arrivedMs: entry.arrivedMs + 7_000 } : entry,
  )
  const realTime = alter(late, 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, timing: { ...entry.plan.timing, scrapeIntervalMs: 15_000, evaluationIntervalMs: 15_000 } },
  }))
  const { window, status } = verdictOf(realTime, 'silence-works')
  assert.equal(status, 'fail')
  const cameMs = window?.observedMs ?? assert.fail('it came')
  const byMs = cameMs - (window?.latestMs ?? NaN)
  const starved = (fromMs: number, ms: number): string =>
    verdictOf(withEntries(realTime, { ...waits(fromMs, 1, { alertmanager: ms }), atMs: cameMs }), 'silence-works').status
  assert.equal(starved(cameMs - 1_000, Math.max(byMs, 2_000)), 'unknown')
  assert.equal(starved(cameMs - 1_000, Math.max(byMs, 2_000) - 100), 'fail')
  assert.equal(starved((window?.earliestMs ?? NaN) - 1_000, 9_000), 'fail')
})

test('an Alertmanager that refused the silence leaves it unknown', async () => {
  const journal = alter(await exercisedJournal(), 'delivery-probe', (entry) =>
    entry.action === 'silence' ? { ...entry, ok: false, detail: '[POST] 403' } : entry,
  )
  const verdict = verdictOf(journal, 'silence-works')
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'source-unreachable'])
})
