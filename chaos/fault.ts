import { FiredrillError } from '../verify/model/error.ts'
import type { TargetPart } from '../verify/model/target.ts'
import type { Undo } from './undo-record.ts'

/** A fault's parameter: its default and what it may be. Units stand in the name (latencyMs) or the title. */
export type ParamMeta =
  | { kind: 'number'; default: number; min: number; max: number; title: string }
  | { kind: 'integer'; default: number; min: number; max: number; title: string }
  | { kind: 'choice'; default: string; choices: readonly string[]; title: string }

/** What a part must offer for the fault: a key of TargetPart. */
export type Need = Exclude<keyof TargetPart, 'name'>

export interface FaultMeta<Params extends Record<string, ParamMeta> = Record<string, ParamMeta>> {
  /** File name without .ts. */
  id: string
  /** An imperative. */
  title: string
  needs: readonly Need[]
  /** What it makes of its part: killed, or paused with its connections open. Absent: the part stays up. */
  leaves?: 'down' | 'hung'
  /** Who and what else feels it, in one sentence. */
  blastRadius: string
  /** What its undo brings about and reads back, in one sentence. */
  undone: string
  params: Params
}

export type ParamValues<Params extends Record<string, ParamMeta>> = {
  [K in keyof Params]: Params[K]['kind'] extends 'choice' ? string : number
}

/** Longer than any leg of a drill in real time. */
export const MOST_MS = 3_600_000

export interface FaultContext {
  /** Unique for this injection; safe in names of keys, toxics and files. */
  token: string
  /** Called between the small steps of applying; the crash tests stop here. */
  step(name: string): Promise<void>
  /** Aborted when everything is to be undone: a long apply then rejects early. */
  signal: AbortSignal
  /** After this the watchdog undoes it; absent: MOST_MS. What can end by itself does so then. */
  maxMs?: number
}

export interface Applied {
  /** Unix ms of the first moment the fault may have been in effect; the call of apply when absent. */
  startedMs?: number
  detail: string
  /** What of the part the fault does not reach by now, and what others have done to it, in words; asked just before its undo. */
  missed?(): Promise<string | undefined>
  /** Ends what this process itself does to keep the fault up (a load of slow queries); dies with the process by itself. */
  stop?(): Promise<void>
}

/** A verb that a fault needs, as the API server is asked for it (resourceAttributes of a SelfSubjectAccessReview). */
export interface Permission {
  verb: string
  group: string
  resource: string
  subresource?: string
  name?: string
}

export interface Prepared {
  /** Everything that must be restored however the fault ends. */
  undo: Undo
  /** Resolves when the fault is in effect, as read from the thing itself. */
  apply(): Promise<Applied>
}

/** A fault never undoes itself: `prepare` only looks, and says how to restore what it sees; that is on disk before `apply` runs. */
export interface Fault {
  meta: FaultMeta
  /** What the API server of the part's cluster must allow for `prepare`, `apply` and the undo. */
  permissions?(part: TargetPart): readonly Permission[]
  /** Who else decides of the part and what each would do about this fault, or why it will be refused, in words. Reads only. */
  besides?(part: TargetPart): Promise<string[]>
  prepare(part: TargetPart, params: Record<string, number | string>, context: FaultContext): Promise<Prepared>
}

/** Types the parameters by the meta. */
export function defineFault<const Params extends Record<string, ParamMeta>>(fault: {
  meta: FaultMeta<Params>
  permissions?(part: TargetPart): readonly Permission[]
  besides?(part: TargetPart): Promise<string[]>
  prepare(part: TargetPart, params: ParamValues<Params>, context: FaultContext): Promise<Prepared>
}): Fault {
  return fault as unknown as Fault
}

/** Defaults filled in. Rejects unknown names, wrong types and values out of bounds with FAULT_PARAM. */
export function readParams(meta: FaultMeta, given: Record<string, string | number | boolean>): Record<string, number | string> {
  const known = Object.keys(meta.params)
  const refuse = (message: string, next: string) => new FiredrillError('FAULT_PARAM', `fault ${meta.id}: ${message}`, { exitCode: 2, next })
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(meta.params, name))
      throw refuse(`has no parameter "${name}"`, known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`)
  }
  return Object.fromEntries(
    Object.entries(meta.params).map(([name, param]) => {
      const value = Object.hasOwn(given, name) ? given[name] : param.default
      if (param.kind === 'choice') {
        if (typeof value !== 'string' || !param.choices.includes(value))
          throw refuse(`${name} is ${JSON.stringify(value)}`, `it may be: ${param.choices.join(', ')}`)
        return [name, value]
      }
      if (
        typeof value !== 'number' ||
        !(value >= param.min && value <= param.max) ||
        (param.kind === 'integer' && !Number.isInteger(value))
      ) {
        throw refuse(
          `${name} is ${JSON.stringify(value)}`,
          `it may be ${param.kind === 'integer' ? 'a whole number ' : ''}from ${param.min} to ${param.max} (${param.title})`,
        )
      }
      return [name, value]
    }),
  )
}

/** The part of the target that a fault needs; presence was checked before prepare was called. */
export function offered<N extends Need>(part: TargetPart, need: N): NonNullable<TargetPart[N]> {
  const value = part[need]
  if (value === undefined) throw new FiredrillError('FAULT_NOT_ALLOWED', `${part.name} offers no "${need}"`, { exitCode: 2 })
  return value
}

/**
 * What this fault needs is not there and does not come by itself (a limit, a shell in the image, a right): another attempt would meet the
 * same. Exit 3: nothing was proven, nothing is left changed.
 */
export function notPossible(message: string, code = 'FAULT_NOT_POSSIBLE'): FiredrillError {
  return new FiredrillError(code, message, {
    exitCode: 3,
    next: 'nothing is left changed; change what is named, or leave the experiment out with --skip: another attempt would meet the same',
  })
}

/**
 * The system is not in the state from which this fault makes sense, and may be so in a moment. Exit 3: nothing was proven, nothing was
 * touched.
 */
export function notSteady(message: string): FiredrillError {
  return new FiredrillError('FAULT_NOT_STEADY', message, {
    exitCode: 3,
    next: 'nothing was changed; bring the part into its normal state first',
  })
}
