import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { present } from '../../verify/text/present.ts'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { allProcesses, procInfo, signalProcess } from './proc.ts'
import { readRecord } from './process.ts'
import type { ProcessRecord } from './process.ts'
import { labIsGone } from './process-undo.ts'

type JvmUndo = Extract<Undo, { driver: 'jvm' }>
type Where = Pick<JvmUndo, 'java' | 'heapAgentJar' | 'recordFile' | 'pid' | 'statusFile'>

/** What the agent in the JVM says of itself; chaos/heap-agent writes it to the status file after every order. */
export interface HeapStatus {
  pid: number
  /** Share asked for, 0 when released. */
  hold: number
  held_bytes: number
  /** used / max over the heap pools, as the alert rule counts. */
  share: number
  /** True when the heap had no room for more. */
  limited: boolean
}

const ATTACH_LIMIT_MS = 60_000

/** Gives the agent an order and returns what the JVM then says. */
export async function order(where: Where, text: string, signal?: AbortSignal): Promise<HeapStatus> {
  const parameters = ['-jar', where.heapAgentJar, String(where.pid), `${text},status=${where.statusFile}`]
  return JSON.parse(await attach(where.java, parameters, await readRecord(where.recordFile), ATTACH_LIMIT_MS, signal)) as HeapStatus
}

/** Runs a program of the JDK that attaches to a JVM, as the target's user: the attach protocol demands it. Resolves with its stdout. */
export function attach(
  program: string,
  parameters: readonly string[],
  { uid, gid }: Pick<ProcessRecord, 'uid' | 'gid'>,
  timeout: number,
  signal?: AbortSignal,
): Promise<string> {
  // An empty environment: JAVA_TOOL_OPTIONS would load the tracing agent into this small program.
  const options = { env: {}, cwd: '/', timeout, killSignal: 'SIGKILL' as const, ...present({ signal, uid, gid }) }
  return new Promise((resolve, reject) => {
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim(), { cause: error }))
    })
  })
}

export const jvmUndo: UndoDriver<JvmUndo> = {
  async restore(undo, signal) {
    if (memoryIsGone(undo)) return
    // An attach that outlived a killed drill must not fill the heap after this. What the JVM has already accepted it
    // carries out before the release, because it takes its orders one at a time.
    for (const attach of allProcesses().filter((info) => isAttach(info.pid, undo))) signalProcess(attach, 'SIGKILL')
    await order(undo, 'release', signal)
  },
  async readBack(undo) {
    if (memoryIsGone(undo)) return null
    const status = JSON.parse(await readFile(undo.statusFile, 'utf8')) as HeapStatus
    const released = status.pid === undo.pid && status.hold === 0 && status.held_bytes === 0
    return released ? null : `the JVM ${undo.pid} still holds ${status.held_bytes} bytes (status of JVM ${status.pid})`
  },
}

/** The memory ends with its JVM; a restarted one holds none. */
function memoryIsGone(undo: JvmUndo): boolean {
  const info = procInfo(undo.pid)
  return labIsGone(undo.recordFile) || info?.startTicks !== undo.startTicks || info.state === 'Z'
}

function isAttach(pid: number, undo: JvmUndo): boolean {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const at = argv.indexOf(undo.heapAgentJar)
    return at > 0 && argv[at - 1] === '-jar' && argv[at + 1] === String(undo.pid) && argv[at + 2]?.startsWith('hold=') === true
  } catch {
    return false
  }
}
