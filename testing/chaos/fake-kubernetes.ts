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
  /** Of a port-forward, after its method and path: what must have come, and the frames that answer it, in base64. */
  forwarded?: string
  answer?: string[]
  /** Instead of the body: a log. `breaks`: the connection ends before it does. */
  text?: string
  breaks?: boolean
}

/** What a real API server answered while each fault was applied and undone, by fault and kind of workload. */
export const recorded = (
  JSON.parse(readFileSync(new URL('kubernetes-replies.json', import.meta.url), 'utf8')) as { scenarios: Record<string, ApiReply[]> }
).scenarios

/** What it answered to a load from pods. */
export const recordedLoad = (
  JSON.parse(readFileSync(new URL('kubernetes-load-replies.json', import.meta.url), 'utf8')) as { scenarios: Record<string, ApiReply[]> }
).scenarios

/** What it answered with the CRDs of Chaos Mesh, and a played controller. */
export const recordedMesh = (
  JSON.parse(readFileSync(new URL('kubernetes-mesh-replies.json', import.meta.url), 'utf8')) as { scenarios: Record<string, ApiReply[]> }
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
function frame(payload: Buffer): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([0x82, ...length]), payload])
}

/** The handshake of a WebSocket. */
function accepted(socket: Duplex, key: string, protocol: string): void {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    ...['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: ${protocol}`],
  ]
  socket.on('error', () => {
    /* The client closes as soon as it knows the outcome. */
  })
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
}

/** All that comes from the container. */
function execAnswer(socket: Duplex, key: string, frames: readonly (readonly [number, string])[]): void {
  accepted(socket, key, 'v5.channel.k8s.io')
  for (const [channel, text] of frames) socket.write(frame(Buffer.concat([Buffer.from([channel]), Buffer.from(text)])))
}

/** What is sent to the port is awaited, and answered. Where nothing listens nothing is sent either. */
function forwardAnswer(socket: Duplex, key: string, { forwarded = '', answer = [] }: ApiReply, wrong: string[]): void {
  accepted(socket, key, 'v4.channel.k8s.io')
  let bytes: Buffer = Buffer.alloc(0)
  let answered = false
  const answerOnce = (): void => {
    answered = true
    for (const each of answer) socket.write(frame(Buffer.from(each, 'base64')))
  }
  if (forwarded === '') return answerOnce()
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    const [head = '', body] = forwardedIn(bytes).split('\r\n\r\n')
    const got = [...head.split(' ').slice(0, 2), body].filter((text) => text !== '').join(' ')
    if (answered || body === undefined || got.length < forwarded.length) return
    if (got !== forwarded) wrong.push(`forwarded ${got}, expected ${forwarded}`)
    answerOnce()
  })
}

/** What a client's binary frames hold, without the number of the channel. */
function forwardedIn(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at + 6 <= bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const long = short === 126 ? 2 : 0
    const length = long > 0 ? bytes.readUInt16BE(at + 2) : short
    const begin = at + 6 + long
    const mask = bytes.subarray(begin - 4, begin)
    const data = bytes.subarray(begin, begin + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    if (((bytes[at] ?? 0) & 0xf) === 2) text += Buffer.from(data.subarray(1)).toString('utf8')
    at = begin + length
  }
  return text
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
    if (next?.text !== undefined) {
      response.writeHead(next.status, { 'content-type': 'text/plain' })
      response.write(next.text, () => {
        if (next.breaks === true) response.destroy()
        else response.end()
      })
      return
    }
    response.writeHead(next?.status ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(next?.body ?? {}))
  })
  const upgraded: Duplex[] = []
  server.on('upgrade', (request, socket) => {
    upgraded.push(socket)
    const next = replies.shift()
    const forwards = request.url?.includes('/portforward?') === true
    const got = forwards ? { request: `GET ${request.url}`, sent: undefined } : execRequest(request.url ?? '')
    try {
      assert.deepEqual(got, { request: next?.request, sent: next?.sent })
    } catch {
      wrong.push(`${JSON.stringify(got)}, expected ${JSON.stringify({ request: next?.request, sent: next?.sent })}`)
    }
    if (next?.answer !== undefined) forwardAnswer(socket, request.headers['sec-websocket-key'] ?? '', next, wrong)
    else if (next?.frames === undefined) socket.end(`HTTP/1.1 ${next?.status ?? 500} refused\r\ncontent-length: 0\r\n\r\n`)
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
    // It knows nothing of what has become a WebSocket; a client waits 30 s for the end of one, and the test's process with it.
    for (const socket of upgraded) socket.destroy()
    server.close()
    assert.deepEqual(wrong, [])
    assert.deepEqual(replies, [])
  })
}

export const workloadPart = (kind: 'deployment' | 'statefulset', name: string) => ({
  name,
  kubernetes: { context: 'fd', namespace: 'moalog', kind, name },
})

/** The same where the target file says that Chaos Mesh is there. */
export const meshedPart = (kind: 'deployment' | 'statefulset', name: string) => ({ ...workloadPart(kind, name), chaosMesh: true as const })
