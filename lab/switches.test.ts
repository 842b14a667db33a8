import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moalogOtelEnabled } from './switches.ts'

test('the switch is on, off, or refused, exactly as the service takes it', () => {
  for (const [value, on] of [
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
    [undefined, false],
  ] as const) {
    assert.equal(moalogOtelEnabled(value === undefined ? {} : { MOALOG_OTEL_ENABLED: value }), on, String(value))
  }
  for (const value of ['yes', 'TRUE', 'on'])
    assert.throws(() => moalogOtelEnabled({ MOALOG_OTEL_ENABLED: value }), { code: 'BAD_SWITCH', exitCode: 2 })
})
