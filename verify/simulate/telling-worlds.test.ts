import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Expr } from '../promql/ast.ts'
import { STILL, type Scene, type World } from './scene.ts'
import { tellingMoments } from './telling-worlds.ts'

const exprOf = (text: string): Expr => {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  return parsed.expr
}
const scene: Scene = {
  expr: exprOf('a > 10'),
  series: [{ metric: 'a', labels: {}, row: 0 }],
  readings: new Map(),
  stepS: 15,
  nowS: 0,
  random: () => 0,
}
const at = (level: number): World => [{ ...STILL, level }]
const levels = (moments: { world: World }[]): (number | undefined)[] => moments.map(({ world }) => world[0]?.level)

test('worlds in which a twin is another one come, those that tell more first; others do not', () => {
  const twins = [exprOf('a > 11'), exprOf('a > 9'), exprOf('a < 10')]
  const shown = tellingMoments(
    scene,
    twins,
    [],
    [5, 10.5, 9.5, 1000].map((level) => ({ world: at(level), nowS: 0 })),
  )
  assert.deepEqual(levels(shown), [10.5, 9.5])
})

test('each is shown between the worlds on both sides of the threshold that it was found at', () => {
  const deciding = { worlds: [at(9.9), at(10.1), at(10)], nowS: 0, decides: true, metAt: 0 }
  assert.deepEqual(levels(tellingMoments(scene, [exprOf('a >= 10')], [deciding], [])), [9.9, 10, 10.1])
})
