import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { isolatePodsFault } from './isolate-pods.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal }
const db = workloadPart('statefulset', 'db')
/** Of a node whose network enforces no NetworkPolicy: made, seen to change nothing for 15 s, and deleted. */
const recordedReplies = recorded['isolate-pods not enforced']!
const at = (request: RegExp): number => recordedReplies.findIndex((reply) => request.test(reply.request))
const POLICIES = /^GET .*networkpolicies$/
const made = at(/^POST .*networkpolicies/)
const prepared = recordedReplies.slice(0, made)
const [, create, ...undone] = [...recordedReplies.slice(made - 1, made + 1), ...recordedReplies.slice(at(/^DELETE /))]
const reached = recordedReplies[made - 1]!
const cut: ApiReply = { ...reached, frames: [[1, 'nc: no answer; \n'], reached.frames!.at(-1)!] }
const policies = recordedReplies[at(POLICIES)]!

function listing(items: object[]): ApiReply {
  return { ...policies, body: { ...policies.body, items } }
}

test('isolate-pods is over when the pods no longer reach the API server; its undo when they do again', async (t) => {
  const there = listing([{ metadata: { name: 'firedrill-t-0' }, spec: { podSelector: {} } }])
  // What an enforcing network does is played: later looks at the pod get no answer.
  await apiServer(t, [...prepared, create!, reached, cut, cut, there, ...undone])
  const { undo, apply } = await isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context)
  assert.match(
    (await apply()).detail,
    /^NetworkPolicy firedrill-t-0 cuts off 1 pods of statefulset moalog\/db: none reaches the API server$/,
  )
  assert.equal(await stillWrong(undo), 'NetworkPolicy firedrill-t-0 is there')
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('a network that does not enforce policies is refused, as it answered', async (t) => {
  await apiServer(t, [...prepared, create!, reached, cut, reached, ...undone])
  const { undo, apply } = await isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context)
  await assert.rejects(apply(), {
    code: 'POLICY_NOT_ENFORCED',
    message: /does not enforce NetworkPolicies\. Pod db-0 reaches the API server 1 s after one forbade it all traffic$/,
  })
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

test('a pod that is cut off still, once the policy is gone, is not undone', async (t) => {
  const [gone, , pods] = undone
  await apiServer(t, [...prepared, listing([]), pods!, cut])
  assert.match(gone!.request, /^DELETE /)
  const { undo } = await isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context)
  assert.equal(await stillWrong(undo), 'pod db-0 is still cut off: nc: no answer;')
})

test('another NetworkPolicy that selects the pods is named, and none is made', async (t) => {
  const other = listing([
    { metadata: { name: 'elsewhere' }, spec: { podSelector: { matchLabels: { app: 'web' } } } },
    { metadata: { name: 'allow-db' }, spec: { podSelector: { matchLabels: { app: 'db' } } } },
  ])
  await apiServer(t, [...prepared.slice(0, at(POLICIES)), other])
  await assert.rejects(isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /^NetworkPolicy allow-db selects pods of/,
  })
})

test('a pod that does not reach the API server before is refused: nothing could be proven', async (t) => {
  await apiServer(t, [...prepared.slice(0, -1), { ...cut, frames: [[1, 'it has no curl, wget or nc\n'], cut.frames!.at(-1)!] }])
  await assert.rejects(isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /now: it has no curl, wget or nc$/,
  })
})

test('a selector that takes pods of others along is refused', async (t) => {
  const stranger = prepared.map((reply): ApiReply => {
    if (!/pods\?labelSelector/.test(reply.request)) return reply
    const body = structuredClone(reply.body) as { items: { metadata: { ownerReferences: { name: string }[] } }[] }
    const other = structuredClone(body.items[0]!)
    other.metadata.ownerReferences[0]!.name = 'another'
    return { ...reply, body: { ...body, items: [...body.items, other] } as unknown as Record<string, unknown> }
  })
  await apiServer(t, stranger.slice(0, at(POLICIES)))
  await assert.rejects(isolatePodsFault.prepare(db, { enforcedSeconds: 1 }, context), {
    message: /\(app=db\) selects 1 pods of others as well$/,
  })
})
