import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksRecorded, cutRanges, rangesIn, recordingsOf, withRecordings } from './ranges.ts'

test('over what time a query looks', () => {
  assert.deepEqual(rangesIn('sum(rate(a[24h])) / sum(rate(b{x="[1h]"}[1h])) # [5m], don\'t\n'), [86_400_000, 3_600_000])
  assert.deepEqual(rangesIn('avg_over_time(up[24h:1m])'), [86_400_000])
  assert.deepEqual(rangesIn('avg_over_time((sum(rate(a[5m])) / sum(rate(b[5m])))[24h:]) + rate(c[1h])'), [86_400_000, 3_600_000])
  assert.deepEqual([rangesIn('up'), rangesIn('x[86400s]'), rangesIn('x[oops]')], [[], [86_400_000], [Number.NaN]])
})

test('what recording rules record is asked for in their place', () => {
  const recordings = new Map([
    ['job:errors:ratio', 'sum(e) / sum(job:all)'],
    ['job:all', 'rate(a[5m])'],
  ])
  assert.equal(withRecordings('1 - job:errors:ratio', recordings), '1 - (sum(e) / sum((rate(a[5m]))))')
  assert.equal(
    withRecordings('job:all - job:all offset 1d + job:all @ 1', recordings),
    '(rate(a[5m])) - job:all offset 1d + job:all @ 1',
    'brackets have no offset',
  )
  assert.equal(withRecordings('max_over_time(job:all[1h] offset 1d)', recordings), 'max_over_time((rate(a[5m]))[1h:] offset 1d)')
  assert.equal(withRecordings('avg_over_time(job:all[24h])', recordings), 'avg_over_time((rate(a[5m]))[24h:])')
  assert.equal(cutRanges(withRecordings('avg_over_time(job:all[24h])', recordings), 60_000), 'avg_over_time((rate(a[1m]))[1m:1s])')
  for (const untouched of ['job:all{job="x"}', 'x{a="job:all"}', 'job:all2', 'my_job:all', 'count by (job) (x) # job:all'])
    assert.equal(withRecordings(untouched, recordings), untouched)
  assert.equal(withRecordings('a', new Map([['a', 'a * 2 + rate(b[1m])']])), '(a * 2 + rate(b[1m]))')
})

test('rules of rules do not grow without end', () => {
  const steps = recordingsOf(
    Array.from({ length: 6 }, (_, index) => ({
      name: `r${index}`,
      expr: Array(60)
        .fill(`r${index + 1}`)
        .join(' + '),
    })),
  )
  assert.ok(withRecordings('r0', steps).length < 1_000_000)
  const many = recordingsOf(Array.from({ length: 50_000 }, (_, index) => ({ name: `r${index % 49_999}`, expr: `rate(a${index}[5m])` })))
  assert.deepEqual([withRecordings('r7', many), withRecordings('r0', many)], ['(rate(a7[5m]))', 'r0'], 'one that is recorded twice stays')
})

test('whether a recorded series is left', () => {
  const recordings = recordingsOf([
    { name: 'job:all', expr: 'rate(a[5m])' },
    { name: 'twice', expr: 'a' },
    { name: 'twice', expr: 'b' },
  ])
  assert.deepEqual(
    ['sum(job:all{job="x"})', 'twice', 'rate(a[5m])', 'x{a="job:all"}', 'x # twice'].map((expr) =>
      asksRecorded(withRecordings(expr, recordings), recordings),
    ),
    [true, true, false, false, false],
  )
})
