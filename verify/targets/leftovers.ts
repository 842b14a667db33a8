import { existsSync } from 'node:fs'
import { LEFTOVER_NEXT, recover } from '../../chaos/controller.ts'
import { whoHolds } from '../../chaos/holder.ts'
import type { Recovery } from '../../chaos/ledger.ts'
import { FiredrillError } from '../model/error.ts'
import { ledgerFolder } from './ledger-folder.ts'

const NOTHING: Recovery = { undone: [], notUndone: [] }

/** Undoes what a killed drill left on this target; rejects with DRILL_RUNNING while a drill lives. */
export async function undoLeftovers(target: string, env: NodeJS.ProcessEnv): Promise<Recovery> {
  const folder = ledgerFolder(target, env)
  return existsSync(folder) ? recover(folder) : NOTHING
}

/** The same for whoever cannot go on when something stays: rejects with LEFTOVER. Returns what was undone. */
export async function requireNoLeftovers(target: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { undone, notUndone } = await undoLeftovers(target, env)
  if (notUndone.length > 0)
    throw new FiredrillError('LEFTOVER', `an earlier drill left faults that could not be undone: ${notUndone.join(', ')}`, {
      exitCode: 3,
      next: LEFTOVER_NEXT,
    })
  return undone
}

/** Rejects with LAB_IN_USE while a drill runs in the lab: changing it under the drill would be one more fault that nobody planned. */
export async function refuseWhileDrilled(env: NodeJS.ProcessEnv, next: string): Promise<void> {
  const folder = ledgerFolder('lab', env)
  const holder = existsSync(folder) ? await whoHolds(folder) : undefined
  if (holder?.role === 'drill')
    throw new FiredrillError('LAB_IN_USE', `a drill (pid ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()}) runs in the lab`, {
      exitCode: 3,
      next,
    })
}
