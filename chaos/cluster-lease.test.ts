import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../verify/model/target.ts'
import { leaseServer } from '../testing/chaos/fake-leases.ts'
import { temporaryDirectory, waitUntil } from '../testing/chaos/processes.ts'
import { holdCluster } from './cluster-lease.ts'
import { createChaos } from './controller.ts'

const workload = { context: 'fd', namespace: 'moalog', kind: 'deployment' as const, name: 'web' }
const target: Target = {
  name: 'test',
  kind: 'lab',
  endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
  parts: { web: { name: 'web', kubernetes: workload } },
}

test('a target without workloads of a cluster needs no lease, and asks no API server', async (t) => {
  const held = await holdCluster({ parts: { redis: { name: 'redis' } } }, await temporaryDirectory(t))
  await held.release()
  assert.equal(held.lost.aborted, false)
})

test('drills of one ledger folder have one name, others another', async (t) => {
  const at = await leaseServer(t)
  const [one, other] = [await temporaryDirectory(t), await temporaryDirectory(t)]
  const names: (string | undefined)[] = []
  for (const folder of [one, one, other]) {
    const held = await holdCluster(target, folder)
    names.push(at.stored?.spec.holderIdentity)
    await held.release()
    assert.equal(at.stored, undefined)
  }
  assert.equal(names[0], names[1])
  assert.notEqual(names[0], names[2])
})

test('a drill that finds the cluster taken ends before it touches anything, and leaves its folder free', async (t) => {
  const at = await leaseServer(t)
  const far = await holdCluster(target, await temporaryDirectory(t))
  const ledgerDir = await temporaryDirectory(t)
  const options = { target, ledgerDir, registry: [] }
  await assert.rejects(createChaos(options), { code: 'DRILL_ELSEWHERE', exitCode: 3 })
  await far.release()
  const chaos = await createChaos(options)
  assert.ok(at.stored !== undefined)
  await chaos.close()
  assert.equal(at.stored, undefined, 'it is released when the drill ends')
})

test('a drill that has lost the lease applies no further fault', async (t) => {
  const at = await leaseServer(t)
  const chaos = await createChaos({
    target,
    ledgerDir: await temporaryDirectory(t),
    registry: [],
    clusterClocks: { durationS: 3_600, renewMs: 20 },
  })
  at.stored = { metadata: { ...at.stored!.metadata, resourceVersion: 'x' }, spec: { ...at.stored!.spec, holderIdentity: 'another' } }
  await waitUntil(() =>
    chaos.inject({ id: 'scale-away', target: 'web', params: {} }, 'e').then(
      () => false,
      (error: { code: string }) => error.code === 'CLUSTER_LEASE_LOST',
    ),
  )
  await chaos.close()
  assert.equal(at.stored.spec.holderIdentity, 'another')
})
