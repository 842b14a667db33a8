import { readFileSync, writeFileSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import lockfile from 'proper-lockfile'
import { FiredrillError } from '../../verify/model/error.ts'

interface Holder {
  pid: number
  checkout: string
  /** ISO time. */
  startedAt: string
}

const AGAIN_MS = 1000
/** A holder that has not been heard of for so long is dead. */
const STALE_MS = 15_000

/**
 * One setup at a time for each cache folder. Waits while another holds it, and says whose it is. Resolves with the release.
 * `lost` is called if the lock is taken from us (a machine that slept longer than it stays valid).
 */
export async function lockSetup(
  root: string,
  holder: Holder,
  options: { waiting(line: string): void; lost(error: Error): void; signal: AbortSignal; againMs?: number },
): Promise<() => Promise<void>> {
  try {
    await mkdir(root, { recursive: true })
    await access(root, constants.W_OK)
  } catch (error) {
    throw new FiredrillError('SETUP_CACHE', `cannot write to the cache folder ${root}: ${(error as Error).message}`, {
      exitCode: 3,
      next: 'make it writable, or name another by XDG_CACHE_HOME',
      cause: error,
    })
  }
  const about = path.join(root, 'setup.json')
  for (let first = true; ; first = false) {
    options.signal.throwIfAborted()
    try {
      const release = await lockfile.lock(root, {
        lockfilePath: path.join(root, 'setup.lock'),
        stale: STALE_MS,
        update: STALE_MS / 3,
        onCompromised: options.lost,
      })
      writeFileSync(about, JSON.stringify(holder))
      return release
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
      if (first) options.waiting(waitingLine(readHolder(about)))
      await sleep(options.againMs ?? AGAIN_MS, undefined, { signal: options.signal })
    }
  }
}

function waitingLine(holder: Holder | undefined): string {
  if (holder === undefined) return 'another setup is running on this cache; waiting for it to end'
  return `another setup is running (process ${holder.pid}, begun ${holder.startedAt}, from ${holder.checkout}); waiting for it to end`
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}
