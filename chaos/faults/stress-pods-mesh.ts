import type { V1Container } from '@kubernetes/client-node'
import { chosenContainers, isStress } from '../drivers/chaos-mesh-undo.ts'
import { memoryOf } from '../drivers/container-memory.ts'
import { calmProcesses, coresInUse } from '../drivers/container-processes.ts'
import { nameOf, type Workload } from '../drivers/kubernetes-driver.ts'
import { placeOf, type PodContainer } from '../drivers/pod-containers.ts'
import { notPossible, notSteady } from '../fault.ts'
import { defineMeshFault } from '../mesh-fault.ts'

/** Pages that the kernel counts a moment later. */
const NEARLY = 0.98
/** What is left of its limit to the container with the least room. */
const MOST = 0.97

export const stressPodsMeshFault = defineMeshFault({
  kind: 'StressChaos',
  meta: {
    id: 'stress-pods-mesh',
    title: 'Use CPU or memory in a container of all pods of a Kubernetes workload (StressChaos of Chaos Mesh), within its limits',
    blastRadius:
      'The container in each pod that is there when it begins. Refused where it has no limit of what is stressed, which would be the node. Where it wants more memory than is left, the kernel kills it.',
    undone: 'The StressChaos is gone, no process of it runs in the containers, and all pods are ready.',
    params: {
      cores: {
        kind: 'integer',
        default: 1,
        min: 0,
        max: 64,
        title: 'busy processes in each pod, 0: none; what they get is bounded by the CPU limit',
      },
      share: { kind: 'number', default: 0, min: 0, max: 0.95, title: 'working set / memory limit to reach, 0: no memory' },
    },
  },
  harm: 'busy',
  inContainer: true,
  async prepare(workload, pods, { cores, share }, { token, signal }) {
    const { spec, containers } = await chosenContainers(workload)
    const named = `container ${spec.name} of ${nameOf(workload)}`
    if (cores === 0 && share === 0) throw notPossible('neither cores nor a share of memory is wanted')
    requireLimits(spec, { cpu: cores, memory: share }, named)
    for (const each of containers) {
      const stress = (await calmProcesses(placeOf(workload, each), token, [], signal)).find(isStress)
      if (stress !== undefined) throw notSteady(`process ${stress.pid} (${stress.comm}) already runs in pod ${each.pod}`)
    }
    const bytes = share === 0 ? 0 : await missingTo(share, workload, containers, named, signal)
    const stressors = {
      ...(cores === 0 ? {} : { cpu: { workers: cores, load: 100 } }),
      ...(bytes === 0 ? {} : { memory: { workers: 1, size: `${bytes}B` } }),
    }
    const [busy, full]: [number[], number[]] = [[], []]
    return {
      containers,
      spec: { containerNames: [spec.name], stressors },
      harm: cores > 0 ? 'busy' : 'full',
      async missing() {
        for (const each of containers.slice(busy.length)) {
          const at = placeOf(workload, each)
          const used = cores === 0 ? 0 : await coresInUse(at, token, isStress, signal)
          const { limit, workingSet } = share === 0 ? { limit: 1, workingSet: 0 } : await memoryOf(at, signal)
          if (used > 0 !== cores > 0 || workingSet < NEARLY * share * limit)
            return `it is not seen in container ${spec.name} of pod ${each.pod} (${used.toFixed(2)} cores, ${Math.round((100 * workingSet) / limit)} % of its memory limit)`
          busy.push(used)
          full.push(workingSet / limit)
        }
        return undefined
      },
      done() {
        const seen = [
          ...(cores === 0 ? [] : [`${Math.min(...busy).toFixed(2)} cores busy or more`]),
          ...(share === 0 ? [] : [`${Math.round(100 * Math.min(...full))} % of its memory limit in use or more`]),
        ]
        return `keeps ${seen.join(' and ')} in ${named}, in each of ${pods.length} pods`
      },
    }
  },
})

function requireLimits({ resources }: V1Container, wanted: Record<'cpu' | 'memory', number>, named: string): void {
  for (const [resource, amount] of Object.entries(wanted))
    if (amount > 0 && resources?.limits?.[resource] === undefined)
      throw notPossible(`${named} has no limit of ${resource}: the fault would take the node's from its neighbours`)
}

/** Bytes. One size for all pods: what the one with the most room needs, where the others bear it. */
async function missingTo(share: number, workload: Workload, containers: readonly PodContainer[], named: string, signal: AbortSignal) {
  const used = new Map<string, Awaited<ReturnType<typeof memoryOf>>>()
  for (const each of containers) used.set(each.pod, await memoryOf(placeOf(workload, each), signal))
  const sizes = [...used.values()].map(({ limit, workingSet }) => Math.ceil(share * limit - workingSet))
  if (Math.min(...sizes) <= 0) throw notSteady(`${named} already uses more than ${share} of its memory limit in a pod`)
  const bytes = Math.max(...sizes)
  for (const [pod, { limit, workingSet }] of used)
    if (workingSet + bytes > MOST * limit)
      throw notSteady(`${named} uses so different an amount of memory in its pods that ${share} in each would be too much for pod ${pod}`)
  return bytes
}
