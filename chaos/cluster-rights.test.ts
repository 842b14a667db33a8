import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart } from '../testing/chaos/fake-kubernetes.ts'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { requireClusterRights } from './cluster-rights.ts'
import { faults } from './fault-registry.ts'

const of = (part: TargetPart): Target => ({
  name: 'shop',
  kind: 'file',
  endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
  parts: { [part.name]: part, watched: { name: 'watched' } },
})
const killed = (target: string) => [{ id: 'kill-process', target, params: {} }]

test('every verb that the planned faults need and this user has not is said at once', async (t) => {
  const web = workloadPart('deployment', 'web')
  await apiServer(t, recorded['forbidden']!)
  await assert.rejects(requireClusterRights(of(web), [...killed(web.name), ...killed(web.name)], faults), {
    code: 'FAULT_FORBIDDEN',
    exitCode: 3,
    message: /^the user of context fd may not get deployments\.apps, .*patch deployments\/scale\.apps, .* in namespace moalog$/,
    next: /^nothing was touched; bind the Role of deploy\/kubernetes\/firedrill-rbac\.yaml/,
  })
})

test('a workload that is not there is said before the drill, too', async (t) => {
  const wbe = workloadPart('deployment', 'wbe')
  await apiServer(t, recorded['missing']!)
  await assert.rejects(requireClusterRights(of(wbe), killed(wbe.name), faults), {
    code: 'TARGET_WORKLOAD',
    exitCode: 3,
    message: 'there is no deployment moalog/wbe in context fd',
  })
})

test('of what is no workload, or is not allowed and will be skipped, nothing is asked', async (t) => {
  await apiServer(t, [])
  await requireClusterRights(of(workloadPart('deployment', 'web')), killed('watched'), faults)
})
