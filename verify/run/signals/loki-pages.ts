import type { LogLine } from '../../model/journal.ts'
import type { LokiSource } from '../ports.ts'

/**
 * Loki refuses more than max_entries_limit_per_query, 5000 unless configured. https://grafana.com/docs/loki/latest/configure/#limits_config
 */
const PAGE_LINES = 1_000
const MOST_LINES = 5_000
/** What it says then, of all versions. */
const TOO_MANY = /max_entries_limit\w* \(\d+ > (\d+)\)/

/**
 * All lines of a query, page by page, oldest first, each once. A page begins in the millisecond in which the last one ended, because lines
 * of
 * one instant may be on both sides of the border. A millisecond that fills a page is read in larger ones (a time format without fractions
 * puts a second's
 * lines there); when that does not hold it either it rejects, for going on would skip lines silently.
 */
export async function* pages(
  loki: LokiSource,
  query: string,
  fromMs: number,
  untilMs: number,
  pageLines: number = PAGE_LINES,
): AsyncGenerator<LogLine[]> {
  let seen = new Set<string>()
  let most = Math.max(MOST_LINES, pageLines)
  let limit = pageLines
  for (let startMs = fromMs; ;) {
    let lines: LogLine[]
    try {
      lines = await loki.queryRange(query, startMs, untilMs, limit)
    } catch (error) {
      const allowed = Number(TOO_MANY.exec(String(error))?.[1] ?? NaN)
      if (!(allowed > 0 && allowed < limit)) throw error
      most = allowed
      limit = allowed
      continue
    }
    const fresh = lines.filter((line) => !seen.has(key(line)))
    if (fresh.length > 0) yield fresh
    const last = lines.at(-1)
    if (last === undefined || lines.length < limit) return
    const lastMs = timeMs(last)
    if (Number.isNaN(lastMs)) throw new Error(`a line without a time, ${last.timeNs}: it cannot be read in pages`)
    const full = lastMs === startMs
    if (full && limit >= most && fresh.length === 0)
      throw new Error(`${limit} lines or more within one millisecond at ${last.timeNs}: they cannot be read in pages`)
    limit = full ? Math.min(most, 5 * limit) : Math.min(most, pageLines)
    seen = new Set([...(full ? seen : []), ...lines.filter((line) => timeMs(line) === lastMs).map(key)])
    startMs = lastMs
  }
}

/** Whole milliseconds since the epoch, rounded down as the query's start is. */
export function timeMs({ timeNs }: LogLine): number {
  return Number(timeNs.slice(0, -6))
}

function key({ timeNs, line, labels }: LogLine): string {
  return `${timeNs}\n${JSON.stringify(labels)}\n${line}`
}
