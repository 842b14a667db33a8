import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'

finds(
  'rule-condition-matches',
  'each difference is named with both values',
  {
    file: 'alert-rules.yml',
    from: '> 1000',
    to: '> 100',
    subject: 'RateLimiterOverload',
    expected: '1000',
    observed: '100',
    message: 'threshold',
  },
  {
    file: 'alert-rules.yml',
    from: 'expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    to: 'expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80',
    expected: '0.8',
    observed: '80',
    message: 'percent',
  },
  { file: 'alert-rules.yml', from: 'status="429"', to: 'status="400"', message: 'matcher' },
  { file: 'alert-rules.yml', from: '[1m])) * 60', to: '[2m])) * 60', expected: '[1m]', observed: '[2m]' },
)

const file = 'alert-rules.yml'
const used = 'redis_memory_used_bytes / (redis_memory_max_bytes > 0)'
finds(
  'rule-condition-matches',
  'another metric is one finding that names both, at its line',
  ...[
    [used, 'redis_memory_used_rss_bytes / (redis_memory_max_bytes > 0)', 'redis_memory_used_bytes', 'redis_memory_used_rss_bytes'],
    [
      used,
      'redis_memory_max_bytes / (redis_memory_used_bytes > 0)',
      'redis_memory_used_bytes, redis_memory_max_bytes',
      'redis_memory_max_bytes, redis_memory_used_bytes',
    ],
    [used, 'redis_memory_used_bytes / (redis_memory_used_peak_bytes > 0)', 'redis_memory_max_bytes', 'redis_memory_used_peak_bytes'],
    ['jvm_memory_max_bytes', 'jvm_memory_committed_bytes', 'jvm_memory_max_bytes', 'jvm_memory_committed_bytes'],
  ].map(([from = '', to = '', expected = '', observed = '']) => ({
    file,
    from,
    to,
    expected,
    observed,
    message: 'the metric of',
    line: to.split(' ').at(-3) ?? to,
  })),
)
finds(
  'rule-condition-matches',
  'the hint fits the unit, and what follows from the number is not said besides',
  { file, from: '[5m]))) > 0.5\n', to: '[5m]))) > 500\n', message: 'milliseconds against seconds', line: '> 500' },
  {
    file,
    from: '[5m]))) > 0.5\n',
    to: '[5m]))) > 50\n',
    message: 'the threshold of HighLatency differs from the specification',
    line: '> 50',
  },
  { file, from: '> 0.01\n', to: '> 1\n', message: 'percent against a share', line: '[5m])) > 1' },
  { file, from: '> 0.01\n', to: '> 10\n', message: 'the threshold of', line: '[5m])) > 10' },
  { file, from: '* 60 > 10\n', to: '* 60 > 10000\n', message: 'the threshold of MySQLSlowQueries', line: '> 10000' },
  { file, from: '* 60 > 10\n', to: '> 10\n', message: 'per minute against per second', line: '> 10' },
)

test('rule-condition-matches: what a specification names by its recording is compared by that name', async () => {
  const { texts, options } = await deployment()
  const rules = options.spec.rules.map((rule) =>
    rule.alert === 'RedisHighMemory' ? { ...rule, condition: { ...rule.condition, expr: 'redis:memory:share > 0.8' } } : rule,
  )
  const recorded = change(
    change(texts, 'alert-rules.yml', `expr: ${used} > 0.8`, 'expr: redis:memory:share > 0.8'),
    'alert-rules.yml',
    '    rules:\n',
    `    rules:\n      - { record: redis:memory:share, expr: '${used}' }\n`,
  )
  const judged = (from: string, to: string): string[] =>
    lint(from === to ? recorded : change(recorded, 'alert-rules.yml', from, to), {
      ...options,
      spec: { ...options.spec, rules },
      only: ['rule-condition-matches'],
    }).findings.map(({ subject, expected, observed }) => `${subject}: ${expected}, ${observed}`)
  assert.deepEqual(judged('redis:memory:share > 0.8', 'redis:memory:share > 0.8'), [])
  assert.deepEqual(judged('redis:memory:share > 0.8', 'redis:memory:share > 0.9'), ['RedisHighMemory: 0.8, 0.9'])
})
