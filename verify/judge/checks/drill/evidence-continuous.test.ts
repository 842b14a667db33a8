import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

test('a run without holes passes', () => {
  const verdict = verdictOf(run(), 'evidence-continuous')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a scrape gap is named', () => {
  const verdict = verdictOf(
    alter(run(), 'raw', (entry) => ({
      ...entry,
      series: entry.series.map((series) => ({ ...series, values: series.values.filter((_, index) => index < 60 || index > 66) })),
    })),
    'evidence-continuous',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'scrape-gap')
  assert.match(verdict.observed ?? '', /no scrape of probed for 8 s/)
})

test('a drill that stood still is named', () => {
  const verdict = verdictOf(
    withEntries(run(), { kind: 'health', metric: 'firedrill_stall_seconds', series: [{ metric: {}, values: [[1_795_357_030, '4']] }] }),
    'evidence-continuous',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'verifier-stalled')
})

test('clocks that differ are named', () => {
  const verdict = verdictOf(
    withEntries(run(), {
      kind: 'health',
      metric: 'firedrill_clock_offset_seconds',
      series: [{ metric: {}, values: [[1_795_357_030, '-3']] }],
    }),
    'evidence-continuous',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'clock-skew')
})

test('a restarted Prometheus is named', () => {
  const verdict = verdictOf(
    withEntries(run(), {
      kind: 'health',
      metric: 'process_start_time_seconds',
      series: [
        {
          metric: { job: 'prometheus' },
          values: [
            [1_795_357_010, '1'],
            [1_795_357_030, '2'],
          ],
        },
      ],
    }),
    'evidence-continuous',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'missed-evaluations')
})
