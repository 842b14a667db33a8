import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart } from '../testing/chaos/fake-kubernetes.ts'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { clusterKeepers } from './cluster-keepers.ts'
import { faults } from './fault-registry.ts'

const of = (part: TargetPart): Target => ({
  name: 'shop',
  kind: 'file',
  endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
  parts: { [part.name]: part, watched: { name: 'watched' } },
})
const web = workloadPart('deployment', 'web')
const looked = recorded['scale-away deployment']!.slice(6, 8)
const [autoscaler, budget] = recorded['kept']!
const use = (id: string, target = web.name) => ({ id, target, params: {} })

for (const [id, said] of [
  ['kill-process', [/^HorizontalPodAutoscaler web pauses meanwhile$/, /^PodDisruptionBudget web does not hold it back$/]],
  ['pause-process', [/^HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) may add or remove/, /^PodDisruptionBudget web counts/]],
  ['cpu-pressure-pods', [/^HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) adds pods/, /^PodDisruptionBudget web counts/]],
  ['memory-pressure-pods', [/^HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) may add or remove/, /^PodDisruptionBudget web counts/]],
  ['isolate-pods', [/^HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) may add or remove/, /^PodDisruptionBudget web counts/]],
  ['delete-pod', [/^it will be refused: PodDisruptionBudget web never allows/]],
] as const)
  test(`before a drill the autoscaler and the budget of a workload are named: ${id}`, async (t) => {
    await apiServer(t, [...looked, autoscaler!, budget!])
    const found = await clusterKeepers(of(web), [use(id), use(id), use('kill-process', 'watched')], faults)
    assert.deepEqual([...found.keys()], [`${id} web`])
    const texts = found.get(`${id} web`) ?? []
    assert.equal(texts.length, said.length)
    for (const [index, text] of said.entries()) assert.match(texts[index] ?? '', text)
  })

for (const [key, also, text] of [
  ['argocd.argoproj.io/tracking-id', 1, /^it will be refused: deployment moalog\/web is kept by Argo CD/],
  ['kustomize.toolkit.fluxcd.io/name', 0, /kept by Flux .*annotate it with kustomize\.toolkit\.fluxcd\.io\/reconcile: disabled/],
] as const)
  test(`what would bring the pods back is named before a drill: ${key}`, async (t) => {
    const marked = structuredClone(looked)
    const metadata = marked[0]!.body['metadata'] as { annotations?: Record<string, string> }
    metadata.annotations = { ...metadata.annotations, [key]: 'shop' }
    const left = structuredClone(marked)
    ;(left[0]!.body['metadata'] as typeof metadata).annotations!['kustomize.toolkit.fluxcd.io/reconcile'] = 'disabled'
    const alone = recorded['scale-away deployment']!.slice(8, 10)
    await apiServer(t, [...marked, ...alone, ...left, ...alone])
    assert.match((await clusterKeepers(of(web), [use('scale-away')], faults)).get('scale-away web')?.[0] ?? '', text)
    assert.equal((await clusterKeepers(of(web), [use('scale-away')], faults)).size, also, 'annotated for Flux to leave it alone')
  })

test('where nothing else decides nothing is said', async (t) => {
  await apiServer(t, recorded['scale-away deployment']!.slice(6, 10))
  assert.equal((await clusterKeepers(of(web), [use('scale-away')], faults)).size, 0)
})
