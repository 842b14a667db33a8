import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../drivers/clock.ts'
import { alertmanagerSource } from './alertmanager-source.ts'
import { exchange, getJson, SourceError } from './http.ts'
import { jaegerSource } from './jaeger-source.ts'
import { lokiSource } from './loki-source.ts'
import { probeSender } from './probes.ts'
import { prometheusSource } from './prometheus-source.ts'
import { openReceiver } from './receiver-source.ts'
import { freePort } from '../../testing/chaos/processes.ts'

interface Reply {
  status?: number
  body: unknown
}
interface Asked {
  method: string
  url: string
  body: string
  headers: Record<string, unknown>
}

/** A server that knows exactly the given requests: an unknown one is answered 500 and fails the test, an unused one fails it too. */
async function strictServer(context: TestContext, replies: Record<string, Reply>): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const unknown: string[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const url = request.url ?? ''
        asked.push({ method: request.method ?? '', url, body: Buffer.concat(chunks).toString(), headers: request.headers })
        const reply = replies[`${request.method} ${url.split('?')[0]}`]
        if (reply === undefined) unknown.push(`${request.method} ${url}`)
        response
          .writeHead(reply?.status ?? (reply === undefined ? 500 : 200))
          .end(typeof reply?.body === 'string' ? reply.body : JSON.stringify(reply?.body ?? 'unknown request'))
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
    assert.deepEqual(unknown, [], 'no unknown request')
    const used = new Set(asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`))
    assert.deepEqual(
      Object.keys(replies).filter((key) => !used.has(key)),
      [],
      'no unused reply',
    )
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

test('a range selector gives raw samples; the time is sent with milliseconds', async (context) => {
  const { url, asked } = await strictServer(context, {
    'POST /api/v1/query': {
      body: {
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: { __name__: 'up', job: 'x' }, values: [[1700000000.123, '1']] }] },
      },
    },
  })
  assert.deepEqual(await prometheusSource(url).query('up[10s]', 1_700_000_001_230), [
    { metric: { __name__: 'up', job: 'x' }, values: [[1700000000.123, '1']] },
  ])
  assert.equal(new URLSearchParams(asked[0]?.body).get('time'), '1700000001.230')
})

test('a long range is read in pieces on one grid and joined by label set', async (context) => {
  const { url, asked } = await strictServer(context, {
    'POST /api/v1/query_range': {
      body: { status: 'success', data: { resultType: 'matrix', result: [{ metric: { b: '1', a: '2' }, values: [[1, '1']] }] } },
    },
  })
  const series = await prometheusSource(url).queryRange('x', 0, 25_000_000, 1_000)
  assert.deepEqual(
    asked.map(({ body }) => [new URLSearchParams(body).get('start'), new URLSearchParams(body).get('end')]),
    [
      ['0.000', '9999.000'],
      ['10000.000', '19999.000'],
      ['20000.000', '25000.000'],
    ],
  )
  assert.equal(series.length, 1)
  assert.equal(series[0]?.values.length, 3)
})

test('an answer that is no success, no JSON or no 2xx names method, address and what came', async (context) => {
  const { url } = await strictServer(context, { 'POST /api/v1/query': { status: 503, body: 'too busy' }, 'GET /text': { body: '<html>' } })
  await assert.rejects(
    prometheusSource(url).query('up'),
    (error: unknown) =>
      error instanceof SourceError && /^\[POST\] "http:\/\/127\.0\.0\.1:\d+\/api\/v1\/query": 503 too busy$/.test(error.message),
  )
  await assert.rejects(getJson(`${url}/text`), /answer is not JSON: <html>/)
})

test('nobody there and no answer in time are told apart', async (context) => {
  const server = createServer(() => {
    /* never answers */
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await assert.rejects(exchange(`http://127.0.0.1:${port}/`, { deadlineMs: 50 }), /no answer within 50 ms/)
  const free = await freePort()
  await assert.rejects(
    exchange(`http://user:secret@127.0.0.1:${free}/`),
    (error: unknown) => error instanceof SourceError && error.message.includes('ECONNREFUSED') && !error.message.includes('secret'),
  )
})

test('an answer beyond the bound is refused instead of filling the memory', async (context) => {
  const { url } = await strictServer(context, { 'GET /big': { body: 'x'.repeat(10_000) } })
  await assert.rejects(exchange(`${url}/big`, { maxBytes: 1_000 }), /larger than 1000 bytes/)
})

test('Loki is asked with all four of start, end, limit and direction, in nanoseconds, and lines come in order', async (context) => {
  const { url, asked } = await strictServer(context, {
    'GET /loki/api/v1/query_range': {
      body: {
        status: 'success',
        data: {
          resultType: 'streams',
          result: [
            { stream: { service: 'a' }, values: [['20', 'second']] },
            { stream: { service: 'b' }, values: [['10', 'first']] },
          ],
        },
      },
    },
  })
  const lines = await lokiSource(url).queryRange('{service="a"}', 1_700_000_000_000, 1_700_000_001_000, 50)
  assert.deepEqual(
    lines.map(({ line }) => line),
    ['first', 'second'],
  )
  const params = new URL(asked[0]!.url, url).searchParams
  assert.deepEqual(
    ['start', 'end', 'limit', 'direction'].map((name) => params.get(name)),
    ['1700000000000000000', '1700000001000000000', '50', 'forward'],
  )
})

test('a Loki of several tenants is asked as the one that the target names, and nothing is said where it names none', async (context) => {
  const reply = { 'GET /loki/api/v1/query_range': { body: { data: { result: [] } } } }
  const { url, asked } = await strictServer(context, reply)
  await lokiSource(url, 'shop|platform').queryRange('{}', 0, 1, 1)
  await lokiSource(url).queryRange('{}', 0, 1, 1)
  assert.deepEqual(
    asked.map(({ headers }) => headers['x-scope-orgid']),
    ['shop|platform', undefined],
  )
})

test('what Jaeger says of a service itself comes with the trace', async (context) => {
  const { url } = await strictServer(context, {
    'GET /api/traces/cc': {
      body: {
        data: [
          {
            traceID: 'cc',
            processes: { p1: { serviceName: 'shop', tags: [{ key: 'host.name', value: 'h1' }] } },
            spans: [{ spanID: '1', operationName: 'GET /', startTime: 5, duration: 7, processID: 'p1', tags: [] }],
          },
        ],
      },
    },
  })
  assert.deepEqual((await jaegerSource(url).trace('cc'))?.resources, { shop: { 'host.name': 'h1' } })
})

test('a trace that is not stored yet is null, one that is there comes with parents, links, kinds and services', async (context) => {
  const { url } = await strictServer(context, {
    'GET /api/traces/aa': { status: 404, body: { errors: [{ code: 404, msg: 'trace not found' }] } },
    'GET /api/traces/bb': {
      body: {
        data: [
          {
            traceID: 'bb',
            processes: { p1: { serviceName: 'rate-limiter' } },
            spans: [
              {
                spanID: '1',
                operationName: 'GET /',
                startTime: 5,
                duration: 7,
                processID: 'p1',
                references: [
                  { refType: 'CHILD_OF', traceID: 'bb', spanID: '0' },
                  { refType: 'FOLLOWS_FROM', traceID: 'cc', spanID: '9' },
                ],
                tags: [
                  { key: 'span.kind', value: 'server' },
                  { key: 'http.response.status_code', value: 200 },
                  { key: 'error', value: true },
                ],
              },
            ],
          },
        ],
      },
    },
  })
  const source = jaegerSource(url)
  assert.equal(await source.trace('aa'), null)
  const trace = await source.trace('bb')
  assert.deepEqual(trace?.spans[0], {
    spanId: '1',
    parentSpanId: '0',
    service: 'rate-limiter',
    operation: 'GET /',
    kind: 'server',
    startUs: 5,
    durationUs: 7,
    attributes: { 'span.kind': 'server', 'http.response.status_code': '200', 'error': 'true' },
    links: [{ traceId: 'cc', spanId: '9' }],
    error: true,
  })
})

test('traces are searched by attributes, in microseconds', async (context) => {
  const { url, asked } = await strictServer(context, {
    'GET /api/traces': {
      body: {
        data: [
          {
            traceID: 'aa',
            processes: { p1: { serviceName: 'shop' } },
            spans: [{ spanID: '1', operationName: 'GET /', startTime: 5, duration: 7, processID: 'p1', tags: [] }],
          },
        ],
      },
    },
  })
  const found = await jaegerSource(url).tagged('shop', { 'firedrill.run': 'r 1' }, 1_000.5, 2_000.5, 20)
  assert.deepEqual(
    found.map(({ traceId, spans }) => [traceId, spans[0]?.service]),
    [['aa', 'shop']],
  )
  const params = new URL(asked[0]!.url, url).searchParams
  assert.deepEqual(
    ['service', 'tags', 'start', 'end', 'limit'].map((name) => params.get(name)),
    ['shop', '{"firedrill.run":"r 1"}', '1000000', '2001000', '20'],
  )
})

test('Alertmanager gives its version and loaded configuration', async (context) => {
  const { url } = await strictServer(context, {
    'GET /api/v2/status': { body: { versionInfo: { version: '0.27.0' }, config: { original: 'route: {}' } } },
  })
  const { version, config } = await alertmanagerSource(url).status()
  assert.deepEqual([version, config], ['0.27.0', 'route: {}'])
})

test('a probe carries its own trace context and its stamp', async (context) => {
  const { url, asked } = await strictServer(context, { 'POST /orders/s-1': { status: 201, body: {} } })
  const probe = {
    service: 'shop',
    method: 'POST',
    path: '/orders/{stamp}',
    headers: { 'x-client': '{stamp}' },
    body: '{"ref":"{stamp}"}',
    expectStatus: 201,
  }
  assert.deepEqual(
    await probeSender({ shop: url }, 'run 1').send(probe, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), stamp: 's-1' }),
    { status: 201 },
  )
  assert.equal(asked[0]?.headers['traceparent'], `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)
  assert.equal(asked[0]?.headers['baggage'], 'firedrill.run=run%201')
  assert.deepEqual([asked[0]?.headers['x-request-id'], asked[0]?.headers['x-client'], asked[0]?.body], ['s-1', 's-1', '{"ref":"s-1"}'])
  await assert.rejects(probeSender({}, 'r').send(probe, { traceId: '', spanId: '', stamp: '' }), /no address of service "shop"/)
})

test("alerts are posted and ended, silences set and removed, by Alertmanager's API v2", async (context) => {
  const { url, asked } = await strictServer(context, {
    'POST /api/v2/alerts': { body: '' },
    'POST /api/v2/silences': { body: { silenceID: 'a-1' } },
    'DELETE /api/v2/silence/a-1': { body: '' },
  })
  const alertmanager = alertmanagerSource(url)
  await alertmanager.post([
    { labels: { alertname: 'X' }, annotations: { summary: 's' }, startsAtMs: 1_700_000_000_000, endsAtMs: 1_700_000_060_000 },
  ])
  assert.equal(await alertmanager.silence({ alertname: 'X' }, { startsAtMs: 0, endsAtMs: 1_000, comment: 'c' }), 'a-1')
  await alertmanager.unsilence('a-1')
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), [
    { labels: { alertname: 'X' }, annotations: { summary: 's' }, startsAt: '2023-11-14T22:13:20.000Z', endsAt: '2023-11-14T22:14:20.000Z' },
  ])
  assert.deepEqual(JSON.parse(asked[1]?.body ?? ''), {
    matchers: [{ name: 'alertname', value: 'X', isRegex: false, isEqual: true }],
    startsAt: '1970-01-01T00:00:00.000Z',
    endsAt: '1970-01-01T00:00:01.000Z',
    createdBy: 'firedrill',
    comment: 'c',
  })
})

test('an alert that Alertmanager refuses is an error with its reason', async (context) => {
  const { url } = await strictServer(context, { 'POST /api/v2/alerts': { status: 400, body: 'bad alert' } })
  await assert.rejects(alertmanagerSource(url).post([]), /\[POST\] ".*": 400 bad alert/)
})

test('the receiver keeps every POST with receiver, arrival and body, JSON or not, and no credentials', async () => {
  const receiver = await openReceiver({ host: '127.0.0.1', port: 0 }, systemClock)
  const got: { receiver: string; body: unknown; headers: Record<string, string>; arrivedMs: number }[] = []
  receiver.subscribe((notification) => {
    got.push(notification)
  })
  const before = Date.now()
  const base = `http://127.0.0.1:${receiver.port}`
  await exchange(`${base}/critical?x=1`, {
    method: 'POST',
    body: '{"alerts":[]}',
    headers: { 'authorization': 'Bearer secret', 'content-type': 'application/json' },
  })
  const discord = await exchange(`${base}/discord/slack`, { method: 'POST', body: 'not json \u0000' })
  await receiver.close()
  assert.deepEqual(
    got.map(({ receiver: name, body, headers }) => [name, body, Object.keys(headers).sort()]),
    [
      ['critical', { alerts: [] }, ['content-type']],
      ['discord', 'not json \u0000', []],
    ],
  )
  assert.ok(got[0]!.arrivedMs >= before && got[0]!.arrivedMs <= Date.now())
  // Alertmanager counts any other text as an error and tells again at every tick.
  assert.deepEqual([discord.status, discord.text], [200, 'ok'])
})

test('a busy receiver port says so with what to do', async () => {
  const first = await openReceiver({ host: '127.0.0.1', port: 0 }, systemClock)
  // The address that is free is closed again when the other one is not.
  await assert.rejects(
    openReceiver({ host: '127.0.0.2', port: first.port, also: ['127.0.0.1'] }, systemClock),
    /cannot listen on 127\.0\.0\.1/,
  )
  const second = await openReceiver({ host: '127.0.0.2', port: first.port, also: ['127.0.0.3'] }, systemClock)
  let heard = 0
  second.subscribe(() => {
    heard += 1
  })
  for (const host of ['127.0.0.2', '127.0.0.3']) await exchange(`http://${host}:${first.port}/critical`, { method: 'POST', body: '{}' })
  assert.equal(heard, 2)
  await second.close()
  await assert.rejects(openReceiver({ host: '127.0.0.1', port: first.port }, systemClock), /RECEIVER_PORT|cannot listen on 127\.0\.0\.1/)
  await first.close()
})
