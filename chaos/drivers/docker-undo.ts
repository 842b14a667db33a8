import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { engine, inspectContainer, unlessMissing, type ContainerState } from './docker-driver.ts'
import { runInContainer } from './docker-exec.ts'
import { throughRestart } from './engine-away.ts'

type DockerUndo = Extract<Undo, { driver: 'docker' }>

const POLL_MS = 250

export const dockerUndo: UndoDriver<DockerUndo> = {
  restore: (undo, signal) => throughRestart(undo.socket, () => restore(undo, signal), signal),
  readBack: (undo, signal) => throughRestart(undo.socket, () => wrongWith(undo), signal),
  async settle(undo, signal) {
    for (;;) {
      const health = (await present(undo))?.health
      if (health === undefined || health === 'healthy') return null
      if (signal.aborted) return `container ${undo.container} runs and is ${health}`
      await delay(POLL_MS)
    }
  },
}

async function restore(undo: DockerUndo, signal: AbortSignal): Promise<void> {
  const state = await present(undo)
  if (state === null || state.id !== undo.id) return
  const container = (await engine(undo.socket)).getContainer(undo.id)
  if (state.paused) await container.unpause()
  else if (!state.running) await container.start()
  while ((await wrongWith(undo)) !== null && !signal.aborted) await delay(POLL_MS)
  if (state.healthArgv !== undefined) await untilAnswers(undo, state.healthArgv, signal)
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

/** Another container that runs under the name was put there instead: nothing of the fault is left. */
async function wrongWith(undo: DockerUndo): Promise<string | null> {
  const state = await present(undo)
  if (state === null) return `container ${undo.container} was removed`
  const which = state.id === undo.id ? '' : ', which replaced the one of the fault,'
  if (!state.running) return `container ${undo.container}${which} is not running`
  return state.paused ? `container ${undo.container}${which} is paused` : null
}

/** One run of a health check's program. */
const HEALTH_LIMIT_MS = 10_000

/**
 * What has just been started answers later, a database after its recovery, and only then is the fault over. The program of its health check
 * says when, run here at once: Docker itself runs it every some seconds, by which each fault would last longer.
 */
async function untilAnswers(undo: DockerUndo, argv: readonly string[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const asked = await runInContainer(undo.socket, undo.id, { argv, limitMs: HEALTH_LIMIT_MS }).catch(() => undefined)
    if (asked?.code === 0 || (await wrongWith(undo)) !== null) return
    await delay(POLL_MS)
  }
}
