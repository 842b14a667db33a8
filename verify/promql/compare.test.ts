import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExposition } from '../recordings/exposition.ts'
import { factsOf } from '../recordings/metrics.ts'
import { platform } from '../../testing/spec/small-spec.ts'
import { compareConditions } from './compare.ts'
import { normaliseCondition } from './normalise.ts'
import { parsePromql } from './parse-promql.ts'

const exposition = `
http_server_requests_seconds_count{method="GET",status="200",uri="/a"} 5
http_server_requests_seconds_count{method="GET",status="429",uri="/a"} 5
http_server_requests_seconds_count{method="GET",status="500",uri="/actuator/prometheus"} 5
http_server_requests_seconds_bucket{method="GET",status="200",uri="/a",le="0.5"} 5
http_server_requests_seconds_bucket{method="GET",status="200",uri="/a",le="+Inf"} 5
jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 5
jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 5
jvm_memory_max_bytes{area="heap",id="G1 Eden Space"} -1
jvm_memory_max_bytes{area="heap",id="G1 Old Gen"} 100
`
const axum = `
axum_http_requests_total{method="GET",status="200",endpoint="/health"} 1
axum_http_requests_duration_seconds_bucket{method="GET",status="200",endpoint="/health",le="0.5"} 1
`
const facts = factsOf(
  {
    targets: [
      parseExposition('rate-limiter', exposition),
      parseExposition('fluxpay-engine', exposition),
      parseExposition('moalog-server', axum),
      parseExposition('redis-exporter', 'redis_up 1\nredis_memory_used_bytes 1000\nredis_memory_max_bytes 0\n'),
      parseExposition('mysqld-exporter', 'mysql_up 1\nmysql_global_status_slow_queries 3\n'),
    ],
  },
  platform(),
)

function differences(expected: string, observed: string): string[] {
  const [a, b] = [parsePromql(expected), parsePromql(observed)]
  assert.ok(a.ok, expected)
  assert.ok(b.ok, observed)
  return compareConditions(normaliseCondition(a.expr, facts), normaliseCondition(b.expr, facts), facts).map(
    (d) => `${d.aspect}: ${d.expected} -> ${d.observed}`,
  )
}

const p95 = 'histogram_quantile(0.95, sum by (job, le) (rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m]))) > 0.5'
const overload = 'sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) * 60 > 1000'
const share =
  'sum by (job) (rate(http_server_requests_seconds_count{status=~"5.."}[5m])) / sum by (job) (rate(http_server_requests_seconds_count[5m])) > 0.01'
const heap =
  'sum by (job, instance) (jvm_memory_used_bytes{area="heap"}) / sum by (job, instance) (jvm_memory_max_bytes{area="heap"} > 0) > 0.8'
const memory = 'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8'
const slow = 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10'

const SAME: [string, string[]][] = [
  [
    'redis_memory_used_bytes > 0.5 or redis_memory_max_bytes > 0.5',
    [
      '(redis_memory_used_bytes > 0.5 or redis_memory_max_bytes) > 0.5',
      '((redis_memory_used_bytes or redis_memory_max_bytes) > 0.2) > 0.5',
      '(redis_memory_used_bytes > 0.5) or (redis_memory_max_bytes > 0.5) > 0.1',
      '0.5 < (redis_memory_used_bytes > 0.5 or redis_memory_max_bytes)',
    ],
  ],
  [
    'redis_memory_used_bytes > 1 and redis_memory_used_bytes < 9',
    ['(redis_memory_used_bytes > 1) < 9', '(redis_memory_used_bytes < 9) > 1', '(2 * redis_memory_used_bytes > 2) < 18'],
  ],
  ['100 * redis_memory_used_bytes > 50', ['(100 * redis_memory_used_bytes > 20) > 50', '(redis_memory_used_bytes > 0.5) * 100 > 50']],
  [
    'up == 0',
    [
      'up==0',
      '(up) == 0',
      '0 == up',
      'up < 1',
      'up != 1',
      'up <= 0',
      'up == bool 0 == 1',
      '(up == bool 1) == 0',
      '1 - up == 1',
      '1 - up > 0',
      'up{job=~".+"} == 0',
      '{__name__="up"} == 0',
      'up == 0e3',
      'up == 0 or up < 1',
      'sort(up == 0)',
      'up{job!=""} == 0',
      'up # comment\n == 0',
    ],
  ],
  [
    slow,
    [
      '10 < rate(mysql_global_status_slow_queries[5m]) * 60',
      '60 * rate(mysql_global_status_slow_queries[300s]) > 10',
      'rate(mysql_global_status_slow_queries[5m]) > 10 / 60',
      'increase(mysql_global_status_slow_queries[5m]) > 50',
      'increase(mysql_global_status_slow_queries[5m]) / 5 > 10',
      'rate(mysql_global_status_slow_queries[5m]) * 3600 > 600',
      'rate(mysql_global_status_slow_queries[5m]) * 60 - 10 > 0',
      '-rate(mysql_global_status_slow_queries[5m]) * 60 < -10',
      'rate(mysql_global_status_slow_queries[5m]) * 60 > 1e1',
      'rate(mysql_global_status_slow_queries{job="mysqld-exporter"}[5m]) * 60 > 10',
    ],
  ],
  [
    overload,
    [
      'sum(rate(http_server_requests_seconds_count{status="429",job="rate-limiter"}[1m])) by (job) > 1000/60',
      'sum by (job) (increase(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) > 1000',
      'sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status=~"429"}[1m]) * 60) > 1000',
      'sum by (job, no_such_label) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) * 60 > 1000',
      'sum without (instance, method, status, uri) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) * 60 > 1000',
      'sum by (job) (sum by (job, uri) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m]))) * 60 > 1000',
      'max by (job) (sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m]))) * 60 > 1000',
      'sum by (job) (rate(http_server_requests_seconds_bucket{job="rate-limiter",status="429",le="+Inf"}[1m])) * 60 > 1000',
    ],
  ],
  [
    p95,
    [
      'histogram_quantile(95/100, sum by (le, job) (rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m]))) > 500e-3',
      `500 < 1000 * (${p95.replace(' > 0.5', '')})`,
      'histogram_quantile(0.95, sum by (job, le) (increase(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m]))) > 0.5',
      'histogram_quantile(0.95, sum by (job, le) (rate(http_server_requests_seconds_bucket{uri!~"/actuator/prometheus"}[5m]))) > .5',
    ],
  ],
  [
    share,
    [
      'sum by (job) (rate(http_server_requests_seconds_count{status=~"5[0-9]{2}"}[5m])) / sum by (job) (rate(http_server_requests_seconds_count[5m])) > 0.01',
      '100 * sum by (job) (rate(http_server_requests_seconds_count{status=~"5.*"}[5m])) / sum by (job) (rate(http_server_requests_seconds_count[5m])) > 1',
      'sum by (job) (increase(http_server_requests_seconds_count{status=~"5.."}[5m])) / on (job) sum by (job) (increase(http_server_requests_seconds_count[5m])) > 0.01',
      'sum by (job) (rate(http_server_requests_seconds_count{status=~"5.."}[5m])) > 0.01 * sum by (job) (rate(http_server_requests_seconds_count[5m]))',
      'sum by (job) (rate(http_server_requests_seconds_count{status=~"5.."}[5m])) / ignoring () sum by (job) (rate(http_server_requests_seconds_count[5m])) > 1e-2',
      '0.01 * sum by (job) (rate(http_server_requests_seconds_count[5m])) < sum by (job) (rate(http_server_requests_seconds_count{status=~"5.."}[5m]))',
    ],
  ],
  [
    heap,
    [
      '100 * sum by (instance, job) (jvm_memory_used_bytes{area=~"heap"}) / sum by (job, instance) (jvm_memory_max_bytes{area="heap"} > 0) > 80',
      'sum by (job, instance) (jvm_memory_used_bytes{area!="nonheap",area="heap"}) / sum by (job, instance) (jvm_memory_max_bytes{area="heap"} > 0) > 4/5',
    ],
  ],
  [
    memory,
    [
      'redis_memory_used_bytes / redis_memory_max_bytes > 0.8 and redis_memory_max_bytes > 0',
      'redis_memory_used_bytes > 0.8 * (redis_memory_max_bytes > 0)',
      'redis_memory_max_bytes > 0 and redis_memory_used_bytes / redis_memory_max_bytes > 0.8',
      'redis_memory_used_bytes / (redis_memory_max_bytes != 0) * 100 > 80',
      'redis_memory_used_bytes / redis_memory_max_bytes > 0.8 unless redis_memory_max_bytes == 0',
      '(redis_memory_used_bytes / on (job, instance) (redis_memory_max_bytes > 0)) > 0.8',
    ],
  ],
  [
    `${p95} or histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 0.5`,
    [
      `histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 0.5 or ${p95}`,
      '(histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) or histogram_quantile(0.95, sum by (job, le) (rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m])))) > 0.5',
      'histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]) or rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m]))) > 0.5',
    ],
  ],
]

for (const [expected, others] of SAME) {
  for (const observed of others) {
    test(`same: ${observed}`, () => {
      assert.deepEqual(differences(expected, observed), [])
    })
  }
}

const DIFFERENT: [string, string, string][] = [
  ['up == 0', 'up == 1', 'threshold: 0 -> 1'],
  ['up == 0', 'redis_up == 0', 'metric: up -> redis_up'],
  ['up == 0', 'up{job="rate-limiter"} == 0', 'matcher: any job -> job="rate-limiter"'],
  ['up == 0', 'sum(up) == 0', 'aggregation: up -> sum(up)'],
  ['up == 0', 'up', 'comparator: up == 0 -> no comparison: every row alerts'],
  [slow, 'rate(mysql_global_status_slow_queries[5m]) * 60 > 11', 'threshold: 10 -> 11'],
  [slow, 'rate(mysql_global_status_slow_queries[5m]) > 10', 'unit: 10 -> 600'],
  [slow, 'rate(mysql_global_status_slow_queries[5m]) * 60 >= 10', 'comparator: > 10 -> >= 10'],
  [slow, 'rate(mysql_global_status_slow_queries[1m]) * 60 > 10', 'window: [5m] -> [1m]'],
  [slow, 'irate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'function: rate -> irate'],
  [
    slow,
    'mysql_global_status_slow_queries > 10',
    'function: rate(mysql_global_status_slow_queries[5m]) -> mysql_global_status_slow_queries',
  ],
  [slow, 'rate(mysql_global_status_slow_queries[5m] offset 5m) * 60 > 10', 'offset: 0ms ago -> 5m ago'],
  [p95, p95.replace('0.95', '0.9'), 'quantile: 0.95 -> 0.9'],
  [p95, p95.replace('0.5', '500'), 'unit: 0.5 -> 500'],
  [p95, p95.replace('job, le', 'le'), 'grouping: by (job, le) -> by (le)'],
  [p95, p95.replace('{uri!="/actuator/prometheus"}', ''), 'matcher: uri!="/actuator/prometheus" -> any uri'],
  [overload, overload.replace('1000', '100'), 'threshold: 1000 -> 100'],
  [overload, overload.replace('429', '428'), 'matcher: status="429" -> status="428"'],
  [overload, overload.replace('job="rate-limiter",', ''), 'matcher: job="rate-limiter" -> any job'],
  [overload, overload.replace('sum by', 'avg by'), 'aggregation: sum -> avg'],
  [share, share.replace('5..', '4..'), 'matcher: status=~"5.." -> status=~"4.."'],
  [share, share.replace('0.01', '1'), 'unit: 0.01 -> 1'],
  [
    heap,
    heap.replace(' > 0)', ')'),
    'guard: only where jvm_memory_max_bytes{area="heap"} > 0 -> jvm_memory_max_bytes{area="heap"} without that guard',
  ],
  [heap, heap.replace('area="heap"} > 0', 'area="nonheap"} > 0'), 'matcher: area="heap" -> area="nonheap"'],
  [
    memory,
    'redis_memory_used_bytes / redis_memory_max_bytes > 0.8',
    'guard: only where redis_memory_max_bytes > 0 -> redis_memory_max_bytes without that guard',
  ],
  [
    memory,
    memory.replace('redis_memory_used_bytes', 'redis_memory_max_bytes'),
    'metric: redis_memory_used_bytes -> redis_memory_max_bytes',
  ],
  [memory, memory.replace('(redis_memory_max_bytes', '(2 * redis_memory_max_bytes'), 'threshold: 0.8 -> 1.6'],
  ['(redis_memory_used_bytes > 1) > 2', '(redis_memory_used_bytes > 3) > 2', 'threshold: 2 -> 3'],
  ['redis_memory_used_bytes > 1', '(redis_memory_used_bytes > 1) < 9', 'guard: no further guard -> and redis_memory_used_bytes < 9'],
  [p95, p95.replace('0.5', '50'), 'threshold: 0.5 -> 50'],
  [`up == 0 or redis_up == 0`, 'up == 0', 'missing part: redis_up == 0 -> nothing'],
  ['up == 0', 'up == 0 or redis_up == 0', 'additional part: nothing more -> redis_up == 0'],
]

for (const [expected, observed, difference] of DIFFERENT) {
  test(`different: ${observed}`, () => {
    assert.deepEqual(differences(expected, observed), [difference])
  })
}
