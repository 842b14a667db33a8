import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { procInfo, processTree } from '../../chaos/drivers/proc.ts'

export interface Command {
  program: string
  args: readonly string[]
  cwd?: string
  env?: Readonly<Record<string, string>>
}

/** A command of a recipe failed; the log has its words. */
export class CommandFailed extends Error {
  readonly command: Command
  readonly log: string
  /** The last lines of the log that say something. */
  readonly tail: readonly string[]

  constructor(command: Command, how: string, log: string, tail: readonly string[]) {
    super(`${command.program} ${how}`)
    this.name = 'CommandFailed'
    this.command = command
    this.log = log
    this.tail = tail
  }
}

/**
 * Runs a command, its output appended to `log`; resolves with what it wrote to stdout. Rejects with CommandFailed, or the signal's reason.
 */
export type RunCommand = (command: Command, log: string, signal: AbortSignal, started?: (pid: number) => void) => Promise<string>

const KILL_AFTER_MS = 5000
const TAIL_LINES = 20

export const runCommand: RunCommand = (command, log, signal, started) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    mkdirSync(path.dirname(log), { recursive: true })
    const file = openSync(log, 'a')
    writeSync(file, `\n$ ${formatCommand(command)}\n`)
    // A process group of its own: stopping `go build` must stop its compilers, and Ctrl-C must reach them through us alone.
    const child = spawn(command.program, [...command.args], {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', file],
      detached: true,
    })
    const output: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => {
      output.push(chunk)
      writeSync(file, chunk)
    })
    if (child.pid !== undefined) yieldTo(child.pid)
    if (child.pid !== undefined) started?.(child.pid)
    let killTimer: NodeJS.Timeout | undefined
    const stop = () => {
      killGroup(child.pid, 'SIGTERM')
      killTimer = setTimeout(() => {
        killGroup(child.pid, 'SIGKILL')
      }, KILL_AFTER_MS)
    }
    signal.addEventListener('abort', stop, { once: true })
    let settled = false
    const settle = (finish: () => void) => {
      // A program that does not start has both an error and a close, and closing twice would close another command's log.
      if (settled) return
      settled = true
      signal.removeEventListener('abort', stop)
      clearTimeout(killTimer)
      closeSync(file)
      finish()
    }
    child.once('error', (error) => {
      settle(() => {
        reject(new CommandFailed(command, `did not start: ${error.message}`, log, []))
      })
    })
    child.once('close', (code, killedBy) => {
      settle(() => {
        if (signal.aborted) reject(signal.reason as Error)
        else if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
        else
          reject(new CommandFailed(command, code === null ? `was ended by ${String(killedBy)}` : `ended with code ${code}`, log, tail(log)))
      })
    })
  })

/**
 * As a person would type it. Only for reading: what runs is the array. Variables that this process has as well are left out: a password
 * among them would be in the log.
 */
export function formatCommand(command: Command): string {
  const own = Object.entries(command.env ?? {}).filter(([name, value]) => process.env[name] !== value)
  const env = own.map(([name, value]) => `${name}=${quote(value)}`)
  return [...env, command.program, ...command.args.map(quote)].join(' ')
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** lint and simulate run while this builds, and they are what the person waits for. */
function yieldTo(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already.
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

function tail(log: string): string[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-TAIL_LINES)
}

/** USER_HZ, by which /proc counts: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100

/** CPU seconds of a process, of what it waited for, and of what it started and still runs; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  const root = procInfo(pid)
  if (root === undefined) return 0
  return processTree(root).reduce((sum, info) => sum + ticksOf(info.pid), 0) / TICKS_PER_SECOND
}

/** utime, stime, cutime and cstime: fields 14 to 17, counted after the name, which may hold spaces. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  } catch {
    return 0
  }
}
