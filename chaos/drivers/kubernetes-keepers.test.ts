import assert from 'node:assert/strict'
import { test } from 'node:test'
import { besidesText, selects } from './kubernetes-keepers.ts'

test('a selector takes the labels that it names', () => {
  const labels = { app: 'web', tier: 'front' }
  assert.equal(selects({}, labels), true)
  assert.equal(selects({ matchLabels: { app: 'web' } }, labels), true)
  assert.equal(selects({ matchLabels: { app: 'shop' } }, labels), false)
  for (const [operator, key, values, taken] of [
    ['In', 'tier', ['front', 'back'], true],
    ['In', 'tier', ['back'], false],
    ['In', 'team', ['a'], false],
    ['NotIn', 'tier', ['back'], true],
    ['NotIn', 'tier', ['front'], false],
    ['NotIn', 'team', ['a'], true],
    ['Exists', 'tier', [], true],
    ['Exists', 'team', [], false],
    ['DoesNotExist', 'team', [], true],
    ['DoesNotExist', 'tier', [], false],
  ] as const)
    assert.equal(selects({ matchExpressions: [{ key, operator, values: [...values] }] }, labels), taken, `${operator} ${key}`)
})

test('where no one else decides, nothing is said', () => {
  assert.equal(besidesText({ autoscalers: [], budgets: [] }), '')
  assert.equal(besidesText({ autoscalers: [{ name: 'a', least: 1 }], budgets: [] }), '; HorizontalPodAutoscaler a pauses meanwhile')
})
