import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { partitionPodsMeshFault } from './partition-pods-mesh.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal, maxMs: 600_000 }
const db = meshedPart('statefulset', 'db')
const whole = recordedMesh['partition-pods-mesh']!
const made = whole.findIndex(({ request }) => /^POST .*networkchaos/.test(request))
const reached = whole[made - 1]!

test('partition-pods-mesh is in force when no pod reaches the API server, over when all do again', async (t) => {
  await apiServer(t, whole)
  const { undo, apply } = await partitionPodsMeshFault.prepare(db, { injectedSeconds: 60 }, context)
  const { detail, missed } = await apply()
  assert.equal(detail, 'NetworkChaos firedrill-t-0 cuts off 1 pods of statefulset moalog/db: none reaches the API server')
  assert.equal(await missed?.(), undefined)
  assert.equal(await stillWrong(undo), 'NetworkChaos firedrill-t-0 is there')
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('Injected by its status, and the pod reaches the API server: no effect', async (t) => {
  await apiServer(t, [...whole.slice(0, made + 3), reached, reached])
  const { apply } = await partitionPodsMeshFault.prepare(db, { injectedSeconds: 0.2 }, context)
  await assert.rejects(apply(), { code: 'MESH_NO_EFFECT', message: /, and 0\.2 s later pod db-0 reaches the API server$/ })
})

test('gone, and the pod is cut off still: not undone', async (t) => {
  const last = whole.slice(-5)
  const cut = whole[made + 3]!
  await apiServer(t, [...whole.slice(0, made), last[0]!, last[1]!, cut])
  const { undo } = await partitionPodsMeshFault.prepare(db, { injectedSeconds: 60 }, context)
  assert.match((await stillWrong(undo)) ?? '', /^pod db-0 is still cut off: /)
})

test('a pod of which nothing could be seen is not harmed', async (t) => {
  const blind = { ...reached, frames: [[1, 'it has no curl, wget or nc\n'] as [number, string], reached.frames!.at(-1)!] }
  await apiServer(t, [...whole.slice(0, made - 1), blind])
  await assert.rejects(partitionPodsMeshFault.prepare(db, { injectedSeconds: 60 }, context), { code: 'FAULT_NOT_POSSIBLE' })
})
