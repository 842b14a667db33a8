import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../testing.ts'

test('the rule as specified passes', () => {
  const verdict = verdictOf(run(), 'rule-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'as specified')
})

test('another `for` fails', () => {
  const verdict = verdictOf(run({ mutant: 'for-doubled' }), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /for is 16s/)
})

test('another severity fails', () => {
  const verdict = verdictOf(run({ mutant: 'severity-changed' }), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /severity is info/)
})

test('another expression alone is a hint', () => {
  const verdict = verdictOf(run({ mutant: 'threshold-doubled' }), 'rule-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /written differently: probed > 20/)
})

test('no such rule fails', () => {
  const verdict = verdictOf(alter(run(), 'rules', (entry) => ({ ...entry, groups: [] })), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no rule of that name/)
})

test('a rule that cannot be evaluated fails', () => {
  const verdict = verdictOf(alter(run(), 'rules', (entry) => ({ ...entry, groups: entry.groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, health: 'err', lastError: 'many-to-many' })) })) })), 'rule-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /many-to-many/)
})
