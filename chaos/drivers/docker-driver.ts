import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { TargetPart } from '../../verify/model/target.ts'
import { notSteady } from '../fault.ts'
import type { Undo, UndoDriver } from '../undo-record.ts'

type DockerUndo = Extract<Undo, { driver: 'docker' }>

/** Of GET /containers/{id}/json: https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerInspect */
export interface ContainerState {
  id: string
  name: string
  running: boolean
  paused: boolean
  /** undefined when the container has no health check. */
  health?: string
  /** The compose project that made it. */
  project?: string
  /** Of its present or last run, as the engine writes it: another one after each start. */
  startedAt: string
}

/** All of it. */
export type ContainerInfo = Docker.ContainerInspectInfo

export async function inspectContainer(socket: string, container: string): Promise<ContainerState> {
  const info = await (await engine(socket)).getContainer(container).inspect()
  const project = info.Config.Labels['com.docker.compose.project']
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    startedAt: info.State.StartedAt,
    running: info.State.Running,
    paused: info.State.Paused,
    ...(info.State.Health === undefined ? {} : { health: info.State.Health.Status }),
    ...(project === undefined ? {} : { project }),
  }
}

/**
 * The container that a fault is to harm. Refuses one that does not run, and one of another compose project that has the name: the target
 * does not list it.
 */
export async function containerToHarm(
  { socket, container, project }: NonNullable<TargetPart['docker']>,
  harm: string,
): Promise<ContainerState> {
  const state = await inspectContainer(socket, container).catch(unlessMissing)
  if (state === null) throw notSteady(`there is no container ${container}`)
  if (project !== undefined && state.project !== project)
    throw notSteady(
      `container ${container} is of ${state.project === undefined ? 'no compose project' : `the compose project ${state.project}`}, not of ${project}, so it is not ${harm}`,
    )
  if (!state.running || state.paused)
    throw notSteady(`container ${container} is ${state.paused ? 'paused' : 'not running'}, so it cannot be ${harm}`)
  return state
}

/** SIGKILL. Docker then leaves it dead under any restart policy, because it was killed by request. */
export async function killContainer(socket: string, id: string): Promise<void> {
  await (await engine(socket)).getContainer(id).kill({ signal: 'SIGKILL' })
}

/**
 * Its stop signal, SIGKILL after 10 s. https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerStop
 */
export async function stopContainer(socket: string, id: string): Promise<void> {
  await (await engine(socket)).getContainer(id).stop({ t: 10 })
}

export async function pauseContainer(socket: string, id: string): Promise<void> {
  await (await engine(socket)).getContainer(id).pause()
}

const POLL_MS = 250

export const dockerUndo: UndoDriver<DockerUndo> = {
  async restore(undo, signal) {
    const state = await present(undo)
    if (state === null || state.id !== undo.id) return
    const container = (await engine(undo.socket)).getContainer(undo.id)
    if (state.paused) await container.unpause()
    else if (!state.running) await container.start()
    while ((await wrongWith(undo)) !== null && !signal.aborted) await delay(POLL_MS)
  },
  readBack: (undo) => wrongWith(undo),
  async settle(undo, signal) {
    for (;;) {
      const health = (await present(undo))?.health
      if (health === undefined || health === 'healthy') return null
      if (signal.aborted) return `container ${undo.container} runs and is ${health}`
      await delay(POLL_MS)
    }
  },
}

/**
 * The container of the fault, or the one that has its name now: `docker compose up` gives a recreated service a new container and renames,
 * then removes the old one. Null when there is neither.
 */
async function present({ socket, id, container }: DockerUndo): Promise<ContainerState | null> {
  const own = await inspectContainer(socket, id).catch(unlessMissing)
  if (own?.name === container) return own
  return (await inspectContainer(socket, container).catch(unlessMissing)) ?? own
}

export function unlessMissing(error: { statusCode?: number }): null {
  if (error.statusCode === 404) return null
  throw error
}

/** Another container that runs under the name was put there instead: nothing of the fault is left. */
async function wrongWith(undo: DockerUndo): Promise<string | null> {
  const state = await present(undo)
  if (state === null) return `container ${undo.container} was removed`
  const which = state.id === undo.id ? '' : ', which replaced the one of the fault,'
  if (!state.running) return `container ${undo.container}${which} is not running`
  return state.paused ? `container ${undo.container}${which} is paused` : null
}

/** Loaded when used: most drills have no Docker, and the client is the heaviest dependency. */
export async function engine(socket: string, timeoutMs = 30_000): Promise<Docker> {
  const { default: Client } = await import('dockerode')
  return new Client({ socketPath: socket, timeout: timeoutMs })
}
