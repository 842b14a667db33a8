import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawFigure } from './raw-figure.ts'

test('a raw sample is read at a glance: bytes of a heap have a prefix, small numbers and holes none', () => {
  const shown = [0, 1, 0.25, 9_999, 10_000, 71_303_168, 1e8, -12_345, 5_368_709_120, 2.5e13, NaN, Infinity].map(rawFigure)
  assert.deepEqual(shown, ['0', '1', '0.25', '9999', '10 k', '71.3 M', '100 M', '-12.35 k', '5.369 G', '25 T', 'NaN', 'Infinity'])
  assert.deepEqual([rawFigure(null), rawFigure(undefined)], ['none', 'none'])
})
