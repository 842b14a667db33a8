import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { test, type TestContext } from 'node:test'
import type { Credentials } from '../model/target.ts'
import { alertmanagerSource } from './alertmanager-source.ts'
import { SourceError } from './http.ts'
import { jaegerSource } from './jaeger-source.ts'
import { lokiSource } from './loki-source.ts'
import { probeSender } from './probes.ts'
import { prometheusSource } from './prometheus-source.ts'
import { selfSigned } from '../../testing/machine/certificate.ts'

const CREDENTIALS: Credentials = { headers: { 'authorization': 'Bearer right', 'x-api-key': 'k' } }
const trace = {
  traceID: 'a'.repeat(32),
  processes: { p: { serviceName: 's' } },
  spans: [{ spanID: '1', operationName: 'o', startTime: 1, duration: 1, processID: 'p', tags: [] }],
}

/** Answers 401 to whoever lacks the headers, 404 to whoever leaves out the path before the API, and else what the API answers. */
const strict: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://x')
  if (request.headers.authorization !== 'Bearer right' || request.headers['x-api-key'] !== 'k')
    return void response.writeHead(401).end('who are you?')
  const answers: Record<string, unknown> = {
    '/base/api/v1/query': { status: 'success', data: { resultType: 'vector', result: [] } },
    '/base/api/v1/status/config': { status: 'success', data: { yaml: 'global: {}' } },
    '/base/api/v2/status': { versionInfo: { version: '1' }, config: { original: 'route: {}' } },
    '/base/api/v2/alerts': [],
    '/base/api/v2/alerts/groups': [],
    '/base/api/v2/silences': { silenceID: 'id' },
    '/base/api/v2/silence/id': {},
    '/base/loki/api/v1/query_range': { data: { result: [] } },
    [`/base/api/traces/${'a'.repeat(32)}`]: { data: [trace] },
    '/base/api/traces': { data: [trace] },
    '/base/health': {},
  }
  const answer = answers[pathname]
  response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? '404 page not found'))
}

async function serve(context: TestContext, tls?: { key: string; cert: string }): Promise<string> {
  const server = tls === undefined ? createServer(strict) : createTlsServer(tls, strict)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as { port: number }).port}/base`
}

const probe = { service: 'shop', method: 'GET', path: '/health', headers: { 'X-Own': '1' }, expectStatus: 200 }
const sent = { traceId: null, spanId: 'b'.repeat(16), stamp: 's' }

/** Each question that is asked of an endpoint that may want credentials. */
const QUESTIONS: Record<string, (base: string, credentials?: Credentials) => Promise<unknown>> = {
  'prometheus by POST': (base, credentials) => prometheusSource(base, credentials).query('up'),
  'prometheus by GET': (base, credentials) => prometheusSource(`${base}/`, credentials).config(),
  'alertmanager status': (base, credentials) => alertmanagerSource(base, credentials).status(),
  'alertmanager alerts': (base, credentials) => alertmanagerSource(base, credentials).alerts(),
  'alertmanager post': (base, credentials) => alertmanagerSource(base, credentials).post([]),
  'alertmanager silence': (base, credentials) =>
    alertmanagerSource(base, credentials).silence({}, { startsAtMs: 0, endsAtMs: 1, comment: '' }),
  'alertmanager unsilence': (base, credentials) => alertmanagerSource(base, credentials).unsilence('id'),
  'loki': (base, credentials) => lokiSource(base, 'tenant', credentials).queryRange('{}', 0, 1, 1),
  'jaeger trace': (base, credentials) => jaegerSource(base, credentials).trace('a'.repeat(32)),
  'jaeger known': (base, credentials) => jaegerSource(base, credentials).known(['a'.repeat(32)]),
  'jaeger tagged': (base, credentials) => jaegerSource(base, credentials).tagged('s', {}, 0, 1, 1),
}

for (const [name, ask] of Object.entries(QUESTIONS)) {
  test(`${name}: 401 without credentials, an answer with them, below a path`, async (context) => {
    const base = await serve(context)
    await assert.rejects(ask(base), (error: unknown) => error instanceof SourceError && /401 who are you\?/.test(error.message))
    await ask(base, CREDENTIALS)
  })
}

test('probes bring the credentials of their own service, and of no other', async (context) => {
  const base = await serve(context)
  const services = { shop: base, other: base }
  const probes = probeSender(services, 'r', { shop: CREDENTIALS })
  assert.deepEqual(await probes.send(probe, sent), { status: 200 })
  assert.deepEqual(await probes.send({ ...probe, service: 'other' }, sent), { status: 401 })
})

test('a header that the specification writes counts, in whatever spelling, once', async (context) => {
  const base = await serve(context)
  assert.deepEqual(
    await probeSender({ shop: base }, 'r', { shop: CREDENTIALS }).send({ ...probe, headers: { Authorization: 'Bearer other' } }, sent),
    { status: 401 },
  )
})

test("a certificate of an authority of one's own, for another name than the URL's", async (context) => {
  const pair = selfSigned('prometheus.inner')
  const base = await serve(context, pair)
  const ask = (tls?: Credentials['tls']): Promise<unknown> =>
    prometheusSource(base, { ...CREDENTIALS, ...(tls === undefined ? {} : { tls }) }).config()
  assert.equal(await ask({ ca: pair.cert, serverName: 'prometheus.inner' }), 'global: {}')
  await assert.rejects(ask(), /self-signed certificate/)
  await assert.rejects(ask({ ca: pair.cert }), /ALTNAME|does not match/)
  await assert.rejects(ask({ ca: pair.cert, serverName: 'another.name' }), /ALTNAME|does not match/)
  await assert.rejects(ask({ ca: selfSigned('somebody.else').cert, serverName: 'prometheus.inner' }), /certificate/)
})
