import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
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

const kept = recorded['kept']!
const asked = recorded['delete-pod deployment']!.map((reply) => kept.find(({ request }) => request === reply.request) ?? reply)

test('a PodDisruptionBudget that wants as many pods as there are never gives one away', async (t) => {
  await apiServer(t, asked.slice(0, 9))
  await assert.rejects(deletePodFault.prepare(workloadPart('deployment', 'web'), {}, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /PodDisruptionBudget web never allows a pod of deployment moalog\/web to be taken away/,
  })
})

/** The budget of the recording with another status. */
const budgeted = (replies: readonly ApiReply[], status: object): ApiReply[] =>
  replies.map((reply) => {
    if (!reply.request.endsWith('/poddisruptionbudgets')) return reply
    const body = structuredClone(reply.body) as { items: { status: object }[] }
    body.items[0]!.status = status
    return { ...reply, body: body as unknown as Record<string, unknown> }
  })

test('one that is spent keeps the pod for now', async (t) => {
  await apiServer(t, budgeted(asked.slice(0, 9), { disruptionsAllowed: 0, desiredHealthy: 1, expectedPods: 2 }))
  await assert.rejects(deletePodFault.prepare(workloadPart('deployment', 'web'), {}, context), {
    code: 'FAULT_NOT_STEADY',
    message: /PodDisruptionBudget web allows no pod of deployment moalog\/web to be taken away now/,
  })
})

test('who else decides of the pods is named in what was done', async (t) => {
  await apiServer(t, budgeted(asked, { disruptionsAllowed: 1, desiredHealthy: 1, expectedPods: 2 }))
  const { undo, apply } = await deletePodFault.prepare(workloadPart('deployment', 'web'), {}, context)
  assert.match(
    (await apply()).detail,
    /; HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) .*, PodDisruptionBudget web allows 1 now, of which/,
  )
  await stillWrong(undo)
  await carryOut(undo)
})
