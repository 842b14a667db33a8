import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalEntry } from '../../verify/model/journal.ts'
import { firedrill, measure, PROGRAM, ROOT } from '../command.ts'
import type { Measured } from '../command.ts'

/** Unix seconds and milliseconds, and the instants of Alertmanager's messages, as they stand in the text of an entry. */
const TIMES = /(?<![\w.-])1[789]\d{8}(?:\d{3})?(?:\.\d+)?(?![\w.])|\d{4}-\d\d-\d\dT[\d:.]+Z/g
/** What the first attempt of a drill does once and for all. */
const ONCE = /"kind":"(?:(?:trace|log)(?:-\w+)?"|delivery-probe"|dashboard"|outage(?:-\w+)?"|panel"|counters")|"firedrill":"/

/** Outages are tried once: so are their faults. */
function isOnce(line: string, outages: ReadonlySet<string>): boolean {
  if (ONCE.test(line)) return true
  const entry = JSON.parse(line) as JournalEntry
  return entry.kind === 'fault' && outages.has(entry.experiment)
}

/**
 * A journal of at least so many bytes: the entries of a real one again and again, each time later by the length of the real run, as of a
 * drill that tries its experiments over and over; probes are its first attempt's, and its outages, which are tried once, are left out of
 * its plan. One header, one footer, sequence numbers without a gap.
 */
export function growJournal(from: string, to: string, bytes: number): void {
  const lines = readFileSync(from, 'utf8').trimEnd().split('\n')
  const [header = '', footer = ''] = [lines[0], lines.at(-1)]
  const [first, last] = [JSON.parse(header) as JournalEntry, JSON.parse(footer) as JournalEntry]
  const outages = new Set(first.kind === 'header' ? first.plan.outages?.map(({ id }) => id) : [])
  const body = lines.slice(1, -1).map((line) => ({
    once: isOnce(line, outages),
    between: line.replace(/^\{"seq":\d+/, '').split(TIMES),
    times: line.match(TIMES) ?? [],
  }))
  const lengthMs = Math.ceil((last.atMs - first.atMs) / 1_000) * 1_000
  const file = openSync(to, 'w')
  let written = writeSync(file, `${JSON.stringify(first.kind === 'header' ? { ...first, plan: { ...first.plan, outages: [] } } : first)}\n`)
  let seq = 1
  for (let round = 0; written < bytes; round += 1) {
    const texts = body
      .filter(({ once }) => round === 0 || !once)
      .map(
        ({ between, times }) =>
          `{"seq":${seq++}${between.map((text, index) => (index === 0 ? text : later(times[index - 1] ?? '', round * lengthMs) + text)).join('')}`,
      )
    written += writeSync(file, `${texts.join('\n')}\n`)
  }
  writeSync(file, `${footer.replace(/"seq":\d+/, `"seq":${seq}`)}\n`)
  closeSync(file)
}

function later(time: string, ms: number): string {
  if (time.includes('T')) return new Date(Date.parse(time) + ms).toISOString()
  return /^\d{13}/.test(time) ? String(Number(time) + ms) : String((Number(time) * 1_000 + ms) / 1_000)
}

function measuredText({ wallS, cpuS, peakMb, exitCode }: Measured): string {
  return `${wallS.toFixed(2)} s (${cpuS.toFixed(2)} s of CPU), ${peakMb.toFixed(0)} MB at most (exit code ${exitCode})`
}

/** What `report` takes beyond judging: report.html from the journal and report.json. */
async function drawnAlone(run: string): Promise<string> {
  const { stdout } = await firedrill(['report', run, '--format', 'json'])
  writeFileSync(join(run, 'report.json'), stdout)
  // As bin/firedrill starts `report`.
  return measuredText(await measure(process.execPath, ['--max-semi-space-size=4', join(ROOT, 'qa/bench/page-alone.ts'), run]))
}

/** Judges journals of growing size and makes report.html of them, each in a process of its own; they are gone again when it resolves. */
export async function judgeRows(folder: string): Promise<{ what: string; reach: string; measured: string }[]> {
  const rows: { what: string; reach: string; measured: string }[] = []
  for (const [what, reach, page, bytes] of [
    ['a journal as large as of a drill in real time (2 MB)', '<= 2 s', '<= 2 s', 2e6],
    ['10 MB', '', '', 10e6],
    ['100 MB', '', '', 100e6],
    ['1 GB', '<= 60 s, 500 MB', '<= 60 s, 300 MB', 1e9],
  ] as const) {
    const run = join(folder, 'grown')
    mkdirSync(run)
    try {
      growJournal(join(ROOT, 'reports/sample/journal.ndjson'), join(run, 'journal.ndjson'), bytes)
      for (const argv of [
        ['judge', run],
        ['report', run, '--format', 'html'],
      ]) {
        const { wallS, cpuS, peakMb, exitCode } = await measure(PROGRAM, argv)
        rows.push({
          what: `${argv[0] === 'judge' ? 'judge' : 'report.html'} of ${what}, start included`,
          reach: argv[0] === 'judge' ? reach : page,
          measured: measuredText({ wallS, cpuS, peakMb, exitCode }),
        })
      }
      rows.push({ what: `the page alone of ${what}, judged before, start included`, reach: page, measured: await drawnAlone(run) })
    } finally {
      rmSync(run, { recursive: true, force: true })
    }
  }
  return rows
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('node qa/bench/journals.ts FOLDER')
  for (const { what, reach, measured } of await judgeRows(folder))
    process.stdout.write(`${what.padEnd(60)} ${reach.padEnd(16)} ${measured}\n`)
}
