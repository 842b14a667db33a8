import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutRanges, rangesIn, withRecordings } from './ranges.ts'

test('over what time a query looks', () => {
  assert.deepEqual(rangesIn('sum(rate(a[24h])) / sum(rate(b{x="[1h]"}[1h])) # [5m], don\'t\n'), [86_400_000, 3_600_000])
  assert.deepEqual(rangesIn('avg_over_time(up[24h:1m])'), [86_400_000])
  assert.deepEqual(rangesIn('avg_over_time((sum(rate(a[5m])) / sum(rate(b[5m])))[24h:]) + rate(c[1h])'), [86_400_000, 3_600_000])
  assert.deepEqual([rangesIn('up'), rangesIn('x[86400s]'), rangesIn('x[oops]')], [[], [86_400_000], [Number.NaN]])
})

test('what recording rules record is asked for in their place', () => {
  const recordings = new Map([['job:errors:ratio', 'sum(e) / sum(job:all)'], ['job:all', 'rate(a[5m])']])
  assert.equal(withRecordings('1 - job:errors:ratio', recordings), '1 - (sum(e) / sum((rate(a[5m]))))')
  assert.equal(withRecordings('avg_over_time(job:all[24h])', recordings), 'avg_over_time((rate(a[5m]))[24h:])')
  assert.equal(cutRanges(withRecordings('avg_over_time(job:all[24h])', recordings), 60_000), 'avg_over_time((rate(a[1m]))[1m:1s])')
  for (const untouched of ['job:all{job="x"}', 'x{a="job:all"}', 'job:all2', 'my_job:all', 'count by (job) (x) # job:all']) assert.equal(withRecordings(untouched, recordings), untouched)
  assert.equal(withRecordings('a', new Map([['a', 'a + 1']])).length < 100, true)
})
