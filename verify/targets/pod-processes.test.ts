import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { podIn, podProcesses } from './pod-processes.ts'

const UID = '0a1b2c3d-1111-2222-3333-444455556666'

test('the pod of a process is known by its control group, as both drivers of kubelet name it', () => {
  assert.equal(podIn(`5:cpu,cpuacct:/firedrill-cluster/kubepods/besteffort/pod${UID}/${'f'.repeat(64)}`), UID)
  const slice = `kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice`
  assert.equal(podIn(`0::/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${'f'.repeat(64)}.scope`), UID)
  for (const other of ['', '0::/', '0::/system.slice/podman.service', `0::/user/pod${UID}0`]) assert.equal(podIn(other), undefined, other)
})

/** The pods of a namespace as a real API server listed them. */
const listed = recorded['delete-pod deployment']!.find(({ request }) => request.includes('/pods?'))!
const all: ApiReply = { ...listed, request: 'GET /api/v1/namespaces/moalog/pods' }
const [pod] = (all.body as unknown as { items: { metadata: { uid: string } }[] }).items

test('a process is of the part whose workload its pod belongs to; one that is new is asked for', async (t) => {
  const empty = { ...all, body: { ...all.body, items: [] } }
  await apiServer(t, [empty, all])
  const groups: Record<number, string> = { 10: `0::/kubepods/pod${pod!.metadata.uid}/c`, 11: `0::/kubepods/pod${UID}/c`, 12: '0::/' }
  const place = { context: 'fd', namespace: 'moalog', parts: { 'deployment/web': 'front' } }
  const pods = podProcesses(place, (pid) => groups[pid] ?? '')
  await pods.list()
  // Both pods are new to it, and the API server is asked once.
  assert.deepEqual([10, 11, 12].map(pods.partOf), [undefined, undefined, undefined])
  while (pods.partOf(10) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual([10, 11, 12].map(pods.partOf), ['front', undefined, undefined])
  assert.equal(podProcesses({ ...place, parts: {} }, (pid) => groups[pid] ?? '').partOf(12), undefined)
})

test('a workload that the target does not name is called by its own name', async (t) => {
  await apiServer(t, [all])
  const pods = podProcesses({ context: 'fd', namespace: 'moalog', parts: {} }, () => `0::/kubepods/pod${pod!.metadata.uid}/c`)
  await pods.list()
  assert.equal(pods.partOf(1), 'web')
})

test('an API server that refuses the list rejects it', async (t) => {
  await apiServer(t, [{ ...all, status: 403, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 403 } }])
  await assert.rejects(podProcesses({ context: 'fd', namespace: 'moalog', parts: {} }).list(), { code: 403 })
})
