import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from './parse-promql.ts'
import { measured } from './units.ts'

function unitOf(text: string): string | undefined {
  const result = parsePromql(text)
  assert.ok(result.ok, text)
  const found = measured(result.expr)
  return found === undefined ? undefined : `${found.factor === 1 ? '' : `${Number(found.factor.toPrecision(6))} x `}${found.base}`
}

test('the base unit of a name goes through what keeps it', () => {
  assert.equal(unitOf('max_over_time(scrape_duration_seconds[5m])'), 'seconds')
  assert.equal(unitOf('1000 * histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))'), '1000 x seconds')
  assert.equal(unitOf('rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])'), 'seconds')
  assert.equal(unitOf('sum(rate(x_milliseconds_sum[5m])) / sum(rate(x_milliseconds_count[5m]))'), '1000 x seconds')
  assert.equal(unitOf('redis_memory_used_bytes / 1024 / 1024'), '9.53674e-7 x bytes')
  assert.equal(unitOf('redis_memory_used_bytes > 5'), 'bytes')
})

test('what is divided by its like is a share, and seconds in a second are one', () => {
  assert.equal(unitOf('redis_memory_used_bytes / (redis_memory_max_bytes > 0)'), 'share')
  assert.equal(unitOf('100 * sum(rate(a_total{code="5"}[5m])) / sum(rate(a_total[5m]))'), '100 x share')
  assert.equal(unitOf('1 - sum(rate(a_total{code="5"}[5m])) / sum(rate(a_total[5m]))'), 'share')
  assert.equal(unitOf('rate(process_cpu_seconds_total[1m])'), 'share')
})

test('nothing is said of a count, of a name without a unit, and of two units', () => {
  for (const text of [
    'rate(x_seconds_count[5m])',
    'redis_up',
    'a_seconds * b_bytes',
    'count(a_seconds)',
    'a_seconds or b_bytes',
    'a_bytes > bool 5',
  ])
    assert.equal(unitOf(text), undefined, text)
})
