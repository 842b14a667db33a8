import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSpec } from '../spec/load.ts'
import { scene } from './inhibition.ts'

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
