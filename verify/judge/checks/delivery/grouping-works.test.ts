import { test } from 'node:test'
import assert from 'node:assert/strict'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { verdictOf } from '../../../../testing/journals/honest-run.ts'

test('one message for one group, another for each other: passes', async () => {
  const verdict = verdictOf(await exercisedJournal(), 'grouping-works')
  assert.equal(verdict.status, 'pass', verdict.observed)
})

test('each label that is no longer grouped by is found', async () => {
  const byName = verdictOf(await exercisedJournal({ groupBy: ['alertname'] }), 'grouping-works')
  assert.equal(byName.status, 'fail')
  assert.match(byName.observed, /an alert with another job came in the same notification/)
  const byJob = verdictOf(await exercisedJournal({ groupBy: ['job'] }), 'grouping-works')
  assert.match(byJob.observed, /an alert with another alertname came in the same notification/)
})

test('a label too many tears a group apart', async () => {
  const verdict = verdictOf(await exercisedJournal({ groupBy: ['alertname', 'job', 'instance'] }), 'grouping-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /two alerts with equal alertname, job came in two notifications/)
})

test('another group_wait than the loaded one is too early or too late', async () => {
  assert.match(verdictOf(await exercisedJournal({ groupWaitMs: 200 }), 'grouping-works').observed, /too early/)
  assert.match(verdictOf(await exercisedJournal({ groupWaitMs: 4_500 }), 'grouping-works').observed, /too late/)
})

test('a message that went to a second receiver as well fails', async () => {
  const verdict = verdictOf(await exercisedJournal({ receivers: () => ['default', 'critical'] }), 'grouping-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /notification at critical too/)
})
