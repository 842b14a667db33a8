/**
 * Faults by Chaos Mesh on a real API server and kubelet (the context that FIREDRILL_TEST_CONTEXT names), with its published CRDs (the
 * folder that FIREDRILL_TEST_CRDS names) and a played controller: testing/chaos/played-chaos-mesh.ts says what that proves. Skipped without
 * either. Touches namespaces that it makes itself, and leaves the CRDs.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, describe, test, type TestContext } from 'node:test'
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  type V1Role,
  type V1RoleBinding,
} from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { applyCrds, playMesh, type PlayOptions } from '../testing/chaos/played-chaos-mesh.ts'
import { waitUntil } from '../testing/chaos/processes.ts'
import type { Target } from '../verify/model/target.ts'
import { clusterChaos } from './cluster-chaos.ts'
import { inspectWorkload, podsOf, type Workload } from './drivers/kubernetes-driver.ts'
import { faults } from './fault-registry.ts'
import { carryOut, stillWrong } from './undo.ts'

const { FIREDRILL_TEST_CONTEXT: context = '', FIREDRILL_TEST_CRDS: crds = '', FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
const skip = context === '' || crds === '' ? 'FIREDRILL_TEST_CONTEXT and FIREDRILL_TEST_CRDS name no cluster and no folder of CRDs' : false
const SERVED = { group: 'chaos-mesh.org', version: 'v1alpha1' }

describe('faults by Chaos Mesh', { concurrency: 3, timeout: 600_000 }, () => {
  const config = new KubeConfig()
  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
    await applyCrds(config, crds)
  })

  async function setUp(t: TestContext, options: PlayOptions | 'away' = {}) {
    const namespace = `firedrill-mesh-${randomBytes(4).toString('hex')}`
    const core = config.makeApiClient(CoreV1Api)
    const custom = config.makeApiClient(CustomObjectsApi)
    await core.createNamespace({ body: { metadata: { name: namespace } } })
    const labels = { app: 'web' }
    const resources = { limits: { cpu: '300m', memory: '48Mi' } }
    const container = { name: 'web', image, command: ['sh', '-c', 'sleep 3600 & wait'], resources }
    const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace,
      body: { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    })
    const workload: Workload = { context, namespace, kind: 'deployment', name: 'web' }
    await waitUntil(async () => (await inspectWorkload(workload))?.ready === 2)
    const mesh = options === 'away' ? undefined : playMesh(config, context, namespace, options)
    t.after(async () => {
      await mesh?.stop()
      await core.deleteNamespace({ name: namespace })
    })
    const part = { name: 'web', kubernetes: workload, chaosMesh: true as const }
    const prepare = (id: string, params: Record<string, number> = {}) => {
      const fault = faults.find(({ meta }) => meta.id === id) ?? assert.fail(id)
      const defaults = Object.fromEntries(Object.entries(fault.meta.params).map(([name, param]) => [name, param.default]))
      const signal = AbortSignal.timeout(240_000)
      const token = randomBytes(4).toString('hex')
      return fault.prepare(part, { ...defaults, ...params }, { token, step: async () => {}, signal, maxMs: 600_000 })
    }
    const resources_ = async (plural: string): Promise<{ metadata: { name: string }; spec: { duration: string } }[]> =>
      ((await custom.listNamespacedCustomObject({ ...SERVED, namespace, plural })) as { items: never[] }).items
    const patch = (plural: string, name: string, body: object, of = namespace): Promise<unknown> =>
      custom.patchNamespacedCustomObject(
        { ...SERVED, namespace: of, plural, name, body },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      )
    return { namespace, workload, core, custom, mesh, prepare, resources: resources_, patch }
  }

  for (const [id, plural, params, seen] of [
    ['fail-pods-mesh', 'podchaos', {}, /^PodChaos firedrill-\w+ keeps 2 pods of deployment \S+ failed: no container runs its image$/],
    ['stress-pods-mesh', 'stresschaos', { cores: 1 }, /^StressChaos firedrill-\w+ keeps 0\.\d+ cores busy or more in container web of/],
    [
      'stress-pods-mesh',
      'stresschaos',
      { cores: 0, share: 0.7 },
      /^StressChaos firedrill-\w+ keeps (?:69|7\d) % of its memory limit in use or/,
    ],
    [
      'delay-pods-mesh',
      'networkchaos',
      {},
      /^NetworkChaos firedrill-\w+ delays 2 pods of deployment \S+: an answer of the API server takes \d{4} ms or more$/,
    ],
  ] as const)
    test(
      `${id} ${JSON.stringify(params)}: seen in the pods, ended by itself in the end, over when they have recovered`,
      { skip },
      async (t) => {
        const { prepare, resources } = await setUp(t)
        const { undo, apply } = await prepare(id, params)
        const { detail, missed } = await apply()
        assert.match(detail, seen)
        const [made] = await resources(plural)
        assert.equal(made?.spec.duration, '600s')
        assert.equal(await missed?.(), undefined)
        assert.match((await stillWrong(undo)) ?? '', / is there$/)
        // Another drill does not meet it.
        await assert.rejects(prepare('fail-pods-mesh'), { code: 'FAULT_NOT_STEADY' })
        await carryOut(undo)
        assert.equal(await stillWrong(undo), null)
        assert.deepEqual(await resources(plural), [])
        await carryOut(undo)
      },
    )

  test('partition-pods-mesh: seen by a probe where the played one has an effect, refused where not', { skip }, async (t) => {
    const { prepare, resources } = await setUp(t)
    const { undo, apply } = await prepare('partition-pods-mesh', { injectedSeconds: 15 })
    const done = await apply().then(
      ({ detail }) => detail,
      (error: { code: string; message: string }) => error,
    )
    if (typeof done === 'string') assert.match(done, /cuts off 2 pods .*: none reaches the API server$/)
    else {
      assert.equal(done.code, 'MESH_NO_EFFECT')
      t.diagnostic('the network of this cluster enforces no NetworkPolicy, by which the partition is played')
    }
    await carryOut(undo)
    assert.deepEqual(await resources('networkchaos'), [])
  })

  for (const id of ['fail-pods-mesh', 'partition-pods-mesh', 'delay-pods-mesh', 'stress-pods-mesh'])
    test(`${id}: a status that says Injected is no effect`, { skip }, async (t) => {
      const { prepare } = await setUp(t, { idle: true })
      const { undo, apply } = await prepare(id, { injectedSeconds: 4 })
      await assert.rejects(apply(), { code: 'MESH_NO_EFFECT', message: /is Injected by its status[,.] / })
      await carryOut(undo)
    })

  test(
    'what Chaos Mesh cannot inject is said in its own words; what it selects none of, with what may be the reason',
    { skip },
    async (t) => {
      const { prepare, mesh } = await setUp(t, { failing: 'rpc error: code = Unavailable' })
      const failed = await prepare('fail-pods-mesh', { injectedSeconds: 3 })
      await assert.rejects(failed.apply(), /is not in force after 3 s: pod \S+ is "Not Injected": rpc error: code = Unavailable$/)
      await carryOut(failed.undo)
      mesh!.options = { blind: true }
      const blind = await prepare('fail-pods-mesh', { injectedSeconds: 3 })
      await assert.rejects(blind.apply(), {
        code: 'MESH_NOT_SELECTED',
        message: /it has selected no pod \(Failed to select targets: no pod is selected\)\..* annotation chaos-mesh\.org\/inject: enabled$/,
      })
      await carryOut(blind.undo)
    },
  )

  test('without a controller nothing is harmed, and nothing is left', { skip }, async (t) => {
    const { prepare, resources } = await setUp(t, 'away')
    const { undo, apply } = await prepare('fail-pods-mesh', { injectedSeconds: 2 })
    await assert.rejects(apply(), { code: 'MESH_SILENT', message: /no controller of Chaos Mesh has taken it up/ })
    await carryOut(undo)
    assert.deepEqual(await resources('podchaos'), [])
  })

  test('a controller that is away at the undo: not undone, its finalizer stays; once it is back, undone', { skip }, async (t) => {
    const { prepare, mesh, namespace, resources } = await setUp(t)
    const { undo, apply } = await prepare('fail-pods-mesh')
    await apply()
    await mesh!.stop()
    await assert.rejects(carryOut(undo), (error: Error) => {
      assert.match(error.message, /is being deleted since .* \(finalizer chaos-mesh\/records; not recovered: \S+, \S+\)\. Let its chaos-c/)
      return true
    })
    assert.equal((await resources('podchaos')).length, 1)
    const back = playMesh(config, context, namespace)
    t.after(() => back.stop())
    await carryOut(undo)
    assert.equal(await stillWrong(undo), null)
  })

  test('deleted or paused by another meanwhile, and pods that were made anew: named', { skip }, async (t) => {
    const { prepare, workload, core, custom, namespace, resources, patch } = await setUp(t)
    const first = await prepare('stress-pods-mesh')
    const { missed } = await first.apply()
    const [pod] = await podsOf(workload)
    await core.deleteNamespacedPod({ namespace, name: pod?.metadata?.name ?? '', gracePeriodSeconds: 0 })
    await waitUntil(async () => (await inspectWorkload(workload))?.ready === 2)
    assert.match((await missed?.()) ?? '', /these pods came meanwhile and were not harmed: web-\S+$/)
    const [made] = await resources('stresschaos')
    await patch('stresschaos', made!.metadata.name, { metadata: { annotations: { 'experiment.chaos-mesh.org/pause': 'true' } } })
    await waitUntil(async () => ((await missed?.()) ?? '').includes('was not in force any more: it is paused'))
    await custom.deleteNamespacedCustomObject({ ...SERVED, namespace, plural: 'stresschaos', name: made!.metadata.name })
    await waitUntil(async () => (await resources('stresschaos')).length === 0)
    assert.match((await missed?.()) ?? '', /was not in force any more: another has deleted it/)
    await carryOut(first.undo)
    const down = await prepare('fail-pods-mesh')
    await down.apply()
    const [failed] = await resources('podchaos')
    await custom.deleteNamespacedCustomObject({ ...SERVED, namespace, plural: 'podchaos', name: failed!.metadata.name })
    await waitUntil(async () => (await stillWrong(down.undo)) === null)
    await carryOut(down.undo)
  })

  test(
    "another's, from another namespace: named, not met; to the Role of one namespace it is unseen, which is said",
    { skip },
    async (t) => {
      const { namespace, workload, core, custom, prepare, patch } = await setUp(t, 'away')
      const other = `${namespace}-theirs`
      await core.createNamespace({ body: { metadata: { name: other } } })
      t.after(() => core.deleteNamespace({ name: other }))
      const spec = { action: 'pod-failure', mode: 'all', selector: { namespaces: [namespace], labelSelectors: { app: 'web' } } }
      const made = { apiVersion: 'chaos-mesh.org/v1alpha1', kind: 'PodChaos', metadata: { name: 'theirs', namespace: other }, spec }
      const status = (phase: string, pod: string) => ({
        status: {
          experiment: {
            desiredPhase: 'Run',
            containerRecords: [{ id: `${namespace}/${pod}`, phase, selectorKey: '.', injectedCount: 1, recoveredCount: 0 }],
          },
        },
      })
      await custom.createNamespacedCustomObject({ ...SERVED, namespace: other, plural: 'podchaos', body: made })
      const target = (by: string): Target => ({
        name: 'test',
        kind: 'file',
        endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '', port: 0 }, services: {} },
        parts: { web: { name: 'web', kubernetes: { ...workload, context: by }, chaosMesh: true } },
      })
      assert.deepEqual(await clusterChaos(target(context)), [])
      const pod = (await podsOf(workload))[0]?.metadata?.name ?? ''
      await patch('podchaos', 'theirs', status('Injected', pod), other)
      const [said, ...more] = await clusterChaos(target(context))
      assert.equal(
        said?.startsWith(`PodChaos ${other}/theirs is in force in pods of namespace ${namespace} (${pod}): it is left alone`),
        true,
        said,
      )
      assert.deepEqual(more, [])
      await assert.rejects(prepare('stress-pods-mesh'), { code: 'FAULT_NOT_STEADY', message: new RegExp(`by PodChaos ${other}/theirs$`) })
      if (!config.getContexts().some(({ name }) => name === 'firedrill'))
        return t.diagnostic('the kubeconfig has no context firedrill, whose user has what Roles give it')
      const rbac = config.makeApiClient(RbacAuthorizationV1Api)
      const [role, binding] = parseAllDocuments(
        readFileSync(new URL('../deploy/kubernetes/firedrill-mesh-rbac.yaml', import.meta.url), 'utf8'),
      ).map((document) => document.toJS() as unknown)
      await rbac.createNamespacedRole({ namespace, body: role as V1Role })
      await rbac.createNamespacedRoleBinding({ namespace, body: binding as V1RoleBinding })
      const seen = await clusterChaos(target('firedrill'))
      assert.equal(seen.length, 1)
      assert.match(
        seen[0] ?? '',
        /^PodChaos and StressChaos of other namespaces are not seen: this user may list them in namespace \S+ alone/,
      )
    },
  )
})
