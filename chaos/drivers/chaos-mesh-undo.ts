import { setTimeout as delay } from 'node:timers/promises'
import type { V1Container } from '@kubernetes/client-node'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { deleteChaos, readChaos, type ChaosObject } from './chaos-mesh-driver.ts'
import { processesOf } from './container-processes.ts'
import { inspectWorkload, nameOf, podsOf, type Workload } from './kubernetes-driver.ts'
import { reachedIn, reaches } from './network-policy.ts'
import { containersToHarm, placeOf, type PodContainer } from './pod-containers.ts'

type MeshUndo = Extract<Undo, { driver: 'chaos-mesh' }>
export type MeshContainer = MeshUndo['containers'][number]

const POLL_MS = 250
/** Chaos Mesh tries again at least as often as this, and writes that down. */
const UNCHANGED_MS = 30_000
/** What chaos-daemon starts: https://github.com/chaos-mesh/chaos-mesh/blob/v2.8.3/pkg/chaosdaemon/stress_server_linux.go */
const STRESSES = /^(?:stress-ng|memStress)/

export const chaosMeshUndo: UndoDriver<MeshUndo> = {
  async restore(undo, signal) {
    await deleteChaos(undo)
    let version: string | undefined
    for (let sinceMs = performance.now(); !signal.aborted; await delay(POLL_MS)) {
      const object = await readChaos(undo)
      if (object === null) break
      if (object.metadata.resourceVersion !== version) sinceMs = performance.now()
      version = object.metadata.resourceVersion
      if (performance.now() - sinceMs >= UNCHANGED_MS) throw new Error(heldBack(undo, object))
    }
    while ((await wrongWith(undo, signal)) !== null && !signal.aborted) await delay(POLL_MS)
  },
  readBack: (undo, signal) => wrongWith(undo, signal),
}

async function wrongWith(undo: MeshUndo, signal: AbortSignal): Promise<string | null> {
  const object = await readChaos(undo)
  if (object !== null)
    return object.metadata.deletionTimestamp === undefined ? `${undo.kind} ${undo.name} is there` : heldBack(undo, object)
  const { workload, kind, containers, withinMs } = undo
  const now = await meshContainers(workload)
  for (const each of containers) {
    if (kind === 'PodChaos') {
      const [found] = now.filter(({ uid, container }) => uid === each.uid && container === each.container)
      if (found !== undefined && !runsAsBefore(found, each)) return `container ${each.container} of pod ${each.pod} does not run its image`
      continue
    }
    // A container that was started anew has no process of the fault; its pod's network is the same.
    const [found] = now.filter(({ uid, id, container }) => uid === each.uid && id !== '' && container === each.container)
    if (found === undefined) continue
    const wrong = kind === 'NetworkChaos' ? await cutOff(workload, found, withinMs, signal) : await stressed(workload, found, signal)
    if (wrong !== null) return wrong
  }
  const state = await inspectWorkload(workload)
  return state !== null && state.ready < state.wanted ? `${nameOf(workload)} has ${state.ready} of ${state.wanted} pods ready` : null
}

async function cutOff(workload: Workload, each: PodContainer, withinMs: number | undefined, signal: AbortSignal): Promise<string | null> {
  if (withinMs === undefined) {
    const seen = await reaches(placeOf(workload, each), signal)
    return seen === 'reached' ? null : `pod ${each.pod} is still cut off: ${seen}`
  }
  const { seen, ms } = await reachedIn(placeOf(workload, each), 1 + Math.ceil(withinMs / 250), signal)
  return seen === 'reached' && ms < withinMs ? null : `pod ${each.pod} is still slow: ${seen} after ${ms} ms`
}

async function stressed(workload: Workload, each: PodContainer, signal: AbortSignal): Promise<string | null> {
  const [first] = (await processesOf(placeOf(workload, each), 'none', signal)).filter(isStress)
  return first === undefined
    ? null
    : `process ${first.pid} (${first.comm}) in container ${each.container} of pod ${each.pod} is of Chaos Mesh and still runs`
}

export function isStress({ comm }: { comm: string }): boolean {
  return STRESSES.test(comm)
}

/** No finalizer is taken away here: what it stands for, the pods' recovery, would then never happen. */
function heldBack({ workload, kind, name }: MeshUndo, { metadata, status }: ChaosObject): string {
  const { namespace } = workload
  const left = (status?.experiment?.containerRecords ?? []).filter(({ phase }) => phase !== 'Not Injected')
  const said = left.map(({ events }) => events?.at(-1)?.message ?? '').find((text) => text !== '')
  const pods = left.map(({ id }) => id).join(', ')
  return `${kind} ${namespace}/${name} is being deleted since ${metadata.deletionTimestamp}, and Chaos Mesh has not let go of it (finalizer ${(metadata.finalizers ?? []).join(', ')}; ${pods === '' ? 'no pod is injected by its status' : `not recovered: ${pods}`}${said === undefined ? '' : `: ${said}`}). Let its chaos-controller-manager run, and chaos-daemon on the nodes of these pods; then undo again. Is Chaos Mesh gone for good: kubectl -n ${namespace} patch ${kind.toLowerCase()} ${name} --type=merge -p '{"metadata":{"finalizers":null}}', delete these pods, and undo again`
}

/**
 * The containers of a workload's pods with what each runs; `id` is empty where one does not run at this moment, or where kubelet has not
 * seen the latest images yet (1.34 and newer say so: https://kubernetes.io/docs/concepts/workloads/pods/#pod-generation).
 */
export async function meshContainers(workload: Workload): Promise<MeshContainer[]> {
  return (await podsOf(workload)).flatMap(({ metadata, status }) => {
    const isKnown = (status?.observedGeneration ?? Infinity) >= (metadata?.generation ?? 0)
    return (status?.containerStatuses ?? []).map(({ name, containerID = '', image, imageID, state }) => ({
      pod: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      container: name,
      id: state?.running === undefined || !isKnown ? '' : containerID,
      image,
      imageId: imageID,
    }))
  })
}

/** The container that a fault is to harm, in each pod, and what its template says of it. */
export async function chosenContainers(workload: Workload): Promise<{ spec: V1Container; containers: MeshContainer[] }> {
  const { spec, containers } = await containersToHarm(workload)
  const chosen = new Set(containers.map(({ id }) => id))
  return { spec, containers: (await meshContainers(workload)).filter(({ id }) => chosen.has(id)) }
}

/**
 * Whether a container runs, and what it ran before. An image has several names, and a name may be given to another image: one of the two
 * must be the same.
 */
export function runsAsBefore(now: MeshContainer, before: MeshContainer): boolean {
  return now.id !== '' && (now.image === before.image || now.imageId === before.imageId)
}
