import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legPlace } from './leg-places.ts'
import { loadSpec } from './load.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)

test('a key of a leg stands where it was read; a leg without it where the leg begins', () => {
  const level = legPlace(spec, 'rate-limit-burst', 'fire', 'level')
  assert.match(level?.file ?? '', /rules\/rate-limiter-overload\.yaml$/)
  assert.equal(level?.source?.slice((level.column ?? 0) - 1).split(',')[0], '1800')
  const hold = legPlace(spec, 'rate-limit-burst', 'fire', 'hold')
  assert.ok(hold?.source?.slice((hold.column ?? 0) - 1).startsWith('{ level: 1800'))
})

test('an experiment that is not in the files, and a specification that is of none, have no place', () => {
  assert.equal(legPlace(spec, 'no-such', 'fire'), undefined)
  assert.equal(legPlace(structuredClone(spec), 'rate-limit-burst', 'fire'), undefined)
})
