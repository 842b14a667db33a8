import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { stressPodsMeshFault } from './stress-pods-mesh.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal, maxMs: 600_000 }
const db = meshedPart('statefulset', 'db')
const params = { cores: 1, share: 0, injectedSeconds: 60 }
const whole = recordedMesh['stress-pods-mesh']!
const made = whole.findIndex(({ request }) => /^POST .*stresschaos/.test(request))

test('stress-pods-mesh is in force when its processes use the CPU, over when none of them runs', async (t) => {
  await apiServer(t, whole)
  const { undo, apply } = await stressPodsMeshFault.prepare(db, params, context)
  const { detail, missed } = await apply()
  assert.match(
    detail,
    /^StressChaos firedrill-t-0 keeps 0\.\d\d cores busy or more in container db of statefulset moalog\/db, in each of 1 pods$/,
  )
  assert.equal(await missed?.(), undefined)
  assert.equal(await stillWrong(undo), 'StressChaos firedrill-t-0 is there')
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('gone, and a process of it runs still: not undone', async (t) => {
  const last = whole.slice(-5)
  await apiServer(t, [...whole.slice(0, made), last[0]!, last[1]!, { ...whole[made + 3]!, sent: last[2]!.sent }])
  const { undo } = await stressPodsMeshFault.prepare(db, params, context)
  assert.match((await stillWrong(undo)) ?? '', /\(stress-ng-cpu\) in container db of pod db-0 is of Chaos Mesh and still runs$/)
})

test('nothing that is wanted, and a container without a limit, are refused', async (t) => {
  const looked = whole.slice(0, made - 2)
  const pods = looked.at(-1)!
  const free = structuredClone(pods)
  for (const reply of [free]) {
    const [pod] = (reply.body as unknown as { items: { spec: { containers: { resources?: object }[] } }[] }).items
    delete pod?.spec.containers[0]?.resources
  }
  await apiServer(t, [...looked, ...looked.slice(0, -2), free, pods])
  await assert.rejects(stressPodsMeshFault.prepare(db, { ...params, cores: 0 }, context), { message: /neither cores nor a share/ })
  await assert.rejects(stressPodsMeshFault.prepare(db, params, context), { code: 'FAULT_NOT_POSSIBLE', message: /has no limit of cpu/ })
})
