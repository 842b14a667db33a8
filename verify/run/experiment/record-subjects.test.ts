import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'
import { rule } from '../../../testing/spec/small-spec.ts'
import type { Plan } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { firstCounts, partMeasures, recordSubjects } from './record-subjects.ts'

const EXPR = 'rate(slow_total{kind="query"}[20s])'
const SPEC: Spec = {
  ...emptySpec,
  rules: [rule({ alert: 'Slow', holdsFor: { job: ['exporter'] }, measuredBy: { what: 'slow-queries', part: 'mysql' } })],
}
const base = planOf([plannedExperiment('redis-killed')])
const PLAN: Plan = {
  ...base,
  promised: { timing: base.timing, rules: [{ alert: 'Slow', forMs: 1, keepFiringForMs: 0, value: { expr: EXPR, threshold: 10 } }] },
}

test('a rule is written down with its value, the series of each selector, its alerts, and the rise of the own counter', async () => {
  const world = fakeWorld()
  const asked: string[] = []
  world.prometheus.query = (expr) => {
    asked.push(expr)
    return Promise.resolve([{ metric: { job: 'exporter' }, values: [[1, '2']] }])
  }
  world.prometheus.alerts = () =>
    Promise.resolve(
      ['Slow', 'Other'].map((alertname) => ({ labels: { alertname }, annotations: {}, state: 'pending', activeAtMs: 1, value: '1' })),
    )
  let count = 40
  world.measures.measure = () => Promise.resolve({ count: (count += 2), longQueryTimeS: 1 })
  const first = await firstCounts(SPEC, world)
  await world.clock.drive(world.clock.sleep(30_000))
  await recordSubjects(PLAN, SPEC, world, { alone: true, steady: false, first })
  const [entry] = world.entries
  assert.ok(entry?.kind === 'subjects')
  assert.deepEqual(entry.own, [{ what: 'slow-queries', part: 'mysql', values: { count: 2, longQueryTimeS: 1 }, overMs: 30_000 }])
  assert.deepEqual(entry.active, [{ labels: { alertname: 'Slow' }, state: 'pending' }])
  assert.deepEqual(
    entry.needs.map(({ selector }) => selector),
    ['slow_total{kind="query"}'],
  )
  assert.deepEqual([entry.alone, entry.steady], [true, false])
  // What an earlier Prometheus left has no sample of late.
  assert.deepEqual(asked, [
    EXPR,
    'count by (job) (slow_total{kind="query"} and last_over_time(slow_total{kind="query"}[10s]))',
    'count by (job, kind) (slow_total and last_over_time(slow_total[10s]))',
  ])
})

test('a metric without any series is read once more, and its rule alone', async () => {
  const world = fakeWorld()
  const other: typeof PLAN = {
    ...PLAN,
    promised: {
      timing: base.timing,
      rules: [
        ...(PLAN.promised?.rules ?? []),
        { alert: 'Up', forMs: 1, keepFiringForMs: 0, value: { expr: 'up{job="exporter"}', threshold: 1 } },
      ],
    },
  }
  const spec: Spec = { ...SPEC, rules: [...SPEC.rules, rule({ alert: 'Up', holdsFor: { job: ['exporter'] } })] }
  world.prometheus.query = (expr) =>
    Promise.resolve(expr.includes('slow_total') ? [] : [{ metric: { job: 'exporter' }, values: [[1, '1']] }])
  const seen = { alone: true, steady: true, first: [] }
  const unborn = await recordSubjects(other, spec, world, seen)
  assert.deepEqual([...unborn], ['Slow'])
  world.prometheus.query = () => Promise.resolve([{ metric: { job: 'exporter' }, values: [[1, '1']] }])
  assert.deepEqual([...(await recordSubjects(other, spec, world, { ...seen, afterwards: unborn }))], [])
  assert.deepEqual(
    world.entries.flatMap((entry) => (entry.kind === 'subjects' ? [[entry.alert, entry.afterwards]] : [])),
    [
      ['Slow', undefined],
      ['Up', undefined],
      ['Slow', true],
    ],
  )
})

test('of buckets the counts are asked as well', async () => {
  const world = fakeWorld()
  const asked: string[] = []
  world.prometheus.query = (expr) => {
    asked.push(expr)
    return Promise.resolve([])
  }
  const expr = 'histogram_quantile(0.95, sum by (job, le) (rate(http_seconds_bucket[20s])))'
  const plan: Plan = {
    ...PLAN,
    promised: { timing: base.timing, rules: [{ alert: 'Slow', forMs: 1, keepFiringForMs: 0, value: { expr, threshold: 1 } }] },
  }
  await recordSubjects(plan, SPEC, world, { alone: true, steady: true, first: [] })
  assert.deepEqual(asked.slice(1), [
    'count by (job) (http_seconds_bucket and last_over_time(http_seconds_bucket[10s]))',
    'count by (job) (http_seconds_count and last_over_time(http_seconds_count[10s]))',
  ])
  const [entry] = world.entries
  assert.ok(entry?.kind === 'subjects')
  assert.match(entry.own[0]?.error ?? '', /nothing can be measured here/)
})

test('a Prometheus that does not answer is a source error, and the other rules go on', async () => {
  const world = fakeWorld()
  world.prometheus.query = () => Promise.reject(new Error('refused'))
  await recordSubjects(PLAN, SPEC, world, { alone: true, steady: true, first: [] })
  assert.deepEqual(
    world.entries.map(({ kind }) => kind),
    ['source-error'],
  )
})

test('a JVM is asked by its service, of each job one', () => {
  const platform = { ...emptySpec.platform, services: [{ name: 'shop', container: 'c', job: 'shop-job', runtime: 'jvm' as const }] }
  const of = (measuredBy: NonNullable<Spec['rules'][number]['measuredBy']>): unknown =>
    partMeasures(rule({ holdsFor: { job: ['shop-job', 'other'] }, measuredBy }), { platform })
  assert.deepEqual(of({ what: 'jvm-heap-share' }), [
    { what: 'jvm-heap-share', part: 'shop' },
    { what: 'jvm-heap-share', part: 'other' },
  ])
  assert.deepEqual(of({ what: 'latency' }), [])
})
