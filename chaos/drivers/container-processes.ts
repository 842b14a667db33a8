import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { notPossible, notSteady, offered, type Permission } from '../fault.ts'
import { KEEPER_PERMISSIONS } from './kubernetes-keepers.ts'
import { EXEC_PERMISSIONS, execIn, NotStarted, type ContainerOfPod } from './pod-exec.ts'

/** Of the faults on processes of containers. */
export function processFaultPermissions(part: TargetPart): readonly Permission[] {
  const resource = `${offered(part, 'kubernetes').kind}s`
  return [
    { verb: 'get', group: 'apps', resource },
    { verb: 'list', group: '', resource: 'pods' },
    ...EXEC_PERMISSIONS,
    ...KEEPER_PERMISSIONS,
  ]
}

/** A process of a container, as the shell of an exec sees it. */
export interface ContainerProcess {
  pid: number
  comm: string
  /** R, S, D, T (stopped) ...: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
  state: string
  /** User and system time, in ticks of 10 ms. */
  cpuTicks: number
  /** It, or what has started it, was started by this injection. */
  ours: boolean
  /** The user of the exec may send it signals. */
  signals: boolean
}

/**
 * Needs nothing but a shell: `read`, `kill` and `printf` are its own. A process is the container's when it is in the control groups of this
 * shell: in a pod with shareProcessNamespace there are those of other containers as well. What an injection starts has its token in its
 * environment, and so has what that starts. $1: token; $2: look, stop, or end (all go on, and what the injection started is killed).
 */
const PROCESSES = `
text() { t=; { while IFS= read -r l || [ -n "$l" ]; do t="$t$l "; done < "$1"; } 2>/dev/null; }
text /proc/$$/cgroup; own=$t
[ -n "$own" ] || exit 3
for d in /proc/[0-9]*; do
  p=\${d#/proc/}
  [ "$p" = $$ ] && continue
  text $d/cgroup; [ "$t" = "$own" ] || continue
  text $d/environ; of=other
  case $t in *"FIREDRILL_FAULT=$1"*) of=ours;; esac
  case $2-$of in
    stop-other) kill -STOP $p;;
    end-other) kill -CONT $p;;
    end-ours) kill -KILL $p;;
  esac 2>/dev/null
  may=no; kill -0 $p 2>/dev/null && may=yes
  text $d/stat; [ -z "$t" ] || printf '%s %s %s\\n' $of $may "$t"
done
exit 0`

/** For startOurs, with the seconds and the token: all go on by themselves, also when nothing of the drill is left. */
export const ENDS_BY_ITSELF = `sleep "$1" || exit 1
set -- "$2" end${PROCESSES}`

const SEEN_MS = 10_000
const PASS_MS = 50
/** A stop takes a pass; each further one is for what was forked meanwhile. */
const PASSES = 40

/** Zombies are left out: they do nothing, and wait for their parent. Throws where the container has no shell. */
export async function processesOf(
  at: ContainerOfPod,
  token: string,
  signal: AbortSignal,
  action: 'look' | 'stop' | 'end' = 'look',
): Promise<ContainerProcess[]> {
  const { exitCode, stdout, stderr } = await execIn(at, ['sh', '-c', PROCESSES, 'sh', token, action], signal).catch((error: unknown) => {
    if (!(error instanceof NotStarted)) throw error
    // Else the container does not run at this moment.
    if (!/executable file not found|no such file or directory/i.test(error.message)) throw notSteady(error.message)
    throw notPossible(`${error.message}; the fault needs a shell (sh) in the image`)
  })
  if (exitCode !== 0)
    throw notSteady(`container ${at.container} of pod ${at.namespace}/${at.pod} does not show its control groups: ${stderr || exitCode}`)
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(parsed)
    .filter(({ state }) => state !== 'Z' && state !== 'X')
}

/** Stops all processes of the container but the injection's own, until each is seen stopped; returns those that never were. */
export async function stopProcesses(at: ContainerOfPod, token: string, signal: AbortSignal): Promise<ContainerProcess[]> {
  let left: ContainerProcess[] = []
  for (let pass = 0; pass < PASSES; pass += 1) {
    const seen = await processesOf(at, token, signal, 'stop')
    left = seen.filter(({ ours, state }) => !ours && state !== 'T')
    if (left.every(isInit)) return []
    await delay(PASS_MS)
  }
  return left
}

/** Lets all go on and ends what the injection started, until nothing of it is seen. */
export async function endProcesses(at: ContainerOfPod, token: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = (await processesOf(at, token, signal, 'end')).filter(isHarmed)
    if (left.length === 0) return
    await delay(PASS_MS)
  }
}

export function isHarmed({ ours, state }: ContainerProcess): boolean {
  return ours || state === 'T'
}

/** What waits for its children and serves no request itself. */
const INITS = /^(?:tini|tini-static|dumb-init|docker-init|catatonit|s6-svscan|sh|ash|dash|bash|busybox)$/

/**
 * The first process of a PID namespace cannot be stopped from inside (https://man7.org/linux/man-pages/man7/pid_namespaces.7.html). It need
 * not be where it only waits for the others.
 */
export function isInit({ pid, comm }: ContainerProcess): boolean {
  return pid === 1 && INITS.test(comm)
}

/**
 * Starts a program that outlives the exec, with the token in its environment and nowhere to write to; resolves when it is seen. Until it
 * has replaced the shell that started it, it would be taken for a process of the container.
 */
export async function startOurs(
  at: ContainerOfPod,
  token: string,
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const start = 'FIREDRILL_FAULT=$1; export FIREDRILL_FAULT; shift; sh -c "$@" </dev/null >/dev/null 2>&1 &'
  const { exitCode, stderr } = await execIn(at, ['sh', '-c', start, 'sh', token, script, 'sh', ...args], signal)
  const deadline = performance.now() + SEEN_MS
  while (exitCode === 0 && performance.now() < deadline) {
    if ((await processesOf(at, token, signal)).some(({ ours }) => ours)) return
    await delay(PASS_MS)
  }
  throw new Error(`container ${at.container} of pod ${at.pod} does not start what the fault needs: ${stderr || `exit code ${exitCode}`}`)
}

/** The processes of a container in which nothing is stopped and which has these programs; refuses any other. */
export async function calmProcesses(
  at: ContainerOfPod,
  token: string,
  programs: readonly string[],
  signal: AbortSignal,
): Promise<ContainerProcess[]> {
  const processes = await processesOf(at, token, signal)
  const named = `container ${at.container} of pod ${at.namespace}/${at.pod}`
  const stopped = processes.find(({ state }) => state === 'T')
  if (stopped !== undefined) throw notSteady(`process ${stopped.pid} (${stopped.comm}) of ${named} is stopped`)
  const asked = 'for p in "$@"; do command -v "$p" >/dev/null || printf "%s " "$p"; done'
  const { stdout } = await execIn(at, ['sh', '-c', asked, 'sh', ...programs], signal)
  if (stdout !== '') throw notPossible(`${named} has no ${stdout.trim()}, which the fault needs in the image`)
  return processes
}

const MEASURED_MS = 2_000
/** Of /proc/PID/stat on every Linux: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10

/** How many cores these processes of a container use, measured for 2 s. */
export async function coresInUse(
  at: ContainerOfPod,
  token: string,
  which: (process: ContainerProcess) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const used = async (): Promise<number> =>
    (await processesOf(at, token, signal)).filter(which).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0)
  const [beforeMs, before] = [performance.now(), await used()]
  await delay(MEASURED_MS, undefined, { signal })
  const ticks = (await used()) - before
  return (ticks * TICK_MS) / (performance.now() - beforeMs)
}

/** The command name stands in parentheses and may itself contain ") ", so fields are counted from the last one. */
function parsed(line: string): ContainerProcess {
  const [of, may] = line.split(' ', 2)
  const [, pid = '', comm = '', rest = ''] = /^\S+ \S+ (\d+) \((.*)\) (.*)$/.exec(line) ?? []
  const fields = rest.split(' ')
  return {
    pid: Number(pid),
    comm,
    state: fields[0] ?? '?',
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    ours: of === 'ours',
    signals: may === 'yes',
  }
}
