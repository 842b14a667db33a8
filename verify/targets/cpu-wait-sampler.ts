import { liveProcess, readRecord } from '../../chaos/drivers/process.ts'
import type { ContainerPlace } from '../model/target.ts'
import { allProcesses, cpuPressureMs, machineTicks, threadWaitsMs, type ProcInfo } from '../../chaos/drivers/proc.ts'
import type { ObservedSecond } from '../model/journal.ts'
import { containerPids } from './container-pid.ts'
import type { PodProcesses } from './pod-processes.ts'

/** A second, and how long each part waited in it. A part has many threads: the one that waited longest counts, so that no two add up. */
export interface CpuSample {
  second: ObservedSecond
  waitedMs: Record<string, number>
}

/** By part: its process record, or its container. */
export type Places = Readonly<Record<string, string | ContainerPlace>>

/** Exit codes of the process that observes: nothing of the target runs here; the cluster does not say which pods there are. */
export const ELSEWHERE = 3
export const UNLISTED = 4

/** The part that the drill's own k6 is among the others: it reads the clock of every request, so what it waits is part of each answer. */
const LOAD_GENERATOR = 'k6'

/** A wait that is shorter is the scheduler's everyday. */
const LEAST_MS = 10

/**
 * How long the processes of each part waited for a CPU since the call before, from /proc. `drill`: pid of the
 * process whose family is the drill's own. The first call resolves with undefined.
 */
export function cpuWaitSampler(places: Places, drill: number, pods?: PodProcesses): () => Promise<CpuSample | undefined> {
  let before: Reading | undefined
  const pidOf = containerPids()
  return async () => {
    const now = await read(places, drill, pidOf, pods)
    const last = before
    before = now
    return last === undefined ? undefined : between(last, now)
  }
}

interface Reading {
  atMs: number
  machine: { busy: number; all: number }
  pressureMs: number | undefined
  /** CPU time of each process of the target or the drill, and of those that give way to all others, by `pid startTicks`. */
  ticks: Map<string, number>
  /** Of each part, by `pid startTicks tid`. */
  waits: Map<string, Map<string, number>>
}

async function read(
  places: Places,
  drill: number,
  pidOf: ReturnType<typeof containerPids>,
  pods: PodProcesses | undefined,
): Promise<Reading> {
  const roots = new Map<number, string>([[drill, '']])
  for (const [part, place] of Object.entries(places)) {
    // One that is dead, or not written yet, waits for nothing.
    const pid = typeof place === 'string' ? (await readRecord(place).then(liveProcess, () => undefined))?.pid : await pidOf(place)
    if (pid !== undefined) roots.set(pid, part)
  }
  const all = new Map(allProcesses().map((info) => [info.pid, info]))
  const ticks: Reading['ticks'] = new Map()
  const waits: Reading['waits'] = new Map()
  for (const info of all.values()) {
    const owner = ownerOf(info, roots, all) ?? pods?.partOf(info.pid)
    if (owner === undefined && !info.givesWay) continue
    const id = `${info.pid} ${info.startTicks}`
    ticks.set(id, info.cpuTicks)
    const part = owner === '' && info.name === LOAD_GENERATOR ? LOAD_GENERATOR : owner
    if (part === undefined || part === '') continue
    const threads = waits.get(part) ?? new Map<string, number>()
    for (const [tid, ms] of threadWaitsMs(info.pid)) threads.set(`${id} ${tid}`, ms)
    waits.set(part, threads)
  }
  return { atMs: Date.now(), machine: machineTicks(), pressureMs: cpuPressureMs(), ticks, waits }
}

function ownerOf(info: ProcInfo, roots: ReadonlyMap<number, string>, all: ReadonlyMap<number, ProcInfo>): string | undefined {
  for (let at: ProcInfo | undefined = info; at !== undefined && at.pid > 1; at = all.get(at.ppid)) {
    const owner = roots.get(at.pid)
    if (owner !== undefined) return owner
  }
  return undefined
}

function between(last: Reading, now: Reading): CpuSample {
  const elapsedMs = Math.max(1, now.atMs - last.atMs)
  const all = Math.max(1, now.machine.all - last.machine.all)
  let own = 0
  for (const [id, ticks] of now.ticks) own += ticks - (last.ticks.get(id) ?? 0)
  const others = Math.min(1, Math.max(0, (now.machine.busy - last.machine.busy - own) / all))
  const pressure =
    now.pressureMs === undefined || last.pressureMs === undefined ? -1 : Math.min(1, (now.pressureMs - last.pressureMs) / elapsedMs)
  const waitedMs: Record<string, number> = {}
  for (const [part, threads] of now.waits) {
    const before = last.waits.get(part)
    let longest = 0
    for (const [id, ms] of threads) {
      const known = before?.get(id)
      longest = Math.max(longest, known === undefined ? Math.min(ms, elapsedMs) : ms - known)
    }
    if (longest >= LEAST_MS) waitedMs[part] = Math.round(longest)
  }
  return { second: [last.atMs, now.atMs, hundredths(others), hundredths(pressure)], waitedMs }
}

function hundredths(share: number): number {
  return Math.round(share * 100) / 100
}
