/**
 * Native processes owned by the lab: one JSON record each, which says how to start it and which process it is now.
 * Any firedrill process (lab, tool, watchdog, undo) can start, stop, kill or pause it from the record alone.
 */
import { spawn } from 'node:child_process'
import { open, readFile, realpath } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { FiredrillError } from '../../verify/model/error.ts'
import { lastLines, writeAtomically } from '../files.ts'
import { lock } from '../socket-lock.ts'
import { allProcesses, bootId, isGone, outputPaths, procInfo, processTree, signalProcess, type ProcInfo } from './proc.ts'

export type HealthCheck =
  | { kind: 'tcp'; host: string; port: number }
  /** Healthy when the status is `status`, or any 2xx when absent. */
  | { kind: 'http'; url: string; status?: number }
  | { kind: 'none' }

/** How to start a process. */
export interface ProcessSpec {
  name: string
  /** argv[0] is the program (a path, or a name found on env.PATH). Never a shell string. */
  argv: string[]
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>
  cwd: string
  uid?: number
  gid?: number
  /** stdout and stderr are appended here. One file per process: it also serves to find a process again. */
  logFile: string
  stopSignal: NodeJS.Signals
  health: HealthCheck
  readyTimeoutMs: number
}

/** A spec and the process that it is now. pid is null before the first start. */
export interface ProcessRecord extends ProcessSpec {
  pid: number | null
  startTicks: number | null
  bootId: string | null
}

export type ProcessState = 'running' | 'paused' | 'dead'

/** Writes the record (mode 0600: env may hold secrets). The process of an earlier record at that path stays known. */
export async function writeRecord(recordFile: string, spec: ProcessSpec): Promise<void> {
  let known = { pid: null, startTicks: null, bootId: null } as Pick<ProcessRecord, 'pid' | 'startTicks' | 'bootId'>
  try {
    const { pid, startTicks, bootId: boot } = await readRecord(recordFile)
    known = { pid, startTicks, bootId: boot }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
  }
  await writeAtomically(recordFile, JSON.stringify({ ...spec, ...known }, null, 2) + '\n')
}

/** Rejects with PROCESS_RECORD when the file is missing or is no record. */
export async function readRecord(recordFile: string): Promise<ProcessRecord> {
  let record: ProcessRecord
  try {
    record = JSON.parse(await readFile(recordFile, 'utf8')) as ProcessRecord
  } catch (error) {
    throw new FiredrillError('PROCESS_RECORD', `cannot read the process record: ${(error as Error).message}`, {
      exitCode: 3,
      place: { file: recordFile },
      cause: error,
    })
  }
  if (!Array.isArray(record.argv) || record.argv.length === 0 || typeof record.logFile !== 'string' || typeof record.name !== 'string') {
    throw new FiredrillError('PROCESS_RECORD', 'not a process record', { exitCode: 3, place: { file: recordFile } })
  }
  return record
}

/**
 * State := running. Does nothing when the recorded process lives (paused included). Resolves when it is spawned, not when it is healthy.
 */
export async function startProcess(recordFile: string): Promise<ProcessRecord> {
  const held = await lock(`${recordFile}.lock`, 15_000)
  try {
    const record = await readRecord(recordFile)
    if (liveProcess(record) !== undefined) return record
    // A starter that was killed between spawn and the record's rename leaves a process that no record names: adopt it.
    const info = (await findUnrecorded(record)) ?? (await spawnDetached(record))
    const started: ProcessRecord = { ...record, pid: info.pid, startTicks: info.startTicks, bootId: bootId() }
    await writeAtomically(recordFile, JSON.stringify(started, null, 2) + '\n')
    return started
  } finally {
    await held.release()
  }
}

/** Resolves when the health check answers; rejects PROCESS_EXITED when the process ends before, PROCESS_NOT_READY after readyTimeoutMs. */
export async function waitHealthy(recordFile: string, signal?: AbortSignal): Promise<void> {
  const record = await readRecord(recordFile)
  const deadline = performance.now() + record.readyTimeoutMs
  let pauseMs = 20
  for (;;) {
    signal?.throwIfAborted()
    const answers = await healthAnswers(record.health)
    // Asked after the check, so that a stranger on the port is not taken for the process.
    if (liveProcess(record) === undefined) {
      throw new FiredrillError('PROCESS_EXITED', `${record.name} ended before it was healthy${await logTail(record.logFile)}`, {
        exitCode: 3,
        next: `its log: ${record.logFile}`,
      })
    }
    if (answers) return
    if (performance.now() >= deadline) {
      throw new FiredrillError(
        'PROCESS_NOT_READY',
        `${record.name} is not healthy after ${record.readyTimeoutMs} ms (${describeHealth(record.health)})${await logTail(record.logFile)}`,
        { exitCode: 3, next: `its log: ${record.logFile}` },
      )
    }
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal })
    pauseMs = Math.min(250, pauseMs * 1.5)
  }
}

/** One try of the health check, which may take so long. Health `none` is always true. */
export async function healthAnswers(health: HealthCheck, withinMs = 1_000): Promise<boolean> {
  if (health.kind === 'none') return true
  if (health.kind === 'tcp') return (await probePort(health.host, health.port, withinMs)) === 'open'
  // Loaded here: an import of it loads all of undici, and lint reads the faults' parameters with their drivers.
  const { get } = await import('node:http')
  return new Promise((resolve) => {
    const request = get(health.url, { agent: false, timeout: withinMs }, (response) => {
      response.resume()
      const status = response.statusCode ?? 0
      resolve(health.status === undefined ? status >= 200 && status < 300 : status === health.status)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

/** Where one try decides, and nothing comes after it: a busy machine may take longer over an answer than a second. */
export const PATIENT_MS = 10_000

/** `silent`: neither accepted nor refused in time. */
export function probePort(host: string, port: number, withinMs = 1_000): Promise<'open' | 'refused' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: withinMs })
    socket.once('connect', () => {
      resolve('open')
      // Ended, not destroyed: closing with unread data sends a reset, which some servers log or even die of.
      socket.resume().end()
    })
    socket.once('timeout', () => {
      resolve('silent')
      socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'))
  })
}

/** The address whose refusal proves that the process is gone; undefined for health `none`. */
export function healthAddress(health: HealthCheck): { host: string; port: number } | undefined {
  if (health.kind === 'none') return undefined
  if (health.kind === 'tcp') return { host: health.host, port: health.port }
  const url = new URL(health.url)
  return { host: url.hostname, port: Number(url.port || 80) }
}

/** True while the recorded process lives, paused included. */
export async function isRunning(recordFile: string): Promise<boolean> {
  return (await processState(recordFile)) !== 'dead'
}

export async function processState(recordFile: string): Promise<ProcessState> {
  const info = liveProcess(await readRecord(recordFile))
  if (info === undefined) return 'dead'
  return info.state === 'T' ? 'paused' : 'running'
}

/** SIGKILL of the process group and all descendants (PostgreSQL's backends have groups of their own). Resolves when all are gone. */
export async function killProcess(recordFile: string): Promise<void> {
  const info = liveProcess(await readRecord(recordFile))
  if (info === undefined) return
  const tree = withGroup(info)
  for (const each of tree) signalProcess(each, 'SIGKILL')
  await untilAll(tree, isGone, 10_000, 'to die')
}

/** stopSignal, then after graceMs SIGKILL for the rest of the tree. Resolves when all of it is gone. */
export async function stopProcess(recordFile: string, graceMs = 10_000): Promise<void> {
  const record = await readRecord(recordFile)
  const info = liveProcess(record)
  if (info === undefined) return
  const tree = withGroup(info)
  signalProcess(info, record.stopSignal)
  // A stopped process acts on a signal only when continued.
  for (const each of tree) signalProcess(each, 'SIGCONT')
  const deadline = performance.now() + graceMs
  while (waiting(tree, isGone).length > 0 && performance.now() < deadline) await delay(10)
  for (const each of waiting(tree, isGone)) signalProcess(each, 'SIGKILL')
  await untilAll(tree, isGone, 10_000, 'to die')
}

/** SIGSTOP of the whole tree, as a container runtime freezes all of a container. Rejects when the process is dead. */
export async function pauseProcess(recordFile: string): Promise<void> {
  const record = await readRecord(recordFile)
  const info = liveProcess(record)
  if (info === undefined) throw new FiredrillError('PROCESS_DEAD', `${record.name} is not running, so it cannot be paused`, { exitCode: 3 })
  const tree = withGroup(info)
  for (const each of tree) signalProcess(each, 'SIGSTOP')
  await untilAll(tree, (now) => now === undefined || now.state === 'T' || now.state === 'Z', 5_000, 'to stop')
}

/** SIGCONT of the whole tree; does nothing when the process is dead or was not paused. */
export async function resumeProcess(recordFile: string): Promise<void> {
  const info = liveProcess(await readRecord(recordFile))
  if (info === undefined) return
  const tree = withGroup(info)
  for (const each of tree) signalProcess(each, 'SIGCONT')
  await untilAll(tree, (now) => now?.state !== 'T', 5_000, 'to continue')
}

/** SIGHUP, on which many programs read their configuration again. Rejects when the process is dead. */
export async function hangUpProcess(recordFile: string): Promise<void> {
  const record = await readRecord(recordFile)
  const info = liveProcess(record)
  if (info === undefined) throw new FiredrillError('PROCESS_DEAD', `${record.name} is not running, so it cannot reload`, { exitCode: 3 })
  signalProcess(info, 'SIGHUP')
}

/** The recorded process if it still is that process: pid, start time and boot all agree, and it is no zombie. */
export function liveProcess(record: ProcessRecord): ProcInfo | undefined {
  if (record.pid === null) return undefined
  const info = procInfo(record.pid)
  const same = info !== undefined && info.state !== 'Z' && info.startTicks === record.startTicks && record.bootId === bootId()
  return same ? info : undefined
}

function withGroup(root: ProcInfo): ProcInfo[] {
  const tree = processTree(root)
  const known = new Set(tree.map((info) => info.pid))
  const group = root.pgrp === root.pid ? allProcesses().filter((info) => info.pgrp === root.pid && !known.has(info.pid)) : []
  return [...tree, ...group]
}

function waiting(targets: ProcInfo[], reached: (now: ProcInfo | undefined) => boolean): ProcInfo[] {
  return targets.filter((target) => {
    const now = procInfo(target.pid)
    return !reached(now?.startTicks === target.startTicks ? now : undefined)
  })
}

async function untilAll(
  targets: ProcInfo[],
  reached: (now: ProcInfo | undefined) => boolean,
  withinMs: number,
  what: string,
): Promise<void> {
  const deadline = performance.now() + withinMs
  for (let rest = waiting(targets, reached); rest.length > 0; rest = waiting(targets, reached)) {
    if (performance.now() >= deadline)
      throw new FiredrillError(
        'PROCESS_SIGNAL',
        `process ${rest.map((info) => info.pid).join(', ')} failed ${what} within ${withinMs} ms`,
        { exitCode: 3 },
      )
    await delay(5)
  }
}

/** Redis and PostgreSQL overwrite their own environment to set a title, so the log file behind stdout is the mark that stays. */
async function findUnrecorded(record: ProcessRecord): Promise<ProcInfo | undefined> {
  const logFile = await realpath(record.logFile).catch(() => undefined)
  if (logFile === undefined) return undefined
  const holders = allProcesses().filter((info) => info.state !== 'Z' && outputPaths(info.pid).includes(logFile))
  const pids = new Set(holders.map((info) => info.pid))
  return holders.find((info) => !pids.has(info.ppid) && info.pgrp === info.pid)
}

async function spawnDetached(record: ProcessRecord): Promise<ProcInfo> {
  const [program, ...parameters] = record.argv as [string, ...string[]]
  const log = await open(record.logFile, 'a', 0o640)
  try {
    const child = spawn(program, parameters, {
      cwd: record.cwd,
      env: record.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(record.uid === undefined ? {} : { uid: record.uid }),
      ...(record.gid === undefined ? {} : { gid: record.gid }),
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) =>
        reject(new FiredrillError('PROCESS_SPAWN', `${record.name} cannot be started: ${error.message}`, { exitCode: 3, cause: error })),
      )
    })
    child.unref()
    // A process that died at once is a zombie of ours until the exit event, so /proc still has it here.
    const info = child.pid === undefined ? undefined : procInfo(child.pid)
    if (info === undefined)
      throw new FiredrillError('PROCESS_EXITED', `${record.name} ended at once${await logTail(record.logFile)}`, { exitCode: 3 })
    return info
  } finally {
    await log.close()
  }
}

function describeHealth(health: HealthCheck): string {
  if (health.kind === 'none') return 'no health check'
  return health.kind === 'tcp' ? `tcp ${health.host}:${health.port}` : `GET ${health.url}`
}

/** The log's last lines, indented below the message they explain. */
async function logTail(logFile: string, lines = 12): Promise<string> {
  const tail = await lastLines(logFile, lines, 8_192)
  return tail.trim() === '' ? '' : `; the last lines of its log:\n${tail.replace(/^/gm, '    ')}`
}
