import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody } from '../model/journal.ts'
import type { Clock } from './ports.ts'
import { recordStalls } from './stalled-clock.ts'
import { virtualClock } from '../../testing/virtual/fake-ports.ts'

/** A clock whose n-th sleep takes `extraMs` longer than asked, and which aborts after `sleeps`. */
async function stalls(extraMs: readonly number[]): Promise<[number, string][]> {
  const inner = virtualClock(0)
  const found: JournalBody[] = []
  const stop = new AbortController()
  let count = 0
  const clock: Clock = {
    now: inner.now,
    sleep: async (ms) => {
      await inner.sleep(ms + (extraMs[count] ?? 0))
      count += 1
      if (count === extraMs.length) stop.abort()
    },
  }
  await inner.drive(recordStalls({ clock, journal: { append: (body) => found.push(body) } }, 1_000, stop.signal))
  return found.flatMap((body) =>
    body.kind === 'health' && body.metric === 'firedrill_stall_seconds' ? body.series.flatMap(({ values }) => values) : [],
  )
}

test('each standstill of more than half an evaluation interval is one sample at its end', async () => {
  assert.deepEqual(await stalls([0, 3_000, 0, 700, 0]), [
    [3.5, '3'],
    [4.7, '0.7'],
  ])
})

test('what is shorter is none', async () => {
  assert.deepEqual(await stalls([0, 500, 499, 20]), [])
})

test('a clock that is set back is noticed too', async () => {
  const times = [10_000, 8_000]
  const found: JournalBody[] = []
  const stop = new AbortController()
  const clock: Clock = {
    now: () => times.shift() ?? 0,
    sleep: () => {
      stop.abort()
      return Promise.resolve()
    },
  }
  await recordStalls({ clock, journal: { append: (body) => found.push(body) } }, 1_000, stop.signal)
  assert.deepEqual(found, [{ kind: 'health', metric: 'firedrill_stall_seconds', series: [{ metric: {}, values: [[8, '2.25']] }] }])
})

test('it ends when it is told to', async () => {
  const clock = virtualClock()
  const stop = new AbortController()
  void clock.sleep(5_100).then(() => {
    stop.abort()
  })
  await clock.drive(recordStalls({ clock, journal: { append: () => assert.fail('no stall') } }, 1_000, stop.signal))
})
