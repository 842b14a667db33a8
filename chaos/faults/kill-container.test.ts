import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerState, dockerEngine, ID, inspect, inspectByName } from '../../testing/chaos/docker.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { killContainerFault } from './kill-container.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

test('kill-container kills by id, sees it dead, and its undo starts it and waits for its health', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false, 'healthy')],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, containerState(false, false)],
    [inspect, 200, containerState(false, false)],
    [`POST /containers/${ID}/start`, 204],
    [inspect, 200, containerState(true, false, 'starting')],
    [inspect, 200, containerState(true, false, 'healthy')],
    [inspect, 200, containerState(true, false, 'healthy')],
  ])
  const { undo, apply } = await killContainerFault.prepare(part, {}, context)
  assert.match((await apply()).detail, /moalog-redis \(4f66ad9a0b2e\) is dead/)
  await carryOut(undo)
})

test('stop asks the container to end', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false, 'healthy')],
    [`POST /containers/${ID}/stop?t=10`, 204],
    [inspect, 200, containerState(false, false)],
  ])
  const { apply } = await killContainerFault.prepare(part, { how: 'stop' }, context)
  assert.match((await apply()).detail, /is dead/)
})

test('kill-container says so when a supervisor brings the container back', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false)],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, containerState(true, false)],
  ])
  const { apply } = await killContainerFault.prepare(part, {}, context)
  await assert.rejects(apply(), /yet it runs/)
})

test('a container that does not run is not harmed, and one that is gone cannot be undone', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(false, false)],
    [inspect, 404, { message: `No such container: ${ID}` }],
  ])
  await assert.rejects(killContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /not running/ })
  assert.match(
    (await stillWrong({ driver: 'docker', state: 'running', socket: part.docker.socket, container: 'moalog-redis', id: ID })) ?? '',
    /No such container/,
  )
})
