import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf } from '../drivers/container-memory.ts'
import { calmProcesses, processFaultPermissions, startOurs } from '../drivers/container-processes.ts'
import { mayDo, nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen, keptWorkload } from '../drivers/kubernetes-keepers.ts'
import { containersToHarm, meanwhile, placeOf } from '../drivers/pod-containers.ts'
import { defineFault, notPossible, notSteady, offered } from '../fault.ts'

/** $1: bytes, $2: seconds. dd fills its buffer, cannot write it while the sleep lasts, and ends with that: the pipe breaks. */
const HOLD = 'dd if=/dev/zero bs="$1" count=1 | sleep "$2"'

const FILLED_MS = 30_000
const POLL_MS = 200
/** Pages that the kernel counts a moment later. */
const NEARLY = 0.98

export const memoryPressurePodsFault = defineFault({
  meta: {
    id: 'memory-pressure-pods',
    title: 'Hold a share of the memory limit of a container in all pods of a Kubernetes workload',
    needs: ['kubernetes'],
    blastRadius:
      'The container in each pod that is there when it begins: where it then wants more than is left, the kernel kills it. Refused where it has no memory limit.',
    undone: 'No process of the fault runs, and all pods of the workload are ready.',
    params: {
      share: { kind: 'number', default: 0.85, min: 0.05, max: 0.95, title: 'working set / memory limit to reach' },
      expirySeconds: { kind: 'integer', default: 600, min: 5, max: 3_600, title: 'the memory is freed by itself after this' },
    },
  },
  permissions: processFaultPermissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'full'),
  async prepare(part, { share, expirySeconds }, { token, signal, step }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, processFaultPermissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { spec, containers } = await containersToHarm(workload)
    const named = `container ${spec.name} of ${nameOf(workload)}`
    if (spec.resources?.limits?.['memory'] === undefined)
      throw notPossible(`${named} has no memory limit: the fault would take the node's memory from its neighbours`)
    for (const each of containers) {
      const at = placeOf(workload, each)
      await calmProcesses(at, token, ['dd', 'sleep'], signal)
      const { limit, workingSet } = await memoryOf(at, signal)
      if (workingSet >= share * limit)
        throw notSteady(`${named} already uses ${Math.round((100 * workingSet) / limit)} % of its memory limit in pod ${each.pod}`)
    }
    return {
      undo: { driver: 'container-processes', state: 'running', workload, token, containers },
      async apply() {
        const reached: number[] = []
        for (const each of containers) {
          const at = placeOf(workload, each)
          const { limit, workingSet } = await memoryOf(at, signal)
          const bytes = Math.floor(share * limit - workingSet)
          if (bytes > 0) await startOurs(at, token, HOLD, [String(bytes), String(expirySeconds)], signal)
          await step('apply:holding')
          const deadline = performance.now() + FILLED_MS
          let used: number
          while ((used = (await memoryOf(at, signal)).workingSet / limit) < NEARLY * share) {
            if (performance.now() >= deadline) throw new Error(`${named} does not reach ${share} of its memory limit in pod ${each.pod}`)
            await delay(POLL_MS, undefined, { signal })
          }
          reached.push(used)
        }
        const percent = Math.round(100 * Math.min(...reached))
        return {
          detail: `${named} uses ${percent} % of its memory limit or more in each of ${containers.length} pods${besidesText(keepers, state.wanted, 'full')}`,
          missed: () => meanwhile(workload, state, containers),
        }
      },
    }
  },
})
