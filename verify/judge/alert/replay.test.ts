import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { RunRecord } from '../record/recorder.ts'
import { replaysOf } from './replay.ts'

const T = 1_795_709_260_401
/** One evaluation a second; a scrape begins `beforeMs` before each and takes 20 ms. ALERTS is pending from the third evaluation on. */
function replayed(
  values: readonly number[],
  { beforeMs = 4, kind = 'ratio', windowMs = 20_000 } = {},
): ReturnType<typeof replaysOf>[number] | undefined {
  const times = values.map((_, index) => T + index * 1_000)
  const labels = { job: 'shop' }
  const columns = { seq: 1, expr: '', startMs: T, endMs: times.at(-1) ?? T, stepMs: 1_000 }
  const held = times.filter((_, index) => (values[index] ?? 0) > 10)
  const condition = { ...columns, series: [{ labels, timesMs: held, values: held.map(() => 1) }] }
  const pending = times.slice(2)
  const run = {
    header: {
      spec: { rules: [{ alert: 'Errors', condition: { kind } }] },
      plan: {
        timing: { scrapeIntervalMs: 1_000, jobs: {} },
        promised: { rules: [{ alert: 'Errors', value: { expr: '', threshold: 10, windowMs } }] },
      },
    },
    scrapes: [
      {
        job: 'shop',
        instance: 'shop:1',
        timesMs: times.map((ms) => ms - beforeMs),
        durationsMs: times.map(() => 20),
        up: times.map(() => 1),
      },
    ],
    alerts: [
      {
        alert: 'Errors',
        labels: { alertname: 'Errors', ...labels },
        timesMs: pending,
        states: pending.map(() => 'pending'),
        activeAtS: pending.map(() => (pending[0] ?? 0) / 1_000),
        seqs: [2],
      },
    ],
    evaluated: new Map([['burst\nvalue', { ...columns, series: [{ labels, timesMs: times, values }] }]]),
    alertsSeqs: [2],
    rules: [],
    health: [],
  } as unknown as RunRecord
  const experiment = {
    id: 'burst',
    alert: 'Errors',
    subject: labels,
    labels: {},
    threshold: 10,
    forMs: 60_000,
    keepFiringForMs: 0,
  } as unknown as PlannedExperiment
  return replaysOf(run, experiment, condition, undefined, { fromMs: T, untilMs: Infinity })[0]
}

test('a scrape in flight excuses a value over a window that one scrape moves across its threshold', () => {
  assert.equal(replayed([8, 9.84, 9.82, 11.8, 12, 12])?.result.mismatch, null)
})

test('it excuses none that is further away than one scrape moves it, none of a gauge, and none without a scrape in flight', () => {
  const far = replayed([2, 4, 4.1, 4.2, 12, 12])
  assert.notEqual(far?.result.mismatch, null)
  assert.notEqual(replayed([8, 9.84, 9.82, 11.8, 12, 12], { kind: 'gauge' })?.result.mismatch, null)
  assert.notEqual(replayed([8, 9.84, 9.82, 11.8, 12, 12], { beforeMs: 500 })?.result.mismatch, null)
})

test('a scrape in flight excuses a rate that is extrapolated over the threshold without it, and only as far as its window explains', () => {
  // Three increases in 20 samples, 3 / 19 s x 60 s; without the newest of them 3 / 18 s x 60 s.
  const stays = [9.4737, 9.4737, (3 / 19) * 60, (3 / 19) * 60, 12, 12]
  assert.equal(replayed(stays, { kind: 'rate' })?.result.mismatch, null)
  assert.notEqual(replayed(stays, { kind: 'ratio' })?.result.mismatch, null)
  assert.notEqual(replayed(stays, { kind: 'rate', windowMs: 60_000 })?.result.mismatch, null)
  assert.notEqual(replayed(stays, { kind: 'rate', beforeMs: 200 })?.result.mismatch, null)
})
