import { calmProcesses, coresInUse, processFaultPermissions, startOurs } from '../drivers/container-processes.ts'
import { mayDo, nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen, keptWorkload } from '../drivers/kubernetes-keepers.ts'
import { containersToHarm, meanwhile, placeOf } from '../drivers/pod-containers.ts'
import { defineFault, notPossible, offered } from '../fault.ts'

/**
 * $1: seconds, $2: how many. Each ends by its own limit of CPU time too, were the sleep to be killed:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ulimit.html
 */
const BURN = `ulimit -t "$1" || exit 1
pids=
while [ "\${n:=0}" -lt "$2" ]; do n=$((n + 1)); while :; do :; done & pids="$pids $!"; done
sleep "$1"
kill -KILL $pids`

export const cpuPressurePodsFault = defineFault({
  meta: {
    id: 'cpu-pressure-pods',
    title: 'Keep cores busy in a container of all pods of a Kubernetes workload, within its CPU limit',
    needs: ['kubernetes'],
    blastRadius:
      'The container in each pod that is there when it begins: the fault takes its share of the CPU limit. Refused where there is no limit, which would be the node.',
    undone: 'No process of the fault runs, and all pods of the workload are ready.',
    params: {
      cores: {
        kind: 'integer',
        default: 1,
        min: 1,
        max: 64,
        title: 'busy processes in each pod; what they get is bounded by the CPU limit',
      },
      expirySeconds: { kind: 'integer', default: 600, min: 5, max: 3_600, title: 'the processes end by themselves after this' },
    },
  },
  permissions: processFaultPermissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'busy'),
  async prepare(part, { cores, expirySeconds }, { token, signal, step }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, processFaultPermissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { spec, containers } = await containersToHarm(workload)
    const limit = spec.resources?.limits?.['cpu']
    if (limit === undefined)
      throw notPossible(
        `container ${spec.name} of ${nameOf(workload)} has no CPU limit: the fault would take the node's CPU from its neighbours`,
      )
    for (const each of containers) await calmProcesses(placeOf(workload, each), token, ['sleep'], signal)
    return {
      undo: { driver: 'container-processes', state: 'running', workload, token, containers },
      async apply() {
        const used: number[] = []
        for (const each of containers) {
          const at = placeOf(workload, each)
          await startOurs(at, token, BURN, [String(expirySeconds), String(cores)], signal)
          await step('apply:burning')
          used.push(await coresInUse(at, token, ({ ours }) => ours, signal))
        }
        const least = Math.min(...used)
        if (!(least > 0)) throw new Error(`nothing is burning in a pod of ${nameOf(workload)}`)
        return {
          detail: `${cores} processes in container ${spec.name} of each of ${containers.length} pods of ${nameOf(workload)} keep ${least.toFixed(2)} cores busy or more; its limit is ${limit}${besidesText(keepers, state.wanted, 'busy')}`,
          missed: () => meanwhile(workload, state, containers),
        }
      },
    }
  },
})
