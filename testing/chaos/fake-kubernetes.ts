import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './processes.ts'

export interface ApiReply {
  request: string
  /** The body that must have come. */
  sent?: unknown
  status: number
  body: Record<string, unknown>
  /** Of an exec, whose request is "EXEC POD CONTAINER" and whose command is what is sent: channel and text of each frame. */
  frames?: [channel: number, text: string][]
}

/** What a real API server answered while each fault was applied and undone, by fault and kind of workload. */
export const recorded = (
  JSON.parse(readFileSync(new URL('kubernetes-replies.json', import.meta.url), 'utf8')) as { scenarios: Record<string, ApiReply[]> }
).scenarios

/** A time that is sent is another each time; the recordings have * there. */
function timeless(key: string, value: unknown): unknown {
  return key === 'acquireTime' || key === 'renewTime' ? '*' : value
}

/** "EXEC POD CONTAINER" and the command of a request for an exec. Scripts are not compared: they are run for real elsewhere. */
function execRequest(url: string): { request: string; sent: string[] } {
  const { pathname, searchParams } = new URL(url, 'http://api')
  const command = searchParams.getAll('command').map((word, index, all) => (all[index - 1] === '-c' || word.includes('\n') ? '*' : word))
  return { request: `EXEC ${/pods\/([^/]+)\/exec$/.exec(pathname)?.[1]} ${searchParams.get('container')}`, sent: command }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2, of a server: without a mask. */
function frame([channel, text]: readonly [number, string]): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)])
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([0x82, ...length]), payload])
}

/** The handshake of a WebSocket, and all that comes from the container. */
function execAnswer(socket: Duplex, key: string, frames: readonly (readonly [number, string])[]): void {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    ...['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Protocol: v5.channel.k8s.io'],
  ]
  socket.on('error', () => {
    /* The client closes as soon as it knows the outcome. */
  })
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const each of frames) socket.write(frame(each))
}

/** An API server that knows these requests alone, in this order and with these bodies; what is left at the end fails the test. */
export async function apiServer(t: TestContext, listed: readonly ApiReply[]): Promise<void> {
  const wrong: string[] = []
  const replies = [...listed]
  const server = createServer(async (request, response) => {
    const bytes: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) bytes.push(chunk)
    const text = Buffer.concat(bytes).toString('utf8')
    const got = { request: `${request.method} ${request.url}`, ...(text === '' ? {} : { sent: JSON.parse(text, timeless) as unknown }) }
    const next = replies.shift()
    const expected = { request: next?.request, ...(next?.sent === undefined ? {} : { sent: next.sent }) }
    try {
      assert.deepEqual(got, expected)
    } catch {
      wrong.push(`${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`)
    }
    response.writeHead(next?.status ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(next?.body ?? {}))
  })
  server.on('upgrade', (request, socket) => {
    const got = execRequest(request.url ?? '')
    const next = replies.shift()
    try {
      assert.deepEqual(got, { request: next?.request, sent: next?.sent })
    } catch {
      wrong.push(`${JSON.stringify(got)}, expected ${JSON.stringify({ request: next?.request, sent: next?.sent })}`)
    }
    if (next?.frames === undefined) socket.end(`HTTP/1.1 ${next?.status ?? 500} refused\r\ncontent-length: 0\r\n\r\n`)
    else execAnswer(socket, request.headers['sec-websocket-key'] ?? '', next.frames)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const file = join(await temporaryDirectory(t), 'kubeconfig')
  const cluster = { 'server': `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true }
  const config = {
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{ name: 'test', cluster }],
    'users': [{ name: 'drill', user: {} }],
    'contexts': [{ name: 'fd', context: { cluster: 'test', user: 'drill' } }],
    'current-context': 'another',
  }
  writeFileSync(file, JSON.stringify(config))
  const before = process.env['KUBECONFIG']
  process.env['KUBECONFIG'] = file
  t.after(() => {
    if (before === undefined) delete process.env['KUBECONFIG']
    else process.env['KUBECONFIG'] = before
    server.closeAllConnections()
    server.close()
    assert.deepEqual(wrong, [])
    assert.deepEqual(replies, [])
  })
}

export const workloadPart = (kind: 'deployment' | 'statefulset', name: string) => ({
  name,
  kubernetes: { context: 'fd', namespace: 'moalog', kind, name },
})
