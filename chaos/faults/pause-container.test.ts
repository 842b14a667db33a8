import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerState, dockerEngine, ID, inspect, inspectByName } from '../../testing/chaos/fake-docker.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { pauseContainerFault } from './pause-container.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

test('pause-container pauses, and its undo unpauses; once more it only looks', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false)],
    [`POST /containers/${ID}/pause`, 204],
    [inspect, 200, containerState(true, true)],
    [inspect, 200, containerState(true, true)],
    [inspect, 200, containerState(true, true)],
    [`POST /containers/${ID}/unpause`, 204],
    ...Array.from({ length: 5 }, (): [string, number, object] => [inspect, 200, containerState(true, false)]),
  ])
  const { undo, apply } = await pauseContainerFault.prepare(part, {}, context)
  await apply()
  assert.equal(await stillWrong(undo), 'container moalog-redis is paused')
  await carryOut(undo)
  await carryOut(undo)
})

test('a container that is paused already is not harmed', async (t) => {
  const part = await dockerEngine(t, [[inspectByName, 200, containerState(true, true)]])
  await assert.rejects(pauseContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /is paused/ })
})

test('a pause that Docker accepts without doing it fails the fault', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false)],
    [`POST /containers/${ID}/pause`, 204],
    [inspect, 200, containerState(true, false)],
  ])
  const { apply } = await pauseContainerFault.prepare(part, {}, context)
  await assert.rejects(apply(), /is not paused/)
})
