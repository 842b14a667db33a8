/**
 * npm run engine:kubernetes -- exec node qa/kubernetes/cluster-breaks.ts [NAME...]: single breaks of the deployed half of the platform, one
 * at a time, by a short drill each: it must fail and name the broken link. Exit code 1 when one was not found or not named.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FIRST_ASKED, firstSilent } from '../../lab/cluster/answering.ts'
import type { Verdict } from '../../verify/model/verdict.ts'
import { firedrill, ROOT } from '../command.ts'
import { CLUSTER_BREAKS, type ClusterBreak } from './cluster-matrix.ts'

const kubectl = (...args: string[]): string => execFileSync('kubectl', ['--namespace=moalog', ...args], { encoding: 'utf8' })

async function rolledOut(): Promise<void> {
  for (const workload of kubectl('get', 'deployments,statefulsets', '--output=name').split('\n').filter(Boolean))
    kubectl('rollout', 'status', workload, '--timeout=3m')
  const silent = await firstSilent(FIRST_ASKED)
  if (silent !== undefined) throw new Error(`${silent} does not answer`)
}

/** Returns what puts back the specification that was there. */
function broken({ object, patch, restarts = [] }: ClusterBreak): () => Promise<void> {
  const before = JSON.parse(kubectl('get', object, '--output=json')) as { spec: unknown }
  const restart = (): void => {
    for (const workload of restarts) kubectl('rollout', 'restart', workload)
  }
  kubectl('patch', object, '--type=json', `--patch=${JSON.stringify(patch)}`)
  restart()
  return async () => {
    kubectl('patch', object, '--type=json', `--patch=${JSON.stringify([{ op: 'replace', path: '/spec', value: before.spec }])}`)
    restart()
    await rolledOut()
  }
}

async function found(each: ClusterBreak): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-cluster-'))
  const putBack = broken(each)
  try {
    await rolledOut()
    const out = join(folder, 'run')
    const { exitCode, stderr, wallS } = await firedrill([
      ...['run', '--platform', join(ROOT, 'examples/kubernetes'), '--confirm', 'node', '--retries', '0'],
      ...['--only', ...each.only, '--out', out],
    ])
    const file = join(out, 'verdicts.json')
    const verdicts = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Verdict[]) : []
    const bad = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown')
    const texts = [
      ...bad.map(({ check, subject, status, observed, diagnosis = '' }) => `${subject} ${check} (${status}): ${observed} ${diagnosis}`),
      stderr.trim(),
    ]
    const good = exitCode === each.exitCode && texts.some((text) => each.named.test(text))
    const shown = good ? texts.filter((text) => each.named.test(text)).slice(0, 1) : texts
    process.stdout.write(
      `${good ? 'as it must be' : 'WRONG        '} ${each.name} (exit code ${exitCode}, ${Math.round(wallS)} s)\n${shown.map((text) => `    ${text}\n`).join('')}`,
    )
    return good
  } finally {
    await putBack()
    rmSync(folder, { recursive: true })
  }
}

const asked = process.argv.slice(2)
const chosen = CLUSTER_BREAKS.filter(({ name }) => asked.length === 0 || asked.includes(name))
const results: boolean[] = []
for (const each of chosen) results.push(await found(each))
process.stdout.write(`${results.filter(Boolean).length} of ${chosen.length} as they must be\n`)
process.exitCode = chosen.length > 0 && results.every(Boolean) ? 0 : 1
