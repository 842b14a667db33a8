import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluationIntervalOf, groupHolding, longestMemoryMs, slowestEvaluationMs } from './loaded-clocks.ts'
import type { LoadedGroup } from '../model/journal.ts'
import type { Timing } from '../model/plan.ts'

const timing: Timing = {
  scrapeIntervalMs: 1,
  scrapeTimeoutMs: 1,
  evaluationIntervalMs: 15_000,
  resendDelayMs: 1,
  groupWaitMs: 1,
  groupIntervalMs: 1,
  repeatIntervalMs: 1,
  jobs: {},
}
const rule = (alert: string, intervalMs: number, labels: Record<string, string> = {}): NonNullable<Timing['rules']>[number] => ({
  alert,
  intervalMs,
  labels,
})

const asked: { story: string; rules?: Timing['rules']; labels?: Record<string, string>; ms: number }[] = [
  { story: 'nothing recorded: the default', ms: 15_000 },
  { story: 'its group has an interval of its own', rules: [rule('A', 5_000), rule('B', 60_000)], ms: 5_000 },
  {
    story: 'of two rules of one name the one whose labels fit',
    rules: [rule('A', 5_000, { severity: 'warning' }), rule('A', 60_000, { severity: 'critical' })],
    labels: { severity: 'warning' },
    ms: 5_000,
  },
  {
    story: 'which of the two is not known: the slower',
    rules: [rule('A', 5_000, { severity: 'warning' }), rule('A', 60_000, { severity: 'critical' })],
    ms: 60_000,
  },
  {
    story: 'a templated label rules nothing out',
    rules: [rule('A', 5_000, { severity: '{{ $labels.tier }}' })],
    labels: { severity: 'warning' },
    ms: 5_000,
  },
]
for (const { story, rules, labels = {}, ms } of asked)
  test(`evaluation interval: ${story}`, () =>
    assert.equal(evaluationIntervalOf({ ...timing, ...(rules === undefined ? {} : { rules }) }, 'A', labels), ms))

test('the slowest evaluation is that of any group, or the default', () => {
  assert.equal(slowestEvaluationMs(timing), 15_000)
  assert.equal(slowestEvaluationMs({ ...timing, rules: [rule('A', 5_000), rule('B', 60_000)] }), 60_000)
})

test('the group of a rule is the one whose rule has the labels, in any order of groups', () => {
  const group = (name: string, severity: string): LoadedGroup => ({
    name,
    file: 'f',
    intervalMs: 1,
    rules: [
      {
        name: 'A',
        type: 'alerting',
        query: '',
        forMs: 0,
        keepFiringForMs: 0,
        labels: { severity },
        annotations: {},
        health: 'ok',
        lastError: '',
      },
    ],
  })
  const groups = [group('first', 'warning'), group('second', 'critical')]
  assert.equal(groupHolding(groups, 'A', { severity: 'critical' })?.name, 'second')
  assert.equal(
    groupHolding(groups, 'A', { severity: 'info' })?.name,
    'first',
    'its labels were changed: it is still the rule that is meant',
  )
  assert.equal(groupHolding(groups, 'B', {}), undefined)
})

test('the longest memory of rules is range plus offset, nested ones added up, and keep_firing_for', () => {
  const rule = (query: string, keepFiringForMs = 0): LoadedGroup['rules'][number] => ({
    name: 'A',
    type: 'alerting',
    query,
    forMs: 0,
    keepFiringForMs,
    labels: {},
    annotations: {},
    health: 'ok',
    lastError: '',
  })
  const memory = (...rules: LoadedGroup['rules']): number => longestMemoryMs([{ name: 'g', file: 'f', intervalMs: 1_000, rules }])
  assert.equal(memory(), 0)
  assert.equal(memory(rule('up == 0')), 0)
  assert.equal(memory(rule('up == 0', 30_000), rule('sum(rate(a[5m])) / sum(rate(b[1m] offset 10m)) > 1')), 660_000)
  assert.equal(memory(rule('max_over_time(rate(a[1m])[5m:30s]) > 1')), 360_000)
  assert.equal(memory(rule('no PromQL (')), 300_000)
})
