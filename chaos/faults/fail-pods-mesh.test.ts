import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { failPodsMeshFault } from './fail-pods-mesh.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal, maxMs: 600_000 }
const web = meshedPart('deployment', 'web')
const whole = recordedMesh['fail-pods-mesh']!
const made = whole.findIndex(({ request }) => /^POST .*podchaos/.test(request))
const prepared = whole.slice(0, made)
const CHAOS = /podchaos\/firedrill-t-0$/
const [taken, injected] = whole.filter(({ request }) => /^GET /.test(request) && CHAOS.test(request))

interface Body {
  metadata: { deletionTimestamp?: string; finalizers?: string[] }
  items: { metadata: { name: string }; spec?: unknown; status?: unknown }[]
  status: {
    conditions: { type: string; status: string }[]
    experiment: { desiredPhase: string; containerRecords: { id: string; phase: string }[] }
  }
}
function changed(reply: ApiReply, change: (body: Body) => void): ApiReply {
  const body = structuredClone(reply.body)
  change(body as unknown as Body)
  return { ...reply, body }
}
const listed = (request: RegExp, items: object[]): ApiReply[] =>
  prepared.map((reply) => (request.test(reply.request) ? { ...reply, body: { ...reply.body, items } } : reply))

test('fail-pods-mesh is in force when no container runs its image, over when each does again', async (t) => {
  await apiServer(t, whole)
  const { undo, apply } = await failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context)
  const { detail, missed } = await apply()
  assert.equal(detail, 'PodChaos firedrill-t-0 keeps 2 pods of deployment moalog/web failed: no container runs its image')
  assert.equal(await missed?.(), undefined)
  assert.equal(await stillWrong(undo), 'PodChaos firedrill-t-0 is there')
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

for (const [what, code, message] of [
  [
    'not selected',
    'MESH_NOT_SELECTED',
    /selected no pod \(Failed to select targets: no pod is selected\)\. .* chaos-mesh\.org\/inject: enabled$/,
  ],
  ['without a controller', 'MESH_SILENT', /no controller of Chaos Mesh has taken it up/],
  ['not injected', undefined, /pod moalog\/web-\S+ is "Not Injected": rpc error: code = Unavailable desc = connection error$/],
] as const)
  test(`fail-pods-mesh ${what}: said, and deleted`, async (t) => {
    const replies = recordedMesh[`fail-pods-mesh ${what}`]!
    await apiServer(t, [...prepared, ...replies])
    const { undo, apply } = await failPodsMeshFault.prepare(web, { injectedSeconds: 0.2 }, context)
    await assert.rejects(apply(), { ...(code === undefined ? {} : { code }), message })
    await stillWrong(undo)
    await carryOut(undo)
    assert.equal(await stillWrong(undo), null)
  })

const CHAOS_LISTS = /^GET \/apis\/chaos-mesh\.org\/v1alpha1\/(?:namespaces\/moalog\/)?\w+$/
const unknown = (reply: ApiReply): ApiReply => ({ ...reply, status: 404, body: { code: 404, message: '404 page not found' } })

test('no CRD, or another version of it: Chaos Mesh is not there', async (t) => {
  // Of what is not known anywhere it is not asked once more.
  const asked = prepared.slice(0, -1).filter(({ request }) => !/moalog\/(?:podchaos|stresschaos)$/.test(request))
  await apiServer(
    t,
    asked.map((reply) => (CHAOS_LISTS.test(reply.request) ? unknown(reply) : reply)),
  )
  await assert.rejects(failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context), { code: 'MESH_ABSENT', exitCode: 3 })
})

for (const [by, replies, until] of [
  [
    'StressChaos moalog/theirs',
    listed(/\/stresschaos$/, [
      {
        metadata: { name: 'theirs' },
        status: { experiment: { containerRecords: injectedRecords().map(({ id }) => ({ id: `${id}/web`, phase: 'Injected' })) } },
      },
    ]),
    prepared.length - 1,
  ],
  [
    'PodChaos elsewhere/theirs',
    everywhere([
      {
        metadata: { name: 'theirs', namespace: 'elsewhere' },
        status: { experiment: { containerRecords: [...injectedRecords(), { id: 'other/web', phase: 'Injected' }] } },
      },
    ]),
    prepared.length - 3,
  ],
  [
    'NetworkChaos elsewhere/theirs',
    listed(/\/podnetworkchaos$/, [
      { metadata: { name: injectedRecords()[0]!.id.split('/')[1] }, spec: { tcs: [{ source: 'elsewhere/theirs' }] } },
    ]),
    prepared.length - 1,
  ],
] as const)
  test(`another chaos in the same pods is named, and not met: ${by}`, async (t) => {
    await apiServer(t, replies.slice(0, until))
    await assert.rejects(failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context), {
      code: 'FAULT_NOT_STEADY',
      message: new RegExp(`harmed already, by ${by}$`),
    })
  })

/** As to a user who may list in all namespaces: not asked for each namespace then. */
function everywhere(items: object[]): ApiReply[] {
  return prepared.flatMap((reply) => {
    if (/v1alpha1\/(?:pod|stress)chaos$/.test(reply.request))
      return [{ ...reply, status: 200, body: { items: reply.request.endsWith('/podchaos') ? items : [] } }]
    return /moalog\/(?:pod|stress)chaos$/.test(reply.request) ? [] : [reply]
  })
}

function injectedRecords() {
  return (injected!.body as unknown as Body).status.experiment.containerRecords
}

for (const [what, change, why] of [
  ['paused', (body: Body) => body.status.conditions.push({ type: 'Paused', status: 'True' }), /it is paused \(annotation/],
  ['over', (body: Body) => (body.status.experiment.desiredPhase = 'Stop'), /its time is up$/],
  ['short of a pod', (body: Body) => body.status.experiment.containerRecords.pop(), /it has not selected pod moalog\/web-/],
  ['in another pod', (body: Body) => (body.status.experiment.containerRecords[0]!.id = 'moalog/x'), /it has selected moalog\/x, which/],
  ['not in all', (body: Body) => (body.status.experiment.containerRecords[1]!.phase = 'Not Injected/Wait'), /is "Not Injected\/Wait"$/],
  [
    'of two minds',
    (body: Body) => body.status.conditions.forEach((each) => (each.status = each.type === 'AllInjected' ? 'False' : each.status)),
    /its conditions do not say AllInjected$/,
  ],
] as const)
  test(`a status that is ${what} is not in force`, async (t) => {
    const wrong = changed(injected!, change)
    await apiServer(t, [...prepared, whole[made]!, wrong, wrong])
    const { apply } = await failPodsMeshFault.prepare(web, { injectedSeconds: 0.2 }, context)
    await assert.rejects(apply(), { message: why })
  })

test('Injected by its status, and the pods run what they ran: no effect', async (t) => {
  const pods = prepared.at(-1)!
  await apiServer(t, [...prepared, whole[made]!, taken!, injected!, pods, pods])
  const { apply } = await failPodsMeshFault.prepare(web, { injectedSeconds: 0.2 }, context)
  await assert.rejects(apply(), { code: 'MESH_NO_EFFECT', message: /container web of pod web-\S+ runs its own image/ })
})

for (const [status, said] of [
  [403, 'admission webhook "vauth.kb.io" denied the request'],
  [422, 'spec.action: Unsupported value'],
] as const)
  test(`what the API server or a webhook refuses is said in its words: ${status}`, async (t) => {
    await apiServer(t, [...prepared, { ...whole[made]!, status, body: { kind: 'Status', code: status, message: said } }])
    const { apply } = await failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context)
    await assert.rejects(apply(), { code: 'MESH_REFUSED', message: `PodChaos firedrill-t-0 was refused: ${status} ${said}` })
  })

test('a right that is gone at the undo, and one that Chaos Mesh does not let go of: not undone, and why', async (t) => {
  const gone = whole.findIndex(({ request }) => /^DELETE /.test(request))
  const forbidden = { ...whole[gone]!, status: 403, body: { kind: 'Status', code: 403, message: 'podchaos is forbidden' } }
  const held = changed(injected!, ({ metadata }) => Object.assign(metadata, { deletionTimestamp: '2026-11-28T00:00:00Z' }))
  await apiServer(t, [...prepared, forbidden, held])
  const { undo } = await failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context)
  await assert.rejects(carryOut(undo), { message: 'PodChaos firedrill-t-0 cannot be deleted: 403 podchaos is forbidden' })
  assert.match(
    (await stillWrong(undo)) ?? '',
    /has not let go of it \(finalizer chaos-mesh\/records; not recovered: moalog\/web-\S+, moalog\/web-\S+\)\. Let its chaos-controller-manager run/,
  )
})

test('a user without the rights reads which Role is missing', async (t) => {
  const denied = prepared.slice(0, 15).filter(({ request }) => /selfsubjectaccessreviews$/.test(request))
  await apiServer(
    t,
    denied.map((reply) => ({ ...reply, body: { ...reply.body, status: { allowed: false } } })),
  )
  await assert.rejects(failPodsMeshFault.prepare(web, { injectedSeconds: 60 }, context), {
    code: 'FAULT_FORBIDDEN',
    message: /create podchaos\.chaos-mesh\.org/,
    next: /firedrill-mesh-rbac\.yaml/,
  })
})
