import { setTimeout as delay } from 'node:timers/promises'
import type { V1LabelSelector } from '@kubernetes/client-node'
import type { TargetPart } from '../../verify/model/target.ts'
import { MOST_MS, notPossible, notSteady, offered, type FaultContext, type Permission } from '../fault.ts'
import { configOf, mayDo, nameOf, podsOf, selectorText, type Pod, type Workload, type WorkloadState } from './kubernetes-driver.ts'
import { changedSince, KEEPER_PERMISSIONS, keptWorkload, type Keepers } from './kubernetes-keepers.ts'

/** https://github.com/chaos-mesh/chaos-mesh/tree/v2.8.3/config/crd/bases: plural and singular are the kind in lower case. */
const MESH_KINDS = ['PodChaos', 'NetworkChaos', 'StressChaos'] as const
export type MeshKind = (typeof MESH_KINDS)[number]

/** One resource of Chaos Mesh in the namespace of a workload. */
export interface Chaos {
  workload: Workload
  kind: MeshKind
  name: string
}

/** What Chaos Mesh writes of it: https://github.com/chaos-mesh/chaos-mesh/blob/v2.8.3/api/v1alpha1/common_types.go */
export interface ChaosObject {
  metadata: { name: string; resourceVersion?: string; deletionTimestamp?: string; finalizers?: string[] }
  status?: {
    conditions?: { type: string; status: string }[]
    experiment?: { desiredPhase?: string; containerRecords?: ChaosRecord[] }
  }
}

interface ChaosRecord {
  /** NAMESPACE/POD, of StressChaos with /CONTAINER. */
  id: string
  /** `Injected`, `Not Injected`, or one of these with a step behind it: `Not Injected/Wait`. */
  phase: string
  events?: { type: string; operation: string; message?: string }[]
}

/** Which NetworkChaos of any namespace is in force in a pod: the resource has the pod's name. */
interface PodNetworkChaos {
  metadata: { name: string }
  spec?: Record<'iptables' | 'ipsets' | 'tcs', { source: string }[] | undefined>
}

const SERVED = { group: 'chaos-mesh.org', version: 'v1alpha1' }
const POLL_MS = 250
const IN_FORCE_IN_PODS = 'podnetworkchaos'

async function api({ context }: Workload) {
  const { CustomObjectsApi } = await import('@kubernetes/client-node')
  return (await configOf({ context })).makeApiClient(CustomObjectsApi)
}

/** Of every fault by Chaos Mesh, beside what its proof needs. */
export function meshPermissions(part: TargetPart, kind: MeshKind): Permission[] {
  return [
    { verb: 'get', group: 'apps', resource: `${offered(part, 'kubernetes').kind}s` },
    { verb: 'list', group: '', resource: 'pods' },
    ...KEEPER_PERMISSIONS,
    ...['create', 'get', 'delete'].map((verb) => ({ verb, group: SERVED.group, resource: kind.toLowerCase() })),
    ...[...MESH_KINDS.map((each) => each.toLowerCase()), IN_FORCE_IN_PODS].map((resource) => ({
      ...{ verb: 'list', group: SERVED.group },
      resource,
    })),
    // Why nothing was selected.
    { verb: 'list', group: '', resource: 'events' },
  ]
}

/**
 * The workload that a fault by Chaos Mesh is to harm, and the selector that selects its pods and no others. Refuses a cluster without Chaos
 * Mesh, and pods in which another chaos is in force.
 */
export async function meshedWorkload(
  workload: Workload,
  kind: MeshKind,
  permissions: readonly Permission[],
): Promise<{ state: WorkloadState; keepers: Keepers; pods: Pod[]; selector: object }> {
  await mayDo(workload, permissions)
  const { state, keepers } = await keptWorkload(workload)
  if (state.others > 0)
    throw notPossible(
      `the selector of ${nameOf(workload)} (${selectorText(state.podSelector)}) selects ${state.others} pods of others as well`,
    )
  const pods = await namedPods(workload)
  const [other] = await inForceOn(workload, kind, pods)
  if (other !== undefined) throw notSteady(`pods of ${nameOf(workload)} are harmed already, by ${other}`)
  return { state, keepers, pods, selector: selectorOf(workload, state.podSelector) }
}

async function namedPods(workload: Workload): Promise<Pod[]> {
  return (await podsOf(workload)).map(({ metadata }) => ({ name: metadata?.name ?? '', uid: metadata?.uid ?? '' }))
}

/** https://chaos-mesh.org/docs/define-chaos-experiment-scope/ */
function selectorOf({ namespace }: Workload, { matchLabels, matchExpressions }: V1LabelSelector): object {
  return {
    namespaces: [namespace],
    ...(matchLabels === undefined ? {} : { labelSelectors: matchLabels }),
    ...(matchExpressions === undefined ? {} : { expressionSelectors: matchExpressions }),
  }
}

async function inForceOn(workload: Workload, kind: MeshKind, pods: readonly Pod[]): Promise<string[]> {
  const { namespace } = workload
  const ours = (id: string): boolean => pods.some(({ name }) => `${id}/`.startsWith(`${namespace}/${name}/`))
  const found: string[] = []
  for (const each of MESH_KINDS) {
    const items = await listed<ChaosObject>(workload, each.toLowerCase())
    if (items === undefined && each === kind) throw absent(workload, kind)
    for (const { metadata, status } of items ?? [])
      if (status?.experiment?.containerRecords?.some(({ id, phase }) => phase !== 'Not Injected' && ours(id)) === true)
        found.push(`${each} ${namespace}/${metadata.name}`)
  }
  for (const { metadata, spec } of (await listed<PodNetworkChaos>(workload, IN_FORCE_IN_PODS)) ?? [])
    if (pods.some(({ name }) => name === metadata.name))
      for (const { source } of [spec?.iptables, spec?.ipsets, spec?.tcs].flatMap((rules) => rules ?? []))
        found.push(`NetworkChaos ${source}`)
  return [...new Set(found)]
}

/** Undefined where the API server does not know the resource. */
async function listed<T>(workload: Workload, plural: string): Promise<T[] | undefined> {
  const { namespace } = workload
  const found = (await (
    await api(workload)
  )
    .listNamespacedCustomObject({ ...SERVED, namespace, plural })
    .catch(orNull(`Chaos Mesh's ${plural} of namespace ${namespace} cannot be listed`))) as { items: T[] } | null
  return found?.items
}

function absent({ context }: Workload, kind: MeshKind) {
  return notPossible(
    `the cluster of context ${context} has no ${kind} (${kind.toLowerCase()}.${SERVED.group}/${SERVED.version}): Chaos Mesh is not installed there, or is another version than 2`,
    'MESH_ABSENT',
  )
}

/** Null where it is not there. */
export async function readChaos({ workload, kind, name }: Chaos): Promise<ChaosObject | null> {
  const at = { ...SERVED, namespace: workload.namespace, plural: kind.toLowerCase(), name }
  const read = (await api(workload)).getNamespacedCustomObject(at)
  return (await read.catch(orNull(`${kind} ${name} cannot be read`))) as ChaosObject | null
}

/** What is gone already is no error. Chaos Mesh's finalizer keeps it there until the pods have recovered. */
export async function deleteChaos({ workload, kind, name }: Chaos): Promise<void> {
  const at = { ...SERVED, namespace: workload.namespace, plural: kind.toLowerCase(), name }
  await (await api(workload)).deleteNamespacedCustomObject(at).catch(orNull(`${kind} ${name} cannot be deleted`))
}

/** What the API server said, on one line; the client's own message has the headers of the answer too. */
function orNull(what: string): (error: { code?: number; body?: unknown; message?: string }) => null {
  return (error) => {
    if (error.code === 404) return null
    throw new Error(`${what}: ${saidBy(error)}`, { cause: error })
  }
}

function saidBy({ code, body, message }: { code?: number; body?: unknown; message?: string }): string {
  if (code === undefined) return message ?? 'the API server does not answer'
  let status = body as { message?: string } | string | undefined
  try {
    if (typeof status === 'string') status = JSON.parse(status) as { message?: string }
  } catch {
    // Not the API server's own answer.
  }
  return `${code} ${(typeof status === 'object' ? status.message : status) ?? ''}`.trim()
}

/**
 * Makes the resource and waits until Chaos Mesh says that it is in each of these pods. `duration` of it is the fault's longest time: Chaos
 * Mesh itself ends it then, were nothing of the drill left.
 */
export async function injectByMesh(
  chaos: Chaos,
  spec: object,
  pods: readonly Pod[],
  injectedSeconds: number,
  { maxMs, signal, step }: FaultContext,
): Promise<void> {
  const { workload, kind, name } = chaos
  const { namespace } = workload
  const body = {
    apiVersion: `${SERVED.group}/${SERVED.version}`,
    kind,
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'firedrill' } },
    spec: { ...spec, mode: 'all', duration: `${Math.ceil((maxMs ?? MOST_MS) / 1000)}s` },
  }
  const at = { ...SERVED, namespace, plural: kind.toLowerCase(), fieldValidation: 'Strict' }
  await (await api(workload)).createNamespacedCustomObject({ ...at, body }).catch((error: { code?: number }) => {
    if (error.code === 404) throw absent(workload, kind)
    const said = `${kind} ${name} was refused: ${saidBy(error)}`
    // A right, a schema or a webhook of Chaos Mesh: the next one would meet the same.
    throw [400, 403, 422].includes(error.code ?? 0) ? notPossible(said, 'MESH_REFUSED') : new Error(said, { cause: error })
  })
  await step('apply:created')
  const deadline = performance.now() + 1_000 * injectedSeconds
  for (;;) {
    const object = await readChaos(chaos)
    if (object === null) throw new Error(`${kind} ${name} was deleted by another before it was in force`)
    const why = notInForce(object, namespace, pods)
    if (why === undefined) break
    if (performance.now() >= deadline) throw await refusal(chaos, object, why, injectedSeconds)
    await delay(POLL_MS, undefined, { signal })
  }
  await step('apply:injected')
}

/** Why it is not in force in these pods, as its status has it; undefined: it is. */
function notInForce({ metadata, status }: ChaosObject, namespace: string, pods: readonly Pod[]): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted'
  const is = (type: string): boolean => status?.conditions?.some((each) => each.type === type && each.status === 'True') === true
  if (is('Paused')) return 'it is paused (annotation experiment.chaos-mesh.org/pause)'
  const { desiredPhase, containerRecords: records } = status?.experiment ?? {}
  if (desiredPhase === undefined) return 'its controller has not taken it up'
  if (desiredPhase === 'Stop') return 'its time is up'
  if (records === undefined || records.length === 0) return 'it has selected no pod'
  const podOf = ({ id }: ChaosRecord): string => id.split('/').slice(0, 2).join('/')
  const wanted = new Set(pods.map((pod) => `${namespace}/${pod.name}`))
  const strange = records.find((record) => !wanted.has(podOf(record)))
  if (strange !== undefined) return `it has selected ${strange.id}, which was not there before it`
  for (const each of wanted) {
    const record = records.find((one) => podOf(one) === each)
    if (record === undefined) return `it has not selected pod ${each}`
    if (record.phase === 'Injected') continue
    const said = record.events?.at(-1)?.message
    return `pod ${each} is "${record.phase}"${said === undefined || said === '' ? '' : `: ${said}`}`
  }
  return is('AllInjected') && !is('AllRecovered') ? undefined : 'its conditions do not say AllInjected'
}

async function refusal(chaos: Chaos, { metadata, status }: ChaosObject, why: string, seconds: number) {
  const { workload, kind, name } = chaos
  const after = `${kind} ${name} is not in force after ${seconds} s: `
  if (status?.experiment?.desiredPhase === undefined && (metadata.finalizers ?? []).length === 0)
    return notPossible(
      `${after}no controller of Chaos Mesh has taken it up. Look at its Deployment chaos-controller-manager, and whether it works in namespace ${workload.namespace}`,
      'MESH_SILENT',
    )
  // A daemon that was away, say: it may be there the next time.
  if ((status?.experiment?.containerRecords ?? []).length > 0) return new Error(`${after}${why}`)
  const said = await lastWarning(chaos)
  return notPossible(
    `${after}${why}${said === undefined ? '' : ` (${said})`}. Where Chaos Mesh filters namespaces (controllerManager.enableFilterNamespace), namespace ${workload.namespace} needs the annotation chaos-mesh.org/inject: enabled`,
    'MESH_NOT_SELECTED',
  )
}

/** Why nothing was selected stands in events alone. */
async function lastWarning({ workload, kind, name }: Chaos): Promise<string | undefined> {
  const { CoreV1Api } = await import('@kubernetes/client-node')
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name},type=Warning`
  const { items } = await (
    await configOf(workload)
  )
    .makeApiClient(CoreV1Api)
    .listNamespacedEvent({ namespace: workload.namespace, fieldSelector })
  return items.at(-1)?.message
}

/** What has become of it by now, and what others have done to the workload, in words; undefined: nothing. */
export async function meshMissed(chaos: Chaos, state: WorkloadState, pods: readonly Pod[]): Promise<string | undefined> {
  const { workload, kind, name } = chaos
  const object = await readChaos(chaos)
  const why = object === null ? 'another has deleted it' : notInForce(object, workload.namespace, pods)
  const known = new Set(pods.map(({ uid }) => uid))
  const came = (await namedPods(workload)).flatMap(({ name: pod, uid }) => (known.has(uid) ? [] : [pod]))
  const said = [
    ...(why === undefined ? [] : [`${kind} ${name} was not in force any more: ${why}`]),
    ...(came.length === 0 ? [] : [`of ${nameOf(workload)} these pods came meanwhile and were not harmed: ${came.join(', ')}`]),
    await changedSince(workload, state),
  ].filter((text) => text !== undefined)
  return said.length === 0 ? undefined : said.join('; ')
}
