import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROBES } from '../model/plan.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ExperimentSpec, OutageSpec } from '../model/spec.ts'
import { afterProbes, placeOutages, probesFirst } from './place-outages.ts'
import { schedule } from './schedule.ts'

const outage = (id: string, more: Partial<OutageSpec> = {}): OutageSpec => ({
  id,
  title: id,
  because: 'test',
  fault: { id: 'kill-process', target: id, params: {} },
  holdMs: 6_000,
  request: { service: 'shop', method: 'GET', path: '/', headers: {}, expectStatus: 200 },
  ratePerS: 5,
  answers: true,
  lines: 'kept',
  service: 'shop',
  recoversWithinMs: 10_000,
  named: 'log-store',
  effects: ['logs'],
  observes: ['logs'],
  ...more,
})
const experiment = (id: string, startMs: number, durationMs: number, effects: string[]): PlannedExperiment =>
  ({ id, startMs, durationMs, effects, observes: [] }) as unknown as PlannedExperiment

test('outages of one thing follow one another, those of different things go side by side, none before the probes are read', () => {
  const { outages } = placeOutages(
    [outage('loki'), outage('promtail'), outage('jaeger', { effects: ['traces'], observes: ['traces'] })],
    [],
    15_000,
    false,
  )
  const [loki, promtail, jaeger] = outages
  assert.equal(loki?.startMs, 15_000)
  assert.equal(jaeger?.startMs, 15_000)
  assert.equal(promtail?.startMs, 15_000 + (loki?.durationMs ?? 0))
  assert.deepEqual(promtail?.after, [
    { experiment: PROBES, until: 'ended' },
    { experiment: 'loki', until: 'ended' },
  ])
  assert.deepEqual(jaeger?.after, [{ experiment: PROBES, until: 'ended' }])
})

test('an outage keeps away from the experiments that it disturbs, and fills a gap before a later one, which then waits for it', () => {
  const experiments = [
    experiment('early', 0, 20_000, ['logs:store']),
    experiment('late', 60_000, 10_000, ['logs']),
    experiment('elsewhere', 0, 200_000, ['redis']),
  ]
  const { outages, waits } = placeOutages([outage('loki')], experiments, 15_000, false)
  assert.equal(outages[0]?.startMs, 20_000)
  assert.deepEqual(
    outages[0]?.after.map(({ experiment: id }) => id),
    [PROBES, 'early'],
  )
  assert.deepEqual([...waits], [['late', ['loki']]])
})

test('where the gap is too short it comes after', () => {
  const { outages, waits } = placeOutages([outage('loki')], [experiment('late', 30_000, 10_000, ['logs'])], 15_000, false)
  assert.equal(outages[0]?.startMs, 40_000)
  assert.equal(waits.size, 0)
})

test('one beside an experiment goes with it, or not at all', () => {
  const { fault: _, holdMs: __, ...beside } = outage('beside', { during: 'host' })
  assert.deepEqual(
    placeOutages([beside], [experiment('host', 5_000, 20_000, [])], 0, false).outages.map(({ startMs, durationMs }) => [
      startMs,
      durationMs,
    ]),
    [[5_000, 30_000]],
  )
  assert.deepEqual(placeOutages([beside], [], 0, false).outages, [])
})

test('serial: after everything, one by one', () => {
  const { outages } = placeOutages(
    [outage('loki'), outage('jaeger', { effects: ['traces'], observes: ['traces'] })],
    [experiment('elsewhere', 0, 50_000, ['redis'])],
    15_000,
    true,
  )
  assert.equal(outages[0]?.startMs, 50_000)
  assert.equal(outages[1]?.startMs, 50_000 + (outages[0]?.durationMs ?? 0))
})

test('an experiment that takes away the way of traces or logs waits for the probes, in the schedule as in the walk', () => {
  const blinding = { id: 'collector-killed', effects: ['traces'] } as ExperimentSpec
  assert.deepEqual(afterProbes(blinding), [{ experiment: PROBES, until: 'ended' }])
  const { tasks, conflicts } = probesFirst([blinding], 15_000)
  assert.equal(schedule([{ id: 'collector-killed', durationMs: 24_000 }, ...tasks], conflicts).startMs['collector-killed'], 15_000)
  const other = { id: 'redis-killed', effects: ['redis'] } as ExperimentSpec
  assert.deepEqual([afterProbes(other), probesFirst([other], 15_000).tasks], [[], []])
})

test('an outage keeps away from what another one watches beside an experiment, and waits until that is read', () => {
  const { fault: _, holdMs: __, ...rest } = outage('restarted', { during: 'host', effects: [], observes: ['logs'] })
  const { outages } = placeOutages([outage('loki'), rest], [experiment('host', 0, 20_000, ['shop'])], 15_000, false)
  assert.deepEqual(
    outages.map(({ id }) => id),
    ['loki', 'restarted'],
  )
  assert.equal(outages[0]?.startMs, 30_000)
  assert.deepEqual(
    outages[0]?.after.map(({ experiment: id }) => id),
    [PROBES, 'restarted'],
  )
  const later = placeOutages([outage('loki'), rest], [experiment('host', 60_000, 20_000, ['shop'])], 15_000, false)
  assert.deepEqual([later.outages[0]?.startMs, [...later.waits]], [15_000, [['host', ['loki']]]])
})
