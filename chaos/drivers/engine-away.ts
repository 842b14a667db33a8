import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 250
/** A restart of the engine takes 5 to 20 s: its containers are stopped and started as well. */
const AWAY_LIMIT_MS = 60_000

/**
 * Does `work`, which may be done twice, and does it again as long as the engine is away: it is restarted or upgraded, and what a fault has
 * done is still to be undone when it is back. Rejects with what the engine's socket said last.
 */
export async function throughRestart<T>(work: () => Promise<T>, signal: AbortSignal, limitMs = AWAY_LIMIT_MS): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isAway(error) || signal.aborted || performance.now() >= deadline) throw error
      await delay(POLL_MS)
    }
  }
}

/** No engine listens, the one that did has hung up, or it is still loading its containers (503). An answer of the engine is an answer. */
function isAway(error: unknown): boolean {
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  return statusCode === 503 || (statusCode === undefined && code !== undefined && GONE.has(code))
}

const GONE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'])
