import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
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

const LIMIT = 48 * 1024 * 1024
/** As a container that has read its control group answers. */
const using = (bytes: number, pod = 'db-0'): ApiReply => ({
  ...whole[made - 1]!,
  request: `EXEC ${pod} db`,
  sent: ['sh', '-c', '*'],
  frames: [
    [1, `${LIMIT}\n${bytes + 4096}\n4096\n`],
    [3, '{"metadata":{},"status":"Success"}'],
  ],
})
/** As the API server has taken one that stresses memory alone. */
const holding = (size: number): ApiReply => {
  const sent = structuredClone(whole[made]!.sent) as { spec: { stressors: object } }
  sent.spec.stressors = { memory: { workers: 1, size: `${size}B` } }
  return { ...whole[made]!, sent }
}
const memory = { cores: 0, share: 0.8, injectedSeconds: 60 }
const USED = 4_000_000
/** What is missing to 80 % of the limit. */
const WANTED = Math.ceil(0.8 * LIMIT - USED)

test('memory to a share of the limit: as much as is missing to it is wanted, and it is in force when the container uses it', async (t) => {
  const injected = whole.slice(made + 1, made + 3)
  const after = whole.slice(made + 5, made + 9)
  const short = Math.floor(0.97 * 0.8 * LIMIT)
  await apiServer(t, [
    ...[...whole.slice(0, made), using(USED), holding(WANTED), ...injected],
    ...[using(short), using(Math.ceil(0.99 * 0.8 * LIMIT)), ...after],
  ])
  const { apply } = await stressPodsMeshFault.prepare(db, memory, context)
  const { detail, missed } = await apply()
  assert.equal(
    detail,
    'StressChaos firedrill-t-0 keeps 79 % of its memory limit in use or more in container db of statefulset moalog/db, in each of 1 pods',
  )
  assert.equal(await missed?.(), undefined)
})

test('Injected by its status, and the container uses less than the share: no effect', async (t) => {
  const injected = whole.slice(made + 1, made + 3)
  const short = using(Math.floor(0.97 * 0.8 * LIMIT))
  await apiServer(t, [...whole.slice(0, made), using(USED), holding(WANTED), ...injected, short, short])
  const { apply } = await stressPodsMeshFault.prepare(db, { ...memory, injectedSeconds: 0.2 }, context)
  await assert.rejects(apply(), {
    code: 'MESH_NO_EFFECT',
    message: / 0\.2 s later it is not seen in .* pod db-0 \(0\.00 cores, 78 % of its memory limit\)$/,
  })
})

test('a container that uses the share already, and one without a limit of memory, are refused', async (t) => {
  const looked = whole.slice(0, made)
  const free = looked.slice(0, made - 2)
  const limitless = free.map((each) => ({ ...each, body: JSON.parse(JSON.stringify(each.body ?? {}).replaceAll('"memory":', '"m":')) }))
  await apiServer(t, [...looked, using(Math.ceil(0.81 * LIMIT)), ...limitless])
  await assert.rejects(stressPodsMeshFault.prepare(db, memory, context), {
    code: 'FAULT_NOT_STEADY',
    message: /more than 0\.8 of its memory/,
  })
  await assert.rejects(stressPodsMeshFault.prepare(db, memory, context), { code: 'FAULT_NOT_POSSIBLE', message: /has no limit of memory/ })
})

test('one size is for all pods: where it would be too much for one of them, it is refused', async (t) => {
  const twin = (text: string): string =>
    text
      .replaceAll('db-0', 'db-1')
      .replace(/"uid":"[^"]*"/, '"uid":"u-1"')
      .replaceAll('containerd://', 'containerd://1')
  const two = whole.slice(0, made - 2).map((reply) => {
    const text = JSON.stringify(reply.body ?? {})
      .replace(/"replicas":1,/g, '"replicas":2,')
      .replaceAll('eplicas":1', 'eplicas":2')
    const body = JSON.parse(text) as { items?: { metadata: { name: string } }[] }
    if (/\/pods(?:\?|$)/.test(reply.request))
      body.items = body.items!.flatMap((pod) => (pod.metadata.name === 'db-0' ? [pod, JSON.parse(twin(JSON.stringify(pod)))] : [pod]))
    return { ...reply, body: body as Record<string, unknown> }
  })
  const calm = whole.slice(made - 2, made)
  const second = calm.map((each) => ({ ...each, request: 'EXEC db-1 db' }))
  const measured = (one: number, other: number): ApiReply[] => [...two, ...calm, ...second, using(one), using(other, 'db-1')]
  // 75 % more for the empty one would be 105 % of the other.
  await apiServer(t, [...measured(0.05 * LIMIT, 0.3 * LIMIT)])
  await assert.rejects(stressPodsMeshFault.prepare(db, memory, context), {
    code: 'FAULT_NOT_STEADY',
    message: /would be too much for pod db-1$/,
  })
})
