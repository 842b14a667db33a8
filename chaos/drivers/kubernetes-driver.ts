import type { KubeConfig, V1Deployment, V1LabelSelector, V1Pod, V1StatefulSet } from '@kubernetes/client-node'
import { FiredrillError } from '../../verify/model/error.ts'
import type { TargetPart } from '../../verify/model/target.ts'
import { notPossible, notSteady, type Permission } from '../fault.ts'

export type Workload = NonNullable<TargetPart['kubernetes']>

/** What a fault has to know of a workload. */
export interface WorkloadState {
  uid: string
  /** As ordered; 0: scaled away. */
  wanted: number
  /** Pods that are ready and not ending. */
  ready: number
  /** Pods that exist, those that are ending included. */
  pods: number
  /** The label selector of its pods. */
  selector: string
  podSelector: V1LabelSelector
  /** Pods that it selects and that are of others. */
  others: number
  /** Labels of its pods. */
  labels: Record<string, string>
  /** What is still being rolled out, in words. */
  rollout?: string
  /** Another of its template, another text. */
  revision: string
  /** Who would bring back what a fault changes in the workload's own specification. */
  managedBy?: string
  /** The operator's object that the workload is made of, as "Kind name". */
  madeBy?: string
}

/** Beside the other one. */
const MESH_ROLE = 'firedrill-mesh-rbac.yaml'
const BY_FLUX = 'kustomize.toolkit.fluxcd.io/name'
/** The controllers that write a workload's specification anew, by the label or annotation with which each marks what is its own. */
const GITOPS: Record<string, string> = {
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  'argocd.argoproj.io/instance': 'Argo CD',
  'argocd.argoproj.io/tracking-id': 'Argo CD',
  // https://fluxcd.io/flux/components/kustomize/kustomizations/#garbage-collection
  [BY_FLUX]: 'Flux',
  'helm.toolkit.fluxcd.io/name': 'Flux',
}
/** https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources */
export const LEFT_ALONE = 'kustomize.toolkit.fluxcd.io/reconcile'
/** https://kubernetes.io/docs/reference/labels-annotations-taints/#deployment-kubernetes-io-revision */
const REVISION = 'deployment.kubernetes.io/revision'

/** Null where there is no such workload. */
export async function inspectWorkload(workload: Workload): Promise<WorkloadState | null> {
  const { kind, name, namespace } = workload
  const { AppsV1Api, CoreV1Api } = await client()
  const config = await configOf(workload)
  const apps = config.makeApiClient(AppsV1Api)
  const object: V1Deployment | V1StatefulSet | null = await (
    kind === 'deployment'
      ? apps.readNamespacedDeployment({ name, namespace })
      : (apps.readNamespacedStatefulSet({ name, namespace }) as Promise<V1Deployment | V1StatefulSet>)
  ).catch(unlessAbsent)
  if (object === null) return null
  const { metadata = {}, spec, status = {} } = object
  const selector = selectorText(spec?.selector ?? {})
  const listed = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace, labelSelector: selector })
  const items = listed.items.filter((pod) => isOf(workload, pod))
  const wanted = spec?.replicas ?? 1
  // Counted here: the workload's own count is behind for a moment, and says "all ready" of a pod that has just been deleted.
  const ready = items.filter(isReady).length
  const updated = status.updatedReplicas ?? 0
  const marks = { ...metadata.labels, ...metadata.annotations }
  const mark = Object.keys(GITOPS).find((key) => key in marks && !(key === BY_FLUX && marks[LEFT_ALONE] === 'disabled'))
  const maker = metadata.ownerReferences?.find(({ controller }) => controller === true)
  const unseen = (status.observedGeneration ?? 0) < (metadata.generation ?? 0)
  const behind = wanted > 0 && kind === 'deployment' && updated < wanted
  return {
    uid: metadata.uid ?? '',
    wanted,
    ready,
    pods: items.length,
    selector,
    podSelector: spec?.selector ?? {},
    others: listed.items.length - items.length,
    labels: spec?.template.metadata?.labels ?? {},
    revision: ('updateRevision' in status ? status.updateRevision : metadata.annotations?.[REVISION]) ?? '',
    ...(unseen ? { rollout: 'its controller has not seen the latest change' } : {}),
    ...(!unseen && behind ? { rollout: `${updated} of ${wanted} pods have the latest template` } : {}),
    ...(mark === undefined ? {} : { managedBy: `${GITOPS[mark]} (${mark})` }),
    ...(maker === undefined ? {} : { madeBy: `${maker.kind} ${maker.name}` }),
  }
}

/** The workload that a fault is to harm. Refuses one that is not there, scaled away, not ready, or being rolled out. */
export async function workloadToHarm(workload: Workload): Promise<WorkloadState> {
  const state = await inspectWorkload(workload)
  const named = nameOf(workload)
  if (state === null) throw notPossible(`there is no ${named}`)
  if (state.rollout !== undefined) throw notSteady(`${named} is being rolled out: ${state.rollout}`)
  if (state.wanted === 0) throw notSteady(`${named} is scaled to 0`)
  if (state.ready < state.wanted) throw notSteady(`${named} has ${state.ready} of ${state.wanted} pods ready`)
  return state
}

/**
 * Sets the number of pods by the scale subresource, where it still is `from`; resolves with what it is then. No change in between is
 * overwritten: the object's version goes along, and the API server answers 409 where it has another. (A JSON patch with a test cannot say
 * "still 0": the scale of 0 has no `replicas` at all.)
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-update
 */
export async function scaleWorkload(workload: Workload, from: number, to: number, signal: AbortSignal): Promise<number> {
  const { kind, name, namespace } = workload
  const { AppsV1Api, PatchStrategy, setHeaderOptions } = await client()
  const apps = (await configOf(workload)).makeApiClient(AppsV1Api)
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  for (;;) {
    signal.throwIfAborted()
    const { metadata, spec } = await (kind === 'deployment'
      ? apps.readNamespacedDeploymentScale({ name, namespace })
      : apps.readNamespacedStatefulSetScale({ name, namespace }))
    if ((spec?.replicas ?? 0) !== from) return spec?.replicas ?? 0
    const body = { metadata: { resourceVersion: metadata?.resourceVersion }, spec: { replicas: to } }
    const patch = { name, namespace, body, fieldManager: 'firedrill' }
    const done = await (
      kind === 'deployment' ? apps.patchNamespacedDeploymentScale(patch, options) : apps.patchNamespacedStatefulSetScale(patch, options)
    ).then(
      () => true,
      (error: { code?: number }) => {
        // The status of the workload changes all the time, and its version with it.
        if (error.code === 409) return false
        throw error
      },
    )
    if (done) return to
  }
}

/** A pod, and not another that has its name (a StatefulSet gives it again). */
export interface Pod {
  name: string
  uid: string
}

/** Deletes one pod at once, without a grace period. */
export async function deletePod(workload: Workload, selector: string): Promise<Pod> {
  const { namespace } = workload
  const { CoreV1Api } = await client()
  const core = (await configOf(workload)).makeApiClient(CoreV1Api)
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector })
  const { name = '', uid = '' } = items.find((pod) => isOf(workload, pod) && pod.metadata?.deletionTimestamp === undefined)?.metadata ?? {}
  if (name === '') throw notSteady(`${nameOf(workload)} has no pod`)
  await core.deleteNamespacedPod({ name, namespace, body: { gracePeriodSeconds: 0, preconditions: { uid } } })
  return { name, uid }
}

export async function podIsThere(workload: Workload, pod: Pod): Promise<boolean> {
  const { CoreV1Api } = await client()
  const core = (await configOf(workload)).makeApiClient(CoreV1Api)
  const { items } = await core.listNamespacedPod({ namespace: workload.namespace, fieldSelector: `metadata.name=${pod.name}` })
  return items.some(({ metadata }) => metadata?.uid === pod.uid)
}

/** The pods of a workload that are not ending. */
export async function podsOf(workload: Workload): Promise<V1Pod[]> {
  const { CoreV1Api } = await client()
  const core = (await configOf(workload)).makeApiClient(CoreV1Api)
  const { items } = await core.listNamespacedPod({ namespace: workload.namespace })
  return items.filter((pod) => isOf(workload, pod) && pod.metadata?.deletionTimestamp === undefined)
}

/** All pods of a namespace. `workload`: what they are of, as `deployment/NAME`; of one by itself `pod/NAME`. */
export async function podsIn(place: Pick<Workload, 'context' | 'namespace'>): Promise<{ uid: string; workload: string }[]> {
  const { CoreV1Api } = await client()
  const core = (await configOf(place)).makeApiClient(CoreV1Api)
  const { items } = await core.listNamespacedPod({ namespace: place.namespace })
  return items.map((pod) => ({ uid: pod.metadata?.uid ?? '', workload: ownerOf(pod) ?? `pod/${pod.metadata?.name ?? ''}` }))
}

/**
 * Asks the API server whether this user may (SelfSubjectAccessReview, open to every user). Throws FAULT_FORBIDDEN with what is missing and
 * the Role that would give it; nothing was touched.
 */
export async function mayDo(workload: Workload, permissions: readonly Permission[], role?: string): Promise<void> {
  const refused = await refusedOf(workload, permissions)
  if (refused.length > 0) throw forbidden(workload, refused, role)
}

/** What this user may not, in words; empty: nothing. */
export async function refusedOf(workload: Workload, permissions: readonly Permission[]): Promise<string[]> {
  const { namespace, name } = workload
  const { AuthorizationV1Api } = await client()
  const api = (await configOf(workload)).makeApiClient(AuthorizationV1Api)
  const refused: string[] = []
  for (const permission of permissions) {
    // A list has no name; the rest is asked for the workload alone or its pods.
    const named = permission.group === 'apps' ? { name } : {}
    const { status } = await api.createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { namespace, ...named, ...permission } } },
    })
    if (status?.allowed !== true) refused.push(textOf(permission))
  }
  return refused
}

export function forbidden(
  { context, namespace }: Pick<Workload, 'context' | 'namespace'>,
  refused: readonly string[],
  role = refused.some((text) => text.endsWith('.chaos-mesh.org')) ? MESH_ROLE : 'firedrill-rbac.yaml',
): FiredrillError {
  return new FiredrillError('FAULT_FORBIDDEN', `the user of context ${context} may not ${refused.join(', ')} in namespace ${namespace}`, {
    exitCode: 3,
    next: `nothing was touched; bind the Role of deploy/kubernetes/${role} to that user, or leave the experiment out with --skip`,
  })
}

export function nameOf({ kind, name, namespace }: Workload): string {
  return `${kind} ${namespace}/${name}`
}

function textOf({ verb, group, resource, subresource }: Permission): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`
}

function isReady({ metadata, status }: V1Pod): boolean {
  const { status: ready } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {}
  return metadata?.deletionTimestamp === undefined && ready === 'True'
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(',')})`
  })
  return [...labels, ...expressions].join(',')
}

/** Pods of another controller may have the same labels. */
function isOf({ kind, name }: Workload, pod: V1Pod): boolean {
  return ownerOf(pod) === `${kind}/${name}`
}

/** The controller of a pod. A Deployment's pods are of a ReplicaSet with its name and the hash of the template. */
function ownerOf({ metadata }: V1Pod): string | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true)
  const hash = `-${metadata?.labels?.['pod-template-hash']}`
  if (owner?.kind === 'ReplicaSet' && owner.name.endsWith(hash)) return `deployment/${owner.name.slice(0, -hash.length)}`
  return owner === undefined ? undefined : `${owner.kind.toLowerCase()}/${owner.name}`
}

function unlessAbsent(error: { code?: number }): null {
  if (error.code === 404) return null
  throw error
}

/** Loaded when used: it is the largest of the clients. */
function client() {
  return import('@kubernetes/client-node')
}

const configs = new Map<string, Promise<KubeConfig>>()

/** Once a process: a login by an exec plugin is kept with it, and a fault asks four times a second. */
export function configOf({ context }: Pick<Workload, 'context'>): Promise<KubeConfig> {
  const key = JSON.stringify([process.env['KUBECONFIG'], context])
  const config = configs.get(key) ?? readConfig(context)
  configs.set(key, config)
  return config
}

/** The kubeconfig as kubectl finds it, at the context that the target names; the current one may be another tomorrow. */
async function readConfig(context: string): Promise<KubeConfig> {
  const { KubeConfig } = await client()
  const config = new KubeConfig()
  config.loadFromDefault()
  if (config.getContextObject(context) === null) {
    const known = config.getContexts().map(({ name }) => name)
    throw new FiredrillError('TARGET_CONTEXT', `the kubeconfig has no context ${context}`, {
      exitCode: 2,
      next: `${known.length === 0 ? 'it has none: set KUBECONFIG' : `it has: ${known.join(', ')}`}; kubernetes.context of the target file names one`,
    })
  }
  config.setCurrentContext(context)
  return config
}
