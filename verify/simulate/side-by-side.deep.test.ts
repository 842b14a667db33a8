import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { RuleSpec, Spec } from '../model/spec.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { sideBySide, type SideBySide } from './side-by-side.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-side-by-side-'))
after(() => rm(folder, { recursive: true }))
const {
  options: { spec, catalogue },
} = await deployment()

async function compare(promtool: string, expr: string, delivered: string, forMs = 60_000): Promise<SideBySide> {
  const [first] = spec.rules
  assert.ok(first)
  const rule: RuleSpec = {
    ...first,
    alert: 'Odd',
    condition: { ...first.condition, expr },
    forMs,
    labels: { severity: 'warning' },
    annotations: {},
  }
  const own: Spec = { ...spec, rules: [rule] }
  const file = path.join(folder, 'rules.yml')
  const quoted = JSON.stringify(delivered)
  await writeFile(
    file,
    `groups:\n  - name: g\n    rules:\n      - alert: Odd\n        expr: ${quoted}\n        for: ${forMs / 1000}s\n        labels: { severity: warning }\n`,
  )
  return sideBySide(promtool, rule, own, catalogue, [file], folder)
}

test('the two rules are asked for at once over series near the numbers of the condition, the same each time', async () => {
  const program = path.join(folder, 'promtool')
  await writeFile(program, '#!/bin/sh\nexit 0\n')
  await chmod(program, 0o755)
  const expr = 'redis_memory_used_bytes > 500 and redis_up == 1'
  const { differs, says } = await compare(program, expr, expr)
  assert.equal(differs, undefined)
  assert.match(says ?? '', /never fires/, 'a promtool that finds nothing found no alert either')
  const written = await readFile(path.join(folder, 'side-by-side-Odd-differs.yml'), 'utf8')
  for (const part of ['redis_memory_used_bytes{', 'redis_up{', '550', '450', 'unless ignoring(alertname)'])
    assert.ok(written.includes(part), part)
  await compare(program, expr, expr)
  assert.equal(await readFile(path.join(folder, 'side-by-side-Odd-differs.yml'), 'utf8'), written)
})

const promtool = findTool('promtool')
const SHAPES: [what: string, specified: string, other: string][] = [
  ['and', 'redis_memory_used_bytes > 500 and redis_up == 1', 'redis_memory_used_bytes > 500 and redis_up == 0'],
  ['unless', 'redis_memory_used_bytes > 500 unless redis_up == 0', 'redis_memory_used_bytes > 500 unless redis_up == 1'],
  ['absent', 'absent(up{job="redis-exporter"})', 'absent(up{job="mysqld-exporter"})'],
  ['a function over time', 'max_over_time(redis_memory_used_bytes[5m]) > 500', 'min_over_time(redis_memory_used_bytes[5m]) > 500'],
  ['another window', 'avg_over_time(redis_memory_used_bytes[5m]) > 500', 'avg_over_time(redis_memory_used_bytes[1m]) > 500'],
  [
    'nested operands',
    '(redis_memory_used_bytes - 100) / redis_memory_max_bytes > 0.8',
    '(redis_memory_used_bytes + 100) / redis_memory_max_bytes > 0.8',
  ],
  [
    'a metric without a recording',
    'shop_queue_depth > 10 and on (instance) shop_up == 1',
    'shop_queue_depth > 11 and on (instance) shop_up == 1',
  ],
]
for (const [what, specified, other] of SHAPES)
  test(
    `${what}: equal where it is the same, different where it is not`,
    { skip: promtool === undefined && 'promtool is not installed' },
    async () => {
      assert.ok(promtool)
      const same = await compare(promtool, specified, specified)
      assert.deepEqual([same.differs, same.says], [undefined, undefined])
      const differs = (await compare(promtool, specified, other)).differs
      assert.match(differs ?? 'nothing differs', /^at \d/)
    },
  )
