import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../../verify/model/report.ts'
import { firedrill, ROOT } from '../command.ts'

/**
 * Drills the unmodified lab again and again (npm run soak [-- N], default 30) and counts false alarms: every verdict that is
 * not a pass is one, regardless of its cause. The table goes to reports/soak/ after every run, so that an interruption loses nothing.
 */
const wanted = Number(process.argv[2] ?? 30)
if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > 200)
  throw new Error('npm run soak -- N: a whole number from 1 to 200 is wanted')
const folder = mkdtempSync(join(tmpdir(), 'firedrill-soak-'))
const rows: string[] = []
let falseAlarms = 0
let undecided = 0

await firedrill(['lab', 'up'], { show: true })
try {
  for (let run = 1; run <= wanted; run += 1) {
    const out = join(folder, String(run))
    const loadBefore = loadavg()[0] ?? 0
    // No second attempts: a soak counts what the first one says.
    const { exitCode, wallS } = await firedrill(['run', '--keep', '--retries', '0', '--out', out])
    // Interrupted by hand: says nothing about the lab.
    if (exitCode === 130) break
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report
    const verdicts = [
      ...report.rules.flatMap(({ experiments }) => experiments.flatMap((experiment) => experiment.verdicts)),
      ...report.others,
    ]
    const wrong = verdicts.filter(({ status }) => status === 'fail')
    const unknown = verdicts.filter(({ status }) => status === 'unknown')
    falseAlarms += wrong.length
    undecided += unknown.length
    rows.push(
      `| ${run} | ${exitCode} | ${report.counts.pass} | ${report.counts.fail} | ${report.counts.unknown} | ${Math.round(wallS)} | ${loadBefore.toFixed(1)} | ${[...wrong, ...unknown].map(({ subject, check, status }) => `${status}: ${subject} ${check}`).join('; ')} |`,
    )
    writeTable()
    process.stderr.write(`${rows.at(-1)}\n`)
    // Runs that did not pass are kept for a closer look.
    if (exitCode === 0) rmSync(out, { recursive: true })
    else process.stderr.write(`kept: ${out}\n`)
  }
} finally {
  await firedrill(['lab', 'down'])
  if (falseAlarms + undecided === 0) rmSync(folder, { recursive: true, force: true })
}
process.exitCode = falseAlarms > 0 ? 1 : undecided > 0 ? 3 : 0

function writeTable(): void {
  mkdirSync(join(ROOT, 'reports/soak'), { recursive: true })
  writeFileSync(
    join(ROOT, 'reports/soak/README.md'),
    [
      '# Soak: consecutive drills of the unmodified lab',
      '',
      `Made by \`npm run soak -- ${wanted}\`. ${rows.length} runs, ${falseAlarms} false alarms (failed verdicts), ${undecided} verdicts unknown.`,
      '',
      '| run | exit code | pass | fail | unknown | seconds | load before | what was not a pass |',
      '|---|---|---|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n'),
  )
}
