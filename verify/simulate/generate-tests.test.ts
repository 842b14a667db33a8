import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '../../testing/lint/lint-files.ts'
import { generate } from './generate-tests.ts'
import { annotationsFor, specificationRules, unitTests } from './unit-tests.ts'
import { parse } from 'yaml'

test('every alert has tests that expect it to fire and tests that expect silence', async () => {
  const {
    options: { spec, catalogue },
  } = await deployment()
  const { cases, undriven } = generate(spec, catalogue)
  assert.deepEqual(undriven, [])
  for (const rule of spec.rules) {
    const mine = cases.filter((each) => each.alert === rule.alert)
    assert.ok(
      mine.some((each) => each.expect.some(({ fires }) => fires.length > 0)),
      `${rule.alert} fires somewhere`,
    )
    assert.ok(
      mine.some((each) => each.expect.every(({ fires }) => fires.length === 0)),
      `${rule.alert} is quiet somewhere`,
    )
    for (const job of rule.holdsFor['job'] ?? [])
      assert.ok(
        mine.some((each) => each.name.includes(` ${job}:`)),
        `${rule.alert} is tried on ${job}`,
      )
  }
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, 'names are unique: promtool reports by name')
})

test('input series carry the labels of the recordings, not of the rule', async () => {
  const {
    options: { spec, catalogue },
  } = await deployment()
  const { cases } = generate(spec, catalogue)
  const overload = cases.find((each) => each.alert === 'RateLimiterOverload')
  const driven = overload?.series.find(({ labels }) => labels['status'] === '429')
  assert.ok(driven !== undefined && Object.keys(driven.labels).includes('uri') && Object.keys(driven.labels).includes('method'))
  assert.ok(
    overload?.series.some(({ labels }) => labels['status'] !== '429'),
    'series beside the selected ones',
  )
  assert.ok(new Set(overload?.series.map(({ labels }) => labels['instance'])).size >= 2, 'two instances')
})

test('the file is what promtool reads, and annotations are filled in', async () => {
  const {
    options: { spec, catalogue },
  } = await deployment()
  const { cases } = generate(spec, catalogue)
  const file = parse(unitTests(cases.slice(0, 1), ['rules.yml'], spec)) as {
    rule_files: string[]
    tests: { alert_rule_test: { exp_alerts: { exp_annotations: Record<string, string> }[] }[] }[]
  }
  assert.deepEqual(file.rule_files, ['rules.yml'])
  assert.deepEqual(
    annotationsFor(
      spec.rules.find((rule) => rule.alert === 'ServiceDown'),
      { job: 'a', instance: 'b' },
    )['summary'],
    'a is down',
  )
  assert.equal((parse(specificationRules(spec)) as { groups: { rules: unknown[] }[] }).groups[0]?.rules.length, spec.rules.length)
})

test('a condition of a shape that cannot be driven is named, not passed over', async () => {
  const {
    options: { spec, catalogue },
  } = await deployment()
  const [rule] = spec.rules
  assert.ok(rule)
  const odd = { ...rule, condition: { ...rule.condition, expr: 'predict_linear(redis_memory_used_bytes[1h], 3600) > 5 and up == 1' } }
  const { cases, undriven } = generate({ ...spec, rules: [odd] }, catalogue)
  assert.equal(cases.length, 0)
  assert.equal(undriven.length > 0, true)
})
