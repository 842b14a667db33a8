import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { cpuPressurePodsFault } from './cpu-pressure-pods.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal }
const params = { cores: 1, expirySeconds: 600 }
const whole = recorded['cpu-pressure-pods']!

test('cpu-pressure-pods burns in each pod, says how much it got, and leaves no process', async (t) => {
  await apiServer(t, whole)
  const { undo, apply } = await cpuPressurePodsFault.prepare(workloadPart('deployment', 'web'), params, context)
  const { detail } = await apply()
  assert.match(
    detail,
    /^1 processes in container web of each of 2 pods of deployment moalog\/web keep 0\.\d\d cores busy or more; its limit is 200m$/,
  )
  assert.match((await stillWrong(undo)) ?? '', /is of the fault and still runs$/)
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('a container without a CPU limit is refused', async (t) => {
  // The same pods, of which no limit is said.
  const looked = whole
    .slice(0, 11)
    .map((reply) => ({ ...reply, body: JSON.parse(JSON.stringify(reply.body).replaceAll('"cpu":', '"gpu":')) }))
  await apiServer(t, looked)
  await assert.rejects(cpuPressurePodsFault.prepare(workloadPart('deployment', 'web'), params, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /has no CPU limit: the fault would take the node's CPU/,
  })
})
