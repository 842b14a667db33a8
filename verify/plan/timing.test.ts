import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { rule } from '../../testing/spec/small-spec.ts'
import { compressAlertmanager, compressPrometheus } from '../compress/compress.ts'
import { compressDuration } from '../compress/expr.ts'
import type { LoadedGroup } from '../model/journal.ts'
import { evaluationIntervalOf } from '../promql/loaded-clocks.ts'
import { promisedRoute, routesFor } from '../routing/tree.ts'
import { loadSpec } from '../spec/load.ts'
import { compressMs, timingFromLoaded, timingFromSpec } from './timing.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)

test('a rule whose group has a promised interval of its own is evaluated by that one', () => {
  const own = { ...spec, rules: [rule({ alert: 'Slow', evaluationIntervalMs: 60_000 }), rule()] }
  const timing = timingFromSpec(own, 1)
  assert.deepEqual(
    timing.rules?.map(({ alert, intervalMs }) => [alert, intervalMs]),
    [['Slow', 60_000]],
  )
  assert.equal(evaluationIntervalOf(timing, 'Slow', {}), 60_000)
  assert.equal(evaluationIntervalOf(timing, 'ServiceDown', {}), timing.evaluationIntervalMs)
  assert.equal(timingFromSpec(spec, 1).rules, undefined)
})

test('compresses a duration as the compressed configuration does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.constantFrom(1, 1000, 4000),
      (ms, speed, minMs) => {
        assert.equal(compressMs(ms, speed, minMs), compressDuration(ms, speed, minMs))
      },
    ),
  )
})

for (const speed of [1, 5, 15]) {
  test(`at ${speed} times the promised intervals are those of the delivered files after their rewrite`, async () => {
    const read = (name: string): Promise<string> => readFile(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8')
    const promised = timingFromSpec(spec, speed)
    const loaded = timingFromLoaded({
      prometheus: compressPrometheus(await read('prometheus.yml'), speed),
      alertmanager: compressAlertmanager(await read('alertmanager/alertmanager.yml'), speed),
      flags: { 'rules.alert.resend-delay': `${promised.resendDelayMs}ms` },
    })
    const { route, ...clocks } = loaded
    assert.deepEqual(promised, clocks)
    assert.deepEqual(
      route,
      promisedRoute({
        ...spec.routing,
        groupWaitMs: promised.groupWaitMs,
        groupIntervalMs: promised.groupIntervalMs,
        repeatIntervalMs: promised.repeatIntervalMs,
      }),
    )
  })
}

test('what the loaded files leave out has the defaults of Prometheus and Alertmanager', () => {
  assert.deepEqual(
    timingFromLoaded({
      prometheus: 'scrape_configs: [{ job_name: quick, scrape_interval: 5s }]',
      alertmanager: 'route: { receiver: a }',
      flags: {},
    }),
    {
      scrapeIntervalMs: 60_000,
      scrapeTimeoutMs: 10_000,
      evaluationIntervalMs: 60_000,
      resendDelayMs: 60_000,
      groupWaitMs: 30_000,
      groupIntervalMs: 300_000,
      repeatIntervalMs: 14_400_000,
      jobs: { quick: { scrapeIntervalMs: 5_000, scrapeTimeoutMs: 5_000 } },
      route: {
        receiver: 'a',
        matchers: [],
        continues: false,
        groupBy: [],
        groupWaitMs: 30_000,
        groupIntervalMs: 300_000,
        repeatIntervalMs: 14_400_000,
        routes: [],
      },
    },
  )
})

const NESTED = `
route:
  receiver: default
  group_by: [alertname, job]
  group_interval: 1m
  routes:
    - receiver: critical
      matchers: ['severity="critical"']
      group_wait: 45s
      routes:
        - match_re: { job: redis|mysql }
          group_by: ['...']
          group_interval: 2m
        - match: { job: 5 }
          receiver: five
          continue: true
          repeat_interval: 1d
          mute_time_intervals: [nights]
          active_time_intervals: [weekdays]
`

test('every route has the clocks, the grouping and the receiver that it inherits', () => {
  const { route, groupWaitMs } = timingFromLoaded({ prometheus: 'global: {}', alertmanager: NESTED, flags: {} })
  assert.ok(route !== undefined)
  assert.equal(groupWaitMs, 30_000)
  const [redis] = routesFor(route, { severity: 'critical', job: 'redis' })
  assert.deepEqual(
    [redis?.receiver, redis?.groupBy, redis?.groupWaitMs, redis?.groupIntervalMs, redis?.repeatIntervalMs],
    ['critical', ['...'], 45_000, 120_000, 14_400_000],
  )
  const [five] = routesFor(route, { severity: 'critical', job: '5' })
  assert.deepEqual(
    [five?.receiver, five?.groupBy, five?.groupIntervalMs, five?.repeatIntervalMs, five?.continues],
    ['five', ['alertname', 'job'], 60_000, 86_400_000, true],
  )
  assert.deepEqual([five?.muteTimes, five?.activeTimes, redis?.muteTimes], [['nights'], ['weekdays'], undefined])
  assert.equal(routesFor(route, { severity: 'info' })[0]?.groupWaitMs, 30_000)
})

test('a compressed configuration has the clocks of each route compressed', () => {
  const at = (speed: number, labels: Record<string, string>): number | undefined => {
    const { route } = timingFromLoaded({ prometheus: 'global: {}', alertmanager: compressAlertmanager(NESTED, speed), flags: {} })
    return route === undefined ? undefined : routesFor(route, labels)[0]?.groupWaitMs
  }
  assert.deepEqual(
    [at(1, { severity: 'critical', job: 'redis' }), at(15, { severity: 'critical', job: 'redis' }), at(15, {})],
    [45_000, 3_000, 2_000],
  )
})

test('labels that Prometheus adds, and rules of groups with an interval of their own', () => {
  const rule = (name: string, type = 'alerting'): LoadedGroup['rules'][number] => ({
    name,
    type,
    query: '',
    forMs: 0,
    keepFiringForMs: 0,
    labels: { severity: 'critical' },
    annotations: {},
    health: 'ok',
    lastError: '',
  })
  const loaded = timingFromLoaded({
    prometheus: 'global: { evaluation_interval: 15s, external_labels: { cluster: eu, zone: 1 } }',
    alertmanager: 'route: { receiver: a }',
    flags: {},
    groups: [
      { name: 'usual', file: 'f', intervalMs: 15_000, rules: [rule('A'), rule('B')] },
      { name: 'slow', file: 'f', intervalMs: 60_000, rules: [rule('B'), rule('C'), rule('c:sum', 'recording')] },
    ],
  })
  assert.deepEqual(loaded.externalLabels, { cluster: 'eu', zone: '1' })
  assert.deepEqual(
    loaded.rules?.map(({ alert, intervalMs }) => `${alert} ${intervalMs}`),
    ['B 15000', 'B 60000', 'C 60000'],
  )
})

test('alert_relabel_configs, for all Alertmanagers and for each, with their defaults', () => {
  const prometheus = `alerting:
  alert_relabel_configs: [{ regex: replica, action: LabelDrop }]
  alertmanagers:
    - alert_relabel_configs: [{ source_labels: [severity, job], separator: '@', regex: 'info@.*', action: drop }]
      static_configs: [{ targets: [a:9093] }]
    - static_configs: [{ targets: [b:9093] }]
`
  const { alertRelabelling } = timingFromLoaded({ prometheus, alertmanager: 'route: { receiver: a }', flags: {} })
  assert.deepEqual(alertRelabelling, {
    all: [{ action: 'labeldrop', sourceLabels: [], separator: ';', regex: 'replica', modulus: '0', targetLabel: '', replacement: '$1' }],
    each: [
      [
        {
          action: 'drop',
          sourceLabels: ['severity', 'job'],
          separator: '@',
          regex: 'info@.*',
          modulus: '0',
          targetLabel: '',
          replacement: '$1',
        },
      ],
      [],
    ],
  })
  assert.equal(
    timingFromLoaded({
      prometheus: 'alerting: { alertmanagers: [{ static_configs: [] }] }',
      alertmanager: 'route: { receiver: a }',
      flags: {},
    }).alertRelabelling,
    undefined,
  )
})

test('a route that is promised clocks of its own has them, divided like all others', () => {
  const [first, ...rest] = spec.routing.routes
  assert.ok(first !== undefined)
  const { route, groupWaitMs } = timingFromSpec(
    { ...spec, routing: { ...spec.routing, routes: [{ ...first, groupWaitMs: 30_000, groupBy: ['...'] }, ...rest] } },
    15,
  )
  assert.ok(route !== undefined)
  const [critical] = routesFor(route, { severity: 'critical' })
  assert.deepEqual([groupWaitMs, critical?.groupWaitMs, critical?.groupBy, critical?.groupIntervalMs], [1_000, 2_000, ['...'], 4_000])
  assert.equal(routesFor(route, {})[0]?.groupWaitMs, 1_000)
  assert.equal(timingFromSpec(spec, 15).route, undefined)
})

test('a target that is promised a timeout of its own has it, at most its interval', () => {
  const targets = [
    { job: 'probe', address: 'probe:1', scrapeIntervalMs: 30_000, scrapeTimeoutMs: 30_000 },
    { job: 'slow', address: 'slow:1', scrapeTimeoutMs: 15_000 },
    { job: 'plain', address: 'plain:1' },
  ]
  const platform = { ...spec.platform, scrapeIntervalMs: 15_000, scrapeTimeoutMs: 10_000, targets }
  assert.deepEqual(timingFromSpec({ ...spec, platform }, 1).jobs, {
    probe: { scrapeIntervalMs: 30_000, scrapeTimeoutMs: 30_000 },
    slow: { scrapeIntervalMs: 15_000, scrapeTimeoutMs: 15_000 },
  })
  assert.deepEqual(timingFromSpec({ ...spec, platform }, 15).jobs, { probe: { scrapeIntervalMs: 2_000, scrapeTimeoutMs: 2_000 } })
})

test('a timeout never exceeds its interval', () => {
  const { jobs, scrapeTimeoutMs } = timingFromLoaded({
    prometheus: 'global: { scrape_interval: 2s, scrape_timeout: 10s }\nscrape_configs: [{ job_name: a, scrape_timeout: 1s }]',
    alertmanager: 'route: {}',
    flags: {},
  })
  assert.equal(scrapeTimeoutMs, 2_000)
  assert.equal(jobs['a']?.scrapeTimeoutMs, 1_000)
})

const unreadable = [
  { story: 'no YAML', prometheus: 'global: [', alertmanager: 'route: {}' },
  { story: 'a list', prometheus: '[]', alertmanager: 'route: {}' },
  { story: 'a duration that is none', prometheus: 'global: { scrape_interval: soon }', alertmanager: 'route: {}' },
]
for (const { story, ...loaded } of unreadable)
  test(`a loaded configuration that is ${story} could not be told, not failed`, () =>
    assert.throws(() => timingFromLoaded({ ...loaded, flags: {} }), { code: 'LOADED_CONFIG', exitCode: 3 }))
