import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Check } from '../judge/drill-check.ts'
import { checks } from '../judge/drill-checks.ts'
import { judgeLines } from '../judge/judge.ts'
import type { Page } from '../model/page.ts'
import { formats, isReported, reportedPart, summarise } from '../report/formats.ts'
import { collectWhenGrown, drawPage, isLong, pageHtml } from './draw-page.ts'
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
  const judged = await judgeFile(file)
  return { ...judged, page: () => drawPage(file, judged.report) }
}

/** What reading leaves behind is not to stand beside what the record of a long journal is closed with. */
async function* thenCollected(lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield* lines
  collectWhenGrown()
}

/** Of a long journal each check leaves much behind, and V8 would look for it late. */
function afterGarbage(check: Check): Check {
  return {
    ...check,
    judge(evidence) {
      collectWhenGrown()
      return check.judge(evidence)
    },
  }
}

async function judgeFile(file: string): Promise<Omit<Judged, 'page'>> {
  const long = isLong(file)
  const kept = new LastAttempts(long)
  const { verdicts, problems, beside } = await judgeLines(
    long ? thenCollected(fileLines(file)) : fileLines(file),
    (entry, text) => {
      if (isReported(entry)) kept.add(reportedPart(entry), text)
    },
    long ? checks.map(afterGarbage) : checks,
  )
  if (long) collectWhenGrown()
  const report = summarise({ entries: kept.entries(), problems }, verdicts)
  const { leftOut } = kept
  if (leftOut > 0) report.problems.push(`the report shows the last attempt of each experiment: ${leftOut} entries are in the journal alone`)
  return { verdicts, beside, report }
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
