import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 250
/** A restart of the engine takes 5 to 25 s: its containers are stopped and started as well. */
const AWAY_LIMIT_MS = 30_000

/** Socket -> since when its engine is away. An undo that fails is tried again, and all attempts together wait once. */
const awaySince = new Map<string, number>()

/**
 * Does `work`, which may be done twice, and does it again as long as the engine is away: it is restarted or upgraded, and what a fault has
 * done is still to be undone when it is back. Rejects with what the engine's socket said last.
 */
export async function throughRestart<T>(socket: string, work: () => Promise<T>, signal: AbortSignal, limitMs = AWAY_LIMIT_MS): Promise<T> {
  for (;;) {
    try {
      const done = await work()
      awaySince.delete(socket)
      return done
    } catch (error) {
      if (!isAway(error)) {
        awaySince.delete(socket)
        throw error
      }
      const sinceMs = awaySince.get(socket) ?? performance.now()
      awaySince.set(socket, sinceMs)
      if (signal.aborted || performance.now() - sinceMs >= limitMs) throw error
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
