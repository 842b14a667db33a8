import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../../model/journal.ts'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

/** The last `count` scrapes of every target failed. */
function downAtTheEnd(count: number): Journal {
  return alter(run(), 'raw', (entry) => ({
    ...entry,
    series: entry.series.map((series) => ({
      ...series,
      values: series.values.map(([timeS, value], index, all) => [
        timeS,
        series.metric['__name__'] === 'up' && index >= all.length - count ? '0' : value,
      ]),
    })),
  }))
}

test('what is up again passes', () => {
  const verdict = verdictOf(run({ world: { kind: 'up' } }), 'healthy-end')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('what stays down fails, with the time since when', () => {
  const verdict = verdictOf(downAtTheEnd(4), 'healthy-end')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /^down: probed \(.+\) since \d\d:/)
})

test('two failed scrapes are a hiccup', () => {
  assert.equal(verdictOf(downAtTheEnd(2), 'healthy-end').status, 'pass')
})

test('in a run that was cut off it may still be starting', () => {
  const verdict = verdictOf(
    alter(downAtTheEnd(4), 'footer', (entry) => ({ ...entry, ended: 'interrupted' })),
    'healthy-end',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
})

test("what was down at the start is healthy-start's finding", () => {
  const verdict = verdictOf(
    alter(downAtTheEnd(4), 'targets', (entry) => ({ ...entry, targets: entry.targets.map((target) => ({ ...target, health: 'down' })) })),
    'healthy-end',
  )
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})
