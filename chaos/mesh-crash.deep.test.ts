/**
 * kill -9 at every step, of the tool and of both, with faults by Chaos Mesh on a workload of a real Kubernetes cluster (the context that
 * FIREDRILL_TEST_CONTEXT names), with the published CRDs (the folder that FIREDRILL_TEST_CRDS names) and a played controller. Skipped
 * without either. Touches namespaces that it makes itself, and leaves the CRDs.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node'
import { CLUSTER_STEPS, clusterWorkload, REPLICAS } from '../testing/chaos/cluster-workload.ts'
import { isGone, runTool } from '../testing/chaos/crashes.ts'
import { applyCrds, playMesh } from '../testing/chaos/played-chaos-mesh.ts'
import { waitUntil } from '../testing/chaos/processes.ts'
import { recover } from './controller.ts'
import { meshContainers } from './drivers/chaos-mesh-undo.ts'
import { inspectWorkload } from './drivers/kubernetes-driver.ts'
import { reachedIn } from './drivers/network-policy.ts'
import { containersOf, placeOf } from './drivers/pod-containers.ts'
import { hasLeftover } from './ledger.ts'

const { FIREDRILL_TEST_CONTEXT: context = '', FIREDRILL_TEST_CRDS: crds = '' } = process.env
const skip = context === '' || crds === '' ? 'FIREDRILL_TEST_CONTEXT and FIREDRILL_TEST_CRDS name no cluster and no folder of CRDs' : false
const LATENCY_MS = 1_000
const BY_MESH = [
  { fault: 'fail-pods-mesh', kind: 'PodChaos' },
  { fault: 'stress-pods-mesh', kind: 'StressChaos' },
  { fault: 'partition-pods-mesh', kind: 'NetworkChaos', params: { injectedSeconds: 15 } },
  { fault: 'delay-pods-mesh', kind: 'NetworkChaos', params: { latencyMs: LATENCY_MS } },
] as const
const applied = CLUSTER_STEPS.indexOf('applied')
const steps = [...CLUSTER_STEPS.slice(0, applied), 'apply:created', 'apply:injected', ...CLUSTER_STEPS.slice(applied)]
const inForceAt = steps.slice(steps.indexOf('apply:created'), steps.indexOf('undo:begin') + 1)

describe('a workload of a cluster with Chaos Mesh', { concurrency: 2 }, () => {
  const config = new KubeConfig()
  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
    await applyCrds(config, crds)
  })

  for (const { fault, kind, ...more } of BY_MESH)
    for (const [both, step] of steps.flatMap((each): [boolean, string][] => [
      [false, each],
      [true, each],
    ]))
      test(
        `${fault}: ${both ? 'tool and watchdog are' : 'the tool is'} killed at ${step}: its ${kind} is gone, the pods have recovered`,
        { skip },
        async (t) => {
          const { ledgerDir, part, kubernetes, processes, policies, cutOff } = await clusterWorkload(t, config, context)
          const mesh = playMesh(config, context, kubernetes.namespace)
          t.after(() => mesh.stop())
          const images = async (): Promise<string[]> =>
            (await meshContainers(kubernetes)).map(({ pod, uid, container, image: runs }) => [pod, uid, container, runs].join(' ')).sort()
          const programs = async (): Promise<(string | undefined)[]> => (await processes()).map((each) => each.split(' ')[2])
          const made = async (): Promise<number> => {
            const at = { group: 'chaos-mesh.org', version: 'v1alpha1', namespace: kubernetes.namespace, plural: kind.toLowerCase() }
            return ((await config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject(at)) as { items: unknown[] }).items.length
          }
          const before = [await images(), await programs()]
          const env = { CRASH_AT: both ? `both:${step}` : step, ...('params' in more ? { PARAMS: JSON.stringify(more.params) } : {}) }
          const { signal, watchdogPid, output } = await runTool(t, { ledgerDir, recordFile: part, fault, env })
          const refused = fault === 'partition-pods-mesh' && !output.includes('step applied\n') && output.includes('step undo:done\n')
          if (signal === null && refused) {
            assert.equal(await made(), 0)
            t.skip('the network of this cluster enforces no NetworkPolicy, by which a partition is played: the fault was refused before')
            return
          }
          assert.equal(signal, 'SIGKILL')
          await waitUntil(() => isGone(watchdogPid))
          if (both) {
            assert.equal(await made(), inForceAt.includes(step) ? 1 : 0)
            assert.deepEqual((await recover(ledgerDir)).notUndone, [])
          }
          assert.equal(await made(), 0)
          assert.deepEqual([await images(), await programs()], before)
          assert.equal((await inspectWorkload(kubernetes))?.ready, REPLICAS)
          assert.deepEqual([await policies(), await cutOff()], [[], []])
          if (fault === 'delay-pods-mesh')
            for (const each of await containersOf(kubernetes)) {
              const { ms } = await reachedIn(placeOf(kubernetes, each), 5, AbortSignal.timeout(30_000))
              assert.ok(ms < LATENCY_MS, `${each.pod} takes ${ms} ms`)
            }
          assert.equal(await hasLeftover(ledgerDir), false)
        },
      )
})
