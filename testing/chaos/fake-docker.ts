import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './processes.ts'

export const ID = '4f66ad9a0b2ec1d4d3a3c2cbbf5ab83ea0a6ee7b2c3a1fb5c0d4f1d2b3a49586'
export type Reply = [request: string, status: number, body?: object]

interface Record {
  request: string
  status: number
  type?: string
  body?: object
  text?: string
}

/** One container's life on a real engine: paused, killed, started, programs run in it, stopped, removed. */
export const recorded: readonly Reply[] = (
  JSON.parse(readFileSync(new URL('./docker-replies.json', import.meta.url), 'utf8')) as { replies: Record[] }
).replies.map(({ request, status, type, body, text = '' }): Reply => {
  if (type === 'application/vnd.docker.raw-stream') return [request, status, Buffer.from(text, 'latin1')]
  return body === undefined ? [request, status] : [request, status, body]
})
/**
 * Replies as Docker Engine 20.10 (API 1.41) gave them, cut to the fields that matter. What is not listed fails, and so does what is left.
 * `hears` is given the body of each request. Status 0: it hangs up, as an engine does that is being stopped.
 */
export async function dockerEngine(t: TestContext, listed: readonly Reply[], hears: (body: string) => void = () => {}) {
  const socket = join(await temporaryDirectory(t), 'docker.sock')
  const unexpected: string[] = []
  const replies = [...listed]
  const server = createServer(async (request, response) => {
    const [expected, status, body] = replies.shift() ?? []
    const got = `${request.method} ${request.url}`
    if (got !== expected) unexpected.push(`${got}, expected ${expected}`)
    const bytes: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) bytes.push(chunk)
    hears(Buffer.concat(bytes).toString('utf8'))
    if (status === 0) {
      request.socket.destroy()
      return
    }
    response
      .writeHead(got === expected ? (status ?? 500) : 500, {
        'content-type': Buffer.isBuffer(body) ? 'application/vnd.docker.raw-stream' : 'application/json',
      })
      .end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  t.after(() => {
    server.close()
    assert.deepEqual(unexpected, [])
    assert.deepEqual(replies, [])
  })
  return { name: 'redis', docker: { socket, container: 'moalog-redis', project: PROJECT } }
}

const PROJECT = 'moalog'
export const containerState = (Running: boolean, Paused: boolean, health?: string, StartedAt = '2026-11-26T21:00:00.123456789Z') => ({
  Id: ID,
  Name: '/moalog-redis',
  Config: { Labels: { 'com.docker.compose.project': PROJECT, 'com.docker.compose.service': 'redis' } },
  State: {
    Status: Paused ? 'paused' : Running ? 'running' : 'exited',
    Running,
    Paused,
    StartedAt,
    ...(health === undefined ? {} : { Health: { Status: health } }),
  },
})
/** One program run in the container: what was asked, and what it wrote. */
export function execReplies(exec: string, code: number, stdout: string, stderr = '', container = ID): Reply[] {
  const frame = (stream: number, text: string): Buffer => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  return [
    [`POST /containers/${container}/exec`, 201, { Id: exec }],
    [
      `POST /exec/${exec}/start`,
      200,
      Buffer.concat([...(stdout === '' ? [] : [frame(1, stdout)]), ...(stderr === '' ? [] : [frame(2, stderr)])]),
    ],
    [`GET /exec/${exec}/json`, 200, { ID: exec, Running: false, ExitCode: code }],
  ]
}
export const inspectByName = 'GET /containers/moalog-redis/json'
export const inspect = `GET /containers/${ID}/json`
