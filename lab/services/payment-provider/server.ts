/**
 * Stand-in for an external payment provider: POST /v1/payments/confirm, driven by test codes in paymentKey as in a real
 * provider's sandbox. It keeps no state: an answer depends on its request alone.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

const MAX_BODY_BYTES = 64 * 1024
export const MAX_DELAY_MS = 30_000

/** What a paymentKey asks the provider to do. */
export type Behaviour =
  | { kind: 'approve'; delayMs: number }
  | { kind: 'fail'; status: number }
  // The connection ends without an answer.
  | { kind: 'reset' }
  | { kind: 'reject'; reason: string }

const TEST_CODES = {
  test_ok: 'approved at once',
  'test_fail_<status>': 'fails with that HTTP status, 400 to 599',
  'test_delay_<ms>': `approved after that many milliseconds, at most ${MAX_DELAY_MS}`,
  test_reset: 'the connection is closed without an answer',
}

/** Pure: test code -> behaviour. Anything that is no test code is rejected, so that a typo never looks like a success. */
export function behaviourOf(paymentKey: string): Behaviour {
  if (paymentKey === 'test_ok') return { kind: 'approve', delayMs: 0 }
  if (paymentKey === 'test_reset') return { kind: 'reset' }
  const fail = /^test_fail_([45]\d\d)$/.exec(paymentKey)
  if (fail) return { kind: 'fail', status: Number(fail[1]) }
  const delay = /^test_delay_(\d{1,9})$/.exec(paymentKey)
  if (delay) return { kind: 'approve', delayMs: Math.min(Number(delay[1]), MAX_DELAY_MS) }
  return { kind: 'reject', reason: `unknown test code "${paymentKey}", known: ${Object.keys(TEST_CODES).join(', ')}` }
}

type Confirmation = { paymentKey: string; orderId: string; amount: number }

/** @param log takes one access line a request */
export function createProvider(log: (line: string) => void): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname
    const route = `${request.method} ${path}`
    const startNs = process.hrtime.bigint()
    response.on('close', () => {
      const durationMs = Number(process.hrtime.bigint() - startNs) / 1e6
      const status = response.writableFinished ? response.statusCode : 'closed'
      const requestId = request.headers['x-request-id'] ?? '-'
      log(`${new Date().toISOString()} ${route} ${status} ${durationMs.toFixed(1)}ms request_id=${JSON.stringify(requestId)}`)
    })
    if (route === 'GET /')
      return send(response, 200, { service: 'payment-provider stand-in', confirm: 'POST /v1/payments/confirm', testCodes: TEST_CODES })
    if (route === 'GET /health') return send(response, 200, { status: 'UP' })
    if (route === 'POST /v1/payments/confirm') return void confirm(request, response)
    return send(response, 404, { code: 'NOT_FOUND', message: `no such path: ${route}` })
  })
}

async function confirm(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = parse(await read(request))
  if (!body) return send(response, 400, { code: 'INVALID_REQUEST', message: 'want JSON {paymentKey, orderId, amount > 0}' })
  const behaviour = behaviourOf(body.paymentKey)
  switch (behaviour.kind) {
    case 'reject':
      return send(response, 400, { code: 'INVALID_PAYMENT_KEY', message: behaviour.reason })
    case 'fail':
      return send(response, behaviour.status, {
        code: 'PROVIDER_ERROR',
        message: `failing with ${behaviour.status}, as the test code asks`,
      })
    case 'reset':
      request.socket.resetAndDestroy()
      return
    case 'approve': {
      const timer = setTimeout(() => send(response, 200, receipt(body)), behaviour.delayMs)
      // A caller that has given up takes its timer with it: slow answers must not pile up.
      response.on('close', () => clearTimeout(timer))
    }
  }
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) return undefined
      chunks.push(chunk)
    }
  } catch {
    // The caller went away in the middle of its request: there is no one left to answer.
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string | undefined): Confirmation | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Confirmation> | null
    const { paymentKey, orderId, amount } = value ?? {}
    if (typeof paymentKey !== 'string' || typeof orderId !== 'string') return undefined
    if (typeof amount !== 'number' || !(amount > 0)) return undefined
    return { paymentKey, orderId, amount }
  } catch {
    return undefined
  }
}

function receipt({ paymentKey, orderId, amount }: Confirmation) {
  return { paymentKey, orderId, status: 'DONE', totalAmount: amount, currency: 'KRW', method: 'CARD', approvedAt: new Date().toISOString() }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

if (import.meta.main) {
  const host = process.env['SERVER_ADDRESS'] ?? '127.0.0.1'
  const port = Number(process.env['SERVER_PORT'] ?? process.env['PAYMENT_PROVIDER_PORT'] ?? 8099)
  const server = createProvider((line) => {
    process.stdout.write(`${line}\n`)
  })
  server.on('error', (error) => {
    process.stderr.write(`payment-provider: cannot listen on ${host}:${port}: ${error.message}\n`)
    process.exitCode = 1
  })
  server.listen(port, host, () => {
    process.stdout.write(`payment-provider listening on ${host}:${port}\n`)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close()
      server.closeAllConnections()
    })
  }
}
