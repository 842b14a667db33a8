import { statSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { join } from 'node:path'
import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { judgeLines } from '../judge/judge.ts'
import { readJournal } from '../judge/record/parse-journal.ts'
import type { Page } from '../model/page.ts'
import { formats, html, isReported, reportedPart, summarise } from '../report/formats.ts'
import { evidenceText, pointersOf } from '../report/page/shown-evidence.ts'
import { isDrawn, mayBeShown, pageOf } from '../report/page/make-page.ts'
import { bundlePage } from './bundle-page.ts'
import { fileLines } from './file-lines.ts'
import { LastAttempts } from './last-attempts.ts'
import { writeJson } from './run-folder.ts'

export interface Judged {
  verdicts: Verdict[]
  report: Report
  /** What report.html draws. */
  page: () => Promise<Page>
  /** Experiment or outage -> what else was in force while it ran. */
  beside: Record<string, string[]>
}

/** Reads the journal of a run line by line and judges it; needs nothing but the folder. */
export async function judgeFolder(folder: string): Promise<Judged> {
  const file = join(folder, 'journal.ndjson')
  const isLarge = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGE_BYTES
  // Of a journal that is read line by line nearly everything is garbage at once: V8 would let it grow to four times what is kept.
  if (isLarge) setFlagsFromString('--heap-growing-percent=10')
  const { problems, ...judged } = await judgeFile(file, isLarge)
  return { ...judged, page: () => drawPage(file, isLarge, problems, judged.report) }
}

async function judgeFile(file: string, isLarge: boolean): Promise<Omit<Judged, 'page'> & { problems: string[] }> {
  const kept = new LastAttempts(isLarge)
  const { verdicts, problems, beside } = await judgeLines(fileLines(file), (entry) => {
    if (isReported(entry)) kept.add(reportedPart(entry))
  })
  const report = summarise({ entries: kept.entries(), problems }, verdicts)
  const { leftOut } = kept
  if (leftOut > 0) report.problems.push(`the report shows the last attempt of each experiment: ${leftOut} entries are in the journal alone`)
  return { verdicts, problems, beside, report }
}

/** Reads the journal again: of a long drill what is drawn is more than the verdicts and the report need together. */
async function drawPage(file: string, isLarge: boolean, problems: string[], report: Report): Promise<Page> {
  const drawn = new LastAttempts(isLarge)
  const wanted = pointersOf(report)
  const evidence: Record<number, string> = {}
  await readJournal(shownLines(file, wanted), (entry) => {
    if (wanted.has(entry.seq)) evidence[entry.seq] = evidenceText(entry)
    if (isDrawn(entry)) drawn.add(entry)
  })
  return pageOf({ entries: drawn.entries(), problems }, report, evidence)
}

async function* shownLines(file: string, wanted: ReadonlySet<number>): AsyncGenerator<string> {
  for await (const line of fileLines(file)) if (mayBeShown(line, wanted)) yield line
}

/** No drill of the specification comes near it. */
const LARGE_BYTES = 64 * 1024 * 1024

/** Judges a run and writes verdicts.json and all reports beside its journal. */
export async function judgeRun(folder: string): Promise<Judged> {
  const judged = await judgeFolder(folder)
  writeJson(folder, 'verdicts.json', judged.verdicts)
  writeFileSync(join(folder, 'report.json'), formats.json(judged.report))
  writeFileSync(join(folder, 'report.md'), formats.markdown(judged.report))
  writeFileSync(join(folder, 'report.html'), await pageHtml(judged))
  writeFileSync(join(folder, 'junit.xml'), formats.junit(judged.report))
  return judged
}

/** report.html: one file, with the page's code in it. */
export async function pageHtml({ report, page }: Judged): Promise<string> {
  return html(report, { page: await page(), code: await bundlePage() })
}
