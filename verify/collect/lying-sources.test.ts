import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { clipTrace } from '../run/clip.ts'
import { jaegerSource, toTrace } from './jaeger.ts'
import { exchange } from './http.ts'
import { lokiSource } from './loki.ts'

async function answering(context: TestContext, body: string | Buffer): Promise<{ url: string, asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

test('whatever a store gives for a trace, a trace comes of it and goes into the journal', () => {
  const tag = fc.record({ key: fc.jsonValue(), value: fc.jsonValue() }, { requiredKeys: [] })
  const reference = fc.record({ refType: fc.oneof(fc.constant('CHILD_OF'), fc.jsonValue()), traceID: fc.oneof(fc.constant('t'), fc.jsonValue()), spanID: fc.jsonValue() }, { requiredKeys: [] })
  const span = fc.record({ spanID: fc.jsonValue(), operationName: fc.jsonValue(), startTime: fc.jsonValue(), duration: fc.jsonValue(), processID: fc.jsonValue(), references: fc.oneof(fc.array(reference), fc.jsonValue()), tags: fc.oneof(fc.array(tag), fc.jsonValue()) }, { requiredKeys: [] })
  const trace = fc.record({ traceID: fc.oneof(fc.constant('t'), fc.jsonValue()), spans: fc.oneof(fc.array(fc.oneof(span, fc.jsonValue())), fc.jsonValue()), processes: fc.jsonValue() }, { requiredKeys: [] })
  fc.assert(fc.property(fc.oneof(trace, fc.jsonValue()), (raw) => {
    const kept = clipTrace(toTrace(raw))
    for (const each of kept.spans) assert.deepEqual([typeof each.spanId, typeof each.service, typeof each.operation, typeof each.kind, typeof each.startUs], ['string', 'string', 'string', 'string', 'number'])
    JSON.stringify(kept)
  }), { numRuns: 300 })
})

test('known ids are those with spans; all are asked for at once', async (context) => {
  const id = (digit: string): string => digit.repeat(32)
  const { url, asked } = await answering(context, JSON.stringify({ data: [{ traceID: id('a'), spans: [{}] }, { traceID: id('b'), spans: [] }, { traceID: `0${'c'.repeat(31)}`.slice(1), spans: [{}] }, { traceID: 7 }], errors: [{ msg: 'trace not found' }] }))
  assert.deepEqual(await jaegerSource(url).known([id('a'), id('b'), `0${'c'.repeat(31)}`]), [id('a'), `0${'c'.repeat(31)}`])
  assert.deepEqual(asked, [`/api/traces?traceID=${id('a')}&traceID=${id('b')}&traceID=0${'c'.repeat(31)}`])
})

test('bytes that are no UTF-8 in a line become the replacement character', async (context) => {
  const { url } = await answering(context, Buffer.concat([Buffer.from('{"data":{"result":[{"stream":{"service":"shop"},"values":[["1795000000000000000","GET /'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(' id"]]}]}}')]))
  const [line] = await lokiSource(url).queryRange('{}', 0, 1, 10)
  assert.equal(line?.line, 'GET /\ufffd\ufffd( id')
})

test('a line of a megabyte comes whole, and an answer beyond all bounds is refused', async (context) => {
  const { url } = await answering(context, JSON.stringify({ data: { result: [{ stream: {}, values: [['1795000000000000000', 'x'.repeat(1_000_000)]] }] } }))
  assert.equal((await lokiSource(url).queryRange('{}', 0, 1, 10))[0]?.line.length, 1_000_000)
  await assert.rejects(exchange(url, { maxBytes: 1_000 }), /larger than 1000 bytes/)
})

test('an answer of another form is an error that says so', async (context) => {
  const { url } = await answering(context, '{"status":"success"}')
  await assert.rejects(lokiSource(url).queryRange('{}', 0, 1, 10), /no list of streams/)
})
