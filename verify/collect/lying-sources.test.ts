import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { clipTrace } from '../run/signals/clip.ts'
import { jaegerSource, toTrace } from './jaeger-source.ts'
import { exchange } from './http.ts'
import { lokiSource } from './loki-source.ts'

async function answering(context: TestContext, body: string | Buffer, status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status).end(body)
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
  const reference = fc.record(
    {
      refType: fc.oneof(fc.constant('CHILD_OF'), fc.jsonValue()),
      traceID: fc.oneof(fc.constant('t'), fc.jsonValue()),
      spanID: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const span = fc.record(
    {
      spanID: fc.jsonValue(),
      operationName: fc.jsonValue(),
      startTime: fc.jsonValue(),
      duration: fc.jsonValue(),
      processID: fc.jsonValue(),
      references: fc.oneof(fc.array(reference), fc.jsonValue()),
      tags: fc.oneof(fc.array(tag), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  const trace = fc.record(
    {
      traceID: fc.oneof(fc.constant('t'), fc.jsonValue()),
      spans: fc.oneof(fc.array(fc.oneof(span, fc.jsonValue())), fc.jsonValue()),
      processes: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(trace, fc.jsonValue()), (raw) => {
      const kept = clipTrace(toTrace(raw))
      for (const each of kept.spans)
        assert.deepEqual(
          [typeof each.spanId, typeof each.service, typeof each.operation, typeof each.kind, typeof each.startUs],
          ['string', 'string', 'string', 'string', 'number'],
        )
      JSON.stringify(kept)
    }),
    // The example threw in Number().
    { numRuns: 300, examples: [[{ spans: [{ startTime: { toString: '' }, duration: [] }] }]] },
  )
})

test('known ids are those with spans; all are asked for at once', async (context) => {
  const id = (digit: string): string => digit.repeat(32)
  const { url, asked } = await answering(
    context,
    JSON.stringify({
      data: [
        { traceID: id('a'), spans: [{}] },
        { traceID: id('b'), spans: [] },
        { traceID: `0${'c'.repeat(31)}`.slice(1), spans: [{}] },
        { traceID: 7 },
      ],
      errors: [{ msg: 'trace not found' }],
    }),
  )
  assert.deepEqual(await jaegerSource(url).known([id('a'), id('b'), `0${'c'.repeat(31)}`]), [id('a'), `0${'c'.repeat(31)}`])
  assert.deepEqual(asked, [`/api/traces?traceID=${id('a')}&traceID=${id('b')}&traceID=0${'c'.repeat(31)}`])
})

test('bytes that are no UTF-8 in a line become the replacement character', async (context) => {
  const { url } = await answering(
    context,
    Buffer.concat([
      Buffer.from('{"data":{"result":[{"stream":{"service":"shop"},"values":[["1795000000000000000","GET /'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from(' id"]]}]}}'),
    ]),
  )
  const [line] = await lokiSource(url).queryRange('{}', 0, 1, 10)
  assert.equal(line?.line, 'GET /\ufffd\ufffd( id')
})

test('a line of a megabyte comes whole, and an answer beyond all bounds is refused', async (context) => {
  const { url } = await answering(
    context,
    JSON.stringify({ data: { result: [{ stream: {}, values: [['1795000000000000000', 'x'.repeat(1_000_000)]] }] } }),
  )
  assert.equal((await lokiSource(url).queryRange('{}', 0, 1, 10))[0]?.line.length, 1_000_000)
  await assert.rejects(exchange(url, { maxBytes: 1_000 }), /larger than 1000 bytes/)
})

test('an answer of another form is an error that says so', async (context) => {
  const { url } = await answering(context, '{"status":"success"}')
  await assert.rejects(lokiSource(url).queryRange('{}', 0, 1, 10), /no list of streams/)
})

test("a 404 that is not the trace store's own, and an answer of another form, are no missing trace", async (context) => {
  for (const [status, body] of [
    [404, '404 page not found\n'],
    [404, '<html><body>nginx</body></html>'],
    [200, '{"status":"ok"}'],
    [200, '{"data":{"a":1}}'],
    [200, 'null'],
    [200, '{"data":null,"errors":[{"code":500,"msg":"storage: context deadline exceeded"}]}'],
  ] as const) {
    const { url } = await answering(context, body, status)
    await assert.rejects(jaegerSource(url).trace('a'.repeat(32)), /\[GET\] "http/, body)
  }
})

test("the store's own ways to say that there is no such trace", async (context) => {
  for (const [status, body] of [
    [404, '{"data":null,"total":0,"errors":[{"code":404,"msg":"trace not found"}]}'],
    [404, ''],
    [404, 'trace not found'],
    [200, '{"data":[],"errors":[{"code":404,"msg":"trace not found"}]}'],
    [200, '{"data":null,"errors":null}'],
    [200, `{"data":[{"traceID":"${'a'.repeat(32)}","spans":[]}]}`],
  ] as const) {
    const { url } = await answering(context, body, status)
    assert.equal(await jaegerSource(url).trace('a'.repeat(32)), null, body)
  }
})

test('times are asked for as they were sent: a store may move spans to hide that clocks differ', async (context) => {
  const { url, asked } = await answering(context, '{"data":[]}')
  await jaegerSource(url).trace('a'.repeat(32))
  assert.deepEqual(asked, [`/api/traces/${'a'.repeat(32)}?raw=true`])
})

test('the trace of another id is no answer; one without its leading zeros, or in capitals, is', async (context) => {
  const answer = (traceID: string): string => JSON.stringify({ data: [{ traceID, spans: [{ spanID: 'a' }], processes: {} }] })
  const other = await answering(context, answer('b'.repeat(32)))
  await assert.rejects(jaegerSource(other.url).trace('a'.repeat(32)), /another trace/)
  const short = await answering(context, answer('B'.repeat(30)))
  assert.notEqual(await jaegerSource(short.url).trace(`00${'b'.repeat(30)}`), null)
})

test('ids, kinds and links of a megabyte are kept short as everything else', () => {
  const huge = 'x'.repeat(1_000_000)
  const kept = clipTrace(
    toTrace({
      traceID: huge,
      processes: { p: { serviceName: huge } },
      spans: [
        {
          spanID: huge,
          operationName: huge,
          processID: 'p',
          startTime: 1,
          duration: 1,
          references: [
            { refType: 'CHILD_OF', traceID: huge, spanID: huge },
            { refType: 'FOLLOWS_FROM', traceID: huge, spanID: huge },
          ],
          tags: [
            { key: 'span.kind', value: huge },
            { key: huge, value: huge },
          ],
        },
      ],
    }),
  )
  assert.ok(JSON.stringify(kept).length < 20_000, String(JSON.stringify(kept).length))
})

test('a parent that is linked to as well comes as the link alone, and is the parent all the same', () => {
  const trace = toTrace({
    traceID: 't',
    spans: [
      { spanID: 'k', references: [{ refType: 'FOLLOWS_FROM', traceID: 't', spanID: 'p' }] },
      {
        spanID: 'l',
        references: [
          { refType: 'FOLLOWS_FROM', traceID: 'u', spanID: 'q' },
          { refType: 'FOLLOWS_FROM', traceID: 't', spanID: 'x' },
          { refType: 'CHILD_OF', traceID: 't', spanID: 'p' },
        ],
      },
      { spanID: 'm', references: [{ refType: 'FOLLOWS_FROM', traceID: 'u', spanID: 'q' }] },
    ],
  })
  assert.deepEqual(
    trace.spans.map(({ parentSpanId, links }) => [parentSpanId, links.map(({ spanId }) => spanId)]),
    [
      ['p', ['p']],
      ['p', ['q', 'x']],
      [null, ['q']],
    ],
  )
})
