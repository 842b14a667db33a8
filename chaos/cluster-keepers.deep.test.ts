/**
 * Who else decides of a workload's pods, on a real API server: that of the context which FIREDRILL_TEST_CONTEXT names; skipped without one.
 * An autoscaler needs no metrics to be found. Touches a namespace that it makes itself, and removes it.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { AppsV1Api, AutoscalingV2Api, CoreV1Api, KubeConfig, PatchStrategy, PolicyV1Api, setHeaderOptions } from '@kubernetes/client-node'
import { waitUntil } from '../testing/chaos/processes.ts'
import type { Target } from '../verify/model/target.ts'
import { clusterKeepers } from './cluster-keepers.ts'
import { inspectWorkload, type Workload } from './drivers/kubernetes-driver.ts'
import type { Applied } from './fault.ts'
import { faults } from './fault-registry.ts'
import { carryOut } from './undo.ts'

const { FIREDRILL_TEST_CONTEXT: context = '', FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
const skip = context === '' ? 'FIREDRILL_TEST_CONTEXT names no context of a cluster' : false
const namespace = `firedrill-keepers-${randomBytes(4).toString('hex')}`
const workload: Workload = { context, namespace, kind: 'deployment', name: 'web' }
const part = { name: 'web', kubernetes: workload }
const target: Target = {
  name: 'test',
  kind: 'file',
  endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
  parts: { web: part },
}
const PARAMS: Record<string, Record<string, number>> = {
  'scale-away': {},
  'delete-pod': {},
  'freeze-pods': { expirySeconds: 600 },
  'cpu-pressure-pods': { cores: 1, expirySeconds: 600 },
  'memory-pressure-pods': { share: 0.5, expirySeconds: 600 },
}

describe('who else decides of a workload', { timeout: 300_000 }, () => {
  const config = new KubeConfig()
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  const isReady = async (): Promise<boolean> => {
    const state = await inspectWorkload(workload)
    return state !== null && state.rollout === undefined && state.wanted === 2 && state.ready === 2 && state.pods === 2
  }
  const mark = (annotations: Record<string, string | null>): Promise<unknown> =>
    config.makeApiClient(AppsV1Api).patchNamespacedDeployment({ name: 'web', namespace, body: { metadata: { annotations } } }, merge)

  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
    const labels = { app: 'web' }
    const container = {
      name: 'web',
      image,
      command: ['sh', '-c', 'sleep 3600 & wait'],
      resources: { limits: { cpu: '200m', memory: '48Mi' } },
    }
    const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
    const metadata = { name: 'web' }
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
    await config.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: namespace } } })
    const spec = { replicas: 2, selector: { matchLabels: labels }, template }
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({ namespace, body: { metadata, spec } })
    await config.makeApiClient(AutoscalingV2Api).createNamespacedHorizontalPodAutoscaler({
      namespace,
      body: { metadata, spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 5, metrics } },
    })
    await config.makeApiClient(PolicyV1Api).createNamespacedPodDisruptionBudget({
      namespace,
      body: { metadata, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
    })
    await waitUntil(isReady)
  })
  after(async () => {
    if (skip === false) await config.makeApiClient(CoreV1Api).deleteNamespace({ name: namespace })
  })

  for (const [id, params] of Object.entries(PARAMS))
    test(`${id}: named before it, in what was done, and what was done meanwhile`, { skip }, async () => {
      await waitUntil(isReady)
      const fault = faults.find(({ meta }) => meta.id === id)
      assert.ok(fault !== undefined)
      const before = (await clusterKeepers(target, [{ id, target: 'web', params }], faults)).get(`${id} web`) ?? []
      assert.match(before[0] ?? '', /^HorizontalPodAutoscaler web /)
      assert.match(before[1] ?? '', /^PodDisruptionBudget web /)
      const context_ = { token: `t-${randomBytes(4).toString('hex')}`, step: async () => {}, signal: AbortSignal.timeout(120_000) }
      const { undo, apply } = await fault.prepare(part, params, context_)
      let applied: Applied | undefined
      try {
        applied = await apply()
        assert.ok(applied.detail.endsWith(before.join(', ')), applied.detail)
        // As an autoscaler does, by the same subresource.
        const scale = { name: 'web', namespace, body: { spec: { replicas: 3 } } }
        await config.makeApiClient(AppsV1Api).patchNamespacedDeploymentScale(scale, merge)
        const from = id === 'scale-away' ? 0 : 2
        assert.match((await applied.missed?.()) ?? '', new RegExp(`^deployment ${namespace}/web was scaled from ${from} to 3 meanwhile`))
      } finally {
        await carryOut(undo)
        const back = { name: 'web', namespace, body: { spec: { replicas: 2 } } }
        await config.makeApiClient(AppsV1Api).patchNamespacedDeploymentScale(back, merge)
      }
    })

  test('a rollout meanwhile is named', { skip }, async () => {
    await waitUntil(isReady)
    const freeze = faults.find(({ meta }) => meta.id === 'freeze-pods')
    const { undo, apply } = await freeze!.prepare(part, PARAMS['freeze-pods']!, {
      token: 't-rollout',
      step: async () => {},
      signal: AbortSignal.timeout(120_000),
    })
    const { missed } = await apply()
    const template = { metadata: { annotations: { again: 'yes' } } }
    await config.makeApiClient(AppsV1Api).patchNamespacedDeployment({ name: 'web', namespace, body: { spec: { template } } }, merge)
    const seen = async (): Promise<string> => (await missed?.()) ?? ''
    await waitUntil(async () => (await seen()).includes('was rolled out meanwhile'))
    await carryOut(undo)
  })

  test('what Argo CD or Flux keeps is not scaled away, and annotated for Flux to leave it alone it is', { skip }, async () => {
    await waitUntil(isReady)
    const said = async (): Promise<string> =>
      (await clusterKeepers(target, [{ id: 'scale-away', target: 'web', params: {} }], faults)).get('scale-away web')?.[0] ?? ''
    await mark({ 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' })
    assert.match(await said(), /^it will be refused: .* is kept by Argo CD/)
    await mark({ 'argocd.argoproj.io/tracking-id': null, 'kustomize.toolkit.fluxcd.io/name': 'shop' })
    assert.match(await said(), /^it will be refused: .* is kept by Flux/)
    await mark({ 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' })
    assert.match(await said(), /^HorizontalPodAutoscaler web pauses meanwhile/)
  })
})
