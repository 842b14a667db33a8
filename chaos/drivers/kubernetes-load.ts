/** k6 in pods: what verify/drivers/k6-pods.ts asks of a cluster. */
import { request as plainRequest } from 'node:http'
import { request as secureRequest, type RequestOptions } from 'node:https'
import { Duplex, PassThrough } from 'node:stream'
import type { KubeConfig, V1ConfigMap, V1Job, V1Pod, V1Secret } from '@kubernetes/client-node'
import type { LoadPod } from '../../verify/model/load-pod.ts'
import { configOf, type Workload } from './kubernetes-driver.ts'
import type { Permission } from '../fault.ts'

export type LoadPlace = Pick<Workload, 'context' | 'namespace'>

/** Which pods are of one Job of ours, by its name. */
export const JOB_LABEL = 'app.kubernetes.io/instance'
const INDEX = 'batch.kubernetes.io/job-completion-index'
/** What waiting does not mend. https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/images/types.go */
const HOPELESS = /^(?:ErrImageNeverPull|InvalidImageName|ImagePullBackOff|ImageInspectError)$/
const OPEN_MS = 5_000

/** The objects, as verify/drivers/k6-job.ts makes them. */
export interface Objects {
  job: object
  configMap: object
  secret?: object
}

/** The verbs that a load needs; `secret`: where a service asks for credentials. */
export function loadPermissions(secret: boolean): readonly Permission[] {
  const made = [
    { group: 'batch', resource: 'jobs' },
    { group: '', resource: 'configmaps' },
    ...(secret ? [{ group: '', resource: 'secrets' }] : []),
  ]
  return [
    ...made.flatMap((each) => ['create', 'get', 'delete'].map((verb) => ({ verb, ...each }))),
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
    // By a websocket, which is a GET; newer API servers want both. https://github.com/kubernetes/kubernetes/pull/134577
    { verb: 'get', group: '', resource: 'pods', subresource: 'portforward' },
    { verb: 'create', group: '', resource: 'pods', subresource: 'portforward' },
    { verb: 'list', group: '', resource: 'events' },
  ]
}

/** Makes the Job, then what its pods wait for, which goes with it. */
export async function createLoad({ context, namespace }: LoadPlace, { job, configMap, secret }: Objects): Promise<void> {
  const { BatchV1Api, CoreV1Api } = await import('@kubernetes/client-node')
  const config = await configOf({ context })
  const made = await config.makeApiClient(BatchV1Api).createNamespacedJob({ namespace, body: job as V1Job })
  const { name = '', uid = '' } = made.metadata ?? {}
  const owned = <T extends V1ConfigMap | V1Secret>(object: T): T => ({
    ...object,
    metadata: { ...object.metadata, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }] },
  })
  const core = config.makeApiClient(CoreV1Api)
  await core.createNamespacedConfigMap({ namespace, body: owned(configMap as V1ConfigMap) })
  if (secret !== undefined) await core.createNamespacedSecret({ namespace, body: owned(secret as V1Secret) })
}

export async function loadPods({ context, namespace }: LoadPlace, job: string): Promise<LoadPod[]> {
  const { CoreV1Api } = await import('@kubernetes/client-node')
  const core = (await configOf({ context })).makeApiClient(CoreV1Api)
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `${JOB_LABEL}=${job}` })
  return items.map(loadPodOf)
}

function loadPodOf({ metadata, spec, status }: V1Pod): LoadPod {
  const [container] = status?.containerStatuses ?? []
  const { running, waiting, terminated } = container?.state ?? {}
  const over = terminated !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed'
  const because = reasonOf({ metadata, status } as V1Pod, over)
  return {
    index: Number(metadata?.annotations?.[INDEX] ?? NaN),
    name: metadata?.name ?? '',
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
    running: running !== undefined,
    over,
    ...(terminated === undefined ? {} : { exitCode: terminated.exitCode }),
    ...(because === undefined ? {} : { because }),
    ...(HOPELESS.test(waiting?.reason ?? '') ? { hopeless: true } : {}),
  }
}

/** Eviction, preemption, a node that is gone, no memory; or why it does not start. */
function reasonOf({ metadata, status }: V1Pod, over: boolean): string | undefined {
  const { waiting, terminated } = status?.containerStatuses?.[0]?.state ?? {}
  const condition = (type: string, value: string): { reason?: string; message?: string } | undefined =>
    status?.conditions?.find((each) => each.type === type && each.status === value)
  if (status?.reason !== undefined) return words(status)
  const disrupted = condition('DisruptionTarget', 'True')
  if (disrupted !== undefined) return words(disrupted)
  // "Completed" and "Error" say no more than the exit code.
  if (terminated?.reason !== undefined && !['Completed', 'Error'].includes(terminated.reason)) return words(terminated)
  if (metadata?.deletionTimestamp !== undefined) return over ? 'it was deleted' : 'it is being deleted'
  if (over) return undefined
  if (waiting?.reason !== undefined) return words(waiting)
  const unscheduled = condition('PodScheduled', 'False')
  return unscheduled === undefined ? undefined : words(unscheduled)
}

function words({ reason = '', message = '' }: { reason?: string; message?: string }): string {
  return [reason, message].filter((text) => text !== '').join(': ')
}

/** What the Job's own condition or the newest warning about it says; undefined: neither does. */
export async function whyFewer({ context, namespace }: LoadPlace, job: string): Promise<string | undefined> {
  const { BatchV1Api, CoreV1Api } = await import('@kubernetes/client-node')
  const config = await configOf({ context })
  const found = await config
    .makeApiClient(BatchV1Api)
    .readNamespacedJob({ name: job, namespace })
    .catch((error: { code?: number }) => {
      if (error.code === 404) return null
      throw error
    })
  if (found === null) return 'its Job was deleted'
  const failed = found.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${job},type=Warning`
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace, fieldSelector })
  const newest = items.toSorted((a, b) => timeOf(a.lastTimestamp) - timeOf(b.lastTimestamp)).at(-1)
  const said = [failed, newest].flatMap((each) => (each === undefined ? [] : [words(each)]))
  return said.length === 0 ? undefined : said.join('; ')
}

function timeOf(time: Date | undefined): number {
  return time === undefined ? 0 : new Date(time).getTime()
}

/**
 * The log of a pod with timestamps. Rejects where the connection ends before the log does. (The client's own Log resolves in both cases.)
 */
export async function followLog(
  place: LoadPlace,
  { pod, container, since }: { pod: string; container: string; since?: string },
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { context, namespace } = place
  const config = await configOf({ context })
  const query = new URLSearchParams({ container, follow: 'true', timestamps: 'true', ...(since === undefined ? {} : { sinceTime: since }) })
  const url = new URL(`${serverOf(config)}/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`)
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const ended = Promise.withResolvers<void>()
  const secure = url.protocol === 'https:'
  if (!secure) delete options.agent
  const sent = (secure ? secureRequest : plainRequest)(url, { ...options, signal }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      if (response.statusCode === 200) write(chunk)
      else text = (text + chunk).slice(0, 2_000)
    })
    response.once('error', ended.reject)
    response.once('close', () => {
      if (!response.complete) ended.reject(new Error(`the connection to the log of ${pod} broke`))
      else if (response.statusCode === 200) ended.resolve()
      else ended.reject(new Error(`the log of ${pod}: ${response.statusCode} ${messageIn(text)}`))
    })
  })
  sent.once('error', ended.reject)
  sent.end()
  return ended.promise
}

export interface K6State {
  status: number
  paused: boolean
  vusMax: number
}

/** k6's own API, which listens within the pod alone: https://grafana.com/docs/k6/latest/reference/k6-rest-api/ */
export async function askK6(place: LoadPlace, pod: string, port: number, change?: object): Promise<K6State> {
  const body = change === undefined ? '' : JSON.stringify({ data: { type: 'status', id: 'default', attributes: change } })
  const { status, text } = await throughPod(place, pod, port, change === undefined ? 'GET' : 'PATCH', '/v1/status', body)
  if (status !== 200) throw new Error(`k6 in ${pod} answered ${status}: ${text.slice(0, 500)}`)
  const { attributes } = (JSON.parse(text) as { data: { attributes: { 'status': number; 'paused': boolean; 'vus-max': number } } }).data
  return { status: attributes.status, paused: attributes.paused, vusMax: attributes['vus-max'] }
}

/** One HTTP request to a port of a pod, by port-forward. */
async function throughPod(
  { context, namespace }: LoadPlace,
  pod: string,
  port: number,
  method: string,
  path: string,
  body: string,
): Promise<{ status: number; text: string }> {
  const { PortForward } = await import('@kubernetes/client-node')
  const [down, errors, up] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const socket = Duplex.from({ readable: down, writable: up })
  const opened = new PortForward(await configOf({ context }))
    .portForward(namespace, pod, [port], down, errors, up)
    .catch((event: unknown) => {
      // The websocket rejects with its event, which is no Error.
      throw new Error(`port ${port} of ${pod} cannot be reached: ${(event as { message?: string }).message ?? 'the API server refused'}`)
    })
  const answered = Promise.withResolvers<{ status: number; text: string }>()
  const timer = setTimeout(() => answered.reject(new Error(`port ${port} of ${pod} did not answer within ${OPEN_MS / 1_000} s`)), OPEN_MS)
  errors.once('data', (text: Buffer) => answered.reject(new Error(`port ${port} of ${pod}: ${text.toString().trim()}`)))
  // Reported by the request that it carries.
  socket.on('error', () => {})
  try {
    const ws = await Promise.race([opened, answered.promise.then(() => opened)])
    if (ws === null || typeof ws === 'function') throw new Error(`port ${port} of ${pod} cannot be reached`)
    ws.onclose = () => void down.end()
    ws.onerror = ({ message }: { message: string }) => answered.reject(new Error(message))
    const headers = {
      'host': 'localhost',
      'connection': 'close',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = plainRequest({ method, path, headers, createConnection: () => socket }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.once('end', () => answered.resolve({ status: response.statusCode ?? 0, text }))
      response.once('error', answered.reject)
    })
    sent.once('error', answered.reject)
    sent.end(body)
    return await answered.promise
  } finally {
    clearTimeout(timer)
    void opened.then(
      (ws) => {
        if (ws !== null && typeof ws !== 'function') ws.close()
      },
      () => {},
    )
    socket.destroy()
  }
}

function serverOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server.replace(/\/$/, '') ?? ''
}

/** Of a Status object: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text
  } catch {
    return text
  }
}
