import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { behaviourOf, createProvider, MAX_DELAY_MS } from './server.ts'

const lines = new EventEmitter()
const server = createProvider((line) => lines.emit('line', line))
let base = ''

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

after(() => {
  server.close()
  server.closeAllConnections()
})

const confirm = (body: unknown, signal?: AbortSignal) =>
  fetch(`${base}/v1/payments/confirm`, { method: 'POST', body: JSON.stringify(body), ...(signal ? { signal } : {}) })
const payment = (paymentKey: string) => ({ paymentKey, orderId: 'order-1', amount: 1000 })

test('a test code says what happens, and nothing else is a success', () => {
  assert.deepEqual(behaviourOf('test_ok'), { kind: 'approve', delayMs: 0 })
  assert.deepEqual(behaviourOf('test_fail_503'), { kind: 'fail', status: 503 })
  assert.deepEqual(behaviourOf('test_delay_700'), { kind: 'approve', delayMs: 700 })
  assert.deepEqual(behaviourOf('test_delay_99999999'), { kind: 'approve', delayMs: MAX_DELAY_MS })
  assert.deepEqual(behaviourOf('test_reset'), { kind: 'reset' })
  for (const typo of ['', 'test_okay', 'test_fail_200', 'test_fail_', 'test_delay_-1', 'test_delay_1e9']) {
    assert.equal(behaviourOf(typo).kind, 'reject', typo)
  }
})

test('an approved payment has a receipt with the order and the amount', async () => {
  const response = await confirm(payment('test_ok'))
  assert.equal(response.status, 200)
  const { orderId, totalAmount, status } = (await response.json()) as Record<string, unknown>
  assert.deepEqual({ orderId, totalAmount, status }, { orderId: 'order-1', totalAmount: 1000, status: 'DONE' })
})

test('a failure has the status that was asked for and a code', async () => {
  const response = await confirm(payment('test_fail_503'))
  assert.equal(response.status, 503)
  assert.equal(((await response.json()) as { code: string }).code, 'PROVIDER_ERROR')
})

test('a delayed approval takes at least its delay', async () => {
  const start = performance.now()
  const response = await confirm(payment('test_delay_120'))
  assert.equal(response.status, 200)
  assert.ok(performance.now() - start >= 119)
})

test('a reset is a broken connection, and the next request is served', async () => {
  await assert.rejects(confirm(payment('test_reset')))
  assert.equal((await confirm(payment('test_ok'))).status, 200)
})

test('a caller that gives up ends its request at once', async () => {
  // The line of the request before may come late.
  const closed = new Promise<void>((done) => {
    lines.on('line', (line: string) => /POST \/v1\/payments\/confirm closed /.test(line) && done())
  })
  const start = performance.now()
  const caller = new AbortController()
  server.once('request', (request) => request.once('end', () => caller.abort()))
  await assert.rejects(confirm(payment('test_delay_30000'), caller.signal))
  await closed
  assert.ok(performance.now() - start < 30_000, 'before its delay was over')
})

test('bad requests are 400 with a reason, and unknown paths 404', async () => {
  for (const bad of [null, {}, { ...payment('test_ok'), amount: 0 }, { paymentKey: 7 }]) {
    assert.equal((await confirm(bad)).status, 400, JSON.stringify(bad))
  }
  assert.equal((await confirm(payment('nonsense'))).status, 400)
  assert.equal((await fetch(`${base}/v1/other`)).status, 404)
})

test('the front page lists the test codes', async () => {
  const page = (await (await fetch(base)).json()) as { testCodes: Record<string, string> }
  assert.deepEqual(Object.keys(page.testCodes), ['test_ok', 'test_fail_<status>', 'test_delay_<ms>', 'test_reset'])
})
