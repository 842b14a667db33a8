import assert from 'node:assert/strict'
import { context as otelContext, diag, propagation, trace } from '@opentelemetry/api'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createSecureServer, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { selfSigned } from '../../testing/machine/certificate.ts'
import type { Credentials } from '../model/target.ts'
import { openTelemetry } from './telemetry.ts'

/** As much of a collector as shows who came and what was brought; UNAUTHENTICATED to whoever lacks the token. */
async function collector(
  context: TestContext,
  tls?: { key: string; cert: string },
): Promise<{ port: number; asked: IncomingHttpHeaders[]; taken: string[] }> {
  const asked: IncomingHttpHeaders[] = []
  const taken: string[] = []
  const server = tls === undefined ? createServer() : createSecureServer(tls)
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    asked.push(headers)
    const chunks: Buffer[] = []
    stream
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const status = headers['authorization'] === 'Bearer r=i,g;h t%' ? '0' : '16'
        if (status === '0') taken.push(Buffer.concat(chunks).toString('latin1'))
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => {
          stream.sendTrailers({ 'grpc-status': status })
        })
        stream.end(Buffer.alloc(5))
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.close()
  })
  return { port: (server.address() as { port: number }).port, asked, taken }
}

async function drill(endpoint: string, credentials?: Credentials, secrets?: string[]): Promise<void> {
  const before = { ...process.env }
  const telemetry = openTelemetry(endpoint, 'r', credentials, secrets)
  assert.deepEqual(
    Object.entries(process.env).filter(([name, value]) => before[name] !== value && name !== 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE'),
    [],
    'no child process inherits a secret',
  )
  await assert.rejects(telemetry.span('step', {}, () => Promise.reject(new Error('the answer was: no, k-1 is wrong'))))
  await telemetry.shutdown()
  // One process is one drill; here it is several.
  trace.disable()
  otelContext.disable()
  propagation.disable()
  diag.disable()
  Reflect.deleteProperty(process.env, 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE')
}

const CREDENTIALS: Credentials = { headers: { 'authorization': 'Bearer r=i,g;h t%', 'x-api-key': 'k-1' } }

test('a collector that asks who comes is told, in whatever characters, and no secret is in a span', async (context) => {
  const { port, asked, taken } = await collector(context)
  await drill(`http://127.0.0.1:${port}`, CREDENTIALS, ['k-1'])
  assert.equal(asked[0]?.['x-api-key'], 'k-1')
  assert.equal(taken.length, 1)
  assert.match(taken[0] ?? '', /the answer was: no, \*\*\* is wrong/)
  assert.doesNotMatch(taken[0] ?? '', /k-1/)
})

test('without credentials nothing is brought', async (context) => {
  const { port, asked, taken } = await collector(context)
  await drill(`http://127.0.0.1:${port}`)
  assert.equal(asked[0]?.authorization, undefined)
  assert.deepEqual(taken, [])
})

test('headers that the environment has for every exporter are brought as well', async (context) => {
  const { port, asked } = await collector(context)
  process.env['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] = 'x-site=a%20b'
  context.after(() => {
    Reflect.deleteProperty(process.env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS')
  })
  await drill(`http://127.0.0.1:${port}`, CREDENTIALS)
  assert.deepEqual([asked[0]?.['x-site'], asked[0]?.['x-api-key']], ['a b', 'k-1'])
})

test("a collector with a certificate of an authority of one's own", async (context) => {
  const pair = selfSigned('localhost')
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-otlp-'))
  context.after(() => {
    rmSync(folder, { recursive: true })
  })
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, pair.cert)
  const { port, taken } = await collector(context, pair)
  await drill(`https://localhost:${port}`, CREDENTIALS)
  assert.deepEqual(taken, [], 'unknown to Node')
  await drill(`https://localhost:${port}`, { ...CREDENTIALS, tls: { ca: pair.cert, caFile } })
  assert.equal(taken.length, 1)
})
