import type { V1Container, V1Pod } from '@kubernetes/client-node'
import { notPossible, notSteady } from '../fault.ts'
import { nameOf, podsOf, type Workload, type WorkloadState } from './kubernetes-driver.ts'
import { changedSince } from './kubernetes-keepers.ts'
import type { ContainerOfPod } from './pod-exec.ts'

/** One container of each pod of a workload. `id`: a container that was restarted has the name, another id, and nothing of a fault. */
export interface PodContainer {
  pod: string
  container: string
  id: string
}

/** The running containers of a workload's pods. */
export async function containersOf(workload: Workload): Promise<PodContainer[]> {
  return (await podsOf(workload)).flatMap(running)
}

function running({ metadata, status }: V1Pod): PodContainer[] {
  return (status?.containerStatuses ?? []).flatMap(({ name, containerID = '', state }) =>
    state?.running === undefined ? [] : [{ pod: metadata?.name ?? '', container: name, id: containerID }],
  )
}

/**
 * The pods that came while a fault was in force in the containers of the others: an autoscaler or a rollout made them, or a container was
 * restarted. In words; undefined where there is none.
 */
async function cameSince(workload: Workload, containers: readonly PodContainer[]): Promise<string | undefined> {
  const known = new Set(containers.map(({ id }) => id))
  const [name] = containers.map(({ container }) => container)
  const came = (await containersOf(workload)).filter(({ container, id }) => container === name && !known.has(id)).map(({ pod }) => pod)
  if (came.length === 0) return undefined
  return `of ${nameOf(workload)} these pods came meanwhile and were not harmed: ${came.join(', ')}`
}

/** These pods, and what else others have done to the workload since it was looked at. */
export async function meanwhile(
  workload: Workload,
  before: WorkloadState,
  containers: readonly PodContainer[],
): Promise<string | undefined> {
  const said = [await changedSince(workload, before), await cameSince(workload, containers)].filter((text) => text !== undefined)
  return said.length === 0 ? undefined : said.join('; ')
}

export function placeOf({ context, namespace }: Workload, { pod, container }: PodContainer): ContainerOfPod {
  return { context, namespace, pod, container }
}

/** The container of the workload that a fault is to harm, in each of its pods, and what its template says of it. */
export async function containersToHarm(workload: Workload): Promise<{ spec: V1Container; containers: PodContainer[] }> {
  const pods = await podsOf(workload)
  const [first] = pods
  if (first === undefined) throw notSteady(`${nameOf(workload)} has no pod`)
  const spec = chosenIn(workload, first)
  const containers = pods.flatMap(running).filter(({ container }) => container === spec.name)
  if (containers.length < pods.length) throw notSteady(`container ${spec.name} does not run in each pod of ${nameOf(workload)}`)
  return { spec, containers }
}

/** As kubectl chooses: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container */
function chosenIn(workload: Workload, { metadata, spec }: V1Pod): V1Container {
  const all = spec?.containers ?? []
  const name = workload.container ?? metadata?.annotations?.['kubectl.kubernetes.io/default-container']
  const chosen = name === undefined && all.length === 1 ? all[0] : all.find((each) => each.name === name)
  if (chosen !== undefined) return chosen
  const names = all.map((each) => each.name).join(', ')
  throw notPossible(
    name === undefined
      ? `${nameOf(workload)} has the containers ${names}: name one as \`container\` in the target file`
      : `${nameOf(workload)} has no container ${name}, it has ${names}`,
  )
}
