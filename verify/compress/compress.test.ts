import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse } from 'yaml'
import { FiredrillError } from '../model/error.ts'
import { formatError } from '../text/error-text.ts'
import { compressAlertmanager, compressPrometheus, compressRules } from './compress.ts'

const delivered = (name: string): string => readFileSync(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8')
const files = [
  { name: 'alert-rules.yml', compress: compressRules },
  { name: 'prometheus.yml', compress: compressPrometheus },
  { name: 'alertmanager/alertmanager.yml', compress: compressAlertmanager },
]

for (const { name, compress } of files) {
  test(`${name} compressed by 1 is itself, byte for byte`, () => {
    const text = delivered(name)
    assert.equal(compress(text, 1), text)
  })

  test(`${name}: only durations and numbers differ, at any compression`, () => {
    const text = delivered(name)
    const withoutNumbers = (of: string): string => of.replace(/\b\d[\d.]*(?:e-?\d+)?(?:(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)?\b/g, '#')
    fc.assert(
      fc.property(fc.double({ min: 1, max: 60, noNaN: true }), (k) => {
        const result = compress(text, k)
        parse(result)
        assert.equal(withoutNumbers(result), withoutNumbers(text))
      }),
      { numRuns: 30 },
    )
  })
}

test('the delivered rules by 15', () => {
  const text = compressRules(delivered('alert-rules.yml'), 15)
  const rules = new Map(
    (parse(text) as { groups: { rules: { alert: string; for: string; expr: string }[] }[] }).groups[0]?.rules.map((rule) => [
      rule.alert,
      rule,
    ]),
  )
  for (const [alert, forTime] of [
    ['ServiceDown', '4s'],
    ['RedisConnectionFailed', '2s'],
    ['HighLatency', '20s'],
    ['HighErrorRate', '20s'],
    ['RateLimiterOverload', '20s'],
    ['JVMHeapHigh', '20s'],
    ['MySQLSlowQueries', '20s'],
    ['RedisHighMemory', '20s'],
  ] as const)
    assert.equal(rules.get(alert)?.for, forTime, alert)
  assert.equal(
    rules.get('RateLimiterOverload')?.expr,
    'sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[4s])) * 60 > 1000',
  )
  assert.equal(rules.get('HighErrorRate')?.expr.match(/\[20s\]/g)?.length, 4)
  assert.match(rules.get('HighLatency')?.expr ?? '', /\[20s\]/)
})

test('the delivered scrape configuration by 15: one second everywhere', () => {
  const text = compressPrometheus(delivered('prometheus.yml'), 15)
  const config = parse(text) as { global: Record<string, string>; scrape_configs: { scrape_interval?: string }[] }
  assert.deepEqual(config.global, { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' })
  assert.deepEqual([...new Set(config.scrape_configs.map((job) => job.scrape_interval ?? '1s'))], ['1s'])
})

test('the delivered routing by 15', () => {
  const { route } = parse(compressAlertmanager(delivered('alertmanager/alertmanager.yml'), 15)) as { route: Record<string, unknown> }
  assert.deepEqual([route['group_wait'], route['group_interval'], route['repeat_interval']], ['1s', '4s', '16m'])
})

test('defaults that a file leaves unsaid are written down', () => {
  assert.equal(
    compressPrometheus('scrape_configs: []\n', 15),
    'global:\n  scrape_interval: 4s\n  evaluation_interval: 4s\nscrape_configs: []\n',
  )
  assert.equal(
    compressPrometheus('# top\nglobal:\n    external_labels: {a: b}\n', 15),
    '# top\nglobal:\n    scrape_interval: 4s\n    evaluation_interval: 4s\n    external_labels: {a: b}\n',
  )
  assert.equal(compressPrometheus('global: {scrape_interval: 30s}\n', 15), 'global: {evaluation_interval: 4s, scrape_interval: 2s}\n')
  assert.equal(
    compressAlertmanager('route:\n  receiver: a\n  group_wait: 0s\n', 15),
    'route:\n  group_interval: 20s\n  repeat_interval: 16m\n  receiver: a\n  group_wait: 0s\n',
  )
})

test('a scrape timeout never exceeds its interval, nor falls below a second', () => {
  const text = compressPrometheus(
    'global: {scrape_interval: 1m, scrape_timeout: 1m, evaluation_interval: 1m}\nscrape_configs:\n- {job_name: a, scrape_interval: 10s, scrape_timeout: 9s}\n- {job_name: b, scrape_timeout: 45s}\n',
    15,
  )
  assert.match(text, /scrape_interval: 4s, scrape_timeout: 4s/)
  assert.match(text, /job_name: a, scrape_interval: 1s, scrape_timeout: 1s/)
  assert.match(text, /job_name: b, scrape_timeout: 3s/)
})

test('nested routes', () => {
  const text =
    'route:\n  group_wait: 15s\n  group_interval: 1m\n  repeat_interval: 1h\n  routes:\n    - routes:\n        - group_interval: 5m # why\n'
  assert.match(compressAlertmanager(text, 15), /group_interval: 20s # why\n/)
})

const styles: [string, string, string][] = [
  ['plain', 'expr: rate(x[5m]) > 1 # why', 'expr: rate(x[20s]) > 1 # why'],
  ['single-quoted', `expr: 'rate(x{a="b"}[5m])'`, `expr: 'rate(x{a="b"}[20s])'`],
  ['double-quoted with escapes', 'expr: "rate(x{a=\\"b\\"}[5m])"', 'expr: "rate(x{a=\\"b\\"}[20s])"'],
  [
    'literal block',
    'expr: |\n          rate(x[5m])\n\n            > 1\n        for: 30s',
    'expr: |\n          rate(x[20s])\n\n            > 1\n        for: 2s',
  ],
  ['folded block', 'expr: >-\n          rate(x[5m])\n          > 1\n        for: 30s', 'expr: "rate(x[20s]) > 1"\n        for: 2s'],
]
for (const [style, before, after] of styles) {
  test(`an expression written as ${style} scalar`, () => {
    const frame = (body: string): string =>
      `groups:\n  - name: g\n    rules:\n      - alert: A\n        ${body}\n        labels: {severity:   info}\n`
    const result = compressRules(frame(before), 15)
    if (style === 'folded block') assert.deepEqual(parse(result), parse(frame(after)))
    else assert.equal(result, frame(after))
  })
}

test('an anchored expression is rewritten once', () => {
  const text = 'groups:\n- rules:\n  - {alert: A, expr: &e "rate(x[5m])", for: &f 5m}\n  - {alert: B, expr: *e, for: *f}\n'
  assert.equal(compressRules(text, 15), text.replace('[5m]', '[20s]').replace('&f 5m', '&f 20s'))
})

test('errors carry file, line, column and the line itself', () => {
  const text = 'groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |-\n          up == 0\n            or rate(x[5q]) > 1\n'
  assert.throws(
    () => compressRules(text, 15, 'my/rules.yml'),
    (error: unknown) => {
      assert.ok(error instanceof FiredrillError)
      assert.match(
        formatError(error),
        /^my\/rules\.yml:7:24: not PromQL from here on \[PROMQL_SYNTAX\]\n {14}or rate\(x\[5q\]\) > 1\n {25}\^/,
      )
      return true
    },
  )
  assert.throws(() => compressRules('groups: [\n', 15, 'r.yml'), { code: 'YAML_SYNTAX' })
  assert.throws(() => compressRules('- a\n', 15, 'r.yml'), { code: 'YAML_SHAPE' })
  assert.throws(
    () => compressRules('groups:\n- rules:\n  - {alert: A, expr: up, for: 5 minutes}\n', 15, 'r.yml'),
    (error: unknown) => {
      assert.ok(error instanceof FiredrillError)
      assert.deepEqual([error.code, error.place?.line, error.place?.column], ['BAD_DURATION', 3, 31])
      return true
    },
  )
})
