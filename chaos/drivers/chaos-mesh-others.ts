import { MESH_KINDS, meshApi, orNull, SERVED, type ChaosObject, type MeshKind } from './chaos-mesh-driver.ts'
import type { Workload } from './kubernetes-driver.ts'

type Namespace = Pick<Workload, 'context' | 'namespace'>

/** Which NetworkChaos of any namespace is in force in a pod: the resource has the pod's name. */
export const IN_FORCE_IN_PODS = 'podnetworkchaos'

interface PodNetworkChaos {
  metadata: { name: string }
  spec?: Record<'iptables' | 'ipsets' | 'tcs', { source: string }[] | undefined>
}

export interface ChaosInForce {
  /** Names of pods by what is in force in them: kind, namespace and name of the resource. */
  found: ReadonlyMap<string, ReadonlySet<string>>
  /** Kinds that the API server does not know. */
  absent: readonly MeshKind[]
  /** Kinds that this user may list in the namespace alone, where others may harm its pods from theirs. */
  unseen: readonly MeshKind[]
}

/** What is in force in pods of a namespace, from there and from other namespaces. Reads only. */
export async function chaosInForce(at: Namespace): Promise<ChaosInForce> {
  const found = new Map<string, Set<string>>()
  const add = (by: string, pod: string): unknown => found.set(by, (found.get(by) ?? new Set()).add(pod))
  const [absent, unseen]: [MeshKind[], MeshKind[]] = [[], []]
  for (const kind of MESH_KINDS) {
    // That of other namespaces is seen in the pods, below.
    const everywhere = kind === 'NetworkChaos' ? 'forbidden' : await listedEverywhere(at, kind)
    if (everywhere === 'forbidden' && kind !== 'NetworkChaos') unseen.push(kind)
    const items = everywhere === 'forbidden' ? await listedIn<ChaosObject>(at, kind.toLowerCase()) : everywhere
    if (items === undefined) absent.push(kind)
    for (const { metadata, status } of items ?? [])
      for (const { id, phase } of status?.experiment?.containerRecords ?? []) {
        const [namespace, pod = ''] = id.split('/')
        if (phase === 'Not Injected' || namespace !== at.namespace) continue
        add(`${kind} ${metadata.namespace ?? at.namespace}/${metadata.name}`, pod)
      }
  }
  for (const { metadata, spec } of (await listedIn<PodNetworkChaos>(at, IN_FORCE_IN_PODS)) ?? [])
    for (const { source } of [spec?.iptables, spec?.ipsets, spec?.tcs].flatMap((rules) => rules ?? []))
      add(`NetworkChaos ${source}`, metadata.name)
  return { found, absent, unseen: unseen.filter((kind) => !absent.includes(kind)) }
}

/** Undefined where the API server does not know the resource. */
async function listedIn<T>(at: Namespace, plural: string): Promise<T[] | undefined> {
  const { namespace } = at
  const found = (await (
    await meshApi(at)
  )
    .listNamespacedCustomObject({ ...SERVED, namespace, plural })
    .catch(orNull(`Chaos Mesh's ${plural} of namespace ${namespace} cannot be listed`))) as { items: T[] } | null
  return found?.items
}

/** The same of all namespaces; a Role of one is no right to that. */
async function listedEverywhere(at: Namespace, kind: MeshKind): Promise<ChaosObject[] | undefined | 'forbidden'> {
  const plural = kind.toLowerCase()
  const listing = (await meshApi(at)).listClusterCustomObject({ ...SERVED, plural }) as Promise<{ items: ChaosObject[] }>
  return listing.then(
    ({ items }) => items,
    (error: { code?: number }) =>
      error.code === 403 ? 'forbidden' : (orNull(`Chaos Mesh's ${plural} of all namespaces cannot be listed`)(error) ?? undefined),
  )
}
