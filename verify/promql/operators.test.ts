import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compares } from './operators.ts'

const truths: [string, [below: boolean, equal: boolean, above: boolean, nan: boolean]][] = [
  ['>', [false, false, true, false]],
  ['>=', [false, true, true, false]],
  ['<', [true, false, false, false]],
  ['<=', [true, true, false, false]],
  ['==', [false, true, false, false]],
  ['!=', [true, false, true, true]],
]
for (const [comparator, expected] of truths) {
  test(`${comparator} below, at and above the threshold, and of NaN`, () =>
    assert.deepEqual(
      [1, 2, 3, NaN].map((value) => compares(value, comparator, 2)),
      expected,
    ))
}

test('what is no comparator is said', () => assert.throws(() => compares(1, '=', 1), /unknown comparator "="/))
