import { statSync } from 'node:fs'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readJournal } from '../judge/record/parse-journal.ts'
import type { Page } from '../model/page.ts'
import type { Report } from '../model/report.ts'
import { html } from '../report/formats.ts'
import { isDrawn, mayBeShown, pageOf } from '../report/page/make-page.ts'
import { evidenceText, pointersOf } from '../report/page/shown-evidence.ts'
import { bundlePage } from './bundle-page.ts'
import { fileLines } from './file-lines.ts'
import { LastAttempts } from './last-attempts.ts'

/** No drill of the specification comes near it. */
const LARGE_BYTES = 64 * 1024 * 1024

/** Whether a journal is so long that of each experiment the last attempt alone is reported and drawn. From then on memory is kept small. */
export function isLong(journal: string): boolean {
  const isLarge = (statSync(journal, { throwIfNoEntry: false })?.size ?? 0) > LARGE_BYTES
  // Of a journal that is read line by line nearly everything is garbage at once: V8 would let it grow to four times what is kept.
  if (isLarge) setFlagsFromString('--heap-growing-percent=10')
  return isLarge
}

/** What the page of a judged run draws. Reads the journal again: what is drawn is more than verdicts and report need together. */
export async function drawPage(journal: string, report: Report): Promise<Page> {
  const isAlone = isLong(journal)
  if (isAlone) collectGarbage()
  const drawn = new LastAttempts(isAlone)
  const wanted = pointersOf(report)
  const evidence: Record<number, string> = {}
  await readJournal(shownLines(journal, wanted), (entry, text) => {
    if (wanted.has(entry.seq)) evidence[entry.seq] = evidenceText(entry)
    if (isDrawn(entry)) drawn.add(entry, text)
  })
  return pageOf({ entries: drawn.entries(), problems: [] }, report, evidence)
}

/**
 * What a long journal was read or judged by is garbage by then: it is not to stand beside what comes next. The last resort is the one that
 * gives half-empty pages back.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (how: object) => void
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  keptBytes = getHeapStatistics().used_heap_size
}

/** So much more than what was kept is looked through: it takes a tenth of a second. */
const GROWN_BYTES = 12 * 1024 * 1024
let keptBytes = 0

export function collectWhenGrown(): void {
  if (getHeapStatistics().used_heap_size > keptBytes + GROWN_BYTES) collectGarbage()
}

async function* shownLines(file: string, wanted: ReadonlySet<number>): AsyncGenerator<string> {
  for await (const line of fileLines(file)) if (mayBeShown(line, wanted)) yield line
}

/** report.html: one file, with the page's code in it. */
export async function pageHtml({ report, page }: { report: Report; page: () => Promise<Page> }): Promise<string> {
  return html(report, { page: await page(), code: await bundlePage() })
}
