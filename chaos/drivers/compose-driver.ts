/** Docker Compose as a person would call it: services made anew from the compose files, with or without an override. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { engine, unlessMissing } from './docker-driver.ts'
import { throughRestart } from './engine-away.ts'

type ComposeUndo = Extract<Undo, { driver: 'compose' }>

const POLL_MS = 200

/** The override file of an injection, which docker compose has among its arguments as long as it works on it. */
export function overrideFile({ folder }: Pick<ComposeUndo, 'folder'>): string {
  return join(folder, 'override.yaml')
}

/** Makes the undo's services as its files say, with `override` as the last of them, and waits until they are healthy. */
export async function composeUp(undo: ComposeUndo, override: string | undefined, signal: AbortSignal): Promise<void> {
  const files = [...undo.files, ...(override === undefined ? [] : [override])]
  const args = [
    ...['compose', '--project-name', undo.project, '--project-directory', undo.directory],
    ...files.flatMap((file) => ['--file', file]),
    ...undo.envFiles.flatMap((file) => ['--env-file', file]),
    // Nothing else is made, built or fetched: the images are those that run.
    ...['up', '--detach', '--wait', '--no-deps', '--no-build', '--pull', 'never'],
    ...undo.containers.map(({ service }) => service),
  ]
  const env = { ...process.env, DOCKER_HOST: `unix://${undo.socket}`, ...(undo.config === undefined ? {} : { DOCKER_CONFIG: undo.config }) }
  const child = spawn(undo.program, args, { env, cwd: undo.directory, stdio: ['ignore', 'ignore', 'pipe'], signal, killSignal: 'SIGTERM' })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000)
  })
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, by) => resolve(code === 0 ? '' : `it ended with ${code ?? by}`))
  })
  if (ended === '') return
  const last = said.trim().split('\n').slice(-3).join('; ')
  throw new Error(`${undo.program} compose up ${undo.containers.map(({ service }) => service).join(' ')}: ${last === '' ? ended : last}`)
}

/** Null when every container is as Docker Compose made it before the injection. Changes nothing. */
export async function differsFromDeployed(undo: Pick<ComposeUndo, 'socket' | 'containers' | 'folder'>): Promise<string | null> {
  const docker = await engine(undo.socket)
  for (const { container, hash } of undo.containers) {
    const info = await docker.getContainer(container).inspect().catch(unlessMissing)
    if (info === null) return `container ${container} was removed`
    if (info.Mounts.some(({ Source }) => Source.startsWith(`${undo.folder}/`)))
      return `container ${container} has the compressed configuration`
    if (!info.State.Running || info.State.Paused) return `container ${container} is not running`
    if (info.Config.Labels['com.docker.compose.config-hash'] !== hash)
      return `container ${container} has another compose configuration than before the drill: docker-compose.yaml, .env or a variable of the environment has changed`
  }
  return null
}

export const composeUndo: UndoDriver<ComposeUndo> = {
  async restore(undo, signal) {
    await untilNoneWorksOn(overrideFile(undo), signal)
    if ((await throughRestart(undo.socket, () => differsFromDeployed(undo), signal)) !== null) await composeUp(undo, undefined, signal)
    await rm(undo.folder, { recursive: true, force: true })
  },
  async readBack(undo, signal) {
    return (
      (await throughRestart(undo.socket, () => differsFromDeployed(undo), signal)) ??
      (existsSync(undo.folder) ? `${undo.folder} is still there` : null)
    )
  },
}

/** A docker compose that a killed drill started goes on by itself, and two at a time make one container twice. */
async function untilNoneWorksOn(file: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await worksOn(file))) await delay(POLL_MS)
}

async function worksOn(file: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.some((line) => line.split('\0').includes(file))
}
