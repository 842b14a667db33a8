import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { procInfo } from './drivers/proc.ts'
import { writeAtomically } from './files.ts'
import { tryLock, type Lock } from './socket-lock.ts'

/** Who works on a ledger folder. The lock decides; this file names it to a person and to the next start. */
export interface Holder {
  role: 'drill' | 'watchdog' | 'undo'
  pid: number
  startTicks: number
  sinceMs: number
}

const file = (dir: string) => join(dir, 'holder.json')

/** Takes the folder, or null when it is held. */
export async function tryHold(dir: string, role: Holder['role']): Promise<Lock | null> {
  const held = await tryLock(join(dir, 'lock'))
  if (held === null) return null
  const me: Holder = { role, pid: process.pid, startTicks: procInfo(process.pid)?.startTicks ?? 0, sinceMs: Date.now() }
  await writeAtomically(file(dir), JSON.stringify(me) + '\n')
  return held
}

/** Undefined when it is not known, e.g. because the holder has just taken the lock. */
export async function whoHolds(dir: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(file(dir), 'utf8')) as Holder
    return procInfo(holder.pid)?.startTicks === holder.startTicks ? holder : undefined
  } catch {
    return undefined
  }
}
