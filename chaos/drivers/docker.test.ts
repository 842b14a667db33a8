import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { killContainerFault } from '../faults/kill-container.ts'
import { pauseContainerFault } from '../faults/pause-container.ts'
import { temporaryDirectory } from '../testing.ts'
import { carryOut, stillWrong } from '../undo.ts'

const ID = '4f66ad9a0b2ec1d4d3a3c2cbbf5ab83ea0a6ee7b2c3a1fb5c0d4f1d2b3a49586'
const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

/** Replies as Docker Engine 24 (API 1.43) gives them, cut to the fields that matter. What is not listed fails, and so does what is left. */
async function dockerEngine(t: TestContext, replies: [request: string, status: number, body?: object][]) {
  const socket = join(await temporaryDirectory(t), 'docker.sock')
  const unexpected: string[] = []
  const server = createServer((request, response) => {
    const [expected, status, body] = replies.shift() ?? []
    const got = `${request.method} ${request.url}`
    if (got !== expected) unexpected.push(`${got}, expected ${expected}`)
    response.writeHead(got === expected ? status ?? 500 : 500, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  t.after(() => {
    server.close()
    assert.deepEqual(unexpected, [])
    assert.deepEqual(replies, [])
  })
  return { name: 'redis', docker: { socket, container: 'moalog-redis' } }
}

const state = (Running: boolean, Paused: boolean, health?: string) => ({ Id: ID, Name: '/moalog-redis', State: { Status: Paused ? 'paused' : Running ? 'running' : 'exited', Running, Paused, ...(health === undefined ? {} : { Health: { Status: health } }) } })
const inspectByName = 'GET /containers/moalog-redis/json'
const inspect = `GET /containers/${ID}/json`

test('kill-container kills by id, sees it dead, and its undo starts it and waits for its health', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, state(true, false, 'healthy')],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, state(false, false)],
    [inspect, 200, state(false, false)],
    [`POST /containers/${ID}/start`, 204],
    [inspect, 200, state(true, false, 'starting')],
    [inspect, 200, state(true, false, 'healthy')],
    [inspect, 200, state(true, false, 'healthy')],
  ])
  const { undo, apply } = await killContainerFault.prepare(part, {}, context)
  assert.match((await apply()).detail, /moalog-redis \(4f66ad9a0b2e\) is dead/)
  await carryOut(undo)
})

test('kill-container says so when a supervisor brings the container back', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, state(true, false)],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, state(true, false)],
  ])
  const { apply } = await killContainerFault.prepare(part, {}, context)
  await assert.rejects(apply(), /yet it runs/)
})

test('pause-container pauses, and its undo unpauses; once more it only looks', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, state(true, false)],
    [`POST /containers/${ID}/pause`, 204],
    [inspect, 200, state(true, true)],
    [inspect, 200, state(true, true)],
    [inspect, 200, state(true, true)],
    [`POST /containers/${ID}/unpause`, 204],
    ...Array.from({ length: 5 }, (): [string, number, object] => [inspect, 200, state(true, false)]),
  ])
  const { undo, apply } = await pauseContainerFault.prepare(part, {}, context)
  await apply()
  assert.equal(await stillWrong(undo), 'container moalog-redis is paused')
  await carryOut(undo)
  await carryOut(undo)
})

test('a container that does not run is not harmed, and one that is gone cannot be undone', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, state(false, false)],
    [inspectByName, 200, state(true, true)],
    [inspect, 404, { message: `No such container: ${ID}` }],
  ])
  await assert.rejects(killContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY' })
  await assert.rejects(pauseContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /paused/ })
  assert.match(await stillWrong({ driver: 'docker', state: 'running', socket: part.docker.socket, container: 'moalog-redis', id: ID }) ?? '', /No such container/)
})
