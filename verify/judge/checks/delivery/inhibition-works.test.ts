import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { alter, run, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

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

/** The whole exercise, its neighbour notified `lateMs` after it had to be, and the drill's own process standing still `stallMs` before. */
async function neighbourLate(lateMs: number, stallMs: number, inhibits?: () => boolean): Promise<Journal> {
  const honest = await exercisedJournal(inhibits === undefined ? {} : { inhibits })
  const { window } = verdictOf(await exercisedJournal(), 'inhibition-works')
  assert.ok(window?.observedMs)
  const arrivedMs = window.latestMs + lateMs
  const name = /Source|^ServiceDown$/
  const late = alter(honest, 'notification', (entry) => {
    const { alerts } = entry.body as { alerts: { labels: Record<string, string>; status: string }[] }
    const isFirst = alerts.some(
      ({ labels, status }) => name.test(labels['alertname'] ?? '') && status === 'firing' && labels['firedrill'] !== undefined,
    )
    return isFirst ? { ...entry, arrivedMs } : entry
  })
  return withEntries(late, {
    kind: 'health',
    metric: 'firedrill_stall_seconds',
    series: [{ metric: {}, values: [[arrivedMs / 1_000, String(stallMs / 1_000)]] }],
  })
}

test('late by no more than the drill process itself stalled is no failure of the inhibition; by more it is', async () => {
  const stalled = verdictOf(await neighbourLate(400, 900), 'inhibition-works')
  assert.deepEqual([stalled.status, stalled.cause], ['unknown', 'verifier-stalled'], stalled.observed)
  assert.match(stalled.observed, /too late; due between .*\. But the drill process itself stalled for 0\.9 s meanwhile/)
  assert.equal(verdictOf(await neighbourLate(1_400, 900), 'inhibition-works').status, 'fail')
})

test('beside another problem the stall excuses nothing', async () => {
  const verdict = verdictOf(await neighbourLate(400, 900, () => false), 'inhibition-works')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /the target .* too early/)
})
