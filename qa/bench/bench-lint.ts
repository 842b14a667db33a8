import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { findTool } from '../../lab/tools/tools.ts'
import { measure, PROGRAM, type Measured } from '../command.ts'

interface Row {
  what: string
  reach: string
  measured: string
  verdict: 'held' | 'MISSED' | 'busy'
}

/**
 * The figures of the offline rungs. Where two programs are compared it is by CPU time in user mode, to which a machine that is busy with
 * others adds little.
 */
export async function lintRows(folder: string): Promise<Row[]> {
  return [
    await within('lint of monitoring/, start included', ['lint'], 1),
    await within('simulate, all boundaries', ['simulate'], 10),
    await manyRules(folder, 10_000),
    await manyFiles(folder, 1_000),
  ]
}

const spent = ({ cpuS, wallS, peakMb }: Measured): string => `${cpuS.toFixed(2)} s of CPU, ${peakMb.toFixed(0)} MB (${wallS.toFixed(1)} s)`

/** The middle of three runs: the first fills the compile cache. `busy`: its CPU time is within the limit, and others kept it waiting. */
async function within(what: string, argv: readonly string[], limitS: number): Promise<Row> {
  const runs: Measured[] = []
  for (let run = 0; run < 3; run++) runs.push(await measure(PROGRAM, argv))
  const ours = runs.sort((a, b) => a.wallS - b.wallS)[1]!
  const isBusy = ours.cpuS <= limitS && (loadavg()[0] ?? 0) > availableParallelism()
  const verdict = ours.wallS <= limitS ? 'held' : isBusy ? 'busy' : 'MISSED'
  return { what, reach: `<= ${limitS} s`, measured: `${spent(ours)}, exit code ${ours.exitCode}`, verdict }
}

const LIMIT_MB = 250
const PAIRS = 3

/** Lint of so many rules in turn with `promtool check rules` on the same file: the middle of three pairs. */
async function manyRules(folder: string, count: number): Promise<Row> {
  const file = join(folder, `rules-${count}.yml`)
  const rules = Array.from(
    { length: count },
    (_, index) =>
      `      - alert: Extra${index}\n        expr: rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[5m]) * 60 > ${1000 + index}\n        for: 5m\n        labels: { severity: info }`,
  )
  writeFileSync(file, `groups:\n  - name: many\n    rules:\n${rules.join('\n')}\n`)
  const row = { what: `lint of ${count} rules`, reach: `promtool, <= ${LIMIT_MB} MB` }
  const promtool = findTool('promtool')
  if (promtool === undefined) return { ...row, measured: 'promtool is not there', verdict: 'MISSED' }
  const pairs: { ours: Measured; theirs: Measured; ratio: number }[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const ours = await measure(PROGRAM, ['lint', file])
    const theirs = await measure(promtool, ['check', 'rules', file])
    pairs.push({ ours, theirs, ratio: ours.cpuS / Math.max(theirs.cpuS, 0.01) })
  }
  const { ours, theirs, ratio } = pairs.sort((a, b) => a.ratio - b.ratio)[(PAIRS - 1) / 2]!
  return {
    ...row,
    measured: `${spent(ours)}; promtool ${spent(theirs)}: ${ratio.toFixed(2)} times its CPU time`,
    verdict: ratio <= 1 && ours.peakMb <= LIMIT_MB ? 'held' : 'MISSED',
  }
}

/** Lint of a folder of so many files: rule files, Deployments and compose files in turn, as a repository of many teams has them. */
async function manyFiles(folder: string, count: number): Promise<Row> {
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
  return within(`lint of a corpus of ${count} files`, ['lint', root], 30)
}
