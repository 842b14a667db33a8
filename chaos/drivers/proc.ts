import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** What /proc says about one process. pid alone is no identity: pids are reused, (pid, startTicks) within one boot is not. */
export interface ProcInfo {
  pid: number
  /** Its first 15 characters, of the program or as it calls itself. */
  name: string
  ppid: number
  /** R, S, D, T (stopped), Z (zombie) ...: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
  state: string
  pgrp: number
  /** Start time in clock ticks since boot. */
  startTicks: number
  /** CPU time of all its threads, those that ended included, in clock ticks. */
  cpuTicks: number
  /** It runs only when nothing else wants a CPU (SCHED_IDLE: https://man7.org/linux/man-pages/man7/sched.7.html). */
  givesWay: boolean
}

/** As /proc prints it. */
const SCHED_IDLE = '5'

/** undefined when there is no such process. */
export function procInfo(pid: number): ProcInfo | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The command name stands in parentheses and may itself contain ") ", so fields are counted from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    state: fields[0] ?? '?',
    ppid: Number(fields[1]),
    pgrp: Number(fields[2]),
    startTicks: Number(fields[19]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    givesWay: fields[38] === SCHED_IDLE,
  }
}

export function allProcesses(): ProcInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => procInfo(Number(name)))
    .filter((info) => info !== undefined)
}

/** The process and all below it, itself first. */
export function processTree(root: ProcInfo): ProcInfo[] {
  const all = allProcesses()
  const tree = [root]
  for (const parent of tree) tree.push(...all.filter((info) => info.ppid === parent.pid))
  return tree
}

/** Dead with its files closed. The first thread may be a zombie while others of the process still hold its sockets open. */
export function isGone(info: ProcInfo | undefined): boolean {
  if (info === undefined) return true
  if (info.state !== 'Z' && info.state !== 'X') return false
  try {
    return readdirSync(`/proc/${info.pid}/task`).length <= 1
  } catch {
    return true
  }
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** Paths behind file descriptors 1 and 2; empty when they may not be read. */
export function outputPaths(pid: number): string[] {
  return [1, 2].flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      return []
    }
  })
}

/** Sends a signal to exactly this process; false when it is gone (or its pid now belongs to another). */
export function signalProcess(target: ProcInfo, signal: NodeJS.Signals): boolean {
  const now = procInfo(target.pid)
  if (now === undefined || now.startTicks !== target.startTicks || now.state === 'Z') return false
  try {
    process.kill(target.pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/**
 * How long each thread was ready to run and had no CPU since it began, in ms, by thread id; what /proc/PID/schedstat says is of the first
 * thread alone: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function threadWaitsMs(pid: number): Map<number, number> {
  const waits = new Map<number, number>()
  try {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      const [, waitedNs] = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')
      waits.set(Number(tid), Number(waitedNs) / 1e6)
    }
  } catch {
    // It ended meanwhile; what was read is true.
  }
  return waits
}

/** Whether this kernel says how long threads wait for a CPU (Linux with CONFIG_SCHED_INFO). */
export function knowsWaits(): boolean {
  return existsSync('/proc/self/schedstat')
}

/** Clock ticks since boot over all CPUs: spent by anything (a hypervisor's other guests included), and altogether. */
export function machineTicks(): { busy: number; all: number } {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/)
  // guest and guest_nice, behind steal, are in user and nice already: https://man7.org/linux/man-pages/man5/proc_stat.5.html
  const ticks = fields.slice(0, 8).map(Number)
  const all = ticks.reduce((sum, each) => sum + each, 0)
  return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all }
}

/** For how long, in ms since boot, at least one thread of the machine waited for a CPU; undefined where the kernel does not say. */
export function cpuPressureMs(): number | undefined {
  try {
    // https://docs.kernel.org/accounting/psi.html
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]
    return total === undefined ? undefined : Number(total) / 1_000
  } catch {
    return undefined
  }
}
