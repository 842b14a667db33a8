import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from '../promql/parse-promql.ts'
import { decidingWorlds, type Deciding } from './deciding-worlds.ts'
import { drivenSeries } from './driven-series.ts'
import { withBuckets } from './histogram-buckets.ts'
import { readingsOf, type Scene } from './scene.ts'

function sceneOf(text: string, metrics: readonly string[]): Scene {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  let state = 1
  return {
    expr: parsed.expr,
    series: withBuckets(
      metrics.flatMap((metric) => [0, 1].map((row) => ({ metric, labels: { instance: `i-${row}` }, row }))),
      parsed.expr,
    ),
    readings: readingsOf(parsed.expr, metrics),
    stepS: 15,
    nowS: 0,
    random: () => (state = (state * 16807) % 2147483647) / 2147483647,
  }
}

const decisive = (scene: Scene): Deciding[] => decidingWorlds(scene).found.filter(({ decides }) => decides)

/** An expression and metrics of it, and how far the driven values of its first pair may be from each other. */
const SHAPES: [what: string, text: string, metrics: string[]][] = [
  ['one number', 'a > 90', ['a']],
  ['equality', 'a == 0', ['a']],
  ['inequality', 'a != 1', ['a']],
  ['a share that must have a limit', 'a / b * 100 > 90 and b > 0', ['a', 'b']],
  ['a time', 'time() - a > 60 * 60 * 48', ['a']],
  ['a rate', 'rate(a[5m]) > 0.5', ['a']],
  ['a prediction', 'predict_linear(a[1h], 4 * 3600) < 0', ['a']],
  ['changes', 'changes(a[5m]) > 3', ['a']],
  ['resets, which are whole numbers', 'resets(a[10m]) > 5', ['a']],
  ['a subquery', 'max_over_time(rate(a[5m])[30m:1m]) > 2', ['a']],
  ['what must not be', 'a > 5 unless b == 1', ['a', 'b']],
  ['the one or the other', 'a > 5 or b < 2', ['a', 'b']],
  ['a quantile', 'histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) > 1', ['a_bucket']],
]
for (const [what, text, metrics] of SHAPES)
  test(`worlds on both sides of the threshold: ${what}`, () => {
    const scene = sceneOf(text, metrics)
    assert.ok(decisive(scene).length > 0)
    const moments = decidingWorlds(scene).found.flatMap(({ worlds, nowS }) => worlds.map((world) => ({ world, nowS })))
    const { series, steps } = drivenSeries(scene, moments, 60_000)
    assert.ok(steps > 0)
    assert.ok(series.every(({ values }) => values.length === steps))
  })

test('a function of the time of day is not known, so that nothing is said to decide', () => {
  assert.deepEqual(decisive(sceneOf('a > 5 and on () hour() > 8', ['a'])), [])
})

test('a join of many to many is noticed', () => {
  assert.equal(decidingWorlds(sceneOf('a / on () b > 1', ['a', 'b'])).joinsMany, true)
})
