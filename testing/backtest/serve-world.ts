import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { HistoryError } from '../../verify/backtest/history-port.ts'
import type { RecordedWorld } from './recorded-world.ts'

export interface Served {
  url: string
  requests: { method: string; path: string; headers: IncomingMessage['headers']; params: URLSearchParams }[]
  close(): Promise<void>
}

export interface Serving {
  prefix?: string
  /** Answers in the place of the world when it returns true. */
  instead?(request: Served['requests'][number], response: ServerResponse, count: number): boolean
  /** Paths under /api/v1 that this server does not have. */
  without?: string[]
}

/** A world behind the HTTP API of Prometheus, as far as a backtest asks it. */
export async function serveWorld(world: RecordedWorld, serving: Serving = {}): Promise<Served> {
  const requests: Served['requests'] = []
  const server = createServer((request, response) => {
    void answer(world, serving, requests, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}${serving.prefix ?? ''}`, requests, close: () => closed(server) }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

async function answer(
  world: RecordedWorld,
  { prefix = '', instead, without = [] }: Serving,
  requests: Served['requests'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const url = new URL(request.url ?? '', 'http://localhost')
  const seen = {
    method: request.method ?? '',
    path: url.pathname,
    headers: request.headers,
    params: request.method === 'POST' ? new URLSearchParams(body) : url.searchParams,
  }
  requests.push(seen)
  if (instead?.(seen, response, requests.length) === true) return
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  const path = seen.path.startsWith(`${prefix}/api/v1/`) ? seen.path.slice(prefix.length + '/api/v1/'.length) : ''
  if (path === '' || without.includes(path)) {
    response.writeHead(404)
    response.end('404 page not found\n')
    return
  }
  const ms = (name: string): number => Math.round(Number(seen.params.get(name)) * 1_000)
  try {
    if (path === 'rules') return send(200, { status: 'success', data: { groups: world.groups.map(rawGroup) } })
    if (path === 'status/buildinfo') return send(200, { status: 'success', data: { version: '2.42.0' } })
    if (path === 'status/runtimeinfo') return send(200, { status: 'success', data: { startTime: '2026-11-01T00:00:00Z' } })
    const expr = seen.params.get('query') ?? ''
    const isRange = path === 'query_range'
    const { series, warnings } = isRange
      ? await world.range(expr, ms('start'), ms('end'), ms('step'))
      : await world.instant(expr, ms('time'))
    const isMatrix = isRange || /\]$/.test(expr)
    const result = series.map(({ metric, values }) => (isMatrix ? { metric, values } : { metric, value: values[0] }))
    send(200, {
      status: 'success',
      data: { resultType: isMatrix ? 'matrix' : 'vector', result },
      ...(warnings.length > 0 ? { warnings } : {}),
    })
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    send(error.trouble === 'query' ? 400 : 422, { status: 'error', errorType: 'execution', error: error.message })
  }
}

function rawGroup({ name, file, intervalMs, rules }: RecordedWorld['groups'][number]): unknown {
  return {
    name,
    file,
    interval: intervalMs / 1_000,
    rules: rules.map(({ forMs, keepFiringForMs, ...rule }) => ({
      ...rule,
      duration: forMs / 1_000,
      ...(keepFiringForMs > 0 ? { keepFiringFor: keepFiringForMs / 1_000 } : {}),
    })),
  }
}
