import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../../model/journal.ts'
import { withPackedWaits } from './packed-waits.ts'

type CpuWaits = Extract<JournalEntry, { kind: 'cpu-waits' }>

const WAITS: CpuWaits = {
  seq: 7,
  atMs: 1_795_732_600_361,
  kind: 'cpu-waits',
  seconds: [
    [1_795_732_460_885, 1_795_732_462_088, 0.26, 0.99],
    [1_795_732_462_088, 1_795_732_463_194, 0.04, 1],
    [1_795_732_463_194, 1_795_732_464_245, 0, 1],
  ],
  waits: {
    'redis': [
      [0, 30],
      [2, 1_210],
    ],
    'fluxpay-engine': [],
    'timer': [[1, 12]],
  },
}

test('what each part waited comes back as it was, and by another clock', () => {
  assert.deepEqual({ ...withPackedWaits(WAITS) }, WAITS)
  assert.equal(JSON.stringify(withPackedWaits(WAITS).waits), JSON.stringify(WAITS.waits))
  const later = withPackedWaits({ ...WAITS, unobserved: 'no /proc' }, 500)
  assert.deepEqual(later.seconds[0], [1_795_732_461_385, 1_795_732_462_588, 0.26, 0.99])
  assert.equal(later.unobserved, 'no /proc')
})

test('what the drill would not have written comes back as well', () => {
  const odd: unknown[] = [
    { ...WAITS, seconds: [[0.5, 1, 0, 0]] },
    { ...WAITS, seconds: [[1, 2, 0.1, 0.2, 'more']] },
    { ...WAITS, waits: { redis: [[3, 4, 5]] } },
    { ...WAITS, waits: { '7': [[1, 2]], 'redis': [[1, -0]] } },
    { ...WAITS, waits: { redis: 'much' } },
  ]
  for (const each of odd as CpuWaits[]) {
    const read = withPackedWaits(each)
    assert.deepEqual([read.seconds, read.waits], [each.seconds, each.waits])
  }
})
