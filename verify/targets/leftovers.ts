import { existsSync } from 'node:fs'
import { forget, leftoverNext, recover } from '../../chaos/controller.ts'
import { whoHolds } from '../../chaos/holder.ts'
import type { Recovery } from '../../chaos/ledger.ts'
import { FiredrillError } from '../model/error.ts'
import type { Progress } from '../run/ports.ts'
import { ledgerFolder, ledgersOf } from './ledger-folder.ts'

/** Undoes what a killed drill left on this target; rejects with DRILL_RUNNING while a drill lives. */
export function undoLeftovers(target: string, env: NodeJS.ProcessEnv): Promise<Recovery> {
  return onLedgers(target, env, recover)
}

/** Gives up what cannot be undone, because the target is gone for good; returns what that was. */
export function forgetLeftovers(target: string, env: NodeJS.ProcessEnv): Promise<Recovery> {
  return onLedgers(target, env, forget)
}

async function onLedgers(target: string, env: NodeJS.ProcessEnv, work: (folder: string) => Promise<Recovery>): Promise<Recovery> {
  const all: Recovery = { undone: [], notUndone: [] }
  for (const name of ledgersOf(target)) {
    const folder = ledgerFolder(name, env)
    if (!existsSync(folder)) continue
    const { undone, notUndone } = await work(folder)
    all.undone.push(...undone)
    all.notUndone.push(...notUndone)
  }
  return all
}

/** The same before a drill, which cannot start while a fault is left: rejects with LEFTOVER. */
export async function undoBeforeDrill(target: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<void> {
  const { undone, notUndone } = await undoLeftovers(target, env)
  if (notUndone.length > 0)
    throw new FiredrillError('LEFTOVER', `an earlier drill left faults that could not be undone: ${notUndone.join(', ')}`, {
      exitCode: 3,
      next: leftoverNext(target),
    })
  if (undone.length > 0) progress.line(`undone, left by an earlier drill: ${undone.join(', ')}`)
}

/** Rejects with LAB_IN_USE while a drill runs in the lab: a change under the drill is an unplanned fault. */
export async function refuseWhileDrilled(env: NodeJS.ProcessEnv, next: string): Promise<void> {
  const folder = ledgerFolder('lab', env)
  const holder = existsSync(folder) ? await whoHolds(folder) : undefined
  if (holder?.role === 'drill')
    throw new FiredrillError('LAB_IN_USE', `a drill (pid ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()}) runs in the lab`, {
      exitCode: 3,
      next,
    })
}
