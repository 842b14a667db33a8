import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { AlertHistory } from '../record/recorder.ts'
import { episodesOf, lastAtOrBefore } from './episodes.ts'

const history = (rows: [number, 'pending' | 'firing', number][]): AlertHistory => ({
  alert: 'A',
  labels: {},
  timesMs: rows.map(([t]) => t),
  states: rows.map(([, s]) => s),
  activeAtS: rows.map(([, , a]) => a),
  seqs: [],
})

test('a stretch has one activeAt, one startsAt and an end one step after its last sample', () => {
  assert.deepEqual(
    episodesOf(
      history([
        [1_000, 'pending', 1],
        [2_000, 'pending', 1],
        [3_000, 'firing', 1],
        [4_000, 'firing', 1],
      ]),
      1_000,
      10_000,
    ),
    [{ activeAtMs: 1_000, firingAtMs: 3_000, lastMs: 4_000, endedMs: 5_000, gaps: 0 }],
  )
})

test('an alert that is still active when the recording ends has no end', () => {
  assert.equal(episodesOf(history([[1_000, 'firing', 1]]), 1_000, 1_500)[0]?.endedMs, null)
})

test('the same activeAt on both sides bridges a hole; another one makes two episodes', () => {
  assert.deepEqual(
    episodesOf(
      history([
        [1_000, 'firing', 1],
        [4_000, 'firing', 1],
      ]),
      1_000,
      9_000,
    ).map((e) => [e.activeAtMs, e.gaps]),
    [[1_000, 2]],
  )
  assert.deepEqual(
    episodesOf(
      history([
        [1_000, 'firing', 1],
        [2_000, 'pending', 2],
      ]),
      1_000,
      9_000,
    ).map((e) => [e.activeAtMs, e.endedMs]),
    [
      [1_000, 2_000],
      [2_000, 3_000],
    ],
  )
  assert.equal(
    episodesOf(
      history([
        [1_000, 'firing', 1],
        [4_000, 'firing', 4],
      ]),
      1_000,
      9_000,
    ).length,
    2,
  )
})

test('without ALERTS_FOR_STATE one slot may be bridged and no more', () => {
  assert.equal(
    episodesOf(
      history([
        [1_000, 'firing', NaN],
        [3_000, 'firing', NaN],
      ]),
      1_000,
      9_000,
    ).length,
    1,
  )
  assert.equal(
    episodesOf(
      history([
        [1_000, 'firing', NaN],
        [4_000, 'firing', NaN],
      ]),
      1_000,
      9_000,
    ).length,
    2,
  )
})

test('lastAtOrBefore finds the place in ascending numbers', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 9].map((value) => lastAtOrBefore([1, 3, 5], value)),
    [-1, 0, 0, 2, 2],
  )
})
