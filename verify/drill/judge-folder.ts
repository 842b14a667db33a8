import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JournalEntry } from '../model/journal.ts'
import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { judgeLines } from '../judge/judge.ts'
import { formats, isReported, reportedPart, summarise } from '../report/formats.ts'
import { writeJson } from './run-folder.ts'

export interface Judged {
  verdicts: Verdict[]
  report: Report
}

/** Reads the journal of a run line by line and judges it; needs nothing but the folder. */
export async function judgeFolder(folder: string): Promise<Judged> {
  const lines = createInterface({ input: createReadStream(join(folder, 'journal.ndjson'), 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  const entries: JournalEntry[] = []
  const { verdicts, problems } = await judgeLines(lines, (entry) => {
    if (isReported(entry)) entries.push(reportedPart(entry))
  })
  return { verdicts, report: summarise({ entries, problems }, verdicts) }
}

/** Judges a run and writes verdicts.json and all reports beside its journal. */
export async function judgeRun(folder: string): Promise<Judged> {
  const judged = await judgeFolder(folder)
  writeJson(folder, 'verdicts.json', judged.verdicts)
  writeFileSync(join(folder, 'report.json'), formats.json(judged.report))
  writeFileSync(join(folder, 'report.md'), formats.markdown(judged.report))
  writeFileSync(join(folder, 'report.html'), formats.html(judged.report))
  writeFileSync(join(folder, 'junit.xml'), formats.junit(judged.report))
  return judged
}
