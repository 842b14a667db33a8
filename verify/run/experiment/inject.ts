import type { FaultUse } from '../../model/spec.ts'
import type { InjectedFault, Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

/** What makes a fault impossible until something is changed; of any other reason another attempt may be free. */
const LASTING: ReadonlySet<unknown> = new Set([
  ...['FAULT_NOT_POSSIBLE', 'FAULT_FORBIDDEN', 'FAULT_PARAM', 'FAULT_UNKNOWN'],
  ...['POLICY_NOT_ENFORCED', 'TARGET_CONTEXT'],
  ...['MESH_ABSENT', 'MESH_SILENT', 'MESH_REFUSED', 'MESH_NOT_SELECTED', 'MESH_NO_EFFECT'],
])

type World = Pick<Ports, 'clock' | 'journal' | 'chaos'>

/** Whose fault it is: an experiment and its leg, or an outage. */
export interface FaultOwner {
  experiment: string
  leg: string
  /** How long it is meant to last. */
  holdMs: number
}

/** A fault that lasts as much longer than it is meant to is undone by the watchdog: a busy machine and a slow undo are no reason. */
const SPARE_MS = 300_000

/** A fault in effect, or why there is none: it could not be applied (then it is undone already), or the target does not allow it. */
export type Injection = { fault: InjectedFault } | { fault: null; detail: string; next?: string; refused: boolean }

/** Applies a fault and writes down when it took effect. */
export async function injectFault({ experiment, leg, holdMs }: FaultOwner, use: FaultUse, ports: World): Promise<Injection> {
  const entry = { kind: 'fault', experiment, leg, phase: 'inject', fault: use.id, target: use.target } as const
  const startedMs = ports.clock.now()
  try {
    const fault = await ports.chaos.inject(use, experiment, 2 * holdMs + SPARE_MS)
    ports.journal.append({ ...entry, startedMs: fault.startedMs, effectiveMs: fault.effectiveMs, ok: true, detail: fault.detail })
    return { fault }
  } catch (error) {
    const detail = messageOf(error)
    const refused = error instanceof Error && 'code' in error && error.code === 'FAULT_NOT_ALLOWED'
    ports.journal.append({
      ...entry,
      startedMs,
      effectiveMs: ports.clock.now(),
      ok: false,
      detail,
      ...(refused ? { refused } : {}),
      ...(isLasting(error) ? { lasting: true } : {}),
    })
    ports.journal.append({ kind: 'source-error', source: 'chaos', experiment, message: detail })
    const next = error instanceof Error && 'next' in error && typeof error.next === 'string' ? { next: error.next } : {}
    return { fault: null, detail, refused, ...next }
  }
}

/** Takes it back and writes down when it was gone. */
export async function undoFault(
  { experiment, leg }: Pick<FaultOwner, 'experiment' | 'leg'>,
  use: FaultUse,
  fault: InjectedFault,
  { journal }: Pick<Ports, 'journal'>,
): ReturnType<InjectedFault['undo']> {
  const result = await fault.undo()
  journal.append({ kind: 'fault', experiment, leg, phase: 'undo', fault: use.id, target: use.target, ...result })
  return result
}

/** Also of an error that was the cause of this one. */
function isLasting(error: unknown): boolean {
  return error instanceof Error && (('code' in error && LASTING.has(error.code)) || isLasting(error.cause))
}
