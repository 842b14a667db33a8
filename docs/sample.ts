import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judgeRun } from '../verify/drill/judge-folder.ts'
import { findRun } from '../verify/drill/run-folder.ts'
import { writeSampleBreaks } from './sample-breaks.ts'

/**
 * Rewrites the committed sample: npm run sample [-- RUN]. With a run its journal, specification and plan are taken over; without one the
 * verdicts and reports are made again from the journal that is there, which is what a change of the judge or of a report needs.
 */
const sample = fileURLToPath(new URL('../reports/sample', import.meta.url))
const run = process.argv[2]
if (run !== undefined) {
  const from = findRun(run)
  mkdirSync(sample, { recursive: true })
  for (const name of ['journal.ndjson', 'spec.json', 'plan.json']) copyFileSync(join(from, name), join(sample, name))
}
const { report } = await judgeRun(sample)
await writeSampleBreaks(fileURLToPath(new URL('../reports/sample-breaks', import.meta.url)))
process.stderr.write(`reports/sample: ${report.counts.pass} passed, ${report.counts.fail} failed, ${report.counts.unknown} unknown\n`)
