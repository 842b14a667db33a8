import assert from 'node:assert/strict'
import { test } from 'node:test'
import { besides, besidesText, selects } from './kubernetes-keepers.ts'

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

const hpa = { name: 'web', least: 2, most: 5, by: ['cpu', 'Pods rps'], wants: 0 }
const nobody = { autoscalers: [], budgets: [] }

test('where no one else decides, nothing is said', () => {
  for (const harm of ['scaled', 'deleted', 'frozen', 'busy', 'full', 'cut'] as const) assert.equal(besidesText(nobody, 2, harm), '')
})

for (const [harm, wanted, text] of [
  ['scaled', 2, 'HorizontalPodAutoscaler web pauses meanwhile'],
  ['busy', 2, 'HorizontalPodAutoscaler web (2 to 5 pods by cpu, Pods rps) adds pods when it sees that, and these are not harmed'],
  ['busy', 5, 'HorizontalPodAutoscaler web (2 to 5 pods by cpu, Pods rps) has as many pods as it may, so it adds none'],
  // It does not look at memory.
  [
    'full',
    2,
    'HorizontalPodAutoscaler web (2 to 5 pods by cpu, Pods rps) may add or remove pods meanwhile; those that come are not harmed',
  ],
  [
    'frozen',
    2,
    'HorizontalPodAutoscaler web (2 to 5 pods by cpu, Pods rps) may add or remove pods meanwhile; those that come are not harmed',
  ],
  // The policy selects those that come as well.
  ['cut', 2, 'HorizontalPodAutoscaler web (2 to 5 pods by cpu, Pods rps) may add or remove pods meanwhile'],
] as const)
  test(`a HorizontalPodAutoscaler of ${wanted} pods that are ${harm}`, () => {
    assert.deepEqual(besides({ ...nobody, autoscalers: [hpa] }, wanted, harm), [text])
  })

test('a budget, Argo CD and an operator are named beside each other', () => {
  const kept = {
    autoscalers: [],
    budgets: [{ name: 'web', allows: 1, never: false }],
    managedBy: 'Argo CD (argocd.argoproj.io/tracking-id)',
    madeBy: 'RedisFailover redis',
  }
  assert.deepEqual(besides(kept, 2, 'frozen'), [
    'PodDisruptionBudget web counts its pods that are not ready: a drain of a node may wait for them',
    'Argo CD (argocd.argoproj.io/tracking-id) keeps it: a sync meanwhile may make its pods anew',
    'it is made by RedisFailover redis, whose controller may make its pods anew',
  ])
  assert.match(besidesText(kept, 2, 'deleted'), /^; PodDisruptionBudget web allows 1 now, of which this is one, /)
  assert.match(besidesText(kept, 2, 'scaled'), /whose controller may bring its pods back$/)
})
