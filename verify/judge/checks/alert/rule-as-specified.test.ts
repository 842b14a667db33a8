import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, LoadedGroup } from '../../../model/journal.ts'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

type LoadedRule = LoadedGroup['rules'][number]

test('the rule as specified passes', () => {
  const verdict = verdictOf(run(), 'rule-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'Probed with for 8s, severity critical')
})

test('another `for` fails', () => {
  const verdict = verdictOf(run({ mutant: 'for-doubled' }), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /for is 16s/)
  assert.equal(verdict.diagnosis, 'In the rule file, at alert Probed: set `for` to 8s. Then reload Prometheus.')
})

test('another severity fails', () => {
  const verdict = verdictOf(run({ mutant: 'severity-changed' }), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /severity is "info"/)
})

test('another number in the expression fails, however little it is', () => {
  const verdict = verdictOf(run({ mutant: 'threshold-doubled' }), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /its expression has threshold 20 instead of 10/)
  assert.match(verdict.diagnosis ?? '', /at alert Probed: correct the expression \(threshold 20 instead of 10\)/)
})

const withRules = (change: (rule: LoadedRule) => Partial<LoadedRule>[]): Journal =>
  alter(run(), 'rules', (entry) => ({
    ...entry,
    groups: entry.groups.map((group) => ({
      ...group,
      rules: group.rules.flatMap((rule) => change(rule).map((each) => ({ ...rule, ...each }))),
    })),
  }))

test('other words alone are a hint', () => {
  const verdict = verdictOf(
    withRules((rule) => [{ query: rule.query.replace('probed >', 'max by (job, instance) (probed) >') }]),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /written differently: max by/)
})

test('a label too many fails', () => {
  const verdict = verdictOf(
    withRules((rule) => [{ labels: { ...rule.labels, team: 'x' } }]),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /team="x" is not expected/)
})

test('the other steps of a ladder of severities are other promises', () => {
  const verdict = verdictOf(
    withRules((rule) => [{}, { query: rule.query.replace('10', '30'), labels: { severity: 'page' }, forMs: 0 }]),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('the same rule once more with another severity is none', () => {
  const verdict = verdictOf(
    withRules(() => [{}, { labels: { severity: 'page' } }]),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('no such rule fails', () => {
  const verdict = verdictOf(
    alter(run(), 'rules', (entry) => ({ ...entry, groups: [] })),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no rule named Probed is loaded/)
})

test('a rule that cannot be evaluated fails', () => {
  const verdict = verdictOf(
    alter(run(), 'rules', (entry) => ({
      ...entry,
      groups: entry.groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({ ...rule, health: 'err', lastError: 'many-to-many' })),
      })),
    })),
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /many-to-many/)
})

test('a rule that was another at the begin, and was reloaded in the middle, fails', () => {
  const journal = run()
  const right = journal.entries.find((entry) => entry.kind === 'rules')
  assert.ok(right?.kind === 'rules')
  const other = {
    ...structuredClone(right),
    groups: right.groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, forMs: rule.forMs * 2 })) })),
  }
  const verdict = verdictOf(
    { entries: [...journal.entries.slice(0, 2), other, ...journal.entries.slice(2)], problems: [] },
    'rule-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /for is 16s; read at .*, equal to the specification later/)
})
