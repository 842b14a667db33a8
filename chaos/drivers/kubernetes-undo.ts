import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { inspectWorkload, nameOf, scaleWorkload } from './kubernetes-driver.ts'

type KubernetesUndo = Extract<Undo, { driver: 'kubernetes' }>

const POLL_MS = 250

export const kubernetesUndo: UndoDriver<KubernetesUndo> = {
  async restore({ workload, uid, replicas }, signal) {
    const state = await inspectWorkload(workload)
    // What was made anew under the name has nothing of the fault; a number that another has set since then is theirs.
    if (state?.uid === uid && state.wanted === 0) await scaleWorkload(workload, 0, replicas, signal)
    while ((await wrongWith({ workload })) !== null && !signal.aborted) await delay(POLL_MS)
  },
  readBack: (undo) => wrongWith(undo),
}

/** An autoscaler may want another number than before the fault: as many as are wanted now must be ready. */
async function wrongWith({ workload }: Pick<KubernetesUndo, 'workload'>): Promise<string | null> {
  const state = await inspectWorkload(workload)
  if (state === null) return `${nameOf(workload)} was removed`
  if (state.wanted === 0) return `${nameOf(workload)} is scaled to 0`
  return state.ready < state.wanted ? `${nameOf(workload)} has ${state.ready} of ${state.wanted} pods ready` : null
}
