import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { deletePodFault } from './delete-pod.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

for (const [kind, name, pod, wrong] of [
  ['deployment', 'web', /^pod web-\w+-\w+ of deployment moalog\/web is deleted$/, 'deployment moalog/web has 1 of 2 pods ready'],
  ['statefulset', 'db', /^pod db-0 of statefulset moalog\/db is deleted$/, 'statefulset moalog/db has 0 of 1 pods ready'],
] as const) {
  test(`delete-pod deletes one pod of a ${kind}; it is over when its successor is ready`, async (t) => {
    await apiServer(t, recorded[`delete-pod ${kind}`]!)
    const { undo, apply } = await deletePodFault.prepare(workloadPart(kind, name), {}, context)
    assert.match((await apply()).detail, pod)
    assert.equal(await stillWrong(undo), wrong)
    await carryOut(undo)
  })
}

test('a user who may not delete pods deletes none', async (t) => {
  const asked = recorded['delete-pod deployment']!.slice(0, 5)
  const refused = asked.map((reply, index) => (index !== 2 ? reply : { ...reply, body: { ...reply.body, status: { allowed: false } } }))
  await apiServer(t, refused)
  await assert.rejects(deletePodFault.prepare(workloadPart('deployment', 'web'), {}, context), {
    code: 'FAULT_FORBIDDEN',
    message: 'the user of context fd may not delete pods in namespace moalog',
  })
})

test('a PodDisruptionBudget that allows no disruption keeps the pod', async (t) => {
  const kept = recorded['kept']!
  const asked = recorded['delete-pod deployment']!.slice(0, 9)
  await apiServer(
    t,
    asked.map((reply) => kept.find(({ request }) => request === reply.request) ?? reply),
  )
  await assert.rejects(deletePodFault.prepare(workloadPart('deployment', 'web'), {}, context), {
    code: 'FAULT_NOT_STEADY',
    message: /PodDisruptionBudget web allows no pod of deployment moalog\/web to be taken away now/,
  })
})
