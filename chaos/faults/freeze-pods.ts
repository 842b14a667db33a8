import type { V1Probe } from '@kubernetes/client-node'
import {
  calmProcesses,
  ENDS_BY_ITSELF,
  isInit,
  processFaultPermissions,
  startOurs,
  stopProcesses,
  type ContainerProcess,
} from '../drivers/container-processes.ts'
import { mayDo, nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen, keptWorkload } from '../drivers/kubernetes-keepers.ts'
import { containersToHarm, meanwhile, placeOf } from '../drivers/pod-containers.ts'
import { defineFault, notPossible, offered } from '../fault.ts'

export const freezePodsFault = defineFault({
  meta: {
    id: 'freeze-pods',
    title: 'Freeze a container in all pods of a Kubernetes workload (SIGSTOP by exec): it accepts connections but never answers',
    needs: ['kubernetes'],
    leaves: 'hung',
    blastRadius:
      'The container in each pod that is there when it begins. A readinessProbe takes the pod out of its Service after a while, which then refuses connections.',
    undone: 'No process of these containers is stopped, and all pods of the workload are ready.',
    params: {
      expirySeconds: { kind: 'integer', default: 600, min: 5, max: 3_600, title: 'the containers go on by themselves after this' },
    },
  },
  permissions: processFaultPermissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'frozen'),
  async prepare(part, { expirySeconds }, { token, signal, step }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, processFaultPermissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { spec, containers } = await containersToHarm(workload)
    const { name } = spec
    const restartS = failsWithinS(spec.livenessProbe)
    if (restartS < expirySeconds)
      throw notPossible(
        `container ${name} of ${nameOf(workload)} has a livenessProbe, which restarts it after ${restartS} s or more, sooner than expirySeconds (${expirySeconds}). Give fewer, or take the probe out for the drill`,
      )
    for (const each of containers) refuseUnlessFreezable(name, await calmProcesses(placeOf(workload, each), token, ['sleep'], signal))
    return {
      undo: { driver: 'container-processes', state: 'running', workload, token, containers },
      async apply() {
        for (const each of containers) {
          const at = placeOf(workload, each)
          await startOurs(at, token, ENDS_BY_ITSELF, [String(expirySeconds), token], signal)
          await step('apply:guarded')
          const [running] = await stopProcesses(at, token, signal)
          await step('apply:stopped')
          if (running !== undefined)
            throw new Error(`process ${running.pid} (${running.comm}) in container ${name} of pod ${each.pod} does not stop`)
        }
        const unreadyS = failsWithinS(spec.readinessProbe)
        const beside = unreadyS === Infinity ? '' : `; its readinessProbe takes it out of its Services after ${unreadyS} s or more`
        return {
          detail: `every process of container ${name} is stopped in ${containers.length} pods of ${nameOf(workload)}${beside}${besidesText(keepers, state.wanted, 'frozen')}`,
          missed: () => meanwhile(workload, state, containers),
        }
      },
    }
  },
})

function refuseUnlessFreezable(container: string, processes: readonly ContainerProcess[]): void {
  const first = processes.find(({ pid }) => pid === 1)
  if (first !== undefined && !isInit(first))
    throw notPossible(
      `process 1 of container ${container} (${first.comm}) is the first of its PID namespace, which no signal from inside stops. Set shareProcessNamespace in its pods, start it below an init (tini), or use scale-away`,
    )
  const stoppable = processes.filter((each) => !isInit(each))
  if (stoppable.length === 0) throw notPossible(`container ${container} has no process that could be stopped`)
  const denied = stoppable.find(({ signals }) => !signals)
  if (denied !== undefined)
    throw notPossible(`the user of an exec in container ${container} may not signal process ${denied.pid} (${denied.comm})`)
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes; the first failure may come at once. */
function failsWithinS(probe: V1Probe | undefined): number {
  if (probe === undefined) return Infinity
  return ((probe.failureThreshold ?? 3) - 1) * (probe.periodSeconds ?? 10) + (probe.timeoutSeconds ?? 1)
}
