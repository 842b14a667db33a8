import type { JournalEntry } from '../../model/journal.ts'
import type { Curve, OutageCourse } from '../../model/page.ts'
import { entriesOf, thinned } from './entries.ts'
import { faultsOf } from './lanes.ts'

/** How long the answer, the span and the line of each stamped request beside an outage took. */
export function outageCoursesOf(entries: readonly JournalEntry[]): OutageCourse[] {
  const header = entriesOf(entries, 'header')[0]
  const outages = [...(header?.plan.outages ?? []), ...entriesOf(entries, 'confirmation').flatMap((entry) => entry.outages ?? [])]
  return entriesOf(entries, 'outage').map((entry): OutageCourse => {
    const planned = outages.find(({ id }) => id === entry.outage)
    const rows = (Array.isArray(entry.rows) ? entry.rows : []).filter((row) => Array.isArray(row) && row.every(Number.isFinite))
    const curve = (label: string, delay: (row: (typeof rows)[number]) => number | null): Curve => ({
      label,
      subject: true,
      points: thinned(rows.map((row) => [entry.startedMs + row[0], delay(row)])),
    })
    return {
      outage: entry.outage,
      title: planned?.title ?? entry.outage,
      faults: faultsOf(entries, planned?.during ?? entry.outage),
      answers: curve('answer', ([sentMs, answeredMs, status]) => (status === 0 ? null : answeredMs - sentMs)),
      spans: curve('span in the trace store', ([sentMs, , , spanMs]) => (spanMs < 0 ? null : spanMs - sentMs)),
      lines: curve('line in the log store', ([sentMs, , , , lineMs]) => (lineMs < 0 ? null : lineMs - sentMs)),
      pointer: entry.seq,
    }
  })
}
