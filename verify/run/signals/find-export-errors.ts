import { EXPORT_ERROR } from '../../trace/export-errors.ts'
import { selectorOf } from '../../logs/selector.ts'
import type { LogSpec } from '../../model/spec.ts'
import { clipLine } from './clip.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

/** SDKs write such lines a few times and then once a minute: the relevant one may have been written before the request. */
const SILENT_FOR_MS = 65_000
const COUNTED_LINES = 200
/** The newest tell most. */
const SHOWN_LINES = 3

/** Of services whose promised spans did not come: the lines in which they themselves say that they could not send any. */
export async function recordExportErrors(
  spec: string,
  services: readonly string[],
  sentMs: number,
  { clock, journal, loki }: Ports,
  logs: readonly LogSpec[] = [],
): Promise<void> {
  for (const service of services) {
    const query = `${selectorOf(logs.find((log) => log.service === service) ?? { service, labels: {} })} |~ ${JSON.stringify(EXPORT_ERROR)}`
    const entry = { kind: 'export-errors', spec, service, query, fromMs: sentMs - SILENT_FOR_MS, untilMs: clock.now() } as const
    try {
      const lines = await loki.queryRange(query, entry.fromMs, entry.untilMs, COUNTED_LINES)
      journal.append({
        ...entry,
        count: lines.length,
        more: lines.length >= COUNTED_LINES,
        lines: lines.slice(-SHOWN_LINES).map((line) => clipLine(line, [])),
      })
    } catch (error) {
      // No verdict rests on these lines alone, so this is no source-error.
      journal.append({ ...entry, count: 0, more: false, lines: [], error: messageOf(error) })
    }
  }
}
