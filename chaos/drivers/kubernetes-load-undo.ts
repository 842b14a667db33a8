import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { configOf } from './kubernetes-driver.ts'
import { JOB_LABEL } from './kubernetes-load.ts'

type LoadUndo = Extract<Undo, { driver: 'kubernetes-load' }>

const POLL_MS = 250

export const kubernetesLoadUndo: UndoDriver<LoadUndo> = {
  async restore(undo, signal) {
    const { namespace, name, secret } = undo
    const { batch, core } = await clients(undo)
    // Foreground: the Job is there until no pod of it is.
    await batch.deleteNamespacedJob({ name, namespace, body: { propagationPolicy: 'Foreground' } }).catch(unlessAbsent)
    await core.deleteNamespacedConfigMap({ name, namespace }).catch(unlessAbsent)
    if (secret) await core.deleteNamespacedSecret({ name, namespace }).catch(unlessAbsent)
    while ((await leftOf(undo)) !== null && !signal.aborted) await delay(POLL_MS)
  },
  readBack: (undo) => leftOf(undo),
}

async function leftOf(undo: LoadUndo): Promise<string | null> {
  const { namespace, name, secret } = undo
  const { batch, core } = await clients(undo)
  const there = [
    ...((await batch.readNamespacedJob({ name, namespace }).catch(unlessAbsent)) === null ? [] : ['Job']),
    ...((await core.readNamespacedConfigMap({ name, namespace }).catch(unlessAbsent)) === null ? [] : ['ConfigMap']),
    ...(!secret || (await core.readNamespacedSecret({ name, namespace }).catch(unlessAbsent)) === null ? [] : ['Secret']),
  ]
  if (there.length > 0) return `${there.join(', ')} ${namespace}/${name} is still there`
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `${JOB_LABEL}=${name}` })
  return items.length === 0
    ? null
    : `pods of Job ${namespace}/${name} are still there: ${items.map(({ metadata }) => metadata?.name).join(', ')}`
}

async function clients({ context }: Pick<LoadUndo, 'context'>) {
  const { BatchV1Api, CoreV1Api } = await import('@kubernetes/client-node')
  const config = await configOf({ context })
  return { batch: config.makeApiClient(BatchV1Api), core: config.makeApiClient(CoreV1Api) }
}

function unlessAbsent(error: { code?: number }): null {
  if (error.code === 404) return null
  throw error
}
