import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, meshedPart, recordedMesh, workloadPart, type ApiReply } from '../testing/chaos/fake-kubernetes.ts'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { clusterChaos } from './cluster-chaos.ts'

const of = (...parts: TargetPart[]): Target => ({
  name: 'shop',
  kind: 'file',
  endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
  parts: Object.fromEntries(parts.map((part) => [part.name, part])),
})
const shop = of(meshedPart('deployment', 'web'), meshedPart('statefulset', 'db'), workloadPart('deployment', 'cart'))
/** As to the Role of one namespace: what is listed of all namespaces is refused. */
const lists = recordedMesh['fail-pods-mesh']!.filter(({ request }) =>
  /^GET \/apis\/chaos-mesh\.org\/v1alpha1\/(?:namespaces\/moalog\/)?\w+$/.test(request),
)
const answered = (change: (reply: ApiReply) => Partial<ApiReply>): ApiReply[] => lists.map((reply) => ({ ...reply, ...change(reply) }))
const records = (phase: string, ...ids: string[]) => ({ experiment: { containerRecords: ids.map((id) => ({ id, phase })) } })
const UNSEEN =
  'PodChaos and StressChaos of other namespaces are not seen: this user may list them in namespace moalog alone, so one that harms its pods from there is not named'

test('what cannot be listed is said once for all workloads of a namespace', async (t) => {
  await apiServer(t, lists)
  assert.deepEqual(await clusterChaos(shop), [UNSEEN])
})

test('what another has in force is named with its pods, from whichever namespace; what is over is not', async (t) => {
  const items = [
    { metadata: { name: 'theirs', namespace: 'other' }, status: records('Injected', 'moalog/web-1', 'moalog/web-2', 'other/web-9') },
    { metadata: { name: 'elsewhere', namespace: 'other' }, status: records('Injected', 'other/web-1') },
    { metadata: { name: 'over', namespace: 'moalog' }, status: records('Not Injected', 'moalog/web-1') },
    { metadata: { name: 'new', namespace: 'moalog' } },
  ]
  const everywhere = answered(({ request }) =>
    /v1alpha1\/(?:pod|stress)chaos$/.test(request)
      ? { status: 200, body: { items: request.endsWith('/podchaos') ? items : [] } }
      : /\/podnetworkchaos$/.test(request)
        ? { body: { items: [{ metadata: { name: 'db-0' }, spec: { ipsets: [{ source: 'net/slow' }], tcs: [{ source: 'net/slow' }] } }] } }
        : {},
  ).filter(({ request }) => !/moalog\/(?:pod|stress)chaos$/.test(request))
  await apiServer(t, everywhere)
  assert.deepEqual(await clusterChaos(shop), [
    'PodChaos other/theirs is in force in pods of namespace moalog (web-1, web-2): it is left alone, and faults by Chaos Mesh on these pods are refused',
    'NetworkChaos net/slow is in force in pods of namespace moalog (db-0): it is left alone, and faults by Chaos Mesh on these pods are refused',
  ])
})

test('without the rights, without Chaos Mesh, and where the target file does not say that it is there', async (t) => {
  const body = { kind: 'Status', code: 403, message: 'podchaos.chaos-mesh.org is forbidden' }
  await apiServer(t, [
    ...lists.slice(0, 2).map((reply) => ({ ...reply, status: 403, body })),
    ...answered(() => ({ status: 404, body: { code: 404 } })).filter(({ request }) => !/moalog\/(?:pod|stress)chaos$/.test(request)),
  ])
  assert.deepEqual(await clusterChaos(shop), [
    "what others have in force by Chaos Mesh in namespace moalog is not known: Chaos Mesh's podchaos of namespace moalog cannot be listed: 403 podchaos.chaos-mesh.org is forbidden",
  ])
  assert.deepEqual(await clusterChaos(shop), [])
  assert.deepEqual(await clusterChaos(of(workloadPart('deployment', 'cart'))), [])
})
