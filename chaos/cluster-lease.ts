import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../verify/model/target.ts'
import type { HeldLease, LeaseClocks } from './drivers/kubernetes-lease.ts'
import { writeAtomically } from './files.ts'

/** Takes the lease of every namespace of the target's workloads and of its load; nothing for a target without any. */
export async function holdCluster(target: Pick<Target, 'parts' | 'load'>, ledgerDir: string, clocks?: LeaseClocks): Promise<HeldLease> {
  const workloads = [
    ...Object.values(target.parts).flatMap(({ kubernetes }) => kubernetes ?? []),
    ...(target.load === undefined ? [] : [target.load]),
  ]
  if (workloads.length === 0) return { lost: new AbortController().signal, release: () => Promise.resolve() }
  const { holdLease } = await import('./drivers/kubernetes-lease.ts')
  const places = new Map(workloads.map(({ context, namespace }) => [JSON.stringify([context, namespace]), { context, namespace }]))
  const holder = await holderIn(ledgerDir)
  const held: HeldLease[] = []
  const release = async (): Promise<void> => {
    // One that cannot be released expires by itself.
    for (const each of held.toReversed()) await each.release().catch(() => undefined)
  }
  // In one order on every machine, so that two do not each hold what the other waits for.
  for (const [, place] of [...places].sort(([a], [b]) => (a < b ? -1 : 1)))
    try {
      held.push(await holdLease(place, holder, clocks))
    } catch (error) {
      await release()
      throw error
    }
  return { lost: AbortSignal.any(held.map(({ lost }) => lost)), release }
}

/** One name for all drills of a ledger folder, whose lock they share: the next one takes over what a dead one held. */
async function holderIn(ledgerDir: string): Promise<string> {
  const file = join(ledgerDir, 'lease-holder')
  const known = await readFile(file, 'utf8').catch(() => '')
  const id = known.trim() || randomUUID()
  if (known.trim() === '') await writeAtomically(file, `${id}\n`)
  return `${hostname()}_${id}`
}
