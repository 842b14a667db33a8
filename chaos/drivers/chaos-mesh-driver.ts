import type { FiredrillError } from '../../verify/model/error.ts'
import { notPossible } from '../fault.ts'
import { configOf, podsOf, type Pod, type Workload } from './kubernetes-driver.ts'

/** https://github.com/chaos-mesh/chaos-mesh/tree/v2.8.3/config/crd/bases: plural and singular are the kind in lower case. */
export const MESH_KINDS = ['PodChaos', 'NetworkChaos', 'StressChaos'] as const
export type MeshKind = (typeof MESH_KINDS)[number]

/** One resource of Chaos Mesh in the namespace of a workload. */
export interface Chaos {
  workload: Workload
  kind: MeshKind
  name: string
}

/** What Chaos Mesh writes of it: https://github.com/chaos-mesh/chaos-mesh/blob/v2.8.3/api/v1alpha1/common_types.go */
export interface ChaosObject {
  metadata: { name: string; namespace?: string; resourceVersion?: string; deletionTimestamp?: string; finalizers?: string[] }
  status?: {
    conditions?: { type: string; status: string }[]
    experiment?: { desiredPhase?: string; containerRecords?: ChaosRecord[] }
  }
}

export interface ChaosRecord {
  /** NAMESPACE/POD, of StressChaos with /CONTAINER. */
  id: string
  /** `Injected`, `Not Injected`, or one of these with a step behind it: `Not Injected/Wait`. */
  phase: string
  events?: { type: string; operation: string; message?: string }[]
}

export const SERVED = { group: 'chaos-mesh.org', version: 'v1alpha1' }

export async function meshApi({ context }: Pick<Workload, 'context'>) {
  const { CustomObjectsApi } = await import('@kubernetes/client-node')
  return (await configOf({ context })).makeApiClient(CustomObjectsApi)
}

export function absent({ context }: Workload, kind: MeshKind): FiredrillError {
  return notPossible(
    `the cluster of context ${context} has no ${kind} (${kind.toLowerCase()}.${SERVED.group}/${SERVED.version}): Chaos Mesh is not installed there, or is another version than 2`,
    'MESH_ABSENT',
  )
}

/** Null where it is not there. */
export async function readChaos({ workload, kind, name }: Chaos): Promise<ChaosObject | null> {
  const at = { ...SERVED, namespace: workload.namespace, plural: kind.toLowerCase(), name }
  const read = (await meshApi(workload)).getNamespacedCustomObject(at)
  return (await read.catch(orNull(`${kind} ${name} cannot be read`))) as ChaosObject | null
}

/** What is gone already is no error. Chaos Mesh's finalizer keeps it there until the pods have recovered. */
export async function deleteChaos({ workload, kind, name }: Chaos): Promise<void> {
  const at = { ...SERVED, namespace: workload.namespace, plural: kind.toLowerCase(), name }
  await (await meshApi(workload)).deleteNamespacedCustomObject(at).catch(orNull(`${kind} ${name} cannot be deleted`))
}

/** What the API server said, on one line; the client's own message has the headers of the answer too. */
export function orNull(what: string): (error: { code?: number; body?: unknown; message?: string }) => null {
  return (error) => {
    if (error.code === 404) return null
    throw new Error(`${what}: ${saidBy(error)}`, { cause: error })
  }
}

export function saidBy({ code, body, message }: { code?: number; body?: unknown; message?: string }): string {
  if (code === undefined) return message ?? 'the API server does not answer'
  let status = body as { message?: string } | string | undefined
  try {
    if (typeof status === 'string') status = JSON.parse(status) as { message?: string }
  } catch {
    // Not the API server's own answer.
  }
  return `${code} ${(typeof status === 'object' ? status.message : status) ?? ''}`.trim()
}

export async function namedPods(workload: Workload): Promise<Pod[]> {
  return (await podsOf(workload)).map(({ metadata }) => ({ name: metadata?.name ?? '', uid: metadata?.uid ?? '' }))
}
