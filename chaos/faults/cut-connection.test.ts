import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toxiproxy } from '../../testing/chaos/fake-toxiproxy.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { cutConnectionFault } from './cut-connection.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }

test('cut-connection refuses or swallows, and the undo opens again', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  const refuse = await cutConnectionFault.prepare(part, { mode: 'refuse' }, context)
  await refuse.apply()
  assert.equal(proxy.enabled, false)
  assert.match((await stillWrong(refuse.undo)) ?? '', /still disabled/)
  await assert.rejects(cutConnectionFault.prepare(part, { mode: 'refuse' }, context), { code: 'FAULT_NOT_STEADY' })
  await carryOut(refuse.undo)
  assert.equal(proxy.enabled, true)
  const swallow = await cutConnectionFault.prepare(part, { mode: 'blackhole' }, context)
  await swallow.apply()
  assert.deepEqual(
    proxy.toxics.map(({ type, attributes }) => [type, attributes]),
    [['timeout', { timeout: 0 }]],
  )
  await carryOut(swallow.undo)
  assert.deepEqual(proxy.toxics, [])
})
