import { test } from 'node:test'
import assert from 'node:assert/strict'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { run, verdictOf } from '../../../../testing/journals/honest-run.ts'

const is = (labels: Record<string, string>, severity: string[]): boolean => severity.includes(labels['severity'] ?? '')

test('source and neighbour told, target told when the source has ended: passes with its windows', async () => {
  const verdict = verdictOf(await exercisedJournal(), 'inhibition-works')
  assert.equal(verdict.status, 'pass', verdict.observed)
  assert.match(verdict.observed, /the target FiredrillInhibition1Target \(warning\) notified to default.*\(info\) notified/)
  assert.ok(verdict.window !== undefined && verdict.pointers.length > 5)
})

test('without the inhibition the target is told too early', async () => {
  const verdict = verdictOf(await exercisedJournal({ inhibits: () => false }), 'inhibition-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the target .* too early; due between .* \(group_interval after its source ended\)/)
})

test('one that leaves out a severity is found', async () => {
  const verdict = verdictOf(
    await exercisedJournal({
      inhibits: (source, target) => source['alertname'] === 'ServiceDown' && is(target, ['warning']) && source['job'] === target['job'],
    }),
    'inhibition-works',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /\(info\): notification at .* too early/)
})

test('one that forgets which labels must be equal silences the neighbour', async () => {
  const verdict = verdictOf(
    await exercisedJournal({ inhibits: (source, target) => source['alertname'] === 'ServiceDown' && is(target, ['warning', 'info']) }),
    'inhibition-works',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the neighbour .* too late/)
})

test('one that wants a further label equal, which real alerts differ in, is found', async () => {
  const verdict = verdictOf(
    await exercisedJournal({
      inhibits: (source, target) =>
        source['alertname'] === 'ServiceDown' &&
        is(target, ['warning', 'info']) &&
        source['job'] === target['job'] &&
        source['instance'] === target['instance'],
    }),
    'inhibition-works',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the target .* too early/)
})

test('one that never lets go is found', async () => {
  const verdict = verdictOf(
    await exercisedJournal({ inhibits: (_, target) => (target['alertname'] ?? '').endsWith('Target') }),
    'inhibition-works',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the target .*: no notification at default/)
})

test('a source at the wrong receiver is found', async () => {
  const verdict = verdictOf(await exercisedJournal({ receivers: () => ['default'] }), 'inhibition-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the source ServiceDown \(critical\): no notification at critical, but at default/)
})

test('cut short it is unknown; not tried, or of a journal without it, it does not apply', async () => {
  const cut = verdictOf(await exercisedJournal({}, { cutAfterMs: 1_500 }), 'inhibition-works')
  assert.deepEqual([cut.status, cut.cause], ['unknown', 'interrupted'])
  const unasked = verdictOf(await exercisedJournal({}, { deliveryProbes: false }), 'inhibition-works')
  assert.equal(unasked.status, 'skipped')
  assert.match(unasked.observed, /deliveryProbes/)
  assert.equal(verdictOf(run(), 'inhibition-works').status, 'skipped')
})
