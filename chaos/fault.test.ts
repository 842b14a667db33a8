import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offered, readParams, type FaultMeta } from './fault.ts'

const meta: FaultMeta = {
  id: 'x',
  title: 'X',
  needs: [],
  blastRadius: 'none',
  undone: '',
  params: {
    share: { kind: 'number', default: 0.5, min: 0.1, max: 0.9, title: 'share' },
    count: { kind: 'integer', default: 3, min: 1, max: 5, title: 'count' },
    mode: { kind: 'choice', default: 'a', choices: ['a', 'b'], title: 'mode' },
  },
}

test('defaults fill what is not given, and bounds are included', () => {
  assert.deepEqual(readParams(meta, {}), { share: 0.5, count: 3, mode: 'a' })
  assert.deepEqual(readParams(meta, { share: 0.9, count: 1, mode: 'b' }), { share: 0.9, count: 1, mode: 'b' })
})

test('what is out of bounds, of another type or unknown is refused with what it may be', () => {
  const refused: [Record<string, string | number | boolean>, RegExp][] = [
    [{ share: 0.95 }, /from 0\.1 to 0\.9/],
    [{ share: 0.09 }, /from 0\.1/],
    [{ share: NaN }, /from 0\.1/],
    [{ share: '0.5' }, /from 0\.1/],
    [{ share: true }, /from 0\.1/],
    [{ count: 2.5 }, /a whole number from 1 to 5/],
    [{ mode: 'c' }, /a, b/],
    [{ mode: 1 }, /a, b/],
    [{ shar: 0.5 }, /share, count, mode/],
    [{ toString: 1 }, /it has: share/],
  ]
  for (const [params, next] of refused) {
    assert.throws(
      () => readParams(meta, params),
      (error: { code: string; exitCode: number; next: string }) => {
        assert.equal(error.code, 'FAULT_PARAM')
        assert.equal(error.exitCode, 2)
        assert.match(error.next, next)
        return true
      },
      JSON.stringify(params),
    )
  }
})

test('what a part does not offer is refused', () => {
  assert.throws(() => offered({ name: 'p' }, 'redis'), { code: 'FAULT_NOT_ALLOWED' })
  assert.deepEqual(offered({ name: 'p', process: { recordFile: 'f' } }, 'process'), { recordFile: 'f' })
})
