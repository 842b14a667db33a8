import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { findTool } from '../../lab/tools/tools.ts'
import { compare, folder, skip, testShapes } from '../../testing/simulate/shapes.ts'

test('the two rules are asked for at once over series near the numbers of the condition, the same each time', async () => {
  const program = path.join(folder, 'promtool')
  await writeFile(program, '#!/bin/sh\nexit 0\n')
  await chmod(program, 0o755)
  const expr = 'redis_memory_used_bytes > 500 and redis_up == 1'
  const { differs, says } = await compare(program, expr, expr)
  assert.equal(differs, undefined)
  assert.match(says ?? '', /no generated series make the specified rule fire/, 'a promtool that finds nothing found no alert either')
  const written = await readFile(path.join(folder, 'side-by-side-Odd-differs.yml'), 'utf8')
  for (const part of ['redis_memory_used_bytes{', 'redis_up{', 'unless ignoring (alertname)']) assert.ok(written.includes(part), part)
  const values = [...written.matchAll(/ ([\d.]+)\+0x/g)].map(([, value]) => Number(value))
  // 1 % below and above, by a calculation with fractions.
  for (const near of [495, 505])
    assert.ok(
      values.some((value) => Math.abs(value - near) < 0.001),
      `no ${near}`,
    )
  await compare(program, expr, expr)
  assert.equal(await readFile(path.join(folder, 'side-by-side-Odd-differs.yml'), 'utf8'), written)
})

const promtool = findTool('promtool')
testShapes([
  ['and', 'redis_memory_used_bytes > 500 and redis_up == 1', 'redis_memory_used_bytes > 500 and redis_up == 0'],
  ['unless', 'redis_memory_used_bytes > 500 unless redis_up == 0', 'redis_memory_used_bytes > 500 unless redis_up == 1'],
  ['or', 'shop_temp > 80 or shop_temp < 5', 'shop_temp > 80 or shop_temp < 4.5', 'shop_temp > 80'],
  ['absent', 'absent(up{job="redis-exporter"})', 'absent(up{job="mysqld-exporter"})'],
  ['absent_over_time', 'absent_over_time(shop_up{job="a"}[10m])', 'absent_over_time(shop_up{job="a"}[20m])', 'absent(shop_up{job="a"})'],
  ['inequality', 'shop_state != 1', 'shop_state > 1', 'shop_state != 2'],
  ['nothing', 'shop_state == 0', 'shop_state <= 0', 'shop_state == 1'],
  ['a function over time', 'max_over_time(redis_memory_used_bytes[5m]) > 500', 'min_over_time(redis_memory_used_bytes[5m]) > 500'],
  ['another window', 'avg_over_time(redis_memory_used_bytes[5m]) > 500', 'avg_over_time(redis_memory_used_bytes[1m]) > 500'],
  ['quantile_over_time', 'quantile_over_time(0.9, shop_lag[10m]) > 30', 'quantile_over_time(0.5, shop_lag[10m]) > 30'],
  ['last and present', 'last_over_time(shop_lag[10m]) > 30', 'shop_lag > 30', 'last_over_time(shop_lag[10m]) >= 30'],
  ['changes', 'changes(shop_starts[15m]) > 2', 'changes(shop_starts[15m]) > 3', 'changes(shop_starts[30m]) > 2'],
  ['resets', 'resets(shop_jobs_total[15m]) > 2', 'resets(shop_jobs_total[15m]) > 1', 'changes(shop_jobs_total[15m]) > 2'],
  ['delta', 'delta(shop_lag[10m]) > 50', 'delta(shop_lag[10m]) > 55', 'delta(shop_lag[20m]) > 50'],
  ['deriv', 'deriv(shop_lag[10m]) > 0.5', 'deriv(shop_lag[10m]) > 0.55', 'deriv(shop_lag[10m]) < 0.5'],
  ['predict_linear', 'predict_linear(shop_free[1h], 4 * 3600) < 0', 'predict_linear(shop_free[1h], 3 * 3600) < 0'],
  ['time() - x', 'time() - shop_backup > 86400 * 2', 'time() - shop_backup > 86400 * 3', 'time() - shop_backup >= 90000 * 2'],
  ['a subquery', 'max_over_time(rate(shop_total[5m])[30m:1m]) > 2', 'max_over_time(rate(shop_total[5m])[10m:1m]) > 2'],
  [
    'an offset',
    'shop_orders < 0.5 * shop_orders offset 1h',
    'shop_orders < 0.5 * shop_orders',
    'shop_orders < 0.6 * shop_orders offset 1h',
  ],
  [
    'a quantile of a histogram',
    'histogram_quantile(0.99, sum by (job, le) (rate(shop_seconds_bucket[5m]))) > 1',
    'histogram_quantile(0.9, sum by (job, le) (rate(shop_seconds_bucket[5m]))) > 1',
    'histogram_quantile(0.99, sum by (job, le) (rate(shop_seconds_bucket[5m]))) > 2',
  ],
  [
    'a ratio with group_left',
    'sum by (job, code) (rate(shop_total{code=~"5.."}[5m])) / ignoring (code) group_left sum by (job) (rate(shop_total[5m])) > 0.05',
    'sum by (job, code) (rate(shop_total{code=~"4.."}[5m])) / ignoring (code) group_left sum by (job) (rate(shop_total[5m])) > 0.05',
    'sum by (job, code) (rate(shop_total{code=~"5.."}[5m])) / ignoring (code) group_left sum by (job) (rate(shop_total[5m])) > 0.06',
  ],
  ['topk', 'topk(1, shop_lag) > 30', 'topk(2, shop_lag) > 30', 'bottomk(1, shop_lag) > 30'],
  ['bool', 'sum by (job) (shop_lag > bool 30) > 1', 'sum by (job) (shop_lag > bool 33) > 1', 'sum by (job) (shop_lag < bool 30) > 1'],
  [
    'label_replace',
    'label_replace(shop_lag, "host", "$1", "instance", "(.*):.*") > 30',
    'label_replace(shop_lag, "host", "$1", "instance", "(.*)") > 30',
  ],
  [
    'an info metric',
    'shop_lag * on (instance) group_left (version) shop_build_info > 30',
    'shop_lag * on (instance) shop_build_info > 30',
    'shop_lag > 30',
  ],
  [
    'nested operands',
    '(redis_memory_used_bytes - 100) / redis_memory_max_bytes > 0.8',
    '(redis_memory_used_bytes + 100) / redis_memory_max_bytes > 0.8',
  ],
  ['a guard that says nothing', 'shop_lag > 30 and shop_lag > 10', 'shop_lag > 31 and shop_lag > 10'],
  [
    'a metric without a recording',
    'shop_queue_depth > 10 and on (instance) shop_up == 1',
    'shop_queue_depth > 11 and on (instance) shop_up == 1',
  ],
])

test('what no series can show is named, by its word', { skip }, async () => {
  assert.ok(promtool)
  const expr = 'shop_lag > 30 and on () hour() > 25'
  assert.match((await compare(promtool, expr, expr)).says ?? '', /no generated series make the specified rule fire/)
  const redundant = 'shop_used / shop_max > 0.8 and shop_max > 0 and shop_used > 0'
  assert.match((await compare(promtool, redundant, redundant)).says ?? '', /no series were found that tell .*0 \(-1\)/)
})

test('`for`, keep_firing_for and labels are compared as well', { skip }, async () => {
  assert.ok(promtool)
  const expr = 'shop_lag > 30 unless shop_up == 0'
  for (const [from, to] of [
    ['for: 60s', 'for: 120s'],
    ['for: 60s', 'for: 0s'],
    ['for: 60s', 'for: 60s\n        keep_firing_for: 5m'],
    ['severity: warning', 'severity: critical'],
  ] as const)
    assert.match((await compare(promtool, expr, expr, 60_000, (text) => text.replace(from, to))).differs ?? to, /^at \d/)
})
