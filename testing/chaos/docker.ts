import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './processes.ts'

export const ID = '4f66ad9a0b2ec1d4d3a3c2cbbf5ab83ea0a6ee7b2c3a1fb5c0d4f1d2b3a49586'
/** Replies as Docker Engine 24 (API 1.43) gives them, cut to the fields that matter. What is not listed fails, and so does what is left. */
export async function dockerEngine(t: TestContext, replies: [request: string, status: number, body?: object][]) {
  const socket = join(await temporaryDirectory(t), 'docker.sock')
  const unexpected: string[] = []
  const server = createServer((request, response) => {
    const [expected, status, body] = replies.shift() ?? []
    const got = `${request.method} ${request.url}`
    if (got !== expected) unexpected.push(`${got}, expected ${expected}`)
    response
      .writeHead(got === expected ? (status ?? 500) : 500, { 'content-type': 'application/json' })
      .end(body === undefined ? undefined : JSON.stringify(body))
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
export const containerState = (Running: boolean, Paused: boolean, health?: string) => ({
  Id: ID,
  Name: '/moalog-redis',
  Config: { Labels: { 'com.docker.compose.project': PROJECT, 'com.docker.compose.service': 'redis' } },
  State: {
    Status: Paused ? 'paused' : Running ? 'running' : 'exited',
    Running,
    Paused,
    ...(health === undefined ? {} : { Health: { Status: health } }),
  },
})
export const inspectByName = 'GET /containers/moalog-redis/json'
export const inspect = `GET /containers/${ID}/json`
