import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSpec } from '../spec/load.ts'
import { scene, until } from './delivery-scene.ts'

test('alerts of one job are not of one instance, unless the specification wants it equal', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  const alerts = scene(spec)
  assert.equal(new Set(alerts.map(({ instance }) => instance)).size, alerts.length)
  assert.ok(alerts.filter(({ job }) => job === 'with-source').length > 1)
  const routing = { ...spec.routing, inhibitions: spec.routing.inhibitions.map((rule) => ({ ...rule, equal: ['job', 'instance'] })) }
  assert.deepEqual(
    new Set(
      scene({ ...spec, routing })
        .filter(({ job }) => job === 'with-source')
        .map(({ instance }) => instance),
    ),
    new Set(['with-source:1']),
  )
})

/** An Alertmanager whose next notification never comes, in a process whose turns take so long. */
function silent(turnMs: number): { next(): Promise<void>; now(): number; turns: number } {
  let nowMs = 0
  const self = {
    turns: 0,
    now: () => nowMs,
    next: () => {
      self.turns += 1
      nowMs += turnMs
      return Promise.resolve()
    },
  }
  return self
}

test('what a standstill of the machine takes is no time in which a notification could have come', async () => {
  const [calm, busy] = [silent(50), silent(4_000)]
  await until(calm, () => false, 3_000, calm.now)
  await until(busy, () => false, 3_000, busy.now)
  assert.deepEqual([calm.turns, busy.turns], [60, 60])
  const late = silent(4_000)
  await until(late, () => late.turns >= 12, 3_000, late.now)
  assert.equal(late.turns, 12)
})
