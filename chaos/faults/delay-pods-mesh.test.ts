import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { delayPodsMeshFault } from './delay-pods-mesh.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal, maxMs: 600_000 }
const db = meshedPart('statefulset', 'db')
const params = { latencyMs: 1_000, injectedSeconds: 60 }
/** On a node whose kernel cannot delay: made, Injected by a played status, and seen to change nothing. */
const whole = recordedMesh['delay-pods-mesh without effect']!
const made = whole.findIndex(({ request }) => /^POST .*networkchaos/.test(request))
const gone = whole.findIndex(({ request }) => /^DELETE /.test(request))
const answer = whole[made - 1]!
const taking = (seconds: number, said = 'reached'): ApiReply => ({
  ...answer,
  frames: [[1, `${said}\n100.00 ${(100 + seconds).toFixed(2)}\n`], answer.frames!.at(-1)!],
})
/** It looks three times; of these two were kept. */
const prepared = [...whole.slice(0, made), answer]
const injected = whole.slice(made, made + 3)
const undone = whole.slice(gone)

test('delay-pods-mesh is in force when every answer takes the delay, over when one takes less; played, since this kernel delays nothing', async (t) => {
  const slow = [taking(2.1), taking(2.02), taking(5)]
  await apiServer(t, [...prepared, ...injected, taking(2.3), taking(0.9), taking(2.1), ...slow, whole[gone - 1]!, ...undone])
  const { undo, apply } = await delayPodsMeshFault.prepare(db, params, context)
  assert.equal(
    (await apply()).detail,
    'NetworkChaos firedrill-t-0 delays 1 pods of statefulset moalog/db: an answer of the API server takes 2020 ms or more',
  )
  assert.equal(await stillWrong(undo), 'NetworkChaos firedrill-t-0 is there')
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

for (const [what, reply, said] of [
  ['as fast as before', taking(0.01), /pod db-0 reaches the API server in 10 ms$/],
  ['cut off, which is no delay', taking(5, 'nc: timed out'), /pod db-0 gets no answer of the API server$/],
] as const)
  test(`Injected by its status, and the pod is ${what}: no effect`, async (t) => {
    await apiServer(t, [...prepared, ...injected, ...Array<ApiReply>(6).fill(reply)])
    const { apply } = await delayPodsMeshFault.prepare(db, { ...params, injectedSeconds: 0.2 }, context)
    await assert.rejects(apply(), { code: 'MESH_NO_EFFECT', message: said })
  })

test('a pod that is as slow without it is not harmed; one that is slow still is not undone', async (t) => {
  const at = prepared.length - 3
  const slow = taking(1.5)
  await apiServer(t, [...prepared.slice(0, at), slow, slow, slow])
  await assert.rejects(delayPodsMeshFault.prepare(db, params, context), { code: 'FAULT_NOT_STEADY', message: /takes 1500 ms to reach/ })
})
