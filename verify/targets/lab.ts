import { join, resolve } from 'node:path'
import { mergedOverrides, parseOverrides, type Overrides } from '../../lab/overrides.ts'
import { portsFrom } from '../../lab/parts/part-ports.ts'
import { KNOWN_PARTS } from '../../lab/parts/lab-parts.ts'
import { labDirectory, labDown, labUp, readState, type LabProgress, type LabState } from '../../lab/stack.ts'
import { CHECKOUT } from '../../lab/tools/cache.ts'
import { labTarget, provideSecrets } from '../../lab/lab-target.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Target } from '../model/target.ts'
import { readPlatform } from '../platform/read-platform.ts'
import type { Progress } from '../run/ports.ts'
import { undoBeforeDrill } from './leftovers.ts'
import { readText } from './read-text.ts'

/** What `run` and `lab up` say of a lab; paths are relative to the working directory. */
export interface LabRequest {
  speed: number
  /** Monitoring files to deploy instead of monitoring/. */
  monitoring?: string
  /** The compose file to deploy; absent: the one beside the monitoring files. */
  compose?: string
  /** A YAML file that replaces parts. */
  lab?: string
  /** A file of lab/versions/: other versions of the stack's programs. */
  versions?: string
}

/** Options for labUp. Throws when a named file is missing or wrong (exit code 2). */
export function labOptions(
  { speed, monitoring, compose, lab, versions }: LabRequest,
  io: Pick<CommandIo, 'cwd' | 'env' | 'signal' | 'platform' | 'stderr'>,
): { speed: number; monitoringDir: string; composeFile?: string; overrides: Overrides; env: NodeJS.ProcessEnv; signal: AbortSignal } {
  const { cwd, env, signal } = io
  const replaced = (file: string | undefined): Overrides =>
    file === undefined ? {} : parseOverrides(readText(resolve(cwd, file), 'LAB_OVERRIDES', '--lab names a YAML file'), file, KNOWN_PARTS)
  const overrides = mergedOverrides(
    replaced(versions === undefined ? undefined : join(CHECKOUT, 'lab', 'versions', `${versions}.yaml`)),
    replaced(lab),
  )
  return {
    speed,
    monitoringDir: monitoring === undefined ? (readPlatform(io).monitoring[0] ?? cwd) : resolve(cwd, monitoring),
    ...(compose === undefined ? {} : { composeFile: resolve(cwd, compose) }),
    overrides,
    env,
    signal,
  }
}

/** The lab, brought up around `work`; it is taken down afterwards unless it was up before or `keep` is set. */
export async function inLab<T>(
  request: LabRequest & { keep: boolean },
  io: CommandIo,
  progress: Progress,
  beforeUp: () => Promise<void>,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const options = labOptions(request, io)
  readText(
    join(options.monitoringDir, 'prometheus.yml'),
    'MONITORING',
    '--monitoring names a folder with prometheus.yml, alert-rules.yml, alertmanager/ and so on, as monitoring/ has them',
  )
  // A fault that an earlier drill left may be what keeps the lab from coming up.
  provideSecrets(io.env)
  await undoBeforeDrill('lab', progress, io.env)
  await beforeUp()
  progress.line(`lab: starting (durations divided by ${request.speed})`)
  const wasUp = (await labThatIsUp(io.env)) !== undefined
  const up = await labUp({ ...options, progress: (event) => partLine(event, progress) })
  try {
    progress.line(up.reused ? 'lab: was up already' : `lab: every part healthy after ${Math.round((up.state.readyAfterMs ?? 0) / 1000)} s`)
    return await work(labTarget(up.state))
  } finally {
    if (!request.keep && !wasUp) {
      progress.line('lab: stopping')
      await labDown({ env: io.env })
    }
  }
}

export async function labThatIsUp(env: NodeJS.ProcessEnv): Promise<LabState | undefined> {
  const state = await readState(labDirectory(env, portsFrom(env).prometheus)).catch(() => undefined)
  return state?.phase === 'up' ? state : undefined
}

/** undefined when no lab is up. */
export async function labTargetThatIsUp(env: NodeJS.ProcessEnv): Promise<Target | undefined> {
  const state = await labThatIsUp(env)
  return state === undefined ? undefined : labTarget(state, env)
}

function partLine({ part, event, afterMs }: LabProgress, progress: Progress): void {
  if (event === 'ready' || event === 'reloaded') progress.line(`lab: ${part} ${event} after ${(afterMs / 1000).toFixed(1)} s`)
}
