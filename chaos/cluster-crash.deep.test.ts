/**
 * kill -9 at every step, of the tool and of both, with faults on a workload of a real Kubernetes cluster: that of the context which
 * FIREDRILL_TEST_CONTEXT names in the kubeconfig; skipped without one. Those by Chaos Mesh need its published CRDs
 * (FIREDRILL_TEST_CRDS) and have a played controller. Touches namespaces that it makes itself, and removes them.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { before, describe, test, type TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig, NetworkingV1Api } from '@kubernetes/client-node'
import { isGone, runTool, STEPS } from '../testing/chaos/crashes.ts'
import { applyCrds, playMesh } from '../testing/chaos/played-chaos-mesh.ts'
import { temporaryDirectory, waitUntil } from '../testing/chaos/processes.ts'
import { recover } from './controller.ts'
import { meshContainers } from './drivers/chaos-mesh-undo.ts'
import { processesOf } from './drivers/container-processes.ts'
import { inspectWorkload, type Workload } from './drivers/kubernetes-driver.ts'
import { reaches } from './drivers/network-policy.ts'
import { containersOf, placeOf } from './drivers/pod-containers.ts'
import { hasLeftover, ledgerFiles } from './ledger.ts'

const { FIREDRILL_TEST_CONTEXT: context = '', FIREDRILL_TEST_CRDS: crds = '', FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
const skip = context === '' ? 'FIREDRILL_TEST_CONTEXT names no context of a cluster' : false
const REPLICAS = 2
/** Scaling has no step between the order and its answer. */
const steps = STEPS.filter((step) => step !== 'apply:killed')
/** Faults on processes in containers, with the steps of their own. */
const ON_PROCESSES = [
  { fault: 'freeze-pods', own: ['apply:guarded', 'apply:stopped'] },
  { fault: 'cpu-pressure-pods', own: ['apply:burning'] },
  { fault: 'memory-pressure-pods', own: ['apply:holding'] },
]
const BY_MESH = [
  { fault: 'fail-pods-mesh', kind: 'PodChaos' },
  { fault: 'stress-pods-mesh', kind: 'StressChaos' },
] as const

describe('a workload of a cluster', { concurrency: 2 }, () => {
  const config = new KubeConfig()
  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
    if (crds !== '') await applyCrds(config, crds)
  })

  async function setUp(t: TestContext) {
    const name = `web-${randomBytes(4).toString('hex')}`
    // One each: a drill that was killed leaves the lease of its namespace expiring.
    const namespace = `firedrill-crash-${name}`
    const core = config.makeApiClient(CoreV1Api)
    await core.createNamespace({ body: { metadata: { name: namespace } } })
    t.after(() => core.deleteNamespace({ name: namespace }))
    const apps = config.makeApiClient(AppsV1Api)
    const labels = { app: name }
    const limits = { cpu: '200m', memory: '48Mi' }
    const container = { name: 'web', image, command: ['sh', '-c', 'sleep 3600 & wait'], resources: { limits } }
    const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
    const body = { metadata: { name, labels }, spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template } }
    await apps.createNamespacedDeployment({ namespace, body })
    const kubernetes: Workload = { context, namespace, kind: 'deployment', name }
    const wanted = async (): Promise<number | undefined> => (await inspectWorkload(kubernetes))?.wanted
    await waitUntil(async () => (await inspectWorkload(kubernetes))?.ready === REPLICAS)
    /** Command and state of every process in every container. */
    const processes = async (): Promise<string[]> => {
      const found: string[] = []
      for (const each of await containersOf(kubernetes))
        for (const { pid, comm, state } of await processesOf(placeOf(kubernetes, each), 'none', AbortSignal.timeout(30_000)))
          found.push(`${each.pod} ${pid} ${comm} ${state === 'T' ? 'stopped' : 'runs'}`)
      return found.sort()
    }
    const policies = async (): Promise<(string | undefined)[]> =>
      (await config.makeApiClient(NetworkingV1Api).listNamespacedNetworkPolicy({ namespace })).items.map(({ metadata }) => metadata?.name)
    /** Containers that do not reach the API server. */
    const cutOff = async (): Promise<string[]> => {
      const found: string[] = []
      for (const each of await containersOf(kubernetes)) {
        const seen = await reaches(placeOf(kubernetes, each), AbortSignal.timeout(30_000))
        if (seen !== 'reached') found.push(`${each.pod}: ${seen}`)
      }
      return found
    }
    return {
      policies,
      cutOff,
      processes,
      ledgerDir: join(await temporaryDirectory(t), 'ledger'),
      part: JSON.stringify({ name: 'server', kubernetes, chaosMesh: true }),
      wanted,
      kubernetes,
    }
  }

  for (const step of steps) {
    test(`the tool is killed at ${step}: the watchdog scales it back`, { skip }, async (t) => {
      const { ledgerDir, part, wanted } = await setUp(t)
      const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault: 'scale-away', env: { CRASH_AT: step } })
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      assert.equal(await wanted(), REPLICAS)
      assert.equal(await hasLeftover(ledgerDir), false)
    })
    test(`tool and watchdog are killed at ${step}: the next start scales it back`, { skip }, async (t) => {
      const { ledgerDir, part, wanted, kubernetes } = await setUp(t)
      const { signal, watchdogPid } = await runTool(t, {
        ledgerDir,
        recordFile: part,
        fault: 'scale-away',
        env: { CRASH_AT: `both:${step}` },
      })
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      const harmed = steps.indexOf(step) >= steps.indexOf('applied') && steps.indexOf(step) <= steps.indexOf('undo:begin')
      assert.equal(await wanted(), harmed ? 0 : REPLICAS)
      assert.deepEqual((await recover(ledgerDir)).notUndone, [])
      assert.equal((await inspectWorkload(kubernetes))?.ready, REPLICAS)
      assert.deepEqual(await ledgerFiles(ledgerDir), [])
    })
  }

  // Where the network enforces none it is refused on the way, and what it made by then is what may be left.
  const denied = [...steps.slice(0, steps.indexOf('applied')), 'apply:denied', ...steps.slice(steps.indexOf('applied'))]
  const PARAMS = JSON.stringify({ enforcedSeconds: 2 })
  for (const [both, step] of denied.flatMap((each): [boolean, string][] => [
    [false, each],
    [true, each],
  ])) {
    test(`isolate-pods: ${both ? 'tool and watchdog are' : 'the tool is'} killed at ${step}: no policy is left`, { skip }, async (t) => {
      const { ledgerDir, part, policies, cutOff } = await setUp(t)
      const env = { CRASH_AT: both ? `both:${step}` : step, PARAMS }
      const { signal, watchdogPid, output } = await runTool(t, { ledgerDir, recordFile: part, fault: 'isolate-pods', env })
      const refused = !output.includes('step applied\n') && output.includes('step undo:done\n')
      if (signal === null && refused) {
        assert.deepEqual(await policies(), [])
        t.skip('the network of this cluster enforces no NetworkPolicy: the fault was refused before')
        return
      }
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      const harmed = denied.indexOf(step) >= denied.indexOf('apply:denied') && denied.indexOf(step) <= denied.indexOf('undo:begin')
      if (both) {
        assert.equal((await policies()).length, harmed ? 1 : 0)
        assert.deepEqual((await recover(ledgerDir)).notUndone, [])
      }
      assert.deepEqual(await policies(), [])
      assert.deepEqual(await cutOff(), [])
      assert.equal(await hasLeftover(ledgerDir), false)
    })
  }

  const injected = [
    ...steps.slice(0, steps.indexOf('applied')),
    ...['apply:created', 'apply:injected'],
    ...steps.slice(steps.indexOf('applied')),
  ]
  for (const { fault, kind } of BY_MESH)
    for (const [both, step] of injected.flatMap((each): [boolean, string][] => [
      [false, each],
      [true, each],
    ]))
      test(
        `${fault}: ${both ? 'tool and watchdog are' : 'the tool is'} killed at ${step}: its ${kind} is gone, the pods have recovered`,
        { skip: skip !== false ? skip : crds === '' ? 'FIREDRILL_TEST_CRDS names no folder' : false },
        async (t) => {
          const { ledgerDir, part, kubernetes, processes } = await setUp(t)
          const mesh = playMesh(config, context, kubernetes.namespace)
          t.after(() => mesh.stop())
          const images = async (): Promise<string[]> =>
            (await meshContainers(kubernetes)).map(({ pod, uid, container, image: runs }) => [pod, uid, container, runs].join(' ')).sort()
          const made = async (): Promise<number> => {
            const at = { group: 'chaos-mesh.org', version: 'v1alpha1', namespace: kubernetes.namespace, plural: kind.toLowerCase() }
            return ((await config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject(at)) as { items: unknown[] }).items.length
          }
          const before = [await images(), (await processes()).map((each) => each.split(' ')[2])]
          const env = { CRASH_AT: both ? `both:${step}` : step }
          const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env })
          assert.equal(signal, 'SIGKILL')
          await waitUntil(() => isGone(watchdogPid))
          const harmed =
            injected.indexOf(step) >= injected.indexOf('apply:created') && injected.indexOf(step) <= injected.indexOf('undo:begin')
          if (both) {
            assert.equal(await made(), harmed ? 1 : 0)
            assert.deepEqual((await recover(ledgerDir)).notUndone, [])
          }
          assert.equal(await made(), 0)
          assert.deepEqual([await images(), (await processes()).map((each) => each.split(' ')[2])], before)
          assert.equal((await inspectWorkload(kubernetes))?.ready, REPLICAS)
          assert.equal(await hasLeftover(ledgerDir), false)
        },
      )

  for (const { fault, own } of ON_PROCESSES) {
    const all = [...steps.slice(0, steps.indexOf('applied')), ...own, ...steps.slice(steps.indexOf('applied'))]
    // What is on disk and when is the same for all of them.
    const tried = fault === 'freeze-pods' ? all : [...own, 'applied', 'undo:begin']
    const [from, to] = [all.indexOf(own[0]!), all.indexOf('undo:begin')]
    for (const step of tried) {
      test(`${fault}: the tool is killed at ${step}: the watchdog lets all go on`, { skip }, async (t) => {
        const { ledgerDir, part, processes } = await setUp(t)
        const before = await processes()
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: step } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        assert.deepEqual(await processes(), before)
        assert.equal(await hasLeftover(ledgerDir), false)
      })
      test(`${fault}: tool and watchdog are killed at ${step}: the next start lets all go on`, { skip }, async (t) => {
        const { ledgerDir, part, processes } = await setUp(t)
        const before = await processes()
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: `both:${step}` } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        const harmed = all.indexOf(step) >= from && all.indexOf(step) <= to
        assert[harmed ? 'notDeepEqual' : 'deepEqual'](await processes(), before)
        assert.deepEqual((await recover(ledgerDir)).notUndone, [])
        assert.deepEqual(await processes(), before)
        assert.deepEqual(await ledgerFiles(ledgerDir), [])
      })
    }
    test(`${fault}: when nothing of the drill is left, it ends by itself`, { skip }, async (t) => {
      const { ledgerDir, part, processes } = await setUp(t)
      const before = await processes()
      const env = { CRASH_AT: 'both:applied', PARAMS: JSON.stringify({ expirySeconds: 15 }) }
      const { watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env })
      await waitUntil(() => isGone(watchdogPid))
      assert.notDeepEqual(await processes(), before)
      await waitUntil(async () => isDeepStrictEqual(await processes(), before))
    })
  }
})
