import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plannedExperiment } from '../../../testing/virtual/fake-ports.ts'
import type { JournalEntry, SampledSelector } from '../../model/journal.ts'
import type { RawSignal } from '../../model/page.ts'
import { packSeries } from '../../text/packed-series.ts'
import { rawSignalsOf } from './raw-signals.ts'

const RATE: SampledSelector['taken'] = [{ by: 'rate', rangeMs: 20_000 }]

function packedOf(labels: Record<string, string>, values: (number | string)[]): SampledSelector['series'][number] {
  return packSeries({
    metric: { __name__: 'http_total', job: 'api', ...labels },
    values: values.map((value, n) => [1_000 + n, String(value)]),
  })
}

function drawn(selectors: unknown, more: { valueExpr?: string; expr?: string } = {}): RawSignal[] {
  const entry = { seq: 3, atMs: 1, kind: 'signal-samples', experiment: 'burst', fromMs: 0, untilMs: 9, selectors } as JournalEntry
  return rawSignalsOf([{ ...entry, selectors: [] } as JournalEntry, entry], { ...plannedExperiment('burst'), threshold: 1, ...more })
}

test('a counter that a rate takes is drawn as what it rose by, a reset from zero; with the window of the rate', () => {
  const [raw] = drawn([{ selector: 'http_total', taken: RATE, query: '', series: [packedOf({}, [10, 12, 12, 3, 4])] }])
  assert.deepEqual(raw?.windows, [{ by: 'rate', rangeMs: 20_000 }])
  assert.equal(raw.counter, true)
  assert.deepEqual(raw.curves, [
    {
      label: 'http_total',
      subject: true,
      points: [
        [1_001_000, 2],
        [1_002_000, 0],
        [1_003_000, 3],
        [1_004_000, 1],
      ],
    },
  ])
  assert.deepEqual(raw.notes, [])
})

test('a gauge is drawn as it is, a hole where it was no number; with the threshold where the condition compares just it', () => {
  const selectors = [{ selector: 'up', taken: [], query: '', series: [packedOf({}, [1, 'NaN', 0])] }]
  const [raw] = drawn(selectors, { valueExpr: ' up ' })
  assert.deepEqual(raw?.curves[0]?.points, [
    [1_000_000, 1],
    [1_001_000, null],
    [1_002_000, 0],
  ])
  assert.equal(raw.threshold, 1)
  assert.equal(drawn(selectors, { valueExpr: 'up * 2' })[0]?.threshold, undefined)
})

test('series are named by what tells them apart; the liveliest are drawn and the others are counted', () => {
  const lively = Array.from({ length: 8 }, (_, n) => packedOf({ path: `/${n}` }, [0, n + 1]))
  const still = [packedOf({ path: '/still' }, [4, 4])]
  const cut = { series: 90, samples: 7, because: 'kept: those that changed most' }
  const [raw] = drawn([{ selector: 'http_total', taken: RATE, query: '', series: [...still, ...lively], cut }])
  assert.deepEqual(
    raw?.curves.map(({ label }) => label),
    [7, 6, 5, 4, 3, 2].map((n) => `{path="/${n}"}`),
  )
  assert.deepEqual(raw.notes, [
    '1 further series did not change',
    '2 further series that changed less are in the journal',
    '90 series and 7 samples not recorded (kept: those that changed most)',
  ])
})

test('what could not be read, and a subject without such a series, are said', () => {
  const notes = drawn([
    { selector: 'a', taken: [], query: '', series: [], error: '503' },
    { selector: 'b', taken: [], query: '', series: [] },
  ]).map((raw) => raw.notes)
  assert.deepEqual(notes, [['could not be read: 503'], ['the subject has no such series']])
})

test('beside an or the condition of another service, of which the subject has no series, has no chart', () => {
  const selectors = ['a_total', 'b_total'].map((selector) => ({
    selector,
    taken: RATE,
    query: '',
    series: selector === 'a_total' ? [packedOf({}, [1, 2])] : [],
  }))
  const shown = (expr: string): string[] => drawn(selectors, { expr }).map(({ selector }) => selector)
  assert.deepEqual(shown('rate(a_total[20s]) > 1 or rate(b_total[20s]) > 1'), ['a_total'])
  assert.deepEqual(shown('rate(a_total[20s]) / rate(b_total[20s]) > 1'), ['a_total', 'b_total'])
})

test('a damaged entry draws nothing, and a journal without samples neither', () => {
  for (const selectors of [null, 'x', [null], [{ selector: 'a' }], [{ selector: 'a', taken: [], series: [{ metric: null }] }]])
    assert.deepEqual(drawn(selectors), [])
  assert.deepEqual(rawSignalsOf([], plannedExperiment('burst')), [])
})
