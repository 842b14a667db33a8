import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuMs } from '../../../testing/machine/cpu-time.ts'
import type { JournalEntry } from '../../model/journal.ts'
import { Recorder, upBetween } from '../record/recorder.ts'
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

test('of scrapes that are kept packed a window holds the same as of all of them', () => {
  const values = [0, 1, 1, 0, 1].map((up, index): [number, string] => [100 + 5 * index, String(up)])
  const raw: JournalEntry = {
    seq: 1,
    atMs: 130_000,
    kind: 'raw',
    experiment: null,
    query: 'up',
    series: [{ metric: { __name__: 'up', job: 'j', instance: 'i' }, values }],
  }
  const recorder = new Recorder()
  recorder.add(raw)
  const [column] = recorder.finish([]).scrapes
  assert.ok(column !== undefined)
  const { job, instance, timesMs, up, durationsMs } = column
  const plain: ScrapeColumn = { job, instance, timesMs, up, durationsMs }
  for (const [fromMs, untilMs] of [
    [105_000, 115_000],
    [105_001, 114_999],
    [0, 999_000],
    [999_000, 999_001],
  ] as const)
    assert.deepEqual(upBetween(column, fromMs, untilMs), upBetween(plain, fromMs, untilMs))
  assert.deepEqual(upBetween(column, 105_000, 115_000), { timesMs: [105_000, 110_000, 115_000], up: [1, 1, 0] })
})
