import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import { writeAtomically } from '../files.ts'
import { lock } from '../socket-lock.ts'
import { PATIENT_MS, healthAnswers, type HealthCheck, type ProcessRecord } from './process.ts'
import { allProcesses, bootId, outputPaths, processTree, procInfo, type ProcInfo } from './proc.ts'

export interface Adoption {
  pid: number
  /** Where its record is written; absolute. */
  recordFile: string
  /** By its refusal the kill is proven, by its answer the start. */
  health: HealthCheck
  /** How it is started where /proc does not say: then with `env`. */
  command?: string[]
  env: Record<string, string>
}

/**
 * Writes the record of a process that another has started, so that faults may kill, pause and start it again: with the command,
 * environment, folder and user that it has now. Rejects with PROCESS_NOT_ADOPTED, and writes nothing, where a start could not be the same.
 */
export async function adoptProcess({ pid, recordFile, health, command, env }: Adoption): Promise<ProcessRecord> {
  const info = procInfo(pid)
  if (info === undefined || info.state === 'Z') throw notAdopted(`no process has the pid ${pid}`, 'Give the pid of one that runs.')
  const at = <T>(file: string, read: (path: string) => T): T => {
    try {
      return read(`/proc/${pid}/${file}`)
    } catch (error) {
      throw notAdopted(
        `/proc/${pid}/${file} cannot be read: ${(error as Error).message}`,
        'Adopt it, and drill, as the user that it runs as.',
      )
    }
  }
  const unit = unitOf(at('cgroup', text), procInfo(info.ppid)?.name)
  if (unit !== undefined)
    throw notAdopted(
      `process ${pid} belongs to ${unit} of systemd, and would run outside of it when a fault is undone`,
      'Only a process that no supervisor starts again can be killed so.',
    )
  if (processTree(info).some((each) => each.pid === process.pid))
    throw notAdopted(`firedrill runs below process ${pid}, and would be killed with it`, 'Give the pid of the part alone.')
  const other = ['mnt', 'net', 'pid'].find(
    (kind) => at(`ns/${kind}`, (path) => readlinkSync(path)) !== readlinkSync(`/proc/self/ns/${kind}`),
  )
  if (other !== undefined)
    throw notAdopted(
      `process ${pid} is in another ${other} namespace, and would not be when a fault is undone`,
      'A container is a part by docker: { container: NAME }. Else adopt it, and drill, in its namespaces.',
    )
  const cwd = at('cwd', (path) => readlinkSync(path))
  const exe = at('exe', (path) => readlinkSync(path))
  const own = { argv: strings(at('cmdline', text)), env: variables(strings(at('environ', text))) }
  const { argv, env: itsEnv } = command === undefined ? own : { argv: command, env }
  const program = programOf(argv[0] ?? '', itsEnv['PATH'] ?? '', cwd)
  // A program may have written its title over its command: https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
  if (program !== exe)
    throw notAdopted(
      `process ${pid} is ${exe}, and "${argv[0] ?? ''}" is ${program ?? 'no program'}`,
      command === undefined
        ? 'Give the command that starts it behind --, in the environment that it needs.'
        : 'Give the command of this very process.',
    )
  if (!(await healthAnswers(health, PATIENT_MS)))
    throw notAdopted('the address of --health does not answer, or not with a 2xx', 'Give one that it answers on.')
  const [uid = 0, gid = 0] = ['Uid', 'Gid'].map((name) =>
    Number(new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, 'm').exec(at('status', text))?.[1]),
  )
  const record: ProcessRecord = {
    name: info.name,
    ...{ argv, env: itsEnv, cwd },
    ...(uid === process.geteuid?.() && gid === process.getegid?.() ? {} : { uid, gid }),
    logFile: ownLog(info) ?? `${recordFile}.log`,
    stopSignal: 'SIGTERM',
    health,
    readyTimeoutMs: 30_000,
    ...{ pid, startTicks: info.startTicks, bootId: bootId() },
  }
  await mkdir(dirname(recordFile), { recursive: true })
  const held = await lock(`${recordFile}.lock`, 15_000)
  try {
    await writeAtomically(recordFile, `${JSON.stringify(record, null, 2)}\n`)
  } finally {
    await held.release()
  }
  return record
}

function notAdopted(message: string, next: string): FiredrillError {
  return new FiredrillError('PROCESS_NOT_ADOPTED', message, { exitCode: 3, next: `${next} Nothing was written.` })
}

function text(path: string): string {
  return readFileSync(path, 'utf8')
}

/** What ends in NUL each: https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html */
function strings(joined: string): string[] {
  return joined.replace(/\0$/, '').split('\0')
}

function variables(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf('=')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : []
    }),
  )
}

/**
 * The unit whose main process it is, by /proc/PID/cgroup and the name of its parent. What a job of cron or of CI has started is in the unit
 * of cron or of the runner, below another parent. https://systemd.io/CGROUP_DELEGATION/
 */
export function unitOf(cgroups: string, parent: string | undefined): string | undefined {
  if (parent !== 'systemd') return undefined
  return /^(?:0:|\d+:name=systemd):.*\/([^/\n]+\.service)$/m.exec(cgroups)?.[1]
}

/** The file that an argv[0] starts, as execvp finds it. */
function programOf(name: string, path: string, cwd: string): string | undefined {
  const files = name.includes('/') ? [resolve(cwd, name)] : path.split(delimiter).map((folder) => join(resolve(cwd, folder), name))
  const found = name === '' ? undefined : files.find((file) => existsSync(file) && statSync(file).isFile())
  return found === undefined ? undefined : realpathSync(found)
}

/** Its output, where that is a file of its own: by it a start that was cut off finds its process again. */
function ownLog(info: ProcInfo): string | undefined {
  const [file] = outputPaths(info.pid)
  if (file === undefined || !existsSync(file) || !statSync(file).isFile()) return undefined
  const tree = new Set(processTree(info).map(({ pid }) => pid))
  return allProcesses().some(({ pid }) => !tree.has(pid) && outputPaths(pid).includes(file)) ? undefined : file
}
