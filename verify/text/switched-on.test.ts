import assert from 'node:assert/strict'
import { test } from 'node:test'
import { switchedOn } from './switched-on.ts'

test('the switch is on, off, or refused, exactly as the service takes it', () => {
  for (const [value, on] of [
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
    [undefined, false],
  ] as const) {
    assert.equal(switchedOn(value === undefined ? {} : { SHOP_OTEL: value }, 'SHOP_OTEL'), on, String(value))
  }
  for (const value of ['yes', 'TRUE', 'on'])
    assert.throws(() => switchedOn({ SHOP_OTEL: value }, 'SHOP_OTEL'), { code: 'BAD_SWITCH', exitCode: 2 })
})
