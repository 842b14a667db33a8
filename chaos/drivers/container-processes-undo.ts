import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { endProcesses, isHarmed, processesOf } from './container-processes.ts'
import { inspectWorkload, nameOf, type Workload } from './kubernetes-driver.ts'
import { containersOf, placeOf } from './pod-containers.ts'

type ProcessesUndo = Extract<Undo, { driver: 'container-processes' }>

const POLL_MS = 250

export const containerProcessesUndo: UndoDriver<ProcessesUndo> = {
  async restore({ workload, token, containers }, signal) {
    for (const each of await left(workload, containers)) await endProcesses(placeOf(workload, each), token, signal)
    while ((await notReady(workload)) !== null && !signal.aborted) await delay(POLL_MS)
  },
  async readBack({ workload, token, containers }, signal) {
    for (const each of await left(workload, containers)) {
      const harmed = (await processesOf(placeOf(workload, each), token, signal)).filter(isHarmed)
      const [first] = harmed
      if (first === undefined) continue
      const what = first.ours ? 'is of the fault and still runs' : 'is stopped'
      return `process ${first.pid} (${first.comm}) in container ${each.container} of pod ${each.pod} ${what}`
    }
    return notReady(workload)
  },
}

/** Those that still run as they did: a pod or container that was replaced has nothing of the fault. */
async function left(workload: Workload, containers: ProcessesUndo['containers']): Promise<ProcessesUndo['containers']> {
  const running = new Set((await containersOf(workload)).map(({ id }) => id))
  return containers.filter(({ id }) => running.has(id))
}

/** What another has scaled away or removed since has nothing of the fault either. */
async function notReady(workload: Workload): Promise<string | null> {
  const state = await inspectWorkload(workload)
  return state !== null && state.ready < state.wanted ? `${nameOf(workload)} has ${state.ready} of ${state.wanted} pods ready` : null
}
