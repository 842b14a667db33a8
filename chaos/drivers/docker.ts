import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { Undo, UndoDriver } from '../undo-record.ts'

type DockerUndo = Extract<Undo, { driver: 'docker' }>

/** Of GET /containers/{id}/json: https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerInspect */
export interface ContainerState {
  id: string
  running: boolean
  paused: boolean
  /** undefined when the container has no health check. */
  health?: string
}

export async function inspectContainer(socket: string, container: string): Promise<ContainerState> {
  const info = await (await client(socket)).getContainer(container).inspect()
  return {
    id: info.Id,
    running: info.State.Running,
    paused: info.State.Paused,
    ...(info.State.Health === undefined ? {} : { health: info.State.Health.Status }),
  }
}

/** SIGKILL. Docker then leaves it dead whatever its restart policy, because it was killed by request. */
export async function killContainer(socket: string, id: string): Promise<void> {
  await (await client(socket)).getContainer(id).kill({ signal: 'SIGKILL' })
}

/**
 * Its stop signal, SIGKILL after 10 s. https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerStop
 */
export async function stopContainer(socket: string, id: string): Promise<void> {
  await (await client(socket)).getContainer(id).stop({ t: 10 })
}

export async function pauseContainer(socket: string, id: string): Promise<void> {
  await (await client(socket)).getContainer(id).pause()
}

export const dockerUndo: UndoDriver<DockerUndo> = {
  async restore(undo, signal) {
    const state = await inspectContainer(undo.socket, undo.id)
    const container = (await client(undo.socket)).getContainer(undo.id)
    if (state.paused) await container.unpause()
    else if (!state.running) await container.start()
    // A container's own health check may take its time; the signal bounds the wait.
    while ((await wrongWith(undo)) !== null && !signal.aborted) await delay(250)
  },
  readBack: (undo) => wrongWith(undo),
}

async function wrongWith(undo: DockerUndo): Promise<string | null> {
  const { running, paused, health } = await inspectContainer(undo.socket, undo.id)
  if (!running) return `container ${undo.container} is not running`
  if (paused) return `container ${undo.container} is paused`
  return health === undefined || health === 'healthy' ? null : `container ${undo.container} is ${health}`
}

/** Loaded when used: most drills have no Docker, and the client is the heaviest dependency. */
async function client(socket: string): Promise<Docker> {
  const { default: Client } = await import('dockerode')
  return new Client({ socketPath: socket, timeout: 30_000 })
}
