import { statSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { join } from 'node:path'
import type { JournalEntry } from '../model/journal.ts'
import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { judgeLines } from '../judge/judge.ts'
import { packed } from '../judge/record/load-seconds.ts'
import { readJournal } from '../judge/record/parse-journal.ts'
import type { Page } from '../model/page.ts'
import { formats, html, isReported, reportedPart, summarise } from '../report/formats.ts'
import { evidenceText, pointersOf } from '../report/page/evidence.ts'
import { isDrawn, pageOf } from '../report/page/page.ts'
import { bundlePage } from './bundle-page.ts'
import { fileLines } from './file-lines.ts'
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
  // Of a journal that is read line by line nearly everything is garbage at once: V8 would let it grow to four times what is kept.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGE_BYTES) setFlagsFromString('--heap-growing-percent=20')
  const { problems, ...judged } = await judgeFile(file)
  return { ...judged, page: () => drawPage(file, problems, judged.report) }
}

async function judgeFile(file: string): Promise<Omit<Judged, 'page'> & { problems: string[] }> {
  const kept = new LastAttempts()
  const { verdicts, problems, beside } = await judgeLines(fileLines(file), (entry) => {
    if (isReported(entry)) kept.add(reportedPart(entry))
  })
  return { verdicts, problems, beside, report: summarise({ entries: kept.entries(), problems }, verdicts) }
}

/** Reads the journal again: of a long drill what is drawn is more than the verdicts and the report need together. */
async function drawPage(file: string, problems: string[], report: Report): Promise<Page> {
  const drawn = new LastAttempts()
  const wanted = pointersOf(report)
  const evidence: Record<number, string> = {}
  await readJournal(fileLines(file), (entry) => {
    if (wanted.has(entry.seq)) evidence[entry.seq] = evidenceText(entry)
    if (isDrawn(entry)) drawn.add(entry)
  })
  return pageOf({ entries: drawn.entries(), problems }, report, evidence)
}

/** No drill of the specification comes near it. */
const LARGE_BYTES = 64 * 1024 * 1024

const NO_HEADERS = {}

/** Reported entries; of values and of the logs beside an alert only those of an experiment's last attempt: the report shows no others. */
class LastAttempts {
  private readonly all: (JournalEntry | undefined)[] = []
  private readonly replaced = new Map<string, number[]>()
  private readonly parts = new Map<string, unknown>()

  add(entry: JournalEntry): void {
    if (entry.kind === 'leg') this.forget(`alert-logs ${entry.experiment}`)
    if (entry.kind === 'evaluated' || entry.kind === 'alert-logs') {
      const key = `${entry.kind} ${entry.experiment}`
      if (entry.kind === 'evaluated') this.forget(key)
      this.replaced.set(key, [...(this.replaced.get(key) ?? []), this.all.length])
    }
    this.all.push(this.withKnownParts(entry))
  }

  /** Of a drill that tries again and again the messages and the loads are the most, and alike. */
  private withKnownParts(entry: JournalEntry): JournalEntry {
    if (entry.kind === 'notification') return { ...entry, headers: NO_HEADERS, body: this.once(entry.body) }
    return entry.kind === 'load' ? { ...packed(entry), params: this.once(entry.params) } : entry
  }

  private once<T>(part: T): T {
    const text = JSON.stringify(part) ?? ''
    const known = (this.parts.get(text) as T | undefined) ?? part
    this.parts.set(text, known)
    return known
  }

  entries(): JournalEntry[] {
    return this.all.filter((entry) => entry !== undefined)
  }

  private forget(key: string): void {
    for (const place of this.replaced.get(key) ?? []) this.all[place] = undefined
    this.replaced.delete(key)
  }
}

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
