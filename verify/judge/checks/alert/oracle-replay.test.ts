import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('equal samples pass, and it says how many', () => {
  const verdict = verdictOf(run(), 'oracle-replay')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /\d{2,} evaluation/)
})

test('one sample that should not be there fails', () => {
  const verdict = verdictOf(
    alter(run(), 'alerts-series', (entry) => ({
      ...entry,
      series: entry.series.map((series) => ({
        ...series,
        values: series.metric['alertstate'] === 'firing' ? [...series.values, [Number(series.values.at(-1)?.[0]) + 1, '1']] : series.values,
      })),
    })),
    'oracle-replay',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /expected nothing, ALERTS shows firing/)
})

test('one sample that is missing at the begin fails', () => {
  const verdict = verdictOf(
    alter(run(), 'alerts-series', (entry) => ({
      ...entry,
      series: entry.series.map((series) => ({
        ...series,
        values: series.metric['alertstate'] === 'pending' ? series.values.slice(1) : series.values,
      })),
    })),
    'oracle-replay',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('another activeAt fails', () => {
  const verdict = verdictOf(
    alter(run(), 'alerts-series', (entry) =>
      entry.metric === 'ALERTS'
        ? entry
        : {
            ...entry,
            series: entry.series.map((series) => ({ ...series, values: series.values.map(([t, v]) => [t, String(Number(v) + 7)]) })),
          },
    ),
    'oracle-replay',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('samples off the grid cannot be compared', () => {
  const verdict = verdictOf(
    alter(run(), 'alerts-series', (entry) => ({
      ...entry,
      series: entry.series.map((series) => ({ ...series, values: series.values.map(([t, v]) => [t + 0.123, v]) })),
    })),
    'oracle-replay',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /off the evaluation grid/)
})

test('a hole that the counter explains is replayed as missed', () => {
  const verdict = verdictOf(run({ world: { skipChance: 0.05 }, seed: 3 }), 'oracle-replay')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /replayed as missed/)
})
