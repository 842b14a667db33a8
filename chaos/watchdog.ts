/**
 * A process of its own that waits for the drill to die. Its stdin is a pipe from the tool: "alive" lines renew the lease, "done" ends it
 * quietly, end of file (the kernel closes the pipe however the tool died) or a lease that runs out means: undo everything. So does a fault
 * that lasts longer than its "limit ID MS" allows, until its "over ID": a tool may show signs of life and still have forgotten it.
 * argv: LEDGER_FILE LEASE_MS
 */
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import { tryHold } from './holder.ts'
import { Ledger, readLedger, recoverFile, type AtStep, type Recovery } from './ledger.ts'

export interface WatchOptions {
  input: Readable
  ledgerFile: string
  leaseMs: number
  log(message: string): void
  atStep?: AtStep
}

/** Resolves with null when dismissed, otherwise with what was recovered. */
export async function watch(options: WatchOptions): Promise<Recovery | null> {
  const ended = await untilToolEnds(options.input, options.leaseMs)
  await options.atStep?.(`watchdog:${ended}`)
  if (ended === 'done') return null
  const why: Record<typeof ended, string> = {
    died: 'the drill has died',
    silent: `no sign of life for ${options.leaseMs} ms`,
    late: 'a fault has lasted longer than its limit',
  }
  options.log(`${why[ended]}: undoing`)
  return ended === 'died' ? afterDeath(options) : recoverHere(options, true)
}

async function untilToolEnds(input: Readable, leaseMs: number): Promise<'done' | 'died' | 'silent' | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'done' | 'died' | 'silent' | 'late'>()
  // Timers run on the monotonic clock: a step of the wall clock is no silence.
  const lease = setTimeout(() => resolve('silent'), leaseMs)
  const limits = new Map<string, NodeJS.Timeout>()
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    const [word, id = '', ms = ''] = line.split(' ')
    if (word === 'done') resolve('done')
    if (word === 'limit' || word === 'over') clearTimeout(limits.get(id))
    if (word === 'limit')
      limits.set(
        id,
        setTimeout(() => resolve('late'), Number(ms)),
      )
    lease.refresh()
  })
  lines.on('close', () => resolve('died'))
  input.on('error', () => resolve('died'))
  const ended = await promise
  clearTimeout(lease)
  for (const limit of limits.values()) clearTimeout(limit)
  lines.close()
  input.destroy()
  return ended
}

/**
 * The lock is free once the tool is dead. If the next drill or `firedrill undo` was faster, it recovers, and there is nothing left to do
 * here.
 */
async function afterDeath(options: WatchOptions): Promise<Recovery> {
  for (;;) {
    if (!(await needsUndo(options.ledgerFile))) return { undone: [], notUndone: [] }
    const held = await tryHold(dirname(options.ledgerFile), 'watchdog')
    if (held === null) {
      await delay(200)
      continue
    }
    try {
      return await recoverHere(options, false)
    } finally {
      await held.release()
    }
  }
}

async function recoverHere(options: WatchOptions, takeOver: boolean): Promise<Recovery> {
  if (takeOver) {
    const ledger = await Ledger.open(options.ledgerFile)
    await ledger.append({ state: 'taken-over', atMs: Date.now() })
    await ledger.close()
  }
  return recoverFile(options.ledgerFile, {
    by: 'watchdog',
    attempts: 6,
    ...(options.atStep === undefined ? {} : { atStep: options.atStep }),
    keep: takeOver,
  })
}

async function needsUndo(file: string): Promise<boolean> {
  return existsSync(file) && (await readLedger(file)).entries.some((entry) => entry.state !== 'undone')
}

// Not import.meta.main, which Node 20 and 22 do not know.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Its own session already keeps the terminal's Ctrl-C away; a SIGTERM to the drill's processes must not end this one first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.stdout.on('error', () => {})
  process.stdout.write('ready\n')
  const log = (message: string) => process.stderr.write(`${new Date().toISOString()} watchdog ${process.pid}: ${message}\n`)
  const [ledgerFile = '', leaseMs = ''] = process.argv.slice(2)
  const recovery = await watch({ input: process.stdin, ledgerFile, leaseMs: Number(leaseMs), log })
  for (const done of recovery?.undone ?? []) log(`undone: ${done}`)
  for (const left of recovery?.notUndone ?? []) log(`NOT undone: ${left}`)
  process.exit(recovery === null || recovery.notUndone.length === 0 ? 0 : 3)
}
