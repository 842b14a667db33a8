import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { injectByMesh, meshedWorkload, meshMissed, meshPermissions, type Chaos } from '../drivers/chaos-mesh-driver.ts'
import { chosenContainers, isStress } from '../drivers/chaos-mesh-undo.ts'
import { memoryOf } from '../drivers/container-memory.ts'
import { calmProcesses, coresInUse } from '../drivers/container-processes.ts'
import { nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen } from '../drivers/kubernetes-keepers.ts'
import { placeOf } from '../drivers/pod-containers.ts'
import { EXEC_PERMISSIONS } from '../drivers/pod-exec.ts'
import { defineFault, notPossible, notSteady, offered, type Permission } from '../fault.ts'

const POLL_MS = 500
/** Pages that the kernel counts a moment later. */
const NEARLY = 0.98
/** What is left of its limit to the container with the least room. */
const MOST = 0.97

export const stressPodsMeshFault = defineFault({
  meta: {
    id: 'stress-pods-mesh',
    title: 'Use CPU or memory in a container of all pods of a Kubernetes workload (StressChaos of Chaos Mesh), within its limits',
    needs: ['kubernetes', 'chaosMesh'],
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
      injectedSeconds: { kind: 'integer', default: 60, min: 1, max: 600, title: 'refused where it is not seen in the pods within this' },
    },
  },
  permissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'busy'),
  async prepare(part, { cores, share, injectedSeconds }, context) {
    const { token, signal } = context
    const workload = offered(part, 'kubernetes')
    const { state, keepers, pods, selector } = await meshedWorkload(workload, 'StressChaos', permissions(part))
    const { spec, containers } = await chosenContainers(workload)
    const named = `container ${spec.name} of ${nameOf(workload)}`
    if (cores === 0 && share === 0) throw notPossible('neither cores nor a share of memory is wanted')
    for (const [resource, wanted] of [
      ['cpu', cores],
      ['memory', share],
    ] as const)
      if (wanted > 0 && spec.resources?.limits?.[resource] === undefined)
        throw notPossible(`${named} has no limit of ${resource}: the fault would take the node's from its neighbours`)
    const sizes: number[] = []
    for (const each of containers) {
      const at = placeOf(workload, each)
      const stress = (await calmProcesses(at, token, [], signal)).find(isStress)
      if (stress !== undefined) throw notSteady(`process ${stress.pid} (${stress.comm}) already runs in pod ${each.pod}`)
      if (share === 0) continue
      const { limit, workingSet } = await memoryOf(at, signal)
      sizes.push(Math.ceil(share * limit - workingSet))
    }
    // One size for all pods: what the one with the most room needs.
    const bytes = Math.max(0, ...sizes)
    if (share > 0) {
      if (Math.min(...sizes) <= 0) throw notSteady(`${named} already uses more than ${share} of its memory limit in a pod`)
      for (const each of containers) {
        const { limit, workingSet } = await memoryOf(placeOf(workload, each), signal)
        if (workingSet + bytes > MOST * limit)
          throw notSteady(
            `${named} uses so different an amount of memory in its pods that ${share} in each would be too much for pod ${each.pod}`,
          )
      }
    }
    const stressors = {
      ...(cores === 0 ? {} : { cpu: { workers: cores, load: 100 } }),
      ...(bytes === 0 ? {} : { memory: { workers: 1, size: `${bytes}B` } }),
    }
    const chaos: Chaos = { workload, kind: 'StressChaos', name: `firedrill-${token}` }
    return {
      undo: { driver: 'chaos-mesh', state: 'absent', ...chaos, containers },
      async apply() {
        await injectByMesh(chaos, { selector, containerNames: [spec.name], stressors }, pods, injectedSeconds, context)
        const deadline = performance.now() + 1_000 * injectedSeconds
        const [busy, full]: [number[], number[]] = [[], []]
        for (const each of containers) {
          const at = placeOf(workload, each)
          for (;;) {
            const used = cores === 0 ? 0 : await coresInUse(at, token, isStress, signal)
            const { limit, workingSet } = share === 0 ? { limit: 1, workingSet: 0 } : await memoryOf(at, signal)
            if (used > 0 === cores > 0 && workingSet >= NEARLY * share * limit) {
              busy.push(used)
              full.push(workingSet / limit)
              break
            }
            if (performance.now() >= deadline)
              throw notPossible(
                `StressChaos ${chaos.name} is Injected by its status. It is not seen in container ${spec.name} of pod ${each.pod} ${injectedSeconds} s later (${used.toFixed(2)} cores, ${Math.round((100 * workingSet) / limit)} % of its memory limit)`,
                'MESH_NO_EFFECT',
              )
            await delay(POLL_MS, undefined, { signal })
          }
        }
        const seen = [
          ...(cores === 0 ? [] : [`${Math.min(...busy).toFixed(2)} cores busy or more`]),
          ...(share === 0 ? [] : [`${Math.round(100 * Math.min(...full))} % of its memory limit in use or more`]),
        ].join(' and ')
        return {
          detail: `StressChaos ${chaos.name} keeps ${seen} in ${named}, in each of ${pods.length} pods${besidesText(keepers, state.wanted, cores > 0 ? 'busy' : 'full')}`,
          missed: () => meshMissed(chaos, state, pods),
        }
      },
    }
  },
})

function permissions(part: TargetPart): readonly Permission[] {
  return [...meshPermissions(part, 'StressChaos'), ...EXEC_PERMISSIONS]
}
