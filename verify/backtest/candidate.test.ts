import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadedGroup } from '../model/journal.ts'
import type { RuleSpec } from '../model/spec.ts'
import { fileCandidates, loadedCandidates, specifiedCandidates } from './candidate.ts'

const rule = (name: string, query: string, more = {}): LoadedGroup['rules'][number] => ({
  name,
  query,
  forMs: 60_000,
  keepFiringForMs: 0,
  labels: { severity: 'warning' },
  annotations: {},
  health: 'ok',
  lastError: '',
  type: 'alerting',
  ...more,
})
const GROUPS: LoadedGroup[] = [
  {
    name: 'shop',
    file: '/etc/rules.yml',
    intervalMs: 15_000,
    rules: [
      rule('Errors', 'rate(errors_total[5m]) > 1'),
      rule('Errors', 'rate(errors_total[5m]) > 5', { labels: { severity: 'critical' } }),
      rule('job:x:sum', 'sum(x)', { type: 'recording' }),
    ],
  },
]
const written = {
  alert: 'Errors',
  expr: 'rate(errors_total[5m])>1',
  forMs: 60_000,
  keepFiringForMs: 0,
  labels: { severity: 'warning' },
  intervalMs: undefined,
  place: 'rules.yml;shop',
}

test('every loaded alert is a candidate, a recording rule is none', () => {
  assert.deepEqual(
    loadedCandidates(GROUPS).map(({ alert, labels, asks, intervalMs }) => [alert, labels['severity'], asks, intervalMs]),
    [
      ['Errors', 'warning', 'recorded', 15_000],
      ['Errors', 'critical', 'recorded', 15_000],
    ],
  )
})

test('a rule of a file that is loaded so is compared, by its labels; another is asked what it would have done', () => {
  const [same, other, fresh, slower] = fileCandidates(
    [
      written,
      { ...written, labels: { severity: 'critical' } },
      { ...written, alert: 'New' },
      { ...written, forMs: 300_000, intervalMs: 30_000 },
    ],
    GROUPS,
    60_000,
  )
  assert.deepEqual([same?.asks, same?.differs, same?.intervalMs], ['recorded', [], 15_000])
  assert.deepEqual([other?.asks, other?.differs], ['would', ['another expression']])
  assert.deepEqual([fresh?.asks, fresh?.differs, fresh?.group, fresh?.intervalMs], ['would', ['not loaded'], null, 60_000])
  assert.deepEqual(slower?.differs, ['for 300 s instead of 60 s', 'interval 30 s instead of 15 s'])
})

test('what the specification promises is judged, also where it is not what is loaded', () => {
  const spec = {
    alert: 'Errors',
    condition: { expr: 'rate(errors_total[5m]) > 2' },
    forMs: 60_000,
    keepFiringForMs: 0,
    labels: { severity: 'warning' },
  } as unknown as RuleSpec
  const [errors, gone] = specifiedCandidates([spec, { ...spec, alert: 'Gone' }], GROUPS, 15_000)
  assert.deepEqual([errors?.asks, errors?.differs], ['recorded', ['another expression']])
  assert.deepEqual([gone?.asks, gone?.differs, gone?.group], ['recorded', ['no rule of this name is loaded'], null])
})
