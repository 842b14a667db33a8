import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertsOf, includes } from './awaited-alerts.ts'
import { aheadMs, onGrid, phaseOf } from './collect-evidence.ts'
import { envName } from '../../drivers/k6.ts'

test("the evaluation grid is learned from any ALERTS sample of the group and nobody else's", () => {
  const series = [
    { metric: { alertname: 'Other' }, values: [[1700000000.5, '1']] as [number, string][] },
    { metric: { alertname: 'Mine' }, values: [[1700000003.25, '1']] as [number, string][] },
  ]
  const slot = phaseOf(series, ['Mine'])
  assert.equal(slot, 1_700_000_003_250)
  assert.equal(onGrid(1_699_999_990_000, 1_000, slot), 1_699_999_990_250)
  assert.equal(onGrid(1_700_000_100_300, 15_000, slot), 1_700_000_108_250)
  assert.equal(phaseOf(series, ['Nobody']), null)
  assert.equal(onGrid(5, 1_000, null), 5)
})

test('whatever was posted, only real alerts are taken for alerts', () => {
  assert.deepEqual(alertsOf('text'), [])
  assert.deepEqual(alertsOf({ alerts: [null, 3, { status: 'firing' }, { status: 'firing', labels: { a: 'b' } }] }), [
    { status: 'firing', labels: { a: 'b' } },
  ])
  assert.equal(includes({ a: '1', b: '2' }, { a: '1' }), true)
  assert.equal(includes({ a: '1' }, { a: '2' }), false)
})

test('parameters become environment names', () => {
  assert.deepEqual(['ratePerS', 'slowShare', 'rate-limiter', 'delayMs'].map(envName), [
    'RATE_PER_S',
    'SLOW_SHARE',
    'RATE_LIMITER',
    'DELAY_MS',
  ])
})

test('a clock is ahead only by what no way of question and answer explains', () => {
  // The answer was under way for 40 ms.
  assert.equal(aheadMs(1_002, 1_000, 1_042), 0)
  assert.equal(aheadMs(1_250, 1_000, 1_042), 229)
  assert.equal(aheadMs(900, 1_000, 1_010), -105)
})
