import type { JournalEntry } from '../../model/journal.ts'
import type { Curve, OutageCourse, Spread } from '../../model/page.ts'
import { distribution } from '../../text/quantiles.ts'
import { entriesOf, thinned } from './entries.ts'
import { faultsOf } from './lanes.ts'

/** How long the answer, the span and the line of each stamped request beside an outage took. */
export function outageCoursesOf(entries: readonly JournalEntry[]): OutageCourse[] {
  const header = entriesOf(entries, 'header')[0]
  const outages = [...(header?.plan.outages ?? []), ...entriesOf(entries, 'confirmation').flatMap((entry) => entry.outages ?? [])]
  return entriesOf(entries, 'outage').map((entry): OutageCourse => {
    const planned = outages.find(({ id }) => id === entry.outage)
    const rows = (Array.isArray(entry.rows) ? entry.rows : []).filter((row) => Array.isArray(row) && row.every(Number.isFinite))
    const delays = {
      answer: rows.map(([sentMs, answeredMs, status]) => (status === 0 ? null : answeredMs - sentMs)),
      span: rows.map(([sentMs, , , spanMs]) => (spanMs < 0 ? null : spanMs - sentMs)),
      line: rows.map(([sentMs, , , , lineMs]) => (lineMs < 0 ? null : lineMs - sentMs)),
    }
    const curve = (label: string, own: readonly (number | null)[]): Curve => ({
      label,
      subject: true,
      points: thinned(rows.map(([sentMs], index) => [entry.startedMs + sentMs, own[index] ?? null])),
    })
    return {
      outage: entry.outage,
      title: planned?.title ?? entry.outage,
      faults: faultsOf(entries, planned?.during ?? entry.outage),
      answers: curve('answer', delays.answer),
      spans: curve('span in the trace store', delays.span),
      lines: curve('line in the log store', delays.line),
      spreads: Object.entries(delays).flatMap(([of, own]) => (wasAsked(entry, of) ? [spreadOf(of, own)] : [])),
      pointer: entry.seq,
    }
  })
}

/** Where a store was not asked, that nothing came says nothing. */
function wasAsked({ stores }: { stores?: unknown }, of: string): boolean {
  const store = { span: 'jaeger', line: 'loki' }[of]
  return store === undefined || (typeof stores === 'object' && stores !== null && store in stores)
}

function spreadOf(of: string, delays: readonly (number | null)[]): Spread {
  const came = delays.filter((delay) => delay !== null)
  return { of, sent: delays.length, came: came.length, quantiles: distribution(came) ?? null }
}
