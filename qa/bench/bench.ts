import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEntry } from '../../verify/model/journal.ts'
import { compressExpr } from '../../verify/compress/compress.ts'
import type { Plan } from '../../verify/model/plan.ts'
import { plan as planOf } from '../../verify/plan/make-plan.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { firedrill } from '../command.ts'
import { lintRows } from './bench-lint.ts'
import { judgeRows } from './journals.ts'
import { backtestRows } from './backtests.ts'
import { browserRows, pageRows } from './bench-page.ts'
import { startRows } from './bench-start.ts'

/** The figures of the design, measured once on this machine and printed as a table; nothing is asserted. */
interface Row {
  what: string
  reach: string
  measured: string
  verdict?: string
}
/** `npm run bench -- NAME`: these rows alone, without a lab. */
const ALONE: Readonly<Record<string, (folder: string) => Promise<Row[]>>> = {
  lint: lintRows,
  // From the command line to the answer of plan, list and explain.
  start: startRows,
  // First paint and crosshair in Chromium.
  browser: browserRows,
  // report.html of a drill in real time, what the live page costs, and the browser's.
  page: pageRows,
  // Judging, and report.html, up to 1 GB.
  journals: judgeRows,
  // Look backs at a real Prometheus, up to 5,000 rules.
  backtests: backtestRows,
}
const [, , only] = process.argv
const alone = only === undefined ? undefined : ALONE[only]
if (only !== undefined && alone === undefined) throw new Error(`npm run bench -- ${Object.keys(ALONE).join('|')}`)
const rows: Row[] = []
const folder = mkdtempSync(join(tmpdir(), 'firedrill-bench-'))
process.stderr.write(
  `load before: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n`,
)

try {
  rows.push(...(await (alone ?? lintRows)(folder)))
  if (alone === undefined) await theRest()
} finally {
  if (alone === undefined) await firedrill(['lab', 'down'])
  rmSync(folder, { recursive: true, force: true })
}
const width = Math.max(...rows.map(({ what }) => what.length))
for (const { what, reach, measured, verdict = '' } of rows)
  process.stdout.write(`${what.padEnd(width)}  ${reach.padEnd(19)}  ${verdict.padEnd(6)}  ${measured}\n`)

async function theRest(): Promise<void> {
  await firedrill(['lab', 'down'])
  rows.push(...(await startRows()), await twelveExperiments(), ...(await judgeRows(folder)), ...(await pageRows(folder)))
  rows.push(...(await backtestRows()))
  const mutate = await firedrill(['mutate'])
  rows.push({
    what: 'mutate without --live',
    reach: '<= 180 s',
    measured: `${mutate.wallS.toFixed(0)} s: ${/mutation score.*/.exec(mutate.stdout)?.[0] ?? `exit code ${mutate.exitCode}`}`,
  })
  const up = await firedrill(['lab', 'up'], { show: true })
  rows.push({
    what: 'lab from cold binaries to healthy',
    reach: '<= 60 s',
    measured: `${up.wallS.toFixed(1)} s (exit code ${up.exitCode})`,
  })
  const out = join(folder, 'run')
  const run = await firedrill(['run', '--keep', '--seed', '0', '--out', out], { show: true })
  const plan = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as Plan
  rows.push({
    what: 'warm compressed drill, command to report',
    reach: '<= 180 s',
    measured: `${run.wallS.toFixed(0)} s (exit code ${run.exitCode})`,
  })
  rows.push({ what: 'makespan / lower bound', reach: '<= 1.10', measured: (plan.makespanMs / plan.lowerBoundMs).toFixed(2) })
  rows.push(...usage(join(out, 'journal.ndjson')))
  const judge = await firedrill(['judge', out])
  rows.push({ what: 'judge of that journal, start included', reach: '<= 2 s', measured: `${judge.wallS.toFixed(2)} s` })
}

/** The plan of twelve experiments: those of the specification, and copies of the first ones for as many as there are too few. */
async function twelveExperiments(): Promise<Row> {
  const { spec } = await loadSpec()
  if (spec === undefined) throw new Error('the specification cannot be read')
  let left = 12 - spec.rules.reduce((sum, { experiments }) => sum + experiments.length, 0)
  for (const rule of spec.rules)
    if (left-- > 0)
      rule.experiments = [...rule.experiments, ...rule.experiments.slice(0, 1).map((each) => ({ ...each, id: `${each.id}-again` }))]
  const begin = performance.now()
  const { experiments, makespanMs, lowerBoundMs, optimal } = planOf(spec, { speed: 15, compressExpr })
  return {
    what: `plan of ${experiments.length} experiments`,
    reach: '<= 1 s',
    measured: `${((performance.now() - begin) / 1000).toFixed(3)} s, makespan / lower bound ${(makespanMs / lowerBoundMs).toFixed(2)}${optimal === true ? ', no shorter plan exists' : ''}`,
  }
}

function usage(journal: string): Row[] {
  const entries = readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  const value = (metric: string): number => {
    const entry = entries.find((candidate) => candidate.kind === 'health' && candidate.metric === metric)
    return entry?.kind === 'health' ? Number(entry.series[0]?.values[0]?.[1]) : Number.NaN
  }
  const seconds = ((entries.at(-1)?.atMs ?? 0) - (entries[0]?.atMs ?? 0)) / 1000
  return [
    {
      what: 'verifier CPU during the drill, share of a core',
      reach: '<= 5 %',
      measured: `${((100 * value('firedrill_cpu_seconds_total')) / seconds).toFixed(1)} %`,
    },
    {
      what: 'verifier peak memory',
      reach: '<= 250 MB',
      measured: `${(value('firedrill_peak_resident_memory_bytes') / 1_048_576).toFixed(0)} MB`,
    },
  ]
}
