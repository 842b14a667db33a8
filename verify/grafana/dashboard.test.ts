import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FiredrillError } from '../model/error.ts'
import { dashboardWith, parseDashboard, resolveQuery } from './index.ts'
import { intervalsOf, pickedRangeMs, roundInterval } from './intervals.ts'
import { cutRanges } from './ranges.ts'

const SLO = readFileSync(new URL('../../monitoring/grafana/dashboards/slo-dashboard.json', import.meta.url), 'utf8')

function dashboardOf(expr: string, variables: object[] = [], more: object = {}, panel: object = {}): ReturnType<typeof parseDashboard> {
  return parseDashboard(
    JSON.stringify({
      title: 't',
      panels: [{ title: 'p', type: 'stat', targets: [{ refId: 'A', expr }], ...panel }],
      templating: { list: variables },
      ...more,
    }),
    'd.json',
  )
}

function resolved(expr: string, variables: object[] = [], options: Parameters<typeof resolveQuery>[3] = {}, panel: object = {}): string {
  const dashboard = dashboardOf(expr, variables, {}, panel)
  return resolveQuery(dashboard, dashboard.panels[0]!, dashboard.panels[0]!.queries[0]!, options)
}

test('the delivered dashboard is read with its panels, thresholds and window', () => {
  const dashboard = parseDashboard(SLO, 'slo-dashboard.json')
  assert.deepEqual(
    dashboard.panels.map(({ title }) => title),
    [
      'Availability',
      'Latency p95',
      'Error rate',
      'Error budget',
      'Availability by service',
      'Latency p95 by service',
      'Error rate by service',
      'Active alerts',
    ],
  )
  assert.deepEqual(dashboard.panels[0]?.thresholds.steps, [
    { value: null, color: 'red' },
    { value: 0.999, color: 'green' },
  ])
  const latency = dashboard.panels[1]!
  assert.match(resolveQuery(dashboard, latency, latency.queries[0]!), /\{endpoint!="\/metrics"\}\[24h\]/)
  assert.match(resolveQuery(dashboard, latency, latency.queries[0]!, { cutToMs: 130_000 }), /\[2m10s\]/)
  const byService = dashboard.panels[4]!
  // 6 h on a third of the screen: 21600 s / 640 = 33.75 s -> 30 s; rate interval max(30 + 15, 60).
  assert.match(resolveQuery(dashboard, byService, byService.queries[0]!, { timeInterval: '15s' }), /\[1m\]\)\)$/)
  assert.equal(dashboardWith([dashboardOf('up'), dashboard], { panels: [{ title: 'Availability', measures: 'availability' }] })?.uid, 'slo')
  assert.equal(dashboardWith([dashboardOf('x')], { panels: [{ title: 'Availability', measures: 'availability' }] }), undefined)
})

test('collapsed rows, hidden queries and other datasources', () => {
  const inner = {
    title: 'inside',
    type: 'gauge',
    targets: [{ expr: 'up' }, { expr: 'down', hide: true }, { expr: '{a="b"}', datasource: { type: 'loki' } }, { expr: '' }],
  }
  const dashboard = parseDashboard(
    JSON.stringify({ dashboard: { panels: [{ type: 'row', collapsed: true, panels: [inner, { type: 'text', title: 'words' }] }] } }),
    'd.json',
  )
  assert.deepEqual(
    dashboard.panels.map(({ title, queries }) => [title, queries.map(({ refId, expr }) => refId + expr)]),
    [
      ['inside', ['Aup']],
      ['words', []],
    ],
  )
})

test('variables in all their spellings and formats', () => {
  const jobs = { name: 'job', type: 'custom', multi: true, query: 'a.b, c', current: { value: ['a.b', 'c'], text: ['a.b', 'c'] } }
  assert.equal(resolved('up{job=~"$job"}', [jobs]), 'up{job=~"(a\\\\.b|c)"}')
  assert.equal(resolved('up{job=~"${job:regex}"}', [jobs]), 'up{job=~"(a\\.b|c)"}')
  assert.equal(
    resolved('up{job=~"${job:pipe}"} [[job:csv]] ${job:doublequote} ${job:singlequote} ${job:json} ${job:glob} ${job:text}', [jobs]),
    'up{job=~"a.b|c"} a.b,c "a.b","c" \'a.b\',\'c\' ["a.b","c"] {a.b,c} a.b + c',
  )
  assert.equal(resolved('x[$w]', [{ name: 'w', type: 'custom', query: '5m,1h', current: { value: '1h' } }]), 'x[1h]')
  assert.equal(resolved('x[$w]', [{ name: 'w', type: 'custom', query: 'five minutes : 5m,1h' }]), 'x[5m]')
  // What is no option any more gives way to the first one; the text finds its option as well as the value.
  const window = (query: string, current: object): object => ({ name: 'w', type: 'custom', query, current })
  assert.equal(resolved('x[$w]', [window('5m,1h,25h', { text: '24h', value: '24h' })]), 'x[5m]')
  assert.equal(resolved('x[$w] ${w:text}', [window('short : 5m,1h', { text: 'gone', value: 'gone' })]), 'x[5m] short')
  assert.equal(resolved('x[$w]', [window('5m,day : 24h', { text: 'day', value: '1d' })]), 'x[24h]')
  assert.equal(
    resolved(
      'x[$w]',
      [
        {
          name: 'w',
          type: 'interval',
          query: '1m,5m',
          auto: true,
          auto_count: 30,
          auto_min: '10s',
          current: { value: '$__auto_interval_w' },
        },
      ],
      { rangeMs: 3_600_000 },
    ),
    'x[2m]',
  )
  assert.equal(
    resolved('up{job=~"$job"}', [{ name: 'job', type: 'query', includeAll: true, current: { value: '$__all' } }]),
    'up{job=~".+"}',
  )
  assert.equal(
    resolved('up{job=~"$job"}', [{ name: 'job', type: 'query', includeAll: true, allValue: '.*', current: { value: ['$__all'] } }]),
    'up{job=~".*"}',
  )
  assert.equal(
    resolved('up{job=~"$job"}', [{ name: 'job', type: 'custom', includeAll: true, query: 'a,b', current: { value: '$__all' } }]),
    'up{job=~"(a|b)"}',
  )
  assert.equal(
    resolved('$outer', [
      { name: 'outer', type: 'constant', query: 'up{job="$job"}' },
      { name: 'job', type: 'textbox', query: 'x' },
    ]),
    'up{job="x"}',
  )
  assert.equal(resolved('label_replace(up, "a", "$1", "b", "(.*)")'), 'label_replace(up, "a", "$1", "b", "(.*)")')
})

test('interval macros as Grafana computes them', () => {
  assert.equal(
    resolved('x[$__rate_interval] $__interval_ms ${__range} $__range_s', [], { rangeMs: 21_600_000, timeInterval: '15s' }),
    'x[1m] 15000 21600s 21600',
  )
  // A wide range makes the interval the larger part: 7 d / 1000 points = 604.8 s -> 10 m, and 15 s on top.
  assert.equal(resolved('x[$__rate_interval]', [], { rangeMs: 604_800_000, timeInterval: '15s' }, { maxDataPoints: 1_000 }), 'x[10m15s]')
  assert.equal(resolved('x[$__interval]', [], { rangeMs: 60_000 }, { interval: '>30s' }), 'x[30s]')
  const { panels } = dashboardOf('x', [], {}, { targets: [{ expr: 'x', interval: '1m' }] })
  assert.deepEqual(intervalsOf(panels[0]!, panels[0]!.queries[0]!, 60_000, '5s'), {
    intervalMs: 60_000,
    rateIntervalMs: 240_000,
    rangeMs: 60_000,
  })
  assert.deepEqual([9, 10, 14_999, 44_999, 45_000, 1e13].map(roundInterval), [1, 10, 15_000, 30_000, 60_000, 31_536_000_000])
  assert.deepEqual(
    [
      { from: 'now-6h', to: 'now' },
      { from: 'now-2d', to: 'now-1d' },
      { from: 'now/d', to: 'now' },
    ].map(pickedRangeMs),
    [21_600_000, 86_400_000, undefined],
  )
})

test('only longer ranges are cut, and quoted brackets are text', () => {
  assert.equal(
    cutRanges('a[24h] + b[30s] + avg_over_time(c[1d:1m]) + d{x="[24h]",y=~\'[0-9]\'}', 60_000),
    'a[1m] + b[30s] + avg_over_time(c[1m:1s]) + d{x="[24h]",y=~\'[0-9]\'}',
  )
})

test('errors have their place', () => {
  const failure = (text: string): FiredrillError => {
    try {
      parseDashboard(text, 'd.json')
    } catch (error) {
      if (error instanceof FiredrillError) return error
    }
    return assert.fail('nothing was thrown')
  }
  const torn = failure('{\n  "panels": [,]\n}')
  assert.deepEqual([torn.code, torn.place?.line, torn.place?.column], ['DASHBOARD_SYNTAX', 2, 14])
  assert.deepEqual(
    [failure('[]').code, failure('{"title": "x"}').message, failure('').code],
    ['DASHBOARD_SHAPE', 'no list of panels', 'DASHBOARD_SYNTAX'],
  )
  assert.match(failure('{"elements": {}}').message, /v2/)
  const bad = failure('{"panels": [\n{"title": "P", "targets": 5}]}')
  assert.deepEqual([bad.code, bad.place?.line, bad.message], ['DASHBOARD_SHAPE', 2, 'panel "P": targets is no list'])
  assert.throws(() => resolved('up{job="$jbo"}', [{ name: 'job', type: 'custom', query: 'a' }]), {
    code: 'DASHBOARD_VARIABLE',
    message: 'panel "p": no variable $jbo',
    next: 'The dashboard has: $job.',
  })
})
