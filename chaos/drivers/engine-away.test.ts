import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { containerState, dockerEngine, ID, inspect } from '../../testing/chaos/fake-docker.ts'
import { temporaryDirectory } from '../../testing/chaos/processes.ts'
import { carryOut } from '../undo.ts'
import { throughRestart } from './engine-away.ts'

const never = new AbortController().signal

test('an undo goes on when the engine is back: hung up, loading its containers, and then as it was asked', async (t) => {
  const { docker } = await dockerEngine(t, [
    [inspect, 0],
    [inspect, 503, { message: 'the daemon is shutting down' }],
    [inspect, 200, containerState(false, false)],
    [`POST /containers/${ID}/start`, 0],
    // It was started before the engine hung up.
    [inspect, 200, containerState(true, false)],
    [inspect, 200, containerState(true, false)],
    [inspect, 0],
    [inspect, 200, containerState(true, false)],
  ])
  await carryOut({ driver: 'docker', state: 'running', socket: docker.socket, container: 'moalog-redis', id: ID })
})

test('what an engine answers is an answer, and is not asked for again', async (t) => {
  const { docker } = await dockerEngine(t, [
    [inspect, 200, containerState(false, false)],
    [`POST /containers/${ID}/start`, 500, { message: 'driver failed programming external connectivity' }],
  ])
  await assert.rejects(
    carryOut({ driver: 'docker', state: 'running', socket: docker.socket, container: 'moalog-redis', id: ID }),
    /driver failed programming external connectivity/,
  )
})

test('an engine that does not come back is an error after the limit, or when nothing is waited for any more', async (t) => {
  const socket = join(await temporaryDirectory(t), 'docker.sock')
  let asked = 0
  const gone = (): Promise<never> => {
    asked += 1
    return Promise.reject(Object.assign(new Error(`connect ENOENT ${socket}`), { code: 'ENOENT' }))
  }
  await assert.rejects(throughRestart(socket, gone, never, 300), /connect ENOENT/)
  assert.ok(asked > 1, `${asked} times`)
  asked = 0
  await assert.rejects(throughRestart(socket, gone, never, 300), /connect ENOENT/)
  assert.equal(asked, 1, 'the next attempt of the same undo does not wait once more')
  // Back, and away again later: that is another restart.
  await throughRestart(socket, () => Promise.resolve(), never)
  await assert.rejects(throughRestart(socket, gone, never, 300), /connect ENOENT/)
  assert.ok(asked > 2, `${asked} times`)
  asked = 0
  await assert.rejects(throughRestart('/another.sock', gone, AbortSignal.abort()), /connect ENOENT/)
  assert.equal(asked, 1)
})
