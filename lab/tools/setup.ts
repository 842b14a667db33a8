import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import { messageOf, formatError } from '../../verify/text/error-text.ts'
import type { ExitCode } from '../../verify/model/error.ts'
import { partFolder, partKey, partRoot, surroundings } from './cache.ts'
import type { Surroundings } from './cache.ts'
import { CommandFailed, cpuSeconds, formatCommand, runCommand } from './child.ts'
import type { RunCommand } from './child.ts'
import { Estimate } from './estimate.ts'
import { lockSetup } from './setup-lock.ts'
import type { Part, PartId, ToolId } from './parts.ts'
import { planSetup, planText } from './plan-setup.ts'
import type { PlannedTask, SetupPlan } from './plan-setup.ts'
import { missingPrerequisites } from './prerequisites.ts'
import { clock, createProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { publishPart } from './publish.ts'
import { runTasks } from './tasks.ts'
import type { Outcome, Task } from './tasks.ts'
import { forgetFoundTools, isToolId, TOOL_IDS } from './tools.ts'

export interface SetupOptions {
  /** Only the parts that bring these tools; all when absent. */
  only?: readonly ToolId[]
  /** Says what it would do, and does nothing. */
  dryRun?: boolean
  progress: Progress
  /** Aborting ends the children and rejects with the signal's reason; what is finished stays. */
  signal?: AbortSignal
  ports?: Partial<SetupPorts>
}

/** What tests replace. */
export interface SetupPorts {
  around: Surroundings
  run: RunCommand
  /** CPU seconds of a process and all that it started. */
  cpuSeconds(pid: number): number
  plan(only: readonly ToolId[], around: Surroundings, cores: number): SetupPlan
  publish: typeof publishPart
  prerequisites(parts: readonly Part[]): string[]
  /** Milliseconds of any clock. */
  now(): number
  cores: number
}

export interface PartReport {
  id: PartId
  title: string
  state: 'ready' | 'made' | 'failed' | 'skipped'
  error?: unknown
}

export interface SetupReport {
  parts: PartReport[]
  wallSeconds: number
}

const REDRAW_MS = 1000

/**
 * Makes what is missing. Throws SETUP_PREREQUISITE before anything is begun, SETUP_FAILED when a part could not be made (all others are
 * tried first); both mean exit code 3.
 */
export async function setup(options: SetupOptions): Promise<SetupReport> {
  const around = options.ports?.around ?? surroundings()
  const ports: SetupPorts = {
    around,
    run: runCommand,
    cpuSeconds,
    plan: planSetup,
    publish: publishPart,
    prerequisites: missingPrerequisites,
    now: () => performance.now(),
    cores: os.availableParallelism(),
    ...options.ports,
  }
  const { progress } = options
  const only = options.only ?? []
  const first = ports.plan(only, around, ports.cores)
  for (const line of planText(first)) progress.line(line)
  if (first.absent.length > 0)
    throw new FiredrillError('SETUP_INCOMPLETE_CHECKOUT', `this checkout lacks ${first.absent.map((part) => part.title).join(', ')}`, {
      exitCode: 3,
      next: 'restore the files, say with: git status',
    })
  const lacking = ports.prerequisites(first.missing)
  if (lacking.length > 0 && options.dryRun !== true)
    throw new FiredrillError('SETUP_PREREQUISITE', lacking.join('\n  '), { exitCode: 3, next: 'then type: npm run setup' })
  for (const line of lacking) progress.line(`needed first: ${line}`)
  if (options.dryRun === true || first.missing.length === 0) {
    return { parts: first.ready.map(({ part }) => untouched(part, 'ready')), wallSeconds: 0 }
  }

  const lost = new AbortController()
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal])
  const holder = { pid: process.pid, checkout: around.checkout, startedAt: new Date().toISOString() }
  const release = await lockSetup(around.cacheRoot, holder, {
    waiting: (line) => {
      progress.line(line)
    },
    lost: (error) => {
      lost.abort(error)
    },
    signal,
  })
  try {
    // The set-up that held the lock may have made some of it.
    return await make(ports.plan(only, around, ports.cores), ports, progress, signal)
  } finally {
    forgetFoundTools()
    progress.end()
    if (!lost.signal.aborted) await release()
  }
}

async function make(plan: SetupPlan, ports: SetupPorts, progress: Progress, signal: AbortSignal): Promise<SetupReport> {
  const startedMs = ports.now()
  const outcomes: Outcome[] = []
  const running = new Map<string, Task>()
  const spent = new Map<string, number>()
  const commands: RunningCommands = new Map()
  const tasks = plan.tasks.map((planned) => toTask(planned, ports, spent, commands))
  const estimate = new Estimate(tasks, { lanes: plan.lanes, cores: ports.cores })
  const elapsedSeconds = () => (ports.now() - startedMs) / 1000
  const draw = () => {
    for (const [id, command] of commands) {
      command.latest = Math.max(command.latest, ports.cpuSeconds(command.pid))
      estimate.measured(id, command.earlier + command.latest)
    }
    const left = estimate.left(elapsedSeconds())
    progress.live({
      elapsedSeconds: elapsedSeconds(),
      remainingSeconds: left.seconds,
      atLeast: left.atLeast,
      partsDone: plan.missing.filter((part) => isMade(part, outcomes, plan)).length,
      parts: plan.missing.length,
      running: [...running.values()].map((task) => `${task.part} (${task.doing})`),
    })
  }
  const timer = setInterval(draw, REDRAW_MS)
  try {
    await runTasks(tasks, {
      lanes: plan.lanes,
      now: () => ports.now(),
      signal,
      watcher: {
        started: (task) => {
          running.set(task.id, task)
          estimate.started(task, elapsedSeconds())
          progress.line(`${clock(elapsedSeconds())}  ${task.part}: ${task.doing}`)
          draw()
        },
        ended: (outcome) => {
          running.delete(outcome.task.id)
          outcomes.push(outcome)
          estimate.ended(outcome.task, elapsedSeconds(), outcome.state === 'done')
          spent.set(outcome.task.part, (spent.get(outcome.task.part) ?? 0) + outcome.seconds)
          if (outcome.state === 'failed') progress.line(`${clock(elapsedSeconds())}  ${outcome.task.part}: failed; the others go on`)
          const part = plan.missing.find((one) => one.id === outcome.task.part)
          if (part !== undefined && outcome.state === 'done' && isMade(part, outcomes, plan))
            progress.line(`${clock(elapsedSeconds())}  ${part.id}: ready after ${Math.round(spent.get(part.id) ?? 0)} s`)
          draw()
        },
      },
    })
  } finally {
    clearInterval(timer)
  }
  signal.throwIfAborted()
  const report: SetupReport = {
    parts: [...plan.ready.map(({ part }) => untouched(part, 'ready')), ...plan.missing.map((part) => partReport(part, outcomes))],
    wallSeconds: elapsedSeconds(),
  }
  const failed = outcomes.filter((outcome) => outcome.state === 'failed')
  if (failed.length > 0) throw setupFailed(failed)
  progress.end()
  progress.line(`everything is ready after ${clock(report.wallSeconds)}`)
  return report
}

/** By the id of its task: the process of the command that runs, and the CPU seconds of the commands before it and of itself. */
type RunningCommands = Map<string, { pid: number; earlier: number; latest: number }>

/** A step of a recipe with its folders and its log; the last one also publishes the part. */
function toTask(planned: PlannedTask, ports: SetupPorts, spent: ReadonlyMap<string, number>, commands: RunningCommands): Task {
  const { part, step } = planned
  const { around } = ports
  return {
    ...planned.step,
    id: planned.id,
    part: part?.id ?? planned.id,
    after: planned.after,
    rank: planned.rank,
    run: async (signal) => {
      const name = part?.id ?? planned.id
      const log = path.join(around.cacheRoot, 'logs', `${name}.log`)
      if (step.lane === 'network') rmSync(log, { force: true })
      const work = path.join(around.cacheRoot, 'work', part === null ? name : `${name}-${partKey(part, around)}`)
      const out = part === null ? work : outFolder(part, around)
      // What an interrupted step left in `out` is not known to be whole; compilers keep their own caches.
      if (part !== null) rmSync(out, { recursive: true, force: true })
      for (const folder of [work, out]) mkdirSync(folder, { recursive: true })
      const startedMs = ports.now()
      const watch = (pid: number): void => {
        const former = commands.get(planned.id)
        commands.set(planned.id, { pid, earlier: (former?.earlier ?? 0) + (former?.latest ?? 0), latest: 0 })
      }
      await step.run({ around, work, out, signal, run: (command) => ports.run(command, log, signal, watch) })
      if (part !== null && planned.last) {
        ports.publish(part, around, out, (spent.get(part.id) ?? 0) + (ports.now() - startedMs) / 1000)
        rmSync(work, { recursive: true, force: true })
      }
    },
  }
}

/**
 * Beside the final folder, so that the rename is one step. Leftovers are removed; the process id is in the name because a compiler whose
 * setup was killed may still write to its own.
 */
function outFolder(part: Part, around: Surroundings): string {
  const folder = partFolder(part, around)
  for (const name of existsSync(partRoot(part, around)) ? readdirSync(partRoot(part, around)) : []) {
    if (name.endsWith('.partial')) rmSync(path.join(partRoot(part, around), name), { recursive: true, force: true })
  }
  return `${folder}.${process.pid}.partial`
}

function isMade(part: Part, outcomes: readonly Outcome[], plan: SetupPlan): boolean {
  const last = plan.tasks.find((task) => task.part === part && task.last)
  return outcomes.some((outcome) => outcome.task.id === last?.id && outcome.state === 'done')
}

function partReport(part: Part, outcomes: readonly Outcome[]): PartReport {
  const own = outcomes.filter((outcome) => outcome.task.part === part.id)
  const failed = own.find((outcome) => outcome.state === 'failed')
  return {
    id: part.id,
    title: part.title,
    state: failed !== undefined ? 'failed' : own.every((outcome) => outcome.state === 'done') ? 'made' : 'skipped',
    ...(failed === undefined ? {} : { error: failed.error }),
  }
}

function untouched(part: Part, state: 'ready'): PartReport {
  return { id: part.id, title: part.title, state }
}

/** Which tool, which command, its last words, and where all its words are. */
function setupFailed(failed: readonly Outcome[]): FiredrillError {
  const lines = failed.flatMap(({ task, error }) => {
    const head = `${task.part} could not be made (${task.doing}): ${messageOf(error)}`
    if (!(error instanceof CommandFailed)) return [head]
    return [head, `  command: ${formatCommand(error.command)}`, ...error.tail.map((line) => `  | ${line}`), `  log: ${error.log}`]
  })
  return new FiredrillError('SETUP_FAILED', lines.join('\n'), {
    exitCode: 3,
    next: 'mend the cause, then type: npm run setup (what is finished is kept)',
    cause: failed[0]?.error,
  })
}

/** Ids from a command line; throws UNKNOWN_TOOL (exit code 2). */
export function parseToolIds(words: readonly string[]): ToolId[] {
  return words.map((word) => {
    if (isToolId(word)) return word
    throw new FiredrillError('UNKNOWN_TOOL', `unknown tool "${word}"`, { exitCode: 2, next: `tools are: ${TOOL_IDS.join(', ')}` })
  })
}

/**
 * For the command line: progress and errors to `io.stderr`; Ctrl-C and SIGTERM end the children first. Resolves with the exit code: 0, 2, 3
 * or 130.
 */
export async function runSetup(
  options: { only?: readonly string[]; dryRun?: boolean },
  io: { stderr: Parameters<typeof createProgress>[0] },
): Promise<ExitCode> {
  const interrupted = new AbortController()
  const stop = () => {
    interrupted.abort(
      new FiredrillError('INTERRUPTED', 'setup was interrupted', { exitCode: 130, next: 'type: npm run setup (it goes on where it was)' }),
    )
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, stop)
  try {
    await setup({
      only: parseToolIds(options.only ?? []),
      dryRun: options.dryRun ?? false,
      progress: createProgress(io.stderr),
      signal: interrupted.signal,
    })
    return 0
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    io.stderr.write(`${formatError(error)}\n`)
    return error.exitCode
  } finally {
    for (const name of signals) process.off(name, stop)
  }
}
