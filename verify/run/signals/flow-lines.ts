import { randomBytes } from 'node:crypto'
import type { HttpProbe } from '../../model/spec.ts'
import { flowStamp, type FlowTally } from './flow-tally.ts'
import { pages, timeMs } from './loki-pages.ts'
import type { Ports } from '../ports.ts'

const POLL_MS = 250
/** Lines are stored under the service's clock, which may differ a little. */
const CLOCK_MS = 5_000

/** Sends one stamped, traced request of a flow. One without an answer is a row with status 0: the judge says what that means. */
export async function sendOfFlow(
  request: HttpProbe,
  tally: FlowTally,
  index: number,
  traceId: string,
  { clock, probes }: Pick<Ports, 'clock' | 'probes'>,
): Promise<void> {
  tally.request(index, clock.now())
  const status = await probes
    .send(request, { traceId, spanId: randomBytes(8).toString('hex'), stamp: flowStamp(tally.prefix, index) })
    .then(
      (answer) => answer.status,
      () => 0,
    )
  tally.answer(index, clock.now(), status)
}

/**
 * Looks for a flow's lines until `over`, each time from the last one seen on. `asked` is called after every look, with the error when it
 * brought no answer.
 */
export async function sightLines(
  query: string,
  tally: FlowTally,
  { clock, loki }: Pick<Ports, 'clock' | 'loki'>,
  signal: AbortSignal,
  over: () => boolean,
  asked: (error: unknown) => void = () => undefined,
): Promise<void> {
  let fromMs = tally.startedMs - CLOCK_MS
  while (!over()) {
    await clock.sleep(POLL_MS, signal)
    try {
      let lastMs = fromMs
      for await (const lines of pages(loki, query, fromMs, clock.now() + CLOCK_MS)) {
        for (const line of lines) tally.sight(line, clock.now())
        lastMs = Math.max(lastMs, ...lines.slice(-1).map(timeMs))
      }
      // Lines may still come that are older than those already seen.
      fromMs = Math.max(fromMs, lastMs - CLOCK_MS)
      asked(undefined)
    } catch (error) {
      // The full read has the last word.
      asked(error)
    }
  }
}

/** A copy that a resumed collector sends again comes a little later than the line. */
const SETTLE_MS = 2_000

/**
 * The full read, once copies have had their time: each line counted once, and in how many pages. Rejects when the store does not answer.
 */
export async function countLines(
  query: string,
  tally: FlowTally,
  { clock, loki }: Pick<Ports, 'clock' | 'loki'>,
  signal: AbortSignal,
): Promise<number> {
  await clock.sleep(SETTLE_MS, signal)
  let read = 0
  for await (const lines of pages(patient(loki, clock, signal), query, tally.startedMs - CLOCK_MS, clock.now() + CLOCK_MS)) {
    read += 1
    for (const line of lines) tally.count(line, clock.now())
  }
  return read
}

const ATTEMPTS = 4
const RETRY_MS = 1_000

/**
 * A query that is refused for once (too many at a time, a querier that went away) leaves nothing open that the next one answers; each page
 * is counted once.
 */
function patient(loki: Ports['loki'], clock: Ports['clock'], signal: AbortSignal): Ports['loki'] {
  return {
    async queryRange(...asked) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await loki.queryRange(...asked)
        } catch (error) {
          if (attempt >= ATTEMPTS) throw error
          await clock.sleep(attempt * RETRY_MS, signal)
        }
      }
    },
  }
}
