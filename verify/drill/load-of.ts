import type { ChaosController } from '../../chaos/controller.ts'
import type { Credentials, LoadPods, Target } from '../model/target.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import { CONTAINER, K6_PORT } from '../drivers/k6-job.ts'
import { k6Load } from '../drivers/k6.ts'
import { k6Pods, type LoadCluster } from '../drivers/k6-pods.ts'
import type { Load } from '../run/ports.ts'
import { bundleScenarios } from './bundle-scenarios.ts'

/**
 * Where the loads of a drill come from: k6 on this machine, and those of experiments from pods of a cluster where the target says so. What
 * the drill itself sends throughout (background, warm-up, requests that must be answered) is little, and always comes from here.
 * Rejects with FAULT_FORBIDDEN where pods are wanted and this user may not make them.
 */
export async function loadOf(
  target: Target,
  options: {
    k6: string
    scripts: PlatformFolder['scripts']
    credentials: Record<string, Credentials>
    chaos: Pick<ChaosController, 'place'>
  },
): Promise<Load> {
  const { k6, scripts, credentials, chaos } = options
  const here = k6Load({ k6, services: target.endpoints.services, credentials, scripts })
  if (target.load === undefined) return here
  const { load } = target
  const cluster = await clusterOf(load, Object.keys(credentials).length > 0, chaos)
  let programs: ReturnType<typeof bundleScenarios> | undefined
  const pods = k6Pods({
    load,
    cluster,
    credentials,
    program: async (scenario) => {
      programs ??= bundleScenarios({ scripts })
      const program = (await programs).get(scenario)
      if (program === undefined) throw new Error(`the platform has no scenario ${scenario}`)
      return program
    },
  })
  return { start: (use, begin) => (begin.experiment === 'drill' ? here : pods).start(use, begin) }
}

async function clusterOf(load: LoadPods, secret: boolean, chaos: Pick<ChaosController, 'place'>): Promise<LoadCluster> {
  const { context, namespace } = load
  const place = { context, namespace }
  const { askK6, createLoad, followLog, loadPermissions, loadPods, whyFewer } = await import('../../chaos/drivers/kubernetes-load.ts')
  const { mayDo } = await import('../../chaos/drivers/kubernetes-driver.ts')
  await mayDo({ ...place, kind: 'deployment', name: '' }, loadPermissions(secret), 'firedrill-load-rbac.yaml')
  return {
    async place(objects, experiment, maxMs) {
      const { name } = objects.job.metadata
      return chaos.place(
        {
          subject: { fault: 'load of k6 pods', target: `${namespace}/${name}`, experiment },
          undo: { driver: 'kubernetes-load', state: 'absent', ...place, name, secret: objects.secret !== undefined },
          async apply() {
            await createLoad(place, objects)
            return { detail: `Job ${namespace}/${name} is made` }
          },
        },
        maxMs,
      )
    },
    pods: (name) => loadPods(place, name),
    whyFewer: (name) => whyFewer(place, name),
    follow: (pod, since, write, signal) =>
      followLog(place, { pod, container: CONTAINER, ...(since === undefined ? {} : { since }) }, write, signal),
    k6: (pod, change) => askK6(place, pod, K6_PORT, change),
  }
}
