import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { procInfo } from '../../chaos/drivers/proc.ts'
import type { ContainerPlace } from '../model/target.ts'

/**
 * The first process of a container as this machine counts it; undefined when it does not run, or runs on another machine (Docker Desktop's
 * virtual one). The engine is asked again only when that process is gone. By plain HTTP: the process that observes stays small.
 */
export function containerPids(): (place: ContainerPlace) => Promise<number | undefined> {
  const known = new Map<string, { pid: number; startTicks: number }>()
  return async ({ socket, container }) => {
    const before = known.get(container)
    if (before !== undefined && procInfo(before.pid)?.startTicks === before.startTicks) return before.pid
    known.delete(container)
    const state = await inspected(socket, container)
    const info = state === undefined ? undefined : procInfo(state.pid)
    if (state === undefined || info === undefined || !cgroupOf(state.pid).includes(state.id)) return undefined
    known.set(container, { pid: info.pid, startTicks: info.startTicks })
    return info.pid
  }
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}

/** undefined where the engine does not answer, knows no such container, or it does not run. */
function inspected(socketPath: string, container: string): Promise<{ id: string; pid: number } | undefined> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: `/containers/${encodeURIComponent(container)}/json`, timeout: 1_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => {
        resolve(response.statusCode === 200 ? stateIn(Buffer.concat(chunks).toString('utf8')) : undefined)
      })
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => {
      resolve(undefined)
    })
  })
}

function stateIn(text: string): { id: string; pid: number } | undefined {
  const { Id, State } = JSON.parse(text) as { Id: string; State: { Pid: number } }
  return State.Pid > 0 ? { id: Id, pid: State.Pid } : undefined
}
