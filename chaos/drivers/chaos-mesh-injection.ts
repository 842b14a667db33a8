import { setTimeout as delay } from 'node:timers/promises'
import { MOST_MS, notPossible, type FaultContext } from '../fault.ts'
import {
  absent,
  meshApi,
  namedPods,
  readChaos,
  saidBy,
  SERVED,
  type Chaos,
  type ChaosObject,
  type ChaosRecord,
} from './chaos-mesh-driver.ts'
import { configOf, nameOf, type Pod, type WorkloadState } from './kubernetes-driver.ts'
import { changedSince } from './kubernetes-keepers.ts'

const POLL_MS = 250

/**
 * Makes the resource and waits until Chaos Mesh says that it is in each of these pods. `duration` of it is the fault's longest time: Chaos
 * Mesh itself ends it then, were nothing of the drill left.
 */
export async function injectByMesh(
  chaos: Chaos,
  spec: object,
  pods: readonly Pod[],
  injectedSeconds: number,
  { maxMs, signal, step }: FaultContext,
): Promise<void> {
  const { workload, kind, name } = chaos
  const { namespace } = workload
  const body = {
    apiVersion: `${SERVED.group}/${SERVED.version}`,
    kind,
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'firedrill' } },
    spec: { ...spec, mode: 'all', duration: `${Math.ceil((maxMs ?? MOST_MS) / 1000)}s` },
  }
  const at = { ...SERVED, namespace, plural: kind.toLowerCase(), fieldValidation: 'Strict' }
  await (await meshApi(workload)).createNamespacedCustomObject({ ...at, body }).catch((error: { code?: number }) => {
    if (error.code === 404) throw absent(workload, kind)
    const said = `${kind} ${name} was refused: ${saidBy(error)}`
    // A right, a schema or a webhook of Chaos Mesh: the next one would meet the same.
    throw [400, 403, 422].includes(error.code ?? 0) ? notPossible(said, 'MESH_REFUSED') : new Error(said, { cause: error })
  })
  await step('apply:created')
  const deadline = performance.now() + 1_000 * injectedSeconds
  for (;;) {
    const object = await readChaos(chaos)
    if (object === null) throw new Error(`${kind} ${name} was deleted by another before it was in force`)
    const why = notInForce(object, namespace, pods)
    if (why === undefined) break
    if (performance.now() >= deadline) throw await refusal(chaos, object, why, injectedSeconds)
    await delay(POLL_MS, undefined, { signal })
  }
  await step('apply:injected')
}

/** Why it is not in force in these pods, as its status has it; undefined: it is. */
function notInForce({ metadata, status }: ChaosObject, namespace: string, pods: readonly Pod[]): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted'
  const is = (type: string): boolean => status?.conditions?.some((each) => each.type === type && each.status === 'True') === true
  if (is('Paused')) return 'it is paused (annotation experiment.chaos-mesh.org/pause)'
  const { desiredPhase, containerRecords: records } = status?.experiment ?? {}
  if (desiredPhase === undefined) return 'its controller has not taken it up'
  if (desiredPhase === 'Stop') return 'its time is up'
  if (records === undefined || records.length === 0) return 'it has selected no pod'
  const podOf = ({ id }: ChaosRecord): string => id.split('/').slice(0, 2).join('/')
  const wanted = new Set(pods.map((pod) => `${namespace}/${pod.name}`))
  const strange = records.find((record) => !wanted.has(podOf(record)))
  if (strange !== undefined) return `it has selected ${strange.id}, which was not there before it`
  for (const each of wanted) {
    const record = records.find((one) => podOf(one) === each)
    if (record === undefined) return `it has not selected pod ${each}`
    if (record.phase === 'Injected') continue
    const said = record.events?.at(-1)?.message
    return `pod ${each} is "${record.phase}"${said === undefined || said === '' ? '' : `: ${said}`}`
  }
  return is('AllInjected') && !is('AllRecovered') ? undefined : 'its conditions do not say AllInjected'
}

async function refusal(chaos: Chaos, { metadata, status }: ChaosObject, why: string, seconds: number) {
  const { workload, kind, name } = chaos
  const after = `${kind} ${name} is not in force after ${seconds} s: `
  if (status?.experiment?.desiredPhase === undefined && (metadata.finalizers ?? []).length === 0)
    return notPossible(
      `${after}no controller of Chaos Mesh has taken it up. Look at its Deployment chaos-controller-manager, and whether it works in namespace ${workload.namespace}`,
      'MESH_SILENT',
    )
  // A daemon that was away, say: it may be there the next time.
  if ((status?.experiment?.containerRecords ?? []).length > 0) return new Error(`${after}${why}`)
  const said = await lastWarning(chaos)
  return notPossible(
    `${after}${why}${said === undefined ? '' : ` (${said})`}. Where Chaos Mesh filters namespaces (controllerManager.enableFilterNamespace), namespace ${workload.namespace} needs the annotation chaos-mesh.org/inject: enabled`,
    'MESH_NOT_SELECTED',
  )
}

/** Why nothing was selected stands in events alone. */
async function lastWarning({ workload, kind, name }: Chaos): Promise<string | undefined> {
  const { CoreV1Api } = await import('@kubernetes/client-node')
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name},type=Warning`
  const { items } = await (
    await configOf(workload)
  )
    .makeApiClient(CoreV1Api)
    .listNamespacedEvent({ namespace: workload.namespace, fieldSelector })
  return items.at(-1)?.message
}

/** What has become of it by now, and what others have done to the workload, in words; undefined: nothing. */
export async function meshMissed(chaos: Chaos, state: WorkloadState, pods: readonly Pod[]): Promise<string | undefined> {
  const { workload, kind, name } = chaos
  const object = await readChaos(chaos)
  const why = object === null ? 'another has deleted it' : notInForce(object, workload.namespace, pods)
  const known = new Set(pods.map(({ uid }) => uid))
  const came = (await namedPods(workload)).flatMap(({ name: pod, uid }) => (known.has(uid) ? [] : [pod]))
  const said = [
    ...(why === undefined ? [] : [`${kind} ${name} was not in force any more: ${why}`]),
    ...(came.length === 0 ? [] : [`of ${nameOf(workload)} these pods came meanwhile and were not harmed: ${came.join(', ')}`]),
    await changedSince(workload, state),
  ].filter((text) => text !== undefined)
  return said.length === 0 ? undefined : said.join('; ')
}
