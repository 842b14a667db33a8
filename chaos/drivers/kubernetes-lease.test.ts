import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitUntil } from '../../testing/chaos/processes.ts'
import { apiServer, recorded } from '../../testing/chaos/fake-kubernetes.ts'
import { leaseServer } from '../../testing/chaos/fake-leases.ts'
import { holdLease } from './kubernetes-lease.ts'

const PLACE = { context: 'fd', namespace: 'moalog' }

test('a lease is taken and deleted with what a real API server answered', async (t) => {
  await apiServer(t, recorded['lease']!)
  const held = await holdLease(PLACE, 'one')
  await held.release()
  assert.equal(held.lost.aborted, false)
})

test('a user who may not is told which Role is missing; nothing is taken', async (t) => {
  await apiServer(t, recorded['lease forbidden']!)
  await assert.rejects(holdLease(PLACE, 'one'), {
    code: 'FAULT_FORBIDDEN',
    message: /may not create leases\.coordination\.k8s\.io, get leases.* in namespace moalog/,
  })
})

test('a drill on another machine is refused while it is held, and by name', async (t) => {
  const at = await leaseServer(t)
  const held = await holdLease(PLACE, 'machine-a_1')
  await assert.rejects(holdLease(PLACE, 'machine-b_2'), {
    code: 'DRILL_ELSEWHERE',
    exitCode: 3,
    message: /^machine-a_1 drills in namespace moalog of fd since \d{4}-/,
  })
  assert.equal(at.stored?.spec.holderIdentity, 'machine-a_1')
  await held.release()
  assert.equal(at.stored, undefined)
  const next = await holdLease(PLACE, 'machine-b_2')
  await next.release()
})

test('the same holder takes over at once what a dead drill of its own held', async (t) => {
  const at = await leaseServer(t)
  // Never renewed nor released: the drill was killed.
  await holdLease(PLACE, 'machine-a_1', { durationS: 3_600 })
  const again = await holdLease(PLACE, 'machine-a_1', { durationS: 3_600 })
  assert.equal(at.stored?.spec.holderIdentity, 'machine-a_1')
  await again.release()
  assert.equal(at.stored, undefined)
})

test('one that has expired is taken over when no one renews it meanwhile', async (t) => {
  const at = await leaseServer(t)
  const dead = { holderIdentity: 'machine-a_1', renewTime: '2020-01-01T00:00:00.000000Z', leaseDurationSeconds: 1 }
  at.stored = { metadata: { name: 'firedrill', uid: 'u', resourceVersion: '1' }, spec: dead }
  const held = await holdLease(PLACE, 'machine-b_2')
  assert.equal(at.stored.spec.holderIdentity, 'machine-b_2')
  await held.release()
})

test('one that looks expired by this clock, and is renewed, is held: clocks differ', async (t) => {
  const at = await leaseServer(t)
  const behind = { holderIdentity: 'machine-a_1', renewTime: '2020-01-01T00:00:00.000000Z', leaseDurationSeconds: 600 }
  at.stored = { metadata: { name: 'firedrill', uid: 'u', resourceVersion: '1' }, spec: behind }
  const taken = holdLease(PLACE, 'machine-b_2')
  const refused = assert.rejects(taken, { code: 'DRILL_ELSEWHERE' })
  await waitUntil(() => at.requests.length >= 2)
  at.stored = { ...at.stored, metadata: { ...at.stored.metadata, resourceVersion: '2' } }
  await refused
  assert.equal(at.stored.spec.holderIdentity, 'machine-a_1')
})

test('it is renewed, also when something else of it was changed', async (t) => {
  const at = await leaseServer(t)
  const held = await holdLease(PLACE, 'machine-a_1', { durationS: 3_600, renewMs: 20 })
  const first = at.stored?.spec.renewTime
  await waitUntil(() => at.stored?.spec.renewTime !== first)
  at.stored = { ...at.stored!, metadata: { ...at.stored!.metadata, resourceVersion: 'changed' } }
  await waitUntil(() => at.stored?.metadata.resourceVersion !== 'changed')
  assert.equal(held.lost.aborted, false)
  await held.release()
})

test('a holder that another has replaced knows it, and deletes nothing of the other', async (t) => {
  const at = await leaseServer(t)
  const held = await holdLease(PLACE, 'machine-a_1', { durationS: 3_600, renewMs: 20 })
  at.stored = {
    ...at.stored!,
    metadata: { ...at.stored!.metadata, resourceVersion: 'x' },
    spec: { ...at.stored!.spec, holderIdentity: 'machine-b_2' },
  }
  await waitUntil(() => held.lost.aborted)
  assert.match(String(held.lost.reason), /another has taken it/)
  await held.release()
  assert.equal(at.stored.spec.holderIdentity, 'machine-b_2')
})

test('one that cannot be renewed until it has expired is lost', async (t) => {
  const at = await leaseServer(t)
  const held = await holdLease(PLACE, 'machine-a_1', { durationS: 1, renewMs: 20 })
  at.refuse = true
  await waitUntil(() => held.lost.aborted)
  assert.match(String(held.lost.reason), /could not be renewed until it expired/)
})
