import type { Journal, JournalEntry } from '../../model/journal.ts'
import type { Page } from '../../model/page.ts'
import type { Report } from '../../model/report.ts'
import { CLOCK_OFFSET, clockOffsetMs, inPrometheusTime } from '../../promql/prometheus-time.ts'
import { headline } from '../console.ts'
import { laneEvidence } from './shown-evidence.ts'
import { lanesOf, MISSED } from './lanes.ts'
import { outageCoursesOf } from './outage-courses.ts'
import { panelsOf } from './page-panels.ts'
import { isolationOf, proofsOf } from './proofs.ts'
import { signalsOf } from './page-signals.ts'
import { thinnedPage } from './thinned-page.ts'
import { waterfallsOf } from './waterfalls.ts'

const DRAWN = new Set<JournalEntry['kind']>([
  'header',
  'leg',
  'fault',
  'load',
  'notification',
  'outage',
  'trace',
  'confirmation',
  'dashboard',
  'panel',
  'by-hand',
  'signal-samples',
])

const HEALTH = [MISSED, CLOCK_OFFSET] as const

/** Whether the page draws this entry: a caller that streams a big journal need not keep the others. */
export function isDrawn(entry: JournalEntry): boolean {
  if (entry.kind === 'evaluated') return entry.what === 'value'
  if (entry.kind === 'raw') return entry.query.startsWith('up[')
  if (entry.kind === 'alerts-series') return entry.metric === 'ALERTS'
  if (entry.kind === 'health') return HEALTH.some((metric) => metric === entry.metric)
  return DRAWN.has(entry.kind)
}

/** As the journal's writer begins each line. */
const BEGIN = /^\{"seq":(\d+),"atMs":[\d.]+,"kind":"([\w-]+)"/
/** Of these kinds some are drawn: those whose line has this text. */
const SOME: Readonly<Record<string, readonly string[]>> = {
  'evaluated': ['"value"'],
  'raw': ['up['],
  'alerts-series': ['"ALERTS"'],
  'health': HEALTH,
}

/**
 * Whether a line may be an entry that isDrawn takes, or one of `wanted` (seq), before it is parsed: of a gigabyte most is neither. True of
 * any line that is not as the writer writes it.
 */
export function mayBeShown(line: string, wanted: ReadonlySet<number>): boolean {
  const [, seq, kind = ''] = BEGIN.exec(line) ?? []
  if (seq === undefined || wanted.has(Number(seq))) return true
  const texts = SOME[kind]
  return texts === undefined ? DRAWN.has(kind as JournalEntry['kind']) : texts.some((text) => line.includes(text))
}

/** What a page draws while the drill runs: panels come with the last entries of all, and are the page's that is judged. */
export function isDrawnLive(entry: JournalEntry): boolean {
  return isDrawn(entry) && entry.kind !== 'panel' && entry.kind !== 'dashboard'
}

/** What the drill timed itself, beside samples, windows and verdicts, which have Prometheus' time. */
function allInPrometheusTime(entries: readonly JournalEntry[]): JournalEntry[] {
  const offsetMs = clockOffsetMs(entries)
  return entries.map((entry) => inPrometheusTime(entry, offsetMs))
}

/** The page of a drill that is over: what drawnOf has, and the evidence. */
export function pageOf(journal: Journal, report: Report, more: Readonly<Record<number, string>> = {}): Page {
  const page = drawnOf({ ...journal, entries: allInPrometheusTime(journal.entries) }, report)
  return { ...page, evidence: { ...laneEvidence(journal.entries, page.lanes), ...more } }
}

/**
 * What the page draws of a drill: `journal` with at least the entries that isDrawn takes, and the report made of it. `lastMs`: until then
 * goes what has not ended; absent: until the last entry.
 */
export function drawnOf(journal: Journal, report: Report, lastMs?: number): Page {
  const { entries } = journal
  const lanes = lanesOf(entries, lastMs)
  return thinnedPage({
    report,
    sentence: headline(report),
    lanes,
    proofs: proofsOf(entries, report),
    isolation: isolationOf(entries, lanes, report),
    signals: signalsOf(entries, report, lastMs),
    traces: waterfallsOf(entries),
    outages: outageCoursesOf(entries),
    panels: panelsOf(entries),
    evidence: {},
  })
}
