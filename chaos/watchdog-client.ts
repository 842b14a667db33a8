/** The drill's end of the watchdog: starts it, keeps its lease alive, replaces it when it dies. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { FiredrillError } from '../verify/model/error.ts'
import { toolProgram } from '../verify/tool/tool-files.ts'

export interface WatchdogClient {
  /** Of the watchdog that lives now. */
  pid(): number | undefined
  /** Resolves when a watchdog is ready; starts one when there is none. Rejects with WATCHDOG when it cannot be started. */
  ensure(): Promise<void>
  /** From now on the fault of that id may last `ms`, whichever watchdog is there; then everything is undone. */
  limit(id: string, ms: number): void
  /** It is undone. */
  over(id: string): void
  /** Signals that all is done and waits for its end. */
  dismiss(): Promise<void>
  /** Lets go without a word: it undoes what is left. */
  abandon(): void
}

const PROGRAM = toolProgram('chaos/watchdog.ts')
const READY_WITHIN_MS = 20_000
/** Beyond this, only a fault that asks starts another one: a watchdog that always crashes must not spin. */
const MOST_REPLACEMENTS = 5

export function watchdogClient(ledgerFile: string, leaseMs: number, program = PROGRAM): WatchdogClient {
  let child: ChildProcess | undefined
  let starting: Promise<ChildProcess> | undefined
  let ending = false
  let replaced = 0
  /** When each fault has to be over, by the monotonic clock. */
  const limits = new Map<string, number>()
  const write = (line: string): void => {
    child?.stdin?.write(`${line}\n`)
  }
  const writeLimit = (id: string, overMs: number): void => {
    // The longest that a timer can be.
    write(`limit ${id} ${Math.min(Math.max(Math.round(overMs - performance.now()), 0), 2 ** 31 - 1)}`)
  }

  const start = async (): Promise<ChildProcess> => {
    const started = await startWatchdog(program, ledgerFile, leaseMs)
    child = started
    for (const [id, overMs] of limits) writeLimit(id, overMs)
    // A drill must not go on unwatched until its next fault happens to ask.
    started.once('exit', () => {
      child = undefined
      if (!ending && replaced++ < MOST_REPLACEMENTS) ensure().catch(() => undefined)
    })
    return started
  }
  const ensure = async (): Promise<void> => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) return
    starting ??= start().finally(() => {
      starting = undefined
    })
    await starting
  }
  const heartbeat = setInterval(() => write('alive'), leaseMs / 3)
  heartbeat.unref()
  return {
    pid: () => child?.pid,
    ensure,
    limit(id, ms) {
      limits.set(id, performance.now() + ms)
      writeLimit(id, performance.now() + ms)
    },
    over(id) {
      limits.delete(id)
      write(`over ${id}`)
    },
    async dismiss() {
      ending = true
      clearInterval(heartbeat)
      await starting?.catch(() => undefined)
      if (child === undefined) return
      const exited = once(child, 'exit')
      child.ref()
      child.stdin?.end('done\n')
      await exited
    },
    abandon() {
      ending = true
      clearInterval(heartbeat)
      child?.stdin?.end()
    },
  }
}

async function startWatchdog(program: string, ledgerFile: string, leaseMs: number): Promise<ChildProcess> {
  const log = await open(join(dirname(ledgerFile), 'watchdog.log'), 'a', 0o600)
  // detached: its own session, so a terminal's Ctrl-C and a closing terminal do not reach it.
  const child = spawn(process.execPath, [program, ledgerFile, String(leaseMs)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', log.fd],
  }) as ChildProcessByStdio<Writable, Readable, null>
  await log.close()
  const { stdin, stdout } = child
  const fail = (why: string) =>
    new FiredrillError('WATCHDOG', `the watchdog cannot be started: ${why}`, {
      exitCode: 3,
      next: `nothing may be harmed without it; see ${join(dirname(ledgerFile), 'watchdog.log')}`,
    })
  const ready = Promise.withResolvers<void>()
  const timer = setTimeout(() => ready.reject(fail(`not ready after ${READY_WITHIN_MS} ms`)), READY_WITHIN_MS)
  child.once('error', (error) => ready.reject(fail(error.message)))
  child.once('exit', (code, signal) => ready.reject(fail(`it ended with ${code ?? signal}`)))
  stdout.once('data', () => ready.resolve())
  try {
    await ready.promise
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(timer)
  }
  stdin.on('error', () => {})
  stdout.resume()
  // Nothing of it may keep the drill's process alive; unref is missing in the types of a pipe's streams.
  for (const handle of [child, stdin, stdout]) (handle as unknown as { unref(): void }).unref()
  return child
}
