import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuMs } from '../../../testing/machine/cpu-time.ts'
import type { ScrapeColumn } from '../record/recorder.ts'
import { availabilityOf } from './truth.ts'

const scrapes = (targets: number, count: number): ScrapeColumn[] =>
  Array.from({ length: targets }, (_, target) => ({
    job: 'j',
    instance: String(target),
    timesMs: Array.from({ length: count }, (_, index) => index * 1_000),
    up: Array.from({ length: count }, (_, index) => (target === 0 && index < count / 2 ? 0 : 1)),
    durationsMs: [],
  }))

test('by steps as by samples, where each step has one', () => {
  const { low = NaN, high = NaN } = availabilityOf(scrapes(2, 100), { low: -1, high: 99_000 }, 1_000) ?? {}
  assert.deepEqual([low, high], [0.75, 0.75])
  assert.equal(availabilityOf(scrapes(1, 10), { low: 400_000, high: 500_000 }, 1_000), undefined)
})

test('steps as fine as anybody may write them are added up in a moment', () => {
  const beganMs = cpuMs()
  availabilityOf(scrapes(10, 2_000), { low: 0, high: 2_000_000 }, 10)
  const tookMs = cpuMs() - beganMs
  assert.ok(tookMs < 2_000, `${tookMs} ms of CPU`)
})
