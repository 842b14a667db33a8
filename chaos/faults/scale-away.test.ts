import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { scaleAwayFault } from './scale-away.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }
const deployment = workloadPart('deployment', 'web')
const whole = recorded['scale-away deployment']!

/** What the changes below reach for. */
interface Body {
  metadata: { uid: string; generation: number; labels: Record<string, string> }
  spec: { replicas: number }
  status: { updatedReplicas: number }
  items: [{ metadata: { deletionTimestamp?: string; ownerReferences: [{ name: string }] } }]
}

/** Until the workload was looked at: permissions, the workload, its pods; then who else decides how many there are. */
const looked = whole.slice(0, 8)
const keepers = whole.slice(8, 10)
const changed = (replies: readonly ApiReply[], request: RegExp, change: (body: Body) => void): ApiReply[] =>
  replies.map((reply) => {
    if (!request.test(reply.request)) return reply
    const body = structuredClone(reply.body)
    change(body as unknown as Body)
    return { ...reply, body }
  })
const WORKLOAD = /deployments\/web$/

for (const [kind, name, replicas] of [
  ['deployment', 'web', 2],
  ['statefulset', 'db', 1],
] as const) {
  test(`scale-away scales a ${kind} to 0 until no pod is left; its undo ends when all pods are ready again`, async (t) => {
    await apiServer(t, recorded[`scale-away ${kind}`]!)
    const { undo, apply } = await scaleAwayFault.prepare(workloadPart(kind, name), {}, context)
    assert.equal(undo.driver === 'kubernetes' && undo.replicas, replicas)
    assert.equal((await apply()).detail, `${kind} moalog/${name} is scaled from ${replicas} to 0 and has no pod left`)
    assert.equal(await stillWrong(undo), `${kind} moalog/${name} is scaled to 0`)
    await carryOut(undo)
  })
}

test('a user without the permissions touches nothing, and reads which Role is missing', async (t) => {
  await apiServer(t, recorded['forbidden']!)
  await assert.rejects(scaleAwayFault.prepare(deployment, {}, context), {
    code: 'FAULT_FORBIDDEN',
    exitCode: 3,
    message:
      'the user of context fd may not get deployments.apps, get deployments/scale.apps, patch deployments/scale.apps, list pods, list horizontalpodautoscalers.autoscaling, list poddisruptionbudgets.policy in namespace moalog',
    next: /firedrill-rbac\.yaml/,
  })
})

test('a workload that is not there is not harmed', async (t) => {
  await apiServer(t, recorded['missing']!)
  await assert.rejects(scaleAwayFault.prepare(workloadPart('deployment', 'wbe'), {}, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: 'there is no deployment moalog/wbe',
  })
})

for (const [what, code, change, message] of [
  ['scaled to 0', 'FAULT_NOT_STEADY', (body: Body) => (body.spec.replicas = 0), /is scaled to 0/],
  [
    'being rolled out',
    'FAULT_NOT_STEADY',
    (body: Body) => (body.status.updatedReplicas = 1),
    /is being rolled out: 1 of 2 pods have the latest template/,
  ],
  ['just changed', 'FAULT_NOT_STEADY', (body: Body) => (body.metadata.generation += 1), /its controller has not seen the latest change/],
  [
    'kept by Argo CD',
    'FAULT_NOT_POSSIBLE',
    (body: Body) => (body.metadata.labels['argocd.argoproj.io/instance'] = 'shop'),
    /kept by Argo CD .* would bring its pods back: use freeze-pods or delete-pod/,
  ],
] as const) {
  test(`a workload that is ${what} is not harmed`, async (t) => {
    await apiServer(t, [...changed(looked, WORKLOAD, change), ...(code === 'FAULT_NOT_POSSIBLE' ? keepers : [])])
    await assert.rejects(scaleAwayFault.prepare(deployment, {}, context), { code, message })
  })
}

test('a pod that is not ready, or is ending, is no steady state; a pod of another controller does not count', async (t) => {
  await apiServer(
    t,
    changed(looked, /pods\?/, ({ items }) => (items[0].metadata.deletionTimestamp = '2026-11-27T00:00:00Z')),
  )
  await assert.rejects(scaleAwayFault.prepare(deployment, {}, context), { message: /has 1 of 2 pods ready/ })
})

test('a pod with the labels of the workload and another owner is none of its pods', async (t) => {
  await apiServer(
    t,
    changed(looked, /pods\?/, ({ items }) => (items[0].metadata.ownerReferences[0].name = 'webshop-7bcbcfd4d8')),
  )
  await assert.rejects(scaleAwayFault.prepare(deployment, {}, context), { message: /has 1 of 2 pods ready/ })
})

const scaled = whole.findIndex(({ request }) => request.startsWith('PATCH'))

test('another who scales it at the same moment is not overwritten', async (t) => {
  const conflict = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', code: 409 }
  const byOther = structuredClone(whole[scaled - 1]!)
  ;(byOther.body['spec'] as { replicas: number }).replicas = 5
  await apiServer(t, [...whole.slice(0, scaled), { ...whole[scaled]!, status: 409, body: conflict }, byOther])
  const { apply } = await scaleAwayFault.prepare(deployment, {}, context)
  await assert.rejects(apply(), /had 2 pods, and another has scaled it to 5/)
})

test('one that another has scaled up meanwhile, or made anew, is left as it is', async (t) => {
  const after = whole.slice(-2)
  const anew = changed(after, WORKLOAD, ({ metadata }) => (metadata.uid = 'another'))
  const wide = changed(after, WORKLOAD, ({ spec }) => (spec.replicas = 1))
  await apiServer(t, [...looked, ...keepers, ...anew, ...anew, ...anew, ...wide, ...wide, ...wide])
  const { undo } = await scaleAwayFault.prepare(deployment, {}, context)
  await carryOut(undo)
  await carryOut(undo)
})

test('a context that the kubeconfig lacks is named', async (t) => {
  await apiServer(t, [])
  const part = { name: 'web', kubernetes: { ...deployment.kubernetes, context: 'prod' } }
  await assert.rejects(scaleAwayFault.prepare(part, {}, context), {
    code: 'TARGET_CONTEXT',
    next: 'it has: fd; kubernetes.context of the target file names one',
  })
})

/** The same workload with a HorizontalPodAutoscaler and a PodDisruptionBudget. */
const kept = recorded['kept']!
const replaced = whole.map((reply) => kept.find(({ request }) => request === reply.request) ?? reply)

test('a HorizontalPodAutoscaler and a PodDisruptionBudget are named in what was done', async (t) => {
  await apiServer(t, replaced)
  const { undo, apply } = await scaleAwayFault.prepare(deployment, {}, context)
  assert.match(
    (await apply()).detail,
    /has no pod left; HorizontalPodAutoscaler web pauses meanwhile, PodDisruptionBudget web does not hold it back$/,
  )
  await stillWrong(undo)
  await carryOut(undo)
})

test('a HorizontalPodAutoscaler that may want 0 pods does not pause: nothing is harmed', async (t) => {
  const awake = changed(replaced.slice(0, 10), /horizontalpodautoscalers/, ({ items }) => {
    ;(items[0] as unknown as { spec: { minReplicas: number } }).spec.minReplicas = 0
  })
  await apiServer(t, awake)
  await assert.rejects(scaleAwayFault.prepare(deployment, {}, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /HorizontalPodAutoscaler web may want 0 pods of deployment moalog\/web/,
  })
})
