import type Docker from 'dockerode'
import type { TargetPart } from '../../verify/model/target.ts'
import { notPossible, notSteady } from '../fault.ts'

/** Of GET /containers/{id}/json: https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerInspect */
export interface ContainerState {
  id: string
  name: string
  running: boolean
  paused: boolean
  /** undefined when the container has no health check. */
  health?: string
  /** The program that its health check runs. */
  healthArgv?: string[]
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
  const healthArgv = healthProgram(info.Config.Healthcheck?.Test ?? [])
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    startedAt: info.State.StartedAt,
    running: info.State.Running,
    paused: info.State.Paused,
    ...(info.State.Health === undefined ? {} : { health: info.State.Health.Status }),
    ...(healthArgv === undefined ? {} : { healthArgv }),
    ...(project === undefined ? {} : { project }),
  }
}

/** https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerCreate (Healthcheck.Test) */
function healthProgram([kind, ...rest]: readonly string[]): string[] | undefined {
  if (kind === 'CMD') return rest
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : undefined
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
    throw notPossible(
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

export function unlessMissing(error: { statusCode?: number }): null {
  if (error.statusCode === 404) return null
  throw error
}

/** Loaded when used: most drills have no Docker, and the client is the heaviest dependency. */
export async function engine(socket: string, timeoutMs = 30_000): Promise<Docker> {
  const { default: Client } = await import('dockerode')
  return new Client({ socketPath: socket, timeout: timeoutMs })
}
