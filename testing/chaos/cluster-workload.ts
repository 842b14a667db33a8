/** A workload of a real cluster that the crash tests harm, in a namespace of its own, and what can be seen of it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { AppsV1Api, CoreV1Api, NetworkingV1Api, type KubeConfig } from '@kubernetes/client-node'
import { processesOf } from '../../chaos/drivers/container-processes.ts'
import { inspectWorkload, type Workload } from '../../chaos/drivers/kubernetes-driver.ts'
import { reaches } from '../../chaos/drivers/network-policy.ts'
import { containersOf, placeOf } from '../../chaos/drivers/pod-containers.ts'
import { STEPS } from './crashes.ts'
import { temporaryDirectory, waitUntil } from './processes.ts'

const { FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
export const REPLICAS = 2
/** What the API server is asked for has no step between the order and its answer. */
export const CLUSTER_STEPS: readonly string[] = STEPS.filter((step) => step !== 'apply:killed')

export async function clusterWorkload(t: TestContext, config: KubeConfig, context: string) {
  const name = `web-${randomBytes(4).toString('hex')}`
  // One each: a drill that was killed leaves the lease of its namespace expiring.
  const namespace = `firedrill-crash-${name}`
  const core = config.makeApiClient(CoreV1Api)
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  t.after(() => core.deleteNamespace({ name: namespace }))
  const apps = config.makeApiClient(AppsV1Api)
  const labels = { app: name }
  const limits = { cpu: '200m', memory: '48Mi' }
  const container = { name: 'web', image, command: ['sh', '-c', 'sleep 3600 & wait'], resources: { limits } }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
  const body = { metadata: { name, labels }, spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template } }
  await apps.createNamespacedDeployment({ namespace, body })
  const kubernetes: Workload = { context, namespace, kind: 'deployment', name }
  await waitUntil(async () => (await inspectWorkload(kubernetes))?.ready === REPLICAS)
  return {
    ledgerDir: join(await temporaryDirectory(t), 'ledger'),
    kubernetes,
    /** As JSON, for runTool. */
    part: JSON.stringify({ name: 'server', kubernetes, chaosMesh: true }),
    wanted: async (): Promise<number | undefined> => (await inspectWorkload(kubernetes))?.wanted,
    /** Command and state of every process in every container. */
    async processes(): Promise<string[]> {
      const found: string[] = []
      for (const each of await containersOf(kubernetes))
        for (const { pid, comm, state } of await processesOf(placeOf(kubernetes, each), 'none', AbortSignal.timeout(30_000)))
          found.push(`${each.pod} ${pid} ${comm} ${state === 'T' ? 'stopped' : 'runs'}`)
      return found.sort()
    },
    async policies(): Promise<(string | undefined)[]> {
      const { items } = await config.makeApiClient(NetworkingV1Api).listNamespacedNetworkPolicy({ namespace })
      return items.map(({ metadata }) => metadata?.name)
    },
    /** Containers that do not reach the API server. */
    async cutOff(): Promise<string[]> {
      const found: string[] = []
      for (const each of await containersOf(kubernetes)) {
        const seen = await reaches(placeOf(kubernetes, each), AbortSignal.timeout(30_000))
        if (seen !== 'reached') found.push(`${each.pod}: ${seen}`)
      }
      return found
    },
  }
}
