import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { labStatus } from '../../lab/stack.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'

/** A machine that keeps one part waiting for a CPU while the fault of an experiment is in force. */
export interface Starved {
  part: string
  experiment: string
  /** Since the fault was injected; 0 where absent. */
  afterSeconds?: number
  seconds: number
}

/** Busy loops for each CPU beside it: each of them goes before a part of SCHED_IDLE. */
const LOOPS = 2

/** Runs a drill that records in `out`, and starves the part beside it. Whether it came to that is said with what the drill came to. */
export async function besideStarving<T>(starved: Starved | undefined, out: string, drill: () => Promise<T>): Promise<[T, boolean]> {
  if (starved === undefined) return [await drill(), false]
  const over = new AbortController()
  const starving = starve(starved, out, over.signal)
  // Thrown below, where it is awaited.
  starving.catch(() => undefined)
  try {
    const result = await drill()
    over.abort()
    return [result, await starving]
  } finally {
    over.abort()
  }
}

/**
 * Waits until the journal of the drill in `out` says that the fault is injected, and lets nothing of the part run for a while: all its
 * threads give way (SCHED_IDLE, https://man7.org/linux/man-pages/man7/sched.7.html) to busy loops that end by themselves. Resolves with
 * whether it did, once all is as before.
 */
async function starve({ part, experiment, afterSeconds = 0, seconds }: Starved, out: string, ended: AbortSignal): Promise<boolean> {
  while (!injected(join(out, 'journal.ndjson'), experiment)) {
    if (ended.aborted) return false
    await delay(100)
  }
  await delay(afterSeconds * 1_000)
  const pid = (await labStatus()).parts.find(({ id }) => id === part)?.pid
  if (typeof pid !== 'number') throw new Error(`${part} is no process of the lab`)
  const policy = (name: string): void => {
    execFileSync('chrt', [name, '--all-tasks', '--pid', '0', String(pid)], { stdio: 'ignore' })
    // Where each session has its share of the CPUs, a policy counts within the part's own alone: https://man7.org/linux/man-pages/man7/sched.7.html
    const group = `/proc/${pid}/autogroup`
    if (existsSync(group)) writeFileSync(group, name === '--idle' ? '19' : '0')
  }
  policy('--idle')
  try {
    const loops = Array.from({ length: LOOPS * availableParallelism() }, () =>
      spawn('timeout', [String(seconds), 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
    )
    await Promise.all(loops.map((loop) => once(loop, 'close')))
  } finally {
    policy('--other')
  }
  return true
}

function injected(journal: string, experiment: string): boolean {
  let text: string
  try {
    text = readFileSync(journal, 'utf8')
  } catch {
    return false
  }
  return text.split('\n').some((line) => {
    if (!line.includes('"kind":"fault"')) return false
    const entry = JSON.parse(line) as JournalEntry
    return entry.kind === 'fault' && entry.experiment === experiment && entry.leg === 'fire' && entry.phase === 'inject' && entry.ok
  })
}
