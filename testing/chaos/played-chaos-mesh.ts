/**
 * Chaos Mesh's controller, played on a real API server: it selects pods, sets status, finalizer and conditions in the order of the real one
 * (https://github.com/chaos-mesh/chaos-mesh/tree/v2.8.3/controllers/common), and does to the pods what a test can do without its daemon.
 * pod-failure is done as the real one does it (the pods' images); a partition is a NetworkPolicy, a delay is a slow curl in the
 * container, stress is busy shells and a full buffer. What it proves is what firedrill makes of status and effects, and nothing of Chaos
 * Mesh.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type KubeConfig,
  type V1CustomResourceDefinition,
  type V1Pod,
} from '@kubernetes/client-node'
import { parse } from 'yaml'
import type { ChaosObject } from '../../chaos/drivers/chaos-mesh-driver.ts'
import { execIn, type ContainerOfPod } from '../../chaos/drivers/pod-exec.ts'

const SERVED = { group: 'chaos-mesh.org', version: 'v1alpha1' }
const PLURALS = ['podchaos', 'networkchaos', 'stresschaos'] as const
const FINALIZER = 'chaos-mesh/records'
/** Of the node of npm run engine:kubernetes. */
const PAUSE = 'docker.io/firedrill/pause:1'
const merge = () => setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

interface Stressors {
  cpu?: { workers: number }
  memory?: { size: string }
}

interface Played extends ChaosObject {
  metadata: ChaosObject['metadata'] & { namespace: string; annotations?: Record<string, string> }
  spec: {
    action?: string
    selector: { labelSelectors: Record<string, string> }
    delay?: { latency: string }
    stressors?: Stressors
    containerNames?: string[]
  }
}

/** Applies the published CRDs of the folder; what is there already stays. */
export async function applyCrds(config: KubeConfig, folder: string): Promise<void> {
  const api = config.makeApiClient(ApiextensionsV1Api)
  for (const plural of [...PLURALS, 'podnetworkchaos']) {
    const body = parse(readFileSync(join(folder, `chaos-mesh.org_${plural}.yaml`), 'utf8')) as V1CustomResourceDefinition
    await api.createCustomResourceDefinition({ body }).catch((error: { code?: number }) => {
      if (error.code !== 409) throw error
    })
    const name = `${plural}.chaos-mesh.org`
    const isServed = async (): Promise<boolean> =>
      (await api.readCustomResourceDefinition({ name })).status?.conditions?.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      ) === true
    while (!(await isServed())) await delay(100)
    // A moment later still "storage is (re)initializing".
    const custom = config.makeApiClient(CustomObjectsApi)
    const isListed = (): Promise<boolean> =>
      custom.listNamespacedCustomObject({ ...SERVED, namespace: 'default', plural }).then(
        () => true,
        () => false,
      )
    while (!(await isListed())) await delay(100)
  }
}

export interface PlayOptions {
  /** Says Injected and does nothing. */
  idle?: boolean
  /** Each pod fails to be injected with this. */
  failing?: string
  /** Selects no pod, as where namespaces are filtered. */
  blind?: boolean
}

export interface PlayedMesh {
  options: PlayOptions
  stop(): Promise<void>
}

/** Plays it for one namespace until it is stopped. */
export function playMesh(config: KubeConfig, context: string, namespace: string, options: PlayOptions = {}): PlayedMesh {
  const custom = config.makeApiClient(CustomObjectsApi)
  const core = config.makeApiClient(CoreV1Api)
  const ending = new AbortController()
  const played: PlayedMesh = {
    options,
    async stop() {
      ending.abort()
      await running
    },
  }

  const change = (plural: string, { metadata }: Played, body: object): Promise<unknown> =>
    custom.patchNamespacedCustomObject({ ...SERVED, namespace, plural, name: metadata.name, body }, merge())

  const pass = async (plural: (typeof PLURALS)[number], object: Played): Promise<void> => {
    const { metadata, status, spec } = object
    const deleted = metadata.deletionTimestamp !== undefined
    // The real one's steps, one an update: finalizer, desired phase, records, conditions, finalizer away.
    if (!deleted && metadata.finalizers?.includes(FINALIZER) !== true)
      return void (await change(plural, object, { metadata: { finalizers: [FINALIZER] } }))
    const paused = metadata.annotations?.['experiment.chaos-mesh.org/pause'] === 'true'
    const desiredPhase = deleted || paused ? 'Stop' : 'Run'
    if (status?.experiment?.desiredPhase !== desiredPhase)
      return void (await change(plural, object, { status: { experiment: { desiredPhase } } }))
    let records = status.experiment.containerRecords
    if (records === undefined && played.options.blind === true) {
      const time = new Date()
      const involvedObject = { kind: kindOf(plural), name: metadata.name, namespace }
      const message = 'Failed to select targets: no pod is selected'
      const event = { type: 'Warning', reason: 'Failed', message, involvedObject, firstTimestamp: time, lastTimestamp: time, count: 1 }
      const name = `${metadata.name}.select`
      await core
        .createNamespacedEvent({ namespace, body: { ...event, metadata: { name, namespace } } })
        .catch((error: { code?: number }) => {
          if (error.code !== 409) throw error
        })
    } else if (records === undefined) {
      const labelSelector = Object.entries(spec.selector.labelSelectors).map(([key, value]) => `${key}=${value}`)
      const pods = await core.listNamespacedPod({ namespace, labelSelector: labelSelector.join() })
      const below = plural === 'stresschaos' ? `/${spec.containerNames?.[0] ?? ''}` : ''
      const made = pods.items.map((pod) => ({ id: `${namespace}/${pod.metadata?.name}${below}` }))
      records = made.map((each) => ({
        ...each,
        ...{ selectorKey: '.', phase: 'Not Injected', injectedCount: 0, recoveredCount: 0 },
      }))
    }
    let changed = false
    for (const record of records ?? []) {
      const wants = desiredPhase === 'Run' ? 'Injected' : 'Not Injected'
      if (record.phase === wants) continue
      const operation = desiredPhase === 'Run' ? 'Apply' : 'Recover'
      const timestamp = new Date().toISOString()
      if (operation === 'Apply' && played.options.failing !== undefined) {
        record.events = [{ type: 'Failed', operation, message: played.options.failing, timestamp } as never]
      } else {
        if (played.options.idle !== true) await act(plural, object, record.id, operation)
        record.phase = wants
        record.events = [...(record.events ?? []), { type: 'Succeeded', operation, timestamp } as never]
      }
      changed = true
    }
    if (changed) await change(plural, object, { status: { experiment: { containerRecords: records } } })
    const all = (phase: string): string => (records?.every((each) => each.phase === phase) === true ? 'True' : 'False')
    const conditions = [
      { type: 'Selected', status: records === undefined ? 'False' : 'True' },
      { type: 'AllInjected', status: all('Injected') },
      { type: 'AllRecovered', status: all('Not Injected') },
      { type: 'Paused', status: paused ? 'True' : 'False' },
    ]
    if (JSON.stringify(status.conditions) !== JSON.stringify(conditions)) await change(plural, object, { status: { conditions } })
    if (deleted && (records ?? []).every(({ phase }) => phase === 'Not Injected'))
      await change(plural, object, { metadata: { finalizers: null } })
  }

  const act = async (plural: string, { metadata, spec }: Played, id: string, operation: 'Apply' | 'Recover'): Promise<void> => {
    const [, name = '', container = ''] = id.split('/')
    const pod = await core.readNamespacedPod({ name, namespace }).catch((error: { code?: number }) => {
      if (error.code === 404) return undefined
      throw error
    })
    if (pod === undefined) return
    if (plural === 'podchaos') await failPod(pod, operation === 'Apply')
    else if (spec.action === 'delay')
      for (const each of pod.spec?.containers ?? [])
        await slow({ context, namespace, pod: name, container: each.name }, spec.delay?.latency ?? '', operation === 'Apply')
    else if (plural === 'networkchaos') await cutPods(metadata.name, spec.selector.labelSelectors, operation === 'Apply')
    else await stress({ context, namespace, pod: name, container }, spec.stressors ?? {}, operation === 'Apply')
  }

  /** https://github.com/chaos-mesh/chaos-mesh/blob/v2.8.3/controllers/chaosimpl/podchaos/podfailure/impl.go */
  const failPod = async ({ metadata, spec }: V1Pod, fails: boolean): Promise<void> => {
    const marks = metadata?.annotations ?? {}
    const images = (spec?.containers ?? []).map(({ name, image = '' }) => ({
      name,
      image: fails ? PAUSE : (marks[`played/${name}`] ?? image),
      mark: { [`played/${name}`]: fails ? (marks[`played/${name}`] ?? image) : null },
    }))
    const body = {
      metadata: { annotations: Object.assign({}, ...images.map(({ mark }) => mark)) as Record<string, string> },
      spec: { containers: images.map(({ name, image }) => ({ name, image })) },
    }
    await core.patchNamespacedPod(
      { name: metadata?.name ?? '', namespace, body },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    )
  }

  const cutPods = async (chaos: string, matchLabels: Record<string, string>, cuts: boolean): Promise<void> => {
    const name = `played-${chaos}`.slice(0, 60)
    const api = config.makeApiClient(NetworkingV1Api)
    const spec = { podSelector: { matchLabels }, policyTypes: ['Ingress', 'Egress'] }
    const done = cuts
      ? api.createNamespacedNetworkPolicy({ namespace, body: { metadata: { name }, spec } })
      : api.deleteNamespacedNetworkPolicy({ namespace, name })
    await (done as Promise<unknown>).catch((error: { code?: number }) => {
      if (error.code !== 409 && error.code !== 404) throw error
    })
  }

  const failures: string[] = []
  const running = (async () => {
    while (!ending.signal.aborted) {
      for (const plural of PLURALS) {
        // A status that another writer has changed in between, or an object that is gone: the next pass sees it.
        const items = await custom.listNamespacedCustomObject({ ...SERVED, namespace, plural }).then(
          (list) => (list as { items: Played[] }).items,
          () => [],
        )
        for (const object of items)
          await pass(plural, object).catch((error: { code?: number; message: string }) => {
            if (error.code !== 404 && error.code !== 409) failures.push(error.message)
          })
      }
      await delay(100)
    }
    if (failures.length > 0) throw new Error(`the played Chaos Mesh could not go on: ${failures[0]}`)
  })()
  running.catch(() => undefined)
  return played
}

function kindOf(plural: string): string {
  return { podchaos: 'PodChaos', networkchaos: 'NetworkChaos' }[plural] ?? 'StressChaos'
}

/**
 * Shells under the names of what chaos-daemon starts: the kernel calls a script by its file. dd fills its buffer and cannot write it, until
 * the shell that reads ends: a FIFO without a writer is never opened.
 */
async function stress(at: ContainerOfPod, { cpu, memory }: Stressors, begins: boolean): Promise<void> {
  const begin = `cd /tmp || exit 1
printf '#!/bin/sh\nwhile :; do :; done\n' > stress-ng-cpu
printf '#!/bin/sh\ndd if=/dev/zero bs=$1 count=1 | read -r never < /tmp/never\n' > memStress
[ -p never ] || mkfifo never
chmod +x stress-ng-cpu memStress || exit 1
n=0; while [ $n -lt "$1" ]; do n=$((n + 1)); ./stress-ng-cpu </dev/null >/dev/null 2>&1 & done
[ "$2" = 0 ] || ./memStress "$2" </dev/null >/dev/null 2>&1 &`
  const end = `for d in /proc/[0-9]*; do read -r c < $d/comm; case $c in stress-ng*|memStress) kill -KILL \${d#/proc/};; esac; done 2>/dev/null; exit 0`
  await done(at, begins ? begin : end, [String(cpu?.workers ?? 0), String(Number.parseInt(memory?.size ?? '0'))])
}

/** The answer comes after two ways through the network: that of the connection and its own. */
async function slow(at: ContainerOfPod, latency: string, begins: boolean): Promise<void> {
  const begin = `mkdir -p "$d" && printf '%s\n' '#!/bin/sh' "sleep $1" 'while [ $# -gt 1 ]; do [ $1 != -m ] || w=$2; shift; done' \\
  'exec wget -T $w -O - "$1"' > "$d/curl" && chmod +x "$d/curl"`
  await done(at, `d=\${PATH%%:*}; ${begins ? begin : 'rm -f "$d/curl"'}`, [String((2 * Number.parseInt(latency)) / 1_000)])
}

async function done(at: ContainerOfPod, script: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await execIn(at, ['sh', '-c', script, 'sh', ...args], AbortSignal.timeout(20_000))
  if (exitCode !== 0) throw new Error(`${at.pod}: ${stderr}`)
}
