/** Chaos as the run sees it: every fault allowed by name, written down before it is applied, watched, and undone. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FiredrillError } from '../verify/model/error.ts'
import type { FaultUse } from '../verify/model/spec.ts'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { equivalentFor } from './equivalents.ts'
import { MOST_MS, readParams, type Applied, type Fault, type FaultMeta } from './fault.ts'
import { tryHold, whoHolds } from './holder.ts'
import {
  describe,
  forgetLedger,
  hasLeftover,
  Ledger,
  newLedgerFile,
  readLedger,
  recoverLedger,
  removeLedger,
  undoEntry,
  type AtStep,
  type LedgerEntry,
  type Recovery,
  type Subject,
} from './ledger.ts'
import type { Lock } from './socket-lock.ts'
import { settled, stillWrong } from './undo.ts'
import type { Undo } from './undo-record.ts'
import { watchdogClient } from './watchdog-client.ts'
import { holdCluster } from './cluster-lease.ts'
import type { LeaseClocks } from './drivers/kubernetes-lease.ts'

export interface UndoResult {
  startedMs: number
  effectiveMs: number
  ok: boolean
  detail: string
  /** What was down or hung was so no more when it was to be undone: since when is not known. */
  endedBefore?: true
  /** What of the part the fault had not reached in the end, or others had done to it meanwhile, in words. */
  missed?: string
}

/** Has the shape of InjectedFault in verify/run/ports.ts. */
export interface Injected {
  /** The fault may be in effect from startedMs and surely is from effectiveMs (unix ms). */
  startedMs: number
  effectiveMs: number
  detail: string
  undo(): Promise<UndoResult>
}

/** Has the shape of Chaos in verify/run/ports.ts. */
export interface ChaosController {
  /** `maxMs`: how long it may last, applying included, until the watchdog undoes everything, even if this process hangs. */
  inject(use: FaultUse, experiment: string, maxMs?: number): Promise<Injected>
  /** The same for what is no fault but must not be left behind either: a load's Job. */
  place(what: Placement, maxMs: number): Promise<Injected>
  undoAll(): Promise<Recovery>
  /** Undoes what is left, dismisses the watchdog, frees the folder. What could not be undone is left to the watchdog and the next start. */
  close(): Promise<void>
  /** What an earlier drill had left behind and was undone at the start: the system may need a moment to be steady again. */
  recovered: Recovery
  watchdogPid(): number | undefined
}

export interface Placement {
  /** `fault`: what it is; `target`: its name. */
  subject: Subject
  undo: Undo
  /** What was made of it stays so until the undo. */
  leaves?: FaultMeta['leaves']
  apply(): Promise<Applied>
}

export interface ChaosOptions {
  target: Target
  /** One folder for all drills on this target: it is also their lock. */
  ledgerDir: string
  /** The watchdog undoes everything after this long without a sign of life. */
  leaseMs?: number
  /** The faults that there are; absent: those of registry.ts. */
  registry?: readonly Fault[]
  /** The folder's lock, of holdForDrill: it then stays held after close(). */
  held?: Lock
  /** Of the lease in a cluster; for tests. */
  clusterClocks?: LeaseClocks
  /** For the crash tests. */
  seams?: { atStep?: AtStep; watchdogProgram?: string }
}

interface Active {
  entry: LedgerEntry
  leaves: FaultMeta['leaves']
  applied?: Applied
  undoing?: Promise<UndoResult>
  /** Healthy again after its undo. */
  settled?: boolean
}

/** What to do about faults that cannot be undone on a target. */
export function leftoverNext(target: string): string {
  const by = target === 'lab' ? 'npm run lab -- down' : `start these parts of ${target}`
  return `Mend this (${by}), then: npm run firedrill -- undo --target ${target}. If the system is gone for good: npm run firedrill -- undo --forget --target ${target}`
}

/** Rejects with DRILL_RUNNING when another drill has the folder, with LEFTOVER when an earlier one cannot be undone. */
export async function createChaos(options: ChaosOptions): Promise<ChaosController> {
  const dir = resolve(options.ledgerDir)
  const atStep = options.seams?.atStep ?? (() => {})
  // Loaded here and not above: the faults bring the clients of Redis and MySQL along, which `firedrill undo` loads only when needed.
  const registry = options.registry ?? (await import('./fault-registry.ts')).faults
  const held = options.held ?? (await holdForDrill(dir))
  const release = async (): Promise<void> => {
    if (options.held === undefined) await held.release()
  }
  const recovered = await recoverHeld(dir, release, options.target.name)
  // No drill from another machine meanwhile; of this one the folder's lock keeps others out.
  const cluster = await holdCluster(options.target, dir, options.clusterClocks).catch(async (error: unknown) => {
    await release()
    throw error
  })
  const file = newLedgerFile(dir)
  const ledger = await Ledger.open(file, atStep)
  const watchdog = watchdogClient(file, options.leaseMs ?? 30_000, options.seams?.watchdogProgram)
  const active: Active[] = []
  const injecting = new Set<Promise<unknown>>()
  let stop = new AbortController()
  let closed = false

  const inject = async (use: FaultUse, experiment: string, maxMs: number): Promise<Injected> => {
    cluster.lost.throwIfAborted()
    const { part, fault } = faultOn(options.target, use, registry)
    const params = readParams(fault.meta, use.params)
    const prepare = async (id: string, signal: AbortSignal): Promise<Placement> => {
      const step = async (name: string): Promise<void> => {
        await atStep(name)
      }
      const prepared = await fault.prepare(part, params, { token: id, signal, step, maxMs })
      const { leaves } = fault.meta
      return {
        ...prepared,
        ...(leaves === undefined ? {} : { leaves }),
        apply: () => prepared.apply(),
        subject: { fault: fault.meta.id, target: use.target, experiment },
      }
    }
    return place(prepare, maxMs)
  }

  const place = async (prepare: (id: string, signal: AbortSignal) => Promise<Placement>, maxMs: number): Promise<Injected> => {
    cluster.lost.throwIfAborted()
    if (closed || stop.signal.aborted) throw new FiredrillError('CHAOS_CLOSED', 'refused: everything is being undone', { exitCode: 3 })
    const { signal } = stop
    await watchdog.ensure()
    const id = randomUUID()
    const prepared = await prepare(id, signal)
    await atStep('prepared')
    await refuseAfterTakeOver(file)
    signal.throwIfAborted()
    const { subject, undo: wayBack, leaves } = prepared
    const one: Active = { entry: { id, subject, undo: wayBack, state: 'intended' }, leaves }
    try {
      await ledger.append({ state: 'intended', id, atMs: Date.now(), subject, undo: wayBack })
    } catch (error) {
      throw new FiredrillError(
        'FAULT_NOT_APPLIED',
        `${describe(one.entry)} was not applied: its undo cannot be written down in ${file}: ${(error as Error).message}`,
        { exitCode: 3, next: 'nothing was harmed; make room on that disk', cause: error },
      )
    }
    active.push(one)
    watchdog.limit(id, maxMs)
    const calledMs = Date.now()
    try {
      one.applied = await prepared.apply()
      const effectiveMs = Date.now()
      await atStep('applied')
      await ledger.append({ state: 'applied', id, atMs: effectiveMs })
      one.entry.state = 'applied'
      // While this process hung, the watchdog may have undone everything; and everything may be being undone right now.
      await refuseAfterTakeOver(file)
      cluster.lost.throwIfAborted()
      signal.throwIfAborted()
      return { startedMs: one.applied.startedMs ?? calledMs, effectiveMs, detail: one.applied.detail, undo: () => undo(one) }
    } catch (error) {
      const undone = await undo(one)
      throw new FiredrillError(
        'FAULT_NOT_APPLIED',
        `${describe(one.entry)} could not be applied: ${(error as Error).message}; ${undone.ok ? 'it is undone' : `and it is NOT undone: ${undone.detail}`}`,
        { exitCode: 3, cause: error },
      )
    }
  }

  const undo = (one: Active): Promise<UndoResult> => {
    one.undoing ??= undoOnce(one).then((result) => {
      // A failed undo may be asked for again.
      if (!result.ok) delete one.undoing
      return result
    })
    return one.undoing
  }

  const undoOnce = async (one: Active): Promise<UndoResult> => {
    // A restart policy, a person or another drill may have brought back what was taken away.
    const endedBefore = one.entry.state === 'applied' && one.leaves !== undefined && (await stillWrong(one.entry.undo)) === null
    const startedMs = Date.now()
    await one.applied?.stop?.()
    const missed = await one.applied?.missed?.().catch((error: Error) => `what happened to it meanwhile is not known: ${error.message}`)
    const wrong = await undoEntry(ledger, one.entry, { by: 'drill', atStep }).catch((error: Error) => error.message)
    if (wrong === null) {
      one.entry.state = 'undone'
      watchdog.over(one.entry.id)
    }
    const effectiveMs = Date.now()
    if (wrong !== null) return { startedMs, effectiveMs, ok: false, detail: wrong }
    const fault = describe(one.entry)
    return {
      startedMs,
      effectiveMs,
      ok: true,
      detail: endedBefore
        ? `${fault} was over before it was to be undone: something else had ended it`
        : `${fault} is undone and read back`,
      ...(endedBefore ? { endedBefore } : {}),
      ...(missed === undefined ? {} : { missed }),
    }
  }

  const undoAll = async (): Promise<Recovery> => {
    const result: Recovery = { undone: [], notUndone: [] }
    stop.abort(new Error('everything is being undone'))
    await Promise.allSettled(injecting)
    for (const one of active.filter((each) => each.entry.state !== 'undone').reverse()) {
      const { ok, detail } = await undo(one)
      if (ok) result.undone.push(describe(one.entry))
      else result.notUndone.push(`${describe(one.entry)}: ${detail}`)
    }
    // A leg's undo ends when the container runs; its health is awaited here, once.
    const undone = active.filter((each) => each.entry.state === 'undone' && each.settled !== true)
    await Promise.all(
      undone.map(async (one) => {
        const wrong = await settled(one.entry.undo)
        one.settled = wrong === null
        if (wrong === null) return
        result.undone = result.undone.filter((name) => name !== describe(one.entry))
        result.notUndone.push(`${describe(one.entry)}: ${wrong}`)
      }),
    )
    stop = new AbortController()
    return result
  }

  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    const { notUndone } = await undoAll()
    await ledger.close()
    await atStep('closing')
    if (notUndone.length === 0) {
      await removeLedger(file)
      await atStep('ledger:removed')
      await watchdog.dismiss()
    } else {
      watchdog.abandon()
    }
    await cluster.release()
    await release()
  }

  cluster.lost.addEventListener('abort', () => void undoAll())

  try {
    await watchdog.ensure()
  } catch (error) {
    await close()
    throw error
  }
  const awaited = (running: Promise<Injected>): Promise<Injected> => {
    injecting.add(running)
    running.catch(() => undefined).finally(() => injecting.delete(running))
    return running
  }
  return {
    inject: (use, experiment, maxMs = MOST_MS) => awaited(inject(use, experiment, maxMs)),
    place: (what, maxMs) => awaited(place(() => Promise.resolve(what), maxMs)),
    undoAll,
    close,
    recovered,
    watchdogPid: () => watchdog.pid(),
  }
}

/** Keeps every other drill on the target out, before this one has anything to undo. Rejects with DRILL_RUNNING. */
export function holdForDrill(ledgerDir: string): Promise<Lock> {
  return hold(resolve(ledgerDir), 'drill')
}

/** Undoes what an earlier drill left. For the start and for `firedrill undo`. Rejects with DRILL_RUNNING while a drill lives. */
export async function recover(ledgerDir: string): Promise<Recovery> {
  return onLeftover(resolve(ledgerDir), (dir) => recoverLedger(dir, { by: 'undo' }), { undone: [], notUndone: [] })
}

/** Gives up what cannot be undone because the system is no more; returns what that was. */
export async function forget(ledgerDir: string): Promise<Recovery> {
  return onLeftover(
    resolve(ledgerDir),
    async (dir) => {
      const recovery = await recoverLedger(dir, { by: 'undo', attempts: 1 })
      await forgetLedger(dir)
      return recovery
    },
    { undone: [], notUndone: [] },
  )
}

async function onLeftover<T>(dir: string, work: (dir: string) => Promise<T>, nothing: T): Promise<T> {
  if (!existsSync(dir)) return nothing
  const held = await hold(dir, 'undo')
  try {
    return await work(dir)
  } finally {
    await held.release()
  }
}

async function hold(dir: string, role: 'drill' | 'undo'): Promise<Lock> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const deadline = performance.now() + 60_000
  for (;;) {
    const held = await tryHold(dir, role)
    if (held !== null) return held
    const holder = await whoHolds(dir)
    // The watchdog of a dead drill, and an undo, end soon; a drill does not.
    if (holder?.role === 'drill' || performance.now() >= deadline) {
      const who =
        holder === undefined ? 'another process' : `a ${holder.role} (pid ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()})`
      throw new FiredrillError('DRILL_RUNNING', `${dir} is held by ${who}`, {
        exitCode: 3,
        next: 'wait for it, or end it with Ctrl-C: it undoes its faults',
      })
    }
    await delay(100)
  }
}

async function recoverHeld(dir: string, release: () => Promise<void>, target: string): Promise<Recovery> {
  const left = await hasLeftover(dir)
  const recovery = await recoverLedger(dir, { by: 'next start' })
  if (left && recovery.notUndone.length > 0) {
    await release()
    throw new FiredrillError(
      'LEFTOVER',
      `an earlier drill left faults that cannot be undone:\n${recovery.notUndone.map((line) => `    ${line}`).join('\n')}`,
      {
        exitCode: 3,
        next: leftoverNext(target),
      },
    )
  }
  return recovery
}

async function refuseAfterTakeOver(file: string): Promise<void> {
  if ((await readLedger(file)).takenOver) {
    throw new FiredrillError(
      'CHAOS_LEASE_LOST',
      'this process gave no sign of life, or left a fault in force, for so long that the watchdog undid everything',
      {
        exitCode: 3,
        next: 'the machine was too busy or the process was stopped: run the drill again',
      },
    )
  }
}

/** What `use` is on this target: the part, and the fault by the means that it offers. Throws FAULT_UNKNOWN or FAULT_NOT_ALLOWED. */
export function faultOn(
  target: Target,
  use: Pick<FaultUse, 'id' | 'target'>,
  registry: readonly Fault[],
): { part: TargetPart; fault: Fault } {
  const part = findPart(target, findFault(registry, use.id), use.target, registry)
  return { part, fault: faultFor(registry, use.id, part) }
}

function findFault(registry: readonly Fault[], id: string): Fault {
  const fault = registry.find(({ meta }) => meta.id === id)
  if (fault === undefined)
    throw new FiredrillError('FAULT_UNKNOWN', `there is no fault "${id}"`, {
      exitCode: 2,
      next: `there are: ${registry.map(({ meta }) => meta.id).join(', ')}`,
    })
  return fault
}

/**
 * The fault itself where the part allows it, else its equivalent for what the part offers: one specification serves processes and
 * containers.
 */
function faultFor(registry: readonly Fault[], id: string, part: TargetPart): Fault {
  const asked = findFault(registry, id)
  if (asked.meta.needs.every((need) => part[need] !== undefined)) return asked
  const other = equivalentFor(id, part)
  return other === undefined ? asked : (registry.find(({ meta }) => meta.id === other) ?? asked)
}

function findPart(target: Target, fault: Fault, name: string, registry: readonly Fault[]): TargetPart {
  const part = Object.hasOwn(target.parts, name) ? target.parts[name] : undefined
  const allows = (each: TargetPart): boolean => faultFor(registry, fault.meta.id, each).meta.needs.every((need) => each[need] !== undefined)
  if (part !== undefined && allows(part)) return part
  const missing = part === undefined ? [] : fault.meta.needs.filter((need) => part[need] === undefined)
  const why =
    part === undefined
      ? `target ${target.name} does not list the part "${name}"`
      : `part "${name}" of target ${target.name} offers no ${missing.join(' and no ')}`
  const able = Object.values(target.parts)
    .filter(allows)
    .map((each) => each.name)
  throw new FiredrillError('FAULT_NOT_ALLOWED', `fault ${fault.meta.id} may not touch "${name}": ${why}`, {
    exitCode: 2,
    next: able.length === 0 ? 'no part of this target allows it' : `parts that allow it: ${able.join(', ')}`,
  })
}
