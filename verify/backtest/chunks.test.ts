import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { askRaw, chunksOf, pointsOf, SERVER_POINTS, Tracks } from './chunks.ts'
import { HistoryError, troubleOf } from './history-port.ts'

const T = 1_795_700_000_000

test('chunks have each instant of the grid once, in order, and none is longer than the server allows', () => {
  fc.assert(
    fc.property(fc.nat(40_000), fc.integer({ min: 1, max: 12_000 }), fc.constantFrom(1, 1_000, 15_000), (count, points, stepMs) => {
      const grid = { startMs: T + 7, endMs: T + 7 + count * stepMs, stepMs }
      const chunks = chunksOf(grid, points)
      let next = grid.startMs
      for (const { startMs, endMs } of chunks) {
        assert.equal(startMs, next)
        assert.ok(pointsOf({ startMs, endMs, stepMs }) <= points && endMs >= startMs)
        next = endMs + stepMs
      }
      assert.equal(next, grid.endMs + stepMs)
    }),
  )
  assert.ok(chunksOf({ startMs: T, endMs: T + 7 * 86_400_000, stepMs: 15_000 }).every((chunk) => pointsOf(chunk) <= SERVER_POINTS))
  assert.deepEqual(chunksOf({ startMs: T, endMs: T - 1, stepMs: 1_000 }), [])
})

test('raw samples that are too many at once come in pieces, and each sample once', async () => {
  const timesMs = Array.from({ length: 5_000 }, (_, index) => T + index * 15_000)
  const world = new RecordedWorld([{ metric: { __name__: 'ALERTS' }, timesMs, values: timesMs.map((_, index) => index) }], [])
  world.trouble = (expr) =>
    Number(/\[(\d+)ms\]/.exec(expr)?.[1]) > 3_600_001 ? new HistoryError('too-much', 'too many samples') : undefined
  const tracks = new Tracks()
  await askRaw(world, 'ALERTS', T, timesMs.at(-1) ?? T, (series) => {
    for (const each of series) tracks.add(each)
  })
  assert.deepEqual(tracks.all()[0]?.timesMs, timesMs)
  assert.ok(world.asked.length > 20)
})

test('an answer of the server is a limit, an expression that is wrong, a refusal, or trouble of its own', () => {
  const cases: [number, string, string][] = [
    [422, '{"error":"query processing would load too many samples into memory in query execution"}', 'too-much'],
    [400, '{"error":"exceeded maximum resolution of 11,000 points per timeseries"}', 'too-much'],
    [503, '{"error":"query timed out in expression evaluation"}', 'too-much'],
    [422, '{"error":"the query exceeded the maximum number of chunks (limit: 2000000 chunks)"}', 'too-much'],
    [413, '', 'too-much'],
    [422, '{"error":"found duplicate series for the match group {job=\\"a\\"} on the right hand-side of the operation"}', 'query'],
    [422, '{"error":"multiple matches for labels: many-to-one matching must be explicit"}', 'query'],
    [400, '{"error":"invalid parameter \\"query\\": 1:5: parse error: unexpected end of input"}', 'query'],
    [401, 'Unauthorized', 'refused'],
    [403, '', 'refused'],
    [404, '', 'refused'],
    [302, '', 'refused'],
    [503, 'Service Unavailable', 'unreachable'],
    [500, 'oops', 'unreachable'],
    [502, '', 'unreachable'],
  ]
  for (const [status, body, trouble] of cases) assert.equal(troubleOf(status, body), trouble, `${status} ${body}`)
})
