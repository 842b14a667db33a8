import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectorText } from './kubernetes-driver.ts'

test('a selector is written as kubectl writes it', () => {
  assert.equal(selectorText({ matchLabels: { app: 'web', tier: 'front' } }), 'app=web,tier=front')
  assert.equal(
    selectorText({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'track', operator: 'NotIn', values: ['canary'] },
        { key: 'team', operator: 'Exists' },
        { key: 'legacy', operator: 'DoesNotExist' },
      ],
    }),
    'app=web,tier in (a,b),track notin (canary),team,!legacy',
  )
})
