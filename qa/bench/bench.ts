import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEntry } from '../../verify/model/journal.ts'
import { compressExpr } from '../../verify/compress/compress.ts'
import type { Plan } from '../../verify/model/plan.ts'
import { plan as planOf } from '../../verify/plan/make-plan.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { firedrill, measure, PROGRAM } from '../command.ts'
import { judgeRows } from './journals.ts'
import { backtestRows } from './backtests.ts'
import { pageRows } from './bench-page.ts'

/** The figures of the design, measured once on this machine and printed as a table; nothing is asserted. */
interface Row {
  what: string
  reach: string
  measured: string
}
const rows: Row[] = []
const folder = mkdtempSync(join(tmpdir(), 'firedrill-bench-'))
process.stderr.write(
  `load before: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n`,
)

try {
  await firedrill(['lab', 'down'])
  const lint = await firedrill(['lint'])
  rows.push({ what: 'lint of monitoring/, start included', reach: '<= 1 s', measured: `${lint.wallS.toFixed(2)} s` })
  const simulate = await firedrill(['simulate'])
  rows.push({ what: 'simulate, all boundaries', reach: '<= 10 s', measured: `${simulate.wallS.toFixed(1)} s` })
  for (const count of [100, 1_000, 10_000]) rows.push(await manyRules(count))
  rows.push(await manyFiles(1_000))
  rows.push(await twelveExperiments(), ...(await judgeRows(folder)), ...(await pageRows(folder)))
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
} finally {
  await firedrill(['lab', 'down'])
  rmSync(folder, { recursive: true, force: true })
}
const width = Math.max(...rows.map(({ what }) => what.length))
for (const { what, reach, measured } of rows) process.stdout.write(`${what.padEnd(width)}  ${reach.padEnd(10)}  ${measured}\n`)

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

/** Lint of so many rules, beside `promtool check rules` on the same file in the same minute. */
async function manyRules(count: number): Promise<Row> {
  const file = join(folder, `rules-${count}.yml`)
  const rules = Array.from(
    { length: count },
    (_, index) =>
      `      - alert: Extra${index}\n        expr: rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[5m]) * 60 > ${1000 + index}\n        for: 5m\n        labels: { severity: info }`,
  )
  writeFileSync(file, `groups:\n  - name: many\n    rules:\n${rules.join('\n')}\n`)
  const ours = await measure(PROGRAM, ['lint', file])
  const promtool = findTool('promtool')
  const theirs = promtool === undefined ? null : await measure(promtool, ['check', 'rules', file])
  const beside = theirs === null ? 'promtool is not there' : `promtool ${theirs.wallS.toFixed(2)} s, ${theirs.peakMb.toFixed(0)} MB`
  return {
    what: `lint of ${count} rules`,
    reach: count === 10_000 ? 'promtool, <= 250 MB' : '',
    measured: `${ours.wallS.toFixed(2)} s, ${ours.peakMb.toFixed(0)} MB; ${beside}`,
  }
}

/** Lint of a folder of so many files: rule files, Deployments and compose files in turn, as a repository of many teams has them. */
async function manyFiles(count: number): Promise<Row> {
  const root = join(folder, 'corpus')
  mkdirSync(root)
  const rules = (index: number): string =>
    `groups:\n  - name: team-${index}\n    rules:\n      - { alert: Down${index}, expr: 'up{job="team-${index}"} == 0', for: 5m, labels: { severity: warning } }\n`
  const deployment = (index: number): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: team-${index} }\nspec: { template: { metadata: { labels: { app: team-${index} } }, spec: { containers: [{ name: app, image: "team-${index}:1" }] } } }\n`
  const compose = (index: number): string =>
    `services:\n  app-${index}:\n    image: team-${index}:1\n    ports: ["${10_000 + index}:80"]\n    environment: { REDIS_ADDR: "redis:6379" }\n`
  for (let index = 0; index < count; index++)
    writeFileSync(join(root, `file-${index}.yml`), [rules, deployment, compose][index % 3]?.(index) ?? '')
  const ours = await measure(PROGRAM, ['lint', root])
  return {
    what: `lint of a corpus of ${count} files`,
    reach: '<= 30 s',
    measured: `${ours.wallS.toFixed(1)} s, ${ours.peakMb.toFixed(0)} MB (exit code ${ours.exitCode})`,
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
