import { selectorOf } from '../../logs/selector.ts'
import type { SentProbe } from '../../model/journal.ts'
import type { LogSpec } from '../../model/spec.ts'
import { rowsOf } from '../../logs/record-rows.ts'
import { clipLine } from './clip.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

const POLL_MS = 250
const KEPT_LINES = 50
const AROUND_MS = 1_000
/** What no record begins with: indented, or a cause, a frame or a backtrace of one. */
const CONTINUES = '^(\\s|[Cc]aused by|at |\\.\\.\\. [0-9]+ more|stack backtrace)'

/** Looks for the one entry that a record of several lines must be, and for pieces of it. */
export async function pollRecord(
  log: LogSpec,
  promised: NonNullable<LogSpec['multiline']>,
  request: SentProbe,
  { clock, journal, loki }: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { stamp, traceId, sentMs, status } = request
  const query = `${selectorOf(log)} |= ${JSON.stringify(stamp)}`
  const entry = { kind: 'log-record', spec: log.service, stamp, traceId, sentMs, status, query } as const
  if (status === 0) {
    journal.append({ ...entry, foundMs: null, polls: 0, lines: [], pieces: [], error: request.error ?? 'the request was not answered' })
    return
  }
  const whole = wholeRecord(promised.contains, stamp)
  const deadline = sentMs + log.maxDelayMs
  for (let polls = 1; ; polls += 1) {
    try {
      const lines = await loki.queryRange(query, sentMs - 5_000, clock.now() + 5_000, KEPT_LINES)
      const found = lines.some(({ line }) => whole?.test(line) === true)
      if (found || clock.now() >= deadline) {
        const timesMs = lines.map(({ timeNs }) => Number(timeNs.slice(0, -6)))
        const pieces = await loki.queryRange(
          `${selectorOf(log)} |~ ${JSON.stringify(CONTINUES)}`,
          Math.min(sentMs, ...timesMs) - AROUND_MS,
          Math.max(sentMs, ...timesMs) + AROUND_MS,
          KEPT_LINES,
        )
        const kept = (all: typeof lines): ((typeof lines)[number] & { rows: number })[] =>
          all.map((line) => ({ ...clipLine(line, [stamp, traceId]), rows: rowsOf(line.line) }))
        journal.append({ ...entry, foundMs: lines.length > 0 ? clock.now() : null, polls, lines: kept(lines), pieces: kept(pieces) })
        return
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = messageOf(error)
        journal.append({ ...entry, foundMs: null, polls, lines: [], pieces: [], error: message })
        journal.append({ kind: 'source-error', source: 'loki', experiment: null, message })
        return
      }
    }
    await clock.sleep(POLL_MS, signal)
  }
}

/** By JavaScript's rules, only to know when to stop looking; null: until the deadline, and the judge says by RE2's. */
function wholeRecord(contains: string, stamp: string): RegExp | null {
  try {
    return new RegExp(contains.replaceAll('{stamp}', stamp.replace(/[^\w]/g, '\\$&')))
  } catch {
    return null
  }
}
