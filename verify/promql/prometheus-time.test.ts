import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody, JournalEntry } from '../model/journal.ts'
import { CLOCK_OFFSET, clockOffsetMs, inPrometheusTime } from './prometheus-time.ts'

const entry = (body: JournalBody): JournalEntry => ({ seq: 1, atMs: 1_000, ...body })
const said = (...seconds: string[]): JournalEntry =>
  entry({ kind: 'health', metric: CLOCK_OFFSET, series: [{ metric: {}, values: seconds.map((each) => [1, each]) }] })

test('the newest answer counts, and only one that the way of the question does not explain', () => {
  assert.equal(clockOffsetMs([]), 0)
  assert.equal(clockOffsetMs([said('0.25'), said('-0.4')]), -400)
  assert.equal(clockOffsetMs([said('0.25'), entry({ kind: 'health', metric: 'other', series: [] })]), 250)
  assert.equal(clockOffsetMs([said('0.01')]), 0)
  assert.equal(clockOffsetMs([said('NaN')]), 0)
  assert.equal(clockOffsetMs([said()]), 0)
})

test('each instant of the drill itself is moved, and nothing that others wrote', () => {
  const leg = entry({ kind: 'leg', experiment: 'a', leg: 'fire', phase: 'begin' })
  assert.equal(inPrometheusTime(leg, 0), leg)
  assert.deepEqual(inPrometheusTime(leg, 250), { ...leg, atMs: 1_250 })
  const posted = entry({
    kind: 'notification',
    path: '/',
    receiver: 'a',
    arrivedMs: 990,
    method: 'POST',
    headers: {},
    body: { startsAt: '2026-11-22T18:00:00Z' },
  })
  assert.deepEqual(inPrometheusTime(posted, -250), { ...posted, atMs: 750, arrivedMs: 740 })
  const read = entry({ kind: 'alerts-series', metric: 'ALERTS', series: [{ metric: {}, values: [[1, '1']] }] })
  assert.deepEqual(inPrometheusTime(read, 250), { ...read, atMs: 1_250 })
})
