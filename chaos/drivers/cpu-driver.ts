import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { allProcesses, isGone, procInfo, signalProcess } from './proc.ts'
import type { ProcInfo } from './proc.ts'

type CpuUndo = Extract<Undo, { driver: 'cpu' }>

/**
 * What a process of the fault does: in each slice of 100 ms it is busy until it has had its share of a core as CPU time, never more to make
 * up for a slice in which it was kept waiting. It ends by itself when its time is over, or when the process that started it is gone (end
 * of its input). A text and no file, so that none can be missing in a package. argv: marker, share of a core, nice value, seconds.
 */
const BURNER = `
const [, share, nice, seconds] = process.argv.slice(1)
require('node:os').setPriority(Number(nice))
const SLICE_MS = 100
const cpuMs = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
const endMs = performance.now() + Number(seconds) * 1000
const slice = () => {
  const from = performance.now()
  if (from >= endMs) process.exit(0)
  const usedMs = cpuMs()
  while (cpuMs() - usedMs < SLICE_MS * share && performance.now() - from < SLICE_MS) {}
  setTimeout(slice, Math.max(0, SLICE_MS - (performance.now() - from)))
}
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume()
process.stdout.on('error', () => process.exit(0))
process.stdout.write('burning\\n')
slice()
`

/** Share of what was asked for that the processes must get, or the machine is too busy for the fault to be what the plan says. */
const REACHED = 0.8
/** Over which it is measured, again until so much time is over; the clock of /proc ticks every 10 ms. */
const MEASURED_MS = 1_000
const REACH_LIMIT_MS = 10_000
const TICKS_PER_S = 100
const START_LIMIT_MS = 15_000

export interface Burners {
  pids: number[]
  /** Cores in use, as /proc says. Rejects where it is less than was asked for. */
  reached(): Promise<number>
  stop(): Promise<void>
}

/** Resolves when each of them is busy. */
export async function startBurners(
  { marker, cores, nice, seconds }: { marker: string; cores: number; nice: number; seconds: number },
  signal: AbortSignal,
): Promise<Burners> {
  signal.throwIfAborted()
  const count = Math.ceil(cores)
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', BURNER, marker, String(cores / count), String(nice), String(seconds)], {
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )
  const stop = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map(ended))
  }
  // A pipe of a process that is gone; what happened to it is said by its end.
  for (const { stdin } of children) stdin?.on('error', () => {})
  try {
    await Promise.all(children.map((child) => busy(child, AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]))))
  } catch (error) {
    await stop()
    throw error
  }
  const pids = children.flatMap(({ pid }) => pid ?? [])
  return {
    pids,
    async reached() {
      const sinceMs = performance.now()
      for (;;) {
        const before = ticksOf(pids)
        const fromMs = performance.now()
        await delay(MEASURED_MS, undefined, { signal })
        const reached = (ticksOf(pids) - before) / TICKS_PER_S / ((performance.now() - fromMs) / 1_000)
        if (reached >= cores * REACHED) return reached
        if (performance.now() - sinceMs >= REACH_LIMIT_MS)
          throw new Error(`its processes get only ${reached.toFixed(2)} of ${cores} cores: the machine is busy with other work`)
      }
    },
    stop,
  }
}

function busy(child: ChildProcess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new Error(`a process did not begin: ${String(signal.reason)}`))
    signal.addEventListener('abort', refuse, { once: true })
    child.once('error', reject)
    child.once('exit', (code, by) => reject(new Error(`a process of the fault ended with ${code ?? by}`)))
    child.stdout?.once('data', () => {
      signal.removeEventListener('abort', refuse)
      resolve()
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()))
}

function ticksOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const info = procInfo(pid)
    if (info === undefined || isGone(info)) throw new Error(`process ${pid} of the fault is gone`)
    return sum + info.cpuTicks
  }, 0)
}

export const cpuUndo: UndoDriver<CpuUndo> = {
  async restore({ marker }, signal) {
    for (;;) {
      const left = marked(marker)
      if (left.length === 0) return
      for (const info of left) signalProcess(info, 'SIGKILL')
      await delay(20, undefined, { signal })
    }
  },
  async readBack({ marker }) {
    const left = marked(marker)
    return left.length === 0 ? null : `${left.length} processes of the fault still run: ${left.map(({ pid }) => pid).join(', ')}`
  },
}

/** Processes of the fault, by the marker that stands as a word of its own in their command line. */
export function marked(marker: string): ProcInfo[] {
  return allProcesses().filter((info) => !isGone(info) && wordsOf(info.pid).includes(marker))
}

/** Of another user's process too: those are not ours to end, and none has the marker of this injection. */
function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
