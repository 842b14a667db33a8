import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import { addLatencyFault } from '../faults/add-latency.ts'
import { cutConnectionFault } from '../faults/cut-connection.ts'
import { freePort } from '../testing.ts'
import { carryOut, stillWrong } from '../undo.ts'
import type { Proxy, Toxic } from './toxiproxy.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }
const latency = { latencyMs: 300, jitterMs: 10, share: 1, stream: 'downstream' }

/** The four calls that are used, answering as Toxiproxy 2.5 does; anything else is a 404 with its error body. */
async function toxiproxy(t: TestContext) {
  const port = await freePort()
  const proxy: Proxy = { name: 'redis', listen: '127.0.0.1:16382', upstream: '127.0.0.1:6382', enabled: true, toxics: [] }
  const server = createServer(async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('')
    const reply = (status: number, body?: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body))
    const call = `${request.method} ${request.url}`
    const index = proxy.toxics.findIndex(({ name }) => call === `DELETE /proxies/redis/toxics/${name}`)
    if (call === 'GET /proxies/redis') reply(200, proxy)
    else if (call === 'POST /proxies/redis/toxics') reply(200, proxy.toxics[proxy.toxics.push(JSON.parse(text) as Toxic) - 1])
    else if (call === 'POST /proxies/redis') reply(200, Object.assign(proxy, { enabled: (JSON.parse(text) as Proxy).enabled }))
    else if (index >= 0) reply(204, void proxy.toxics.splice(index, 1))
    else reply(404, { error: 'proxy not found', status: 404 })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections() })
  t.after(close)
  return { proxy, close, part: { name: 'redis', toxiproxy: { api: `http://127.0.0.1:${port}`, proxy: 'redis' } } }
}

test('add-latency adds its toxic and the undo removes that one only', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  const foreign: Toxic = { name: 'mine', type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 1 } }
  proxy.toxics.push(foreign)
  const { undo, apply } = await addLatencyFault.prepare(part, latency, context)
  assert.equal(await stillWrong(undo), null)
  await apply()
  assert.deepEqual(proxy.toxics[1], { name: 'firedrill-abc', type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 300, jitter: 10 } })
  assert.match(await stillWrong(undo) ?? '', /still has the toxic firedrill-abc/)
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual(proxy.toxics, [foreign])
})

test('cut-connection refuses or swallows, and the undo opens again', async (t) => {
  const { proxy, part } = await toxiproxy(t)
  const refuse = await cutConnectionFault.prepare(part, { mode: 'refuse' }, context)
  await refuse.apply()
  assert.equal(proxy.enabled, false)
  assert.match(await stillWrong(refuse.undo) ?? '', /still disabled/)
  await assert.rejects(cutConnectionFault.prepare(part, { mode: 'refuse' }, context), { code: 'FAULT_NOT_STEADY' })
  await assert.rejects(addLatencyFault.prepare(part, latency, context), { code: 'FAULT_NOT_STEADY' })
  await carryOut(refuse.undo)
  assert.equal(proxy.enabled, true)
  const swallow = await cutConnectionFault.prepare(part, { mode: 'blackhole' }, context)
  await swallow.apply()
  assert.deepEqual(proxy.toxics.map(({ type, attributes }) => [type, attributes]), [['timeout', { timeout: 0 }]])
  await carryOut(swallow.undo)
  assert.deepEqual(proxy.toxics, [])
})

test('an unknown proxy is said with method, URL and status', async (t) => {
  const { part } = await toxiproxy(t)
  await assert.rejects(addLatencyFault.prepare({ ...part, toxiproxy: { ...part.toxiproxy, proxy: 'none' } }, latency, context), /\[GET\] "http:.*\/proxies\/none": 404 .*proxy not found/)
})

test('a Toxiproxy that no longer runs holds no toxic', async (t) => {
  const { close, part } = await toxiproxy(t)
  const { undo } = await addLatencyFault.prepare(part, latency, context)
  await close()
  await carryOut(undo)
})
