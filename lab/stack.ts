/**
 * The lab: the whole platform as native processes on loopback. One function brings it from any state to the wanted one, so that a first
 * start, a second `up`, a dead part and another speed are one case.
 */
import { randomBytes } from 'node:crypto'
import { constants, readFileSync } from 'node:fs'
import { access, chmod, chown, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { procInfo, processTree } from '../chaos/drivers/proc.ts'
import {
  PATIENT_MS,
  hangUpProcess,
  healthAnswers,
  liveProcess,
  processState,
  readRecord,
  resumeProcess,
  startProcess,
  stopProcess,
  waitHealthy,
  writeRecord,
} from '../chaos/drivers/process.ts'
import type { ProcessSpec, ProcessState } from '../chaos/drivers/process.ts'
import { lastLines } from '../chaos/files.ts'
import { tryLock } from '../chaos/socket-lock.ts'
import type { Lock } from '../chaos/socket-lock.ts'
import { FiredrillError } from '../verify/model/error.ts'
import { busyPorts, portBusyError } from './busy-ports.ts'
import { composeFileOf, readComposeFile } from './compose/compose-file.ts'
import {
  baseEnv,
  closedFolder,
  mountedFiles,
  FOUND_TOOLS,
  NO_TOOLS,
  partContext,
  recordFileOf,
  replacedTools,
  secretsFrom,
  TOOLS,
  unprivilegedUser,
} from './context.ts'
import type { LabContext } from './lab-settings.ts'
import { filled, toolsNamed } from './overrides.ts'
import type { Overrides } from './overrides.ts'
import { KNOWN_PARTS, partsOf } from './parts/lab-parts.ts'
import type { Part, PartContext } from './parts/part.ts'
import { PORTS, PORT_NAMES, portsFrom } from './parts/part-ports.ts'
import type { Address, PortEntry, PortName } from './parts/part-ports.ts'
import { labDirectory, readState, writeState } from './state.ts'
import type { LabPartState, LabState } from './state.ts'
import { takeDown } from './take-down.ts'
import { CHECKOUT } from './tools/cache.ts'
import { partOf } from './tools/parts.ts'
import { missingTools, toolPath } from './tools/tools.ts'
import { messageOf } from '../verify/text/error-text.ts'

export { labDirectory, readState } from './state.ts'
export type { LabState } from './state.ts'

/** What a person may want to see of it; `afterMs` since the call. */
export interface LabProgress {
  part: string
  event: 'preparing' | 'starting' | 'ready' | 'reloaded' | 'kept' | 'external' | 'stopping'
  afterMs: number
}

export interface LabOptions {
  /** 1: the configuration as deployed. */
  speed: number
  monitoringDir: string
  /** Absent: the one beside the folder of monitoring files, else that of this checkout. */
  composeFile?: string
  overrides?: Overrides
  /** Ids of parts; what they need comes along. Absent: all. */
  only?: readonly string[]
  env?: NodeJS.ProcessEnv
  progress?: (event: LabProgress) => void
  signal?: AbortSignal
}

export interface LabUp {
  state: LabState
  /** Nothing had to be done: this very lab was up. */
  reused: boolean
  /** Ids of parts that were started, restarted or reloaded. */
  changed: string[]
}

/**
 * Resolves when every part answers. A lab that is up is brought to these options: what differs is reloaded or restarted, the rest stays.
 * Rejects with PORT_BUSY and PART_LACKS_FILE (nothing was started), PART_NOT_READY, SETUP_MISSING, LAB_BUSY; what it had started is then
 * down again.
 */
export async function labUp(options: LabOptions): Promise<LabUp> {
  const env = options.env ?? process.env
  const startedMs = performance.now()
  const signal = options.signal ?? new AbortController().signal
  const tell = (part: string, event: LabProgress['event']) =>
    options.progress?.({ part, event, afterMs: Math.round(performance.now() - startedMs) })
  const ports = portsFrom(env)
  const labDir = labDirectory(env, ports.prometheus)
  const monitoringDir = path.resolve(options.monitoringDir)
  const composeFile = path.resolve(options.composeFile ?? composeFileOf(monitoringDir, path.join(CHECKOUT, 'docker-compose.yaml')))
  const secrets = secretsFrom(env)
  const compose = readComposeFile(composeFile, { ...definedIn(env), ...secrets }, monitoringDir)
  const parts = selectParts(partsOf(compose), options.only)
  requireTools(parts, options.overrides ?? {})
  const held = await lockLab(labDir)
  try {
    const known = await readState(labDir)
    const before = known?.phase === 'up' ? known : undefined
    if (before !== undefined) requireSamePlatform(before, partsOf(compose))
    // Parts that are not chosen stay as they are.
    const others = Object.entries(before?.overrides ?? {}).filter(([id]) => !parts.some((part) => part.id === id))
    const overrides: Overrides = { ...Object.fromEntries(others), ...options.overrides }
    const addresses = addressesWith(ports, overrides)
    // One that runs elsewhere, or is started in another way, may post to paths that are not the lab's to choose.
    const { kind, argv } = { argv: undefined, ...(overrides['alertmanager'] ?? { kind: 'command' }) }
    const receiverPath = kind === 'address' || argv !== undefined ? undefined : (before?.receiverPath ?? randomBytes(16).toString('hex'))
    const lab: LabContext = {
      labDir,
      env,
      addresses,
      secrets,
      ...(receiverPath === undefined ? {} : { receiverPath }),
      speed: options.speed,
      compose,
      unprivileged: unprivilegedUser(),
    }
    // A lab whose starter or stopper was killed may be in any state.
    if (before === undefined) await takeDown(labDir)
    const steps = await Promise.all(parts.map((part) => planStep(lab, part, overrides[part.id], signal)))
    requireFiles(lab, steps, overrides)
    await requireFreePorts(steps, addresses)
    const state: LabState = {
      version: 1,
      labDir,
      phase: before === undefined ? 'starting' : 'up',
      speed: options.speed,
      monitoringDir,
      composeFile,
      addresses,
      overrides,
      parts: mergeParts(before?.parts ?? [], steps),
      startedAt: before?.startedAt ?? new Date().toISOString(),
      readyAfterMs: before?.readyAfterMs ?? null,
      secrets,
      ...(receiverPath === undefined ? {} : { receiverPath }),
      ...(compose.allows === undefined ? {} : { allows: compose.allows }),
    }
    await makeFolders(lab)
    await writeState({
      ...state,
      ...(before === undefined ? {} : { speed: before.speed, monitoringDir: before.monitoringDir, composeFile: before.composeFile }),
    })
    try {
      await carryOut(steps, before !== undefined, signal, tell)
    } catch (error) {
      if (before === undefined) await takeDown(labDir, (part) => tell(part, 'stopping'))
      else await writeState(before)
      throw signal.aborted
        ? new FiredrillError('INTERRUPTED', before === undefined ? 'interrupted; the lab is down again' : 'interrupted', {
            exitCode: 130,
            cause: error,
          })
        : error
    }
    const up: LabState = { ...state, phase: 'up', readyAfterMs: state.readyAfterMs ?? Math.round(performance.now() - startedMs) }
    await writeState(up)
    const changed = steps.filter((step) => !['keep', 'external'].includes(step.action)).map((step) => step.part.id)
    return { state: up, reused: before !== undefined && changed.length === 0, changed }
  } finally {
    await held.release()
    await removeIfEmpty(path.dirname(labDir))
  }
}

/** Two platforms share ports and the folder: the one goes before the other comes. */
function requireSamePlatform({ parts, composeFile }: LabState, known: readonly Part[]): void {
  const other = parts.find(({ id }) => !known.some((part) => part.id === id))
  if (other === undefined) return
  throw new FiredrillError('LAB_OTHER_PLATFORM', `the lab of another platform is up: ${other.id}, of ${composeFile}`, {
    exitCode: 3,
    next: 'type: npm run lab -- down',
  })
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/**
 * A warm lab with another speed or other monitoring files: reloads or restarts what reads them. Rejects, with the former files in use
 * again, when a part refuses them.
 */
export async function reconfigure(options: LabOptions): Promise<LabUp> {
  const env = options.env ?? process.env
  const state = await currentState(env)
  return labUp({
    ...options,
    overrides: options.overrides ?? state.overrides,
    composeFile: options.composeFile ?? state.composeFile,
    only: options.only ?? state.parts.map((part) => part.id),
  })
}

/**
 * Takes the lab down: up, half-started or crashed. Returns the ids of the parts that ran, and how many stray processes
 * were ended.
 */
export async function labDown(
  options: { env?: NodeJS.ProcessEnv; progress?: (event: LabProgress) => void } = {},
): Promise<{ stopped: string[]; strays: number }> {
  const env = options.env ?? process.env
  const startedMs = performance.now()
  const labDir = labDirectory(env, portsFrom(env).prometheus)
  const held = await lockLab(labDir)
  try {
    return await takeDown(labDir, (part) =>
      options.progress?.({ part, event: 'stopping', afterMs: Math.round(performance.now() - startedMs) }),
    )
  } finally {
    await held.release()
    await removeIfEmpty(path.dirname(labDir))
  }
}

export interface PartStatus {
  id: string
  title: string
  state: ProcessState | 'external'
  healthy: boolean
  address: string
  pid: number | null
  /** Resident memory of the process and its children, bytes. */
  rssBytes: number | null
  logFile: string | null
}

/** Rejects with LAB_DOWN when there is no lab. */
export async function labStatus(env: NodeJS.ProcessEnv = process.env): Promise<{ state: LabState; parts: PartStatus[] }> {
  const state = await currentState(env)
  const parts = await Promise.all(
    state.parts.map(async (each) => {
      const part = KNOWN_PARTS.find(({ id }) => id === each.id)
      const address = state.addresses[part?.ports[0] ?? 'prometheus']
      const common = { id: each.id, title: part?.title ?? each.id, address: `${address.host}:${address.port}`, logFile: each.logFile }
      if (each.recordFile === null)
        return {
          ...common,
          state: 'external' as const,
          healthy: await healthAnswers({ kind: 'tcp', ...address }),
          pid: null,
          rssBytes: null,
        }
      const record = await readRecord(each.recordFile)
      const info = liveProcess(record)
      const condition = await processState(each.recordFile)
      return {
        ...common,
        state: condition,
        pid: info?.pid ?? null,
        rssBytes: info === undefined ? null : residentBytes(info.pid),
        healthy: condition === 'running' && (await healthAnswers(record.health)),
      }
    }),
  )
  return { state, parts }
}

/** The last lines of a part's log. Rejects with LAB_DOWN or UNKNOWN_PART. */
export async function labLogs(part: string, lines: number, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const state = await currentState(env)
  const known = state.parts.find(({ id }) => id === part)
  if (known === undefined)
    throw new FiredrillError('UNKNOWN_PART', `the lab has no part ${JSON.stringify(part)}`, {
      next: `its parts: ${state.parts.map(({ id }) => id).join(', ')}`,
    })
  if (known.logFile === null) throw new FiredrillError('UNKNOWN_PART', `${part} runs outside of the lab, which has no log of it`)
  return lastLines(known.logFile, lines)
}

async function currentState(env: NodeJS.ProcessEnv): Promise<LabState> {
  const state = await readState(labDirectory(env, portsFrom(env).prometheus))
  if (state === undefined) throw new FiredrillError('LAB_DOWN', 'no lab is up', { exitCode: 3, next: 'type: npm run lab -- up' })
  return state
}

/** The folder of all labs goes with the last one. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
  })
}

/** One lab, one starter or stopper at a time. */
async function lockLab(labDir: string): Promise<Lock> {
  await mkdir(path.dirname(labDir), { recursive: true, mode: 0o711 })
  const held = await tryLock(`${labDir}.lock`)
  if (held === null)
    throw new FiredrillError('LAB_BUSY', `another firedrill is starting or stopping the lab ${labDir}`, {
      exitCode: 3,
      next: 'wait for it, or end it with Ctrl-C',
    })
  return held
}

/** In registry order, with everything that they need. */
export function selectParts(all: readonly Part[], only: readonly string[] | undefined): Part[] {
  if (only === undefined) return [...all]
  const wanted = new Set<string>()
  const want = (id: string) => {
    const part = all.find((each) => each.id === id)
    if (part === undefined)
      throw new FiredrillError('UNKNOWN_PART', `the lab has no part ${JSON.stringify(id)}`, {
        next: `its parts: ${all.map((each) => each.id).join(', ')}`,
      })
    if (wanted.has(id)) return
    wanted.add(id)
    part.needs?.forEach(want)
  }
  only.forEach(want)
  return all.filter((part) => wanted.has(part.id))
}

function addressesWith(ports: Record<PortName, number>, overrides: Overrides): Record<PortName, Address> {
  const addresses = Object.fromEntries(PORT_NAMES.map((name) => [name, { host: '127.0.0.1', port: ports[name] }])) as Record<
    PortName,
    Address
  >
  for (const override of Object.values(overrides)) {
    if (override.kind === 'address') Object.assign(addresses, override.addresses)
  }
  return addresses
}

/** All at once, so that a person need not learn of them one by one. */
function requireTools(parts: readonly Part[], overrides: Overrides): void {
  const needed = parts.flatMap((part) => {
    const override = overrides[part.id]
    if (override?.kind === 'address') return []
    // Another command line still has the environment of the part, with its agents in it.
    const tools = part.tools.map((id) => override?.tools?.[id] ?? id)
    return [...(override?.argv === undefined ? tools : tools.slice(1)), ...(override === undefined ? [] : toolsNamed(override))]
  })
  const missing = missingTools([...new Set(needed)])
  if (missing.length > 0)
    throw new FiredrillError('SETUP_MISSING', `not installed: ${missing.join(', ')}`, {
      exitCode: 3,
      next: missing.some((id) => partOf(id).extra === true) ? `type: npm run setup -- ${missing.join(' ')}` : 'type: npm run setup',
    })
}

interface Step {
  part: Part
  context: PartContext
  action: 'keep' | 'start' | 'resume' | 'reload' | 'restart' | 'external'
  spec: ProcessSpec | undefined
  files: Record<string, string>
  recordFile: string
  /** Set when the first thing was done to the part. */
  touched: boolean
  /** To go back to when the part refuses what is new; undefined on a first start. */
  former: { spec: ProcessSpec; files: Record<string, string> } | undefined
  /** False for another build: its health check alone decides whether it is ready. */
  ours: boolean
}

async function planStep(lab: LabContext, part: Part, override: Overrides[string] | undefined, signal: AbortSignal): Promise<Step> {
  const recordFile = recordFileOf(lab.labDir, part.id)
  if (override?.kind === 'address') {
    return {
      part,
      context: partContext(lab, part, signal, NO_TOOLS),
      action: 'external',
      spec: undefined,
      files: {},
      recordFile,
      touched: false,
      former: undefined,
      ours: false,
    }
  }
  const ours = override?.argv === undefined
  const context = partContext(lab, part, signal, replacedTools(ours ? TOOLS : FOUND_TOOLS, override?.tools), override?.config)
  const spec = processSpec(lab, part, context, override)
  const files = { ...mountedFiles(context), ...part.files?.(context) }
  const step = { part, context, spec, files, recordFile, touched: false, ours }
  const condition = await processState(recordFile).catch(() => undefined)
  if (condition === undefined) return { ...step, action: 'start', former: undefined }
  const { pid: _pid, startTicks: _startTicks, bootId: _bootId, ...formerSpec } = await readRecord(recordFile)
  const former = { spec: formerSpec, files: await readFiles(context.dir, Object.keys(files)) }
  if (condition === 'dead') return { ...step, action: 'start', former }
  if (!isDeepStrictEqual(formerSpec, spec)) return { ...step, action: 'restart', former }
  if (!isDeepStrictEqual(former.files, files)) return { ...step, action: part.reload === undefined || !ours ? 'restart' : 'reload', former }
  if (condition === 'paused') return { ...step, action: 'resume', former }
  return { ...step, action: (await answersSoon(spec)) ? 'keep' : 'restart', former }
}

function runsAsDeployed(override: Overrides[string] | undefined): boolean {
  return override === undefined || (override.kind === 'command' && override.argv === undefined && Object.keys(override.env).length === 0)
}

/** What is deployed cannot run: no trouble of this machine, so the outcome is a failure. All of it at once. */
function requireFiles({ compose }: LabContext, steps: readonly Step[], overrides: Overrides): void {
  // Under other variables or another command line a part may do without.
  const lacking = steps.flatMap(({ part, context }) =>
    runsAsDeployed(overrides[part.id]) ? (part.lacks?.(context) ?? []).map((file) => ({ id: part.id, file })) : [],
  )
  if (lacking.length === 0) return
  const all = (list: string[]): string => [...new Set(list)].join(' and ')
  throw new FiredrillError(
    'PART_LACKS_FILE',
    `${all(lacking.map(({ id }) => id))} cannot start: ${all(lacking.map(({ file }) => file))}, which it must load, is not in the container`,
    {
      exitCode: 1,
      place: { file: compose.file },
      next: 'Compare the path with those of its image, configs and volumes; otel-agent-init writes the OpenTelemetry agent to its --output.',
    },
  )
}

/** A busy part may miss one health check; it is dead to us when it misses five in a row. */
async function answersSoon(spec: ProcessSpec): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) {
    if (await healthAnswers(spec.health)) return true
    await delay(200)
  }
  return false
}

function processSpec(
  lab: LabContext,
  part: Part,
  context: PartContext,
  override: Extract<Overrides[string], { kind: 'command' }> | undefined,
): ProcessSpec {
  const launch = part.launch(context)
  const fillings = { dir: context.dir, port: context.at(part.ports[0]).port, ports: lab.addresses, tool: toolPath }
  const env: Record<string, string> = { ...baseEnv(lab, part.id), ...launch.env }
  for (const [name, value] of Object.entries(override?.env ?? {})) {
    if (value === null) delete env[name]
    else env[name] = filled(value, fillings)
  }
  const ours = override?.argv === undefined
  return {
    name: part.id,
    argv: ours ? launch.argv : (override.argv ?? []).map((word) => filled(word, fillings)),
    env,
    cwd: override?.cwd ?? context.dir,
    ...(launch.asUnprivileged === true && lab.unprivileged !== undefined ? lab.unprivileged : {}),
    logFile: context.logFile,
    stopSignal: ours ? (part.stopSignal ?? 'SIGTERM') : 'SIGTERM',
    health: override?.health ?? launch.health,
    readyTimeoutMs: override?.readyTimeoutMs ?? part.readyTimeoutMs,
  }
}

/** Ports of what is to be started; those that a part of ours still holds until its restart are its own. */
async function requireFreePorts(steps: readonly Step[], addresses: Record<PortName, Address>): Promise<void> {
  const wanted = steps.filter((step) => step.action === 'start').flatMap((step) => step.part.ports.map((name) => addresses[name]))
  const busy = await busyPorts(wanted)
  if (busy.length === 0) return
  const names = new Map(PORT_NAMES.map((name) => [addresses[name].port, PORTS[name] as PortEntry]))
  throw portBusyError(busy, (port) => names.get(port))
}

async function makeFolders(lab: LabContext): Promise<void> {
  const { labDir } = lab
  // x for others lets the unprivileged user reach its own folder; names cannot be listed, and every other folder is closed.
  const mode = lab.unprivileged === undefined ? 0o700 : 0o711
  for (const folder of [labDir, path.join(labDir, 'parts')]) {
    await mkdir(folder, { recursive: true, mode })
    await chmod(folder, mode)
  }
  for (const folder of ['logs', 'records']) await mkdir(path.join(labDir, folder), { recursive: true, mode: 0o700 })
}

/** Everything at once as far as `after` allows. At the first failure nothing more is started, and what ran before runs again as before. */
async function carryOut(
  steps: readonly Step[],
  warm: boolean,
  signal: AbortSignal,
  tell: (part: string, event: LabProgress['event']) => void,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const brought = new Map<string, Promise<void>>()
  const bring = (step: Step): Promise<void> => {
    const known = brought.get(step.part.id)
    if (known !== undefined) return known
    const needed = steps.filter(({ part }) => step.part.after?.includes(part.id) === true).map(bring)
    const work = bringUp(step, Promise.all(needed), either, tell)
    work.catch((error: unknown) => failed.abort(error))
    brought.set(step.part.id, work)
    return work
  }
  await Promise.allSettled(steps.map(bring))
  if (!either.aborted) return
  if (warm) await Promise.all(steps.map(goBack))
  throw signal.aborted ? signal.reason : failed.signal.reason
}

async function bringUp(
  step: Step,
  needed: Promise<unknown>,
  signal: AbortSignal,
  tell: (part: string, event: LabProgress['event']) => void,
): Promise<void> {
  const { part, spec, action } = step
  // Awaited below; a failure there must not count as unhandled while this part is still being prepared.
  needed.catch(() => undefined)
  if (action === 'external' || spec === undefined) {
    await stopFormer(step)
    if (!(await healthAnswers({ kind: 'tcp', ...step.context.at(part.ports[0]) }, PATIENT_MS))) {
      throw new FiredrillError(
        'PART_UNREACHABLE',
        `${part.id}: nothing answers at ${step.context.hostPort(part.ports[0])}, which the overrides file names`,
        { exitCode: 3 },
      )
    }
    tell(part.id, 'external')
    return
  }
  if (action === 'keep') return tell(part.id, 'kept')
  step.touched = true
  try {
    if (action === 'resume') await resumeProcess(step.recordFile)
    else if (action === 'reload') await writeFiles(step.context.dir, step.files, step)
    else await prepare(step, tell)
    await needed
    signal.throwIfAborted()
    if (action === 'reload') {
      await part.reload?.(step.context, () => hangUpProcess(step.recordFile))
      return tell(part.id, 'reloaded')
    }
    if (action !== 'resume') await start(step, spec, tell)
    await waitUntilReady(step, spec, signal)
    tell(part.id, 'ready')
  } catch (error) {
    throw signal.aborted ? error : await withLog(part, spec, error)
  }
}

/** Folder, files and, once, the data. A part's own user owns all of it. */
async function prepare(step: Step, tell: (part: string, event: LabProgress['event']) => void): Promise<void> {
  const { part, context, spec } = step
  await mkdir(path.join(context.dir, 'tmp'), { recursive: true, mode: 0o700 })
  if (spec?.uid !== undefined) await requireOpenWay(context.dir, part)
  for (const folder of [context.dir, path.join(context.dir, 'tmp')]) {
    if (spec?.uid !== undefined && spec.gid !== undefined) await chown(folder, spec.uid, spec.gid)
  }
  await writeFiles(context.dir, step.files, step)
  // What the image or Docker makes: the folders of its volumes.
  for (const { kind, target } of context.container.mounts)
    if (kind === 'volume' || kind === 'tmpfs') await mkdir(context.path(target), { recursive: true, mode: 0o700 })
  const done = path.join(context.dir, '.prepared')
  if (!step.ours || part.prepare === undefined || (await exists(done))) return
  tell(part.id, 'preparing')
  // What a preparation left that was cut off is of no use.
  await rm(path.join(context.dir, 'data'), { recursive: true, force: true })
  await part.prepare(context)
  await writeFile(done, '')
}

async function start(step: Step, spec: ProcessSpec, tell: (part: string, event: LabProgress['event']) => void): Promise<void> {
  if (step.action === 'restart') {
    tell(step.part.id, 'stopping')
    await stopFormer(step)
  }
  tell(step.part.id, 'starting')
  await writeRecord(step.recordFile, spec)
  await startProcess(step.recordFile)
}

async function waitUntilReady(step: Step, spec: ProcessSpec, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + spec.readyTimeoutMs
  await waitHealthy(step.recordFile, signal)
  if (!step.ours || step.part.answers === undefined) return
  while (!(await step.part.answers(step.context))) {
    signal.throwIfAborted()
    if (performance.now() >= deadline)
      throw new FiredrillError('PART_NOT_READY', `${step.part.title} listens but does not answer within ${spec.readyTimeoutMs} ms`, {
        exitCode: 3,
      })
    await delay(50, undefined, { signal })
  }
}

/** The part as it was before, so that a refused change leaves a working lab. Its own trouble must not hide the reason. */
async function goBack(step: Step): Promise<void> {
  const { former } = step
  if (!step.touched || former === undefined) return
  try {
    await writeFiles(step.context.dir, former.files, step)
    if (step.action === 'reload') await step.part.reload?.(step.context, () => hangUpProcess(step.recordFile))
    if (step.action !== 'restart') return
    await stopFormer(step)
    await writeRecord(step.recordFile, former.spec)
    await startProcess(step.recordFile)
    await waitHealthy(step.recordFile)
  } catch {
    // The next `up` sees the part as it is then: dead or unhealthy, and starts it.
  }
}

async function stopFormer(step: Step): Promise<void> {
  if (await exists(step.recordFile)) await stopProcess(step.recordFile)
}

async function withLog(part: Part, spec: ProcessSpec, error: unknown): Promise<FiredrillError> {
  if (error instanceof FiredrillError && ['SETUP_MISSING', 'LAB_DIR_CLOSED'].includes(error.code)) return error
  const [reason = ''] = messageOf(error).split('; the last lines of its log:')
  const tail = (await lastLines(spec.logFile, LOG_LINES))
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
  return new FiredrillError('PART_NOT_READY', `${part.title} did not come up: ${reason}\n  the last lines of ${spec.logFile}:\n${tail}`, {
    exitCode: 3,
    cause: error,
  })
}

const LOG_LINES = 15

async function requireOpenWay(dir: string, part: Part): Promise<void> {
  const closed = closedFolder(path.dirname(dir))
  if (closed === undefined) return
  throw new FiredrillError(
    'LAB_DIR_CLOSED',
    `${part.title} refuses to run as root, and the user it runs as instead may not enter ${closed}`,
    {
      exitCode: 3,
      next: 'set XDG_STATE_HOME to a folder that everybody may enter, or unset it',
    },
  )
}

async function writeFiles(dir: string, files: Record<string, string>, step: Step): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name)
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, text, { mode: 0o600 })
    if (step.spec?.uid !== undefined && step.spec.gid !== undefined) await chown(file, step.spec.uid, step.spec.gid)
  }
}

async function readFiles(dir: string, names: readonly string[]): Promise<Record<string, string>> {
  const pairs = await Promise.all(names.map(async (name) => [name, await readFile(path.join(dir, name), 'utf8').catch(() => '')] as const))
  return Object.fromEntries(pairs)
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  )
}

function mergeParts(before: readonly LabPartState[], steps: readonly Step[]): LabPartState[] {
  const mine = new Map(
    steps.map(({ part, action, recordFile, context }) => [
      part.id,
      action === 'external'
        ? { id: part.id, kind: 'external' as const, recordFile: null, logFile: null }
        : { id: part.id, kind: 'process' as const, recordFile, logFile: context.logFile },
    ]),
  )
  const others = new Map(before.map((part) => [part.id, part]))
  return KNOWN_PARTS.map(({ id }) => mine.get(id) ?? others.get(id)).filter((part) => part !== undefined)
}

function residentBytes(pid: number): number {
  const root = procInfo(pid)
  return root === undefined ? 0 : processTree(root).reduce((sum, info) => sum + residentOf(info.pid), 0)
}

/** Second field of statm, in pages of 4 KiB (x86-64; ARM kernels of servers too). */
function residentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
