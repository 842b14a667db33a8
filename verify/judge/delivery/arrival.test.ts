import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Subject } from '../drill-check.ts'
import type { Notified } from '../record/recorder.ts'
import { ownNotifications } from './arrival.ts'

const experiment = { alert: 'HighLatency', subject: { job: 'shop' } } as unknown as PlannedExperiment
const FIRE_MS = 100_000
const legs = new Map([['fire', { beginMs: FIRE_MS }]] as const)
const message = (arrivedMs: number, job = 'shop') => ({ arrivedMs, labels: { alertname: 'HighLatency', job } }) as unknown as Notified
const fired = (firingAtMs: number | null) => ({ episodes: [{ activeAtMs: 0, firingAtMs, endedMs: null }] }) as unknown as Subject
const arrivals = (subject: Subject) =>
  ownNotifications([message(30_000), message(75_000), message(120_000), message(120_000, 'bank')], experiment, legs, subject).map(
    ({ arrivedMs }) => arrivedMs,
  )

test('messages of the own alert count from the fire leg on', () => {
  assert.deepEqual(arrivals(fired(110_000)), [120_000])
  assert.deepEqual(arrivals(fired(null)), [120_000])
})

test('an alert that fired before the fire leg was notified before it: that message is not missing', () => {
  assert.deepEqual(arrivals(fired(60_000)), [75_000, 120_000])
})
