import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { containerState, dockerEngine, execReplies, ID, inspect, inspectByName, type Reply } from '../../testing/chaos/fake-docker.ts'
import { temporaryDirectory } from '../../testing/chaos/processes.ts'
import { carryOut, settled, stillWrong } from '../undo.ts'
import { heapPressureContainerFault } from './heap-pressure-container.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }
const params = { share: 0.87, expirySeconds: 60 }
const JAR = '/tmp/firedrill-heap-agent.jar'
const put: Reply = [`PUT /containers/${ID}/archive?path=%2Ftmp`, 200]
const running: Reply = [inspect, 200, { ...containerState(true, false), ExecIDs: null }]
const status = (share: number, hold: number, limited = false): string =>
  `${JSON.stringify({ pid: 1, hold, held_bytes: hold > 0 ? 1000 : 0, share, limited })}\n`

async function jvm(t: TestContext, replies: Reply[]) {
  const heapAgentJar = join(await temporaryDirectory(t), 'heap-agent.jar')
  await writeFile(heapAgentJar, 'jar')
  return {
    ...(await dockerEngine(t, [[inspectByName, 200, containerState(true, false)], ...replies])),
    containerJvm: { heapAgentJar, pid: 1 },
  }
}

test('the heap of a JVM in a container is held, read back and released, and its files are removed', async (t) => {
  const part = await jvm(t, [
    put,
    ...execReplies('a', 0, status(0.87, 0.87)),
    running,
    ...execReplies('b', 0, status(0.87, 0.87)),
    running,
    running,
    put,
    ...execReplies('c', 0, status(0.2, 0)),
    running,
    ...execReplies('d', 0, status(0.2, 0)),
    running,
    ...execReplies('e', 1, '', "rm: can't remove '/tmp/firedrill-heap-agent.jar': Operation not permitted\n"),
    running,
    ...execReplies('f', 0, ''),
  ])
  const { undo, apply } = await heapPressureContainerFault.prepare(part, params, context)
  assert.match((await apply()).detail, /container moalog-redis has a heap share of 0\.87, 1000 bytes/)
  assert.match((await stillWrong(undo)) ?? '', /still holds 1000 bytes/)
  await carryOut(undo)
  assert.match((await settled(undo)) ?? '', /stay in \/tmp of container moalog-redis: rm: can't remove/)
  assert.equal(await settled(undo), null)
})

test('a heap without room, an image without a JDK, and a read-only file system fail the fault', async (t) => {
  const part = await jvm(t, [
    put,
    ...execReplies('a', 0, status(0.5, 0.87, true)),
    put,
    ...execReplies('b', 126, 'OCI runtime exec failed: exec failed: "java": executable file not found in $PATH: unknown\r\n'),
    [put[0], 403, { message: 'container rootfs is marked read-only' }],
  ])
  const { apply } = await heapPressureContainerFault.prepare(part, params, context)
  await assert.rejects(apply(), /only 0\.5 of 0\.87: no room for more/)
  await assert.rejects(apply(), /"java": executable file not found/)
  await assert.rejects(apply(), /read-only/)
})

test('an attach that a killed drill left behind is awaited before the release', async (t) => {
  const attach = (Running: boolean): Reply => [
    'GET /exec/old/json',
    200,
    { Running, ProcessConfig: { entrypoint: 'java', arguments: ['-jar', JAR, '1', 'hold=0.87,expiry_ms=60000,status=/tmp/s'] } },
  ]
  const busy: Reply = [inspect, 200, { ...containerState(true, false), ExecIDs: ['old'] }]
  const part = await jvm(t, [
    running,
    busy,
    attach(true),
    busy,
    attach(false),
    put,
    ...execReplies('b', 0, status(0.2, 0)),
    running,
    ...execReplies('c', 0, status(0.2, 0)),
  ])
  const { undo } = await heapPressureContainerFault.prepare(part, params, context)
  await carryOut(undo)
})

test('the memory of a container that was started again, is dead or was removed needs no release', async (t) => {
  const again: Reply = [inspect, 200, containerState(true, false, undefined, '2026-11-26T21:05:00Z')]
  const dead: Reply = [inspect, 200, containerState(false, false)]
  const gone: Reply = [inspect, 404, { message: `No such container: ${ID}` }]
  const part = await jvm(t, [again, again, dead, dead, gone, gone, gone])
  const { undo } = await heapPressureContainerFault.prepare(part, params, context)
  await carryOut(undo)
  await carryOut(undo)
  await carryOut(undo)
  assert.equal(await settled(undo), null)
})
