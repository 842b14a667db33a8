import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToxic, type Toxic } from '../drivers/toxiproxy-driver.ts'
import { toxiproxy } from '../../testing/chaos/fake-toxiproxy.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { addLatencyFault } from './add-latency.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }
const latency = { latencyMs: 300, jitterMs: 10, share: 1, stream: 'downstream' }

test('add-latency adds its toxic and the undo removes that one only', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  const foreign: Toxic = { name: 'mine', type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 1 } }
  proxy.toxics.push(foreign)
  const { undo, apply } = await addLatencyFault.prepare(part, latency, context)
  assert.equal(await stillWrong(undo), null)
  await apply()
  assert.deepEqual(proxy.toxics[1], {
    name: 'firedrill-abc',
    type: 'latency',
    stream: 'downstream',
    toxicity: 1,
    attributes: { latency: 300, jitter: 10 },
  })
  assert.match((await stillWrong(undo)) ?? '', /still has the toxic firedrill-abc/)
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual(proxy.toxics, [foreign])
})

test('an unknown proxy is said with method, URL and status', async (t) => {
  const { part } = await toxiproxy(t)
  await assert.rejects(
    addLatencyFault.prepare({ ...part, toxiproxy: { ...part.toxiproxy, proxy: 'none' } }, latency, context),
    /\[GET\] "http:.*\/proxies\/none": 404 .*proxy not found/,
  )
})

test('the double refuses what Toxiproxy refuses: a type that it does not know, a name that is taken', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  const toxic: Toxic = { name: 'a', type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 1 } }
  const { api } = part.toxiproxy
  await assert.rejects(addToxic(api, 'redis', { ...toxic, type: 'latncy' }), /400 .*invalid toxic type/)
  await addToxic(api, 'redis', toxic)
  await assert.rejects(addToxic(api, 'redis', toxic), /409 .*toxic already exists/)
  assert.deepEqual(proxy.toxics, [toxic])
})

test('a Toxiproxy that no longer runs holds no toxic', async (t) => {
  const { close, part } = await toxiproxy(t)
  const { undo } = await addLatencyFault.prepare(part, latency, context)
  await close()
  await carryOut(undo)
})

test('a disabled proxy is not slowed', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  proxy.enabled = false
  await assert.rejects(addLatencyFault.prepare(part, latency, context), { code: 'FAULT_NOT_STEADY' })
})
