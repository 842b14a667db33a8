import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceIds } from './trace-ids.ts'

test('a sampler of one in two takes about half, whichever end of the id it looks at', () => {
  const ids = traceIds(2_000)
  assert.equal(new Set(ids).size, 2_000)
  for (const at of [0, 16, 31]) {
    const low = ids.filter((id) => parseInt(id[at] ?? '', 16) < 8).length
    assert.ok(low > 850 && low < 1_150, `digit ${at}: ${low} of 2000`)
  }
})
