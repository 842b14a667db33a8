/**
 * npm run engine:kubernetes -- exec node qa/kubernetes/cluster-isolation.ts: on a node that enforces NetworkPolicies (`up --policies`)
 * Redis is cut off by one, and the drill must pass. Exit code 1 when it failed or left a policy, 3 when it could not tell.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { firedrill, ROOT } from '../command.ts'

interface Rule {
  experiments: { id: string; fire: object }[]
}

/** examples/kubernetes with one experiment more; it would be refused on a node that enforces no policies, so it is not among the others. */
function withIsolation(folder: string): string {
  const platform = join(folder, 'platform')
  cpSync(join(ROOT, 'examples/kubernetes'), platform, { recursive: true, dereference: true })
  const [folderFile, ruleFile] = [join(platform, 'firedrill.yaml'), join(platform, 'spec/rules/service-down.yaml')]
  writeFileSync(folderFile, readFileSync(folderFile, 'utf8').replaceAll('../../', `${ROOT.replace(/\/$/, '')}/`))
  const rule = parse(readFileSync(ruleFile, 'utf8')) as Rule
  const hung = rule.experiments.find(({ id }) => id === 'redis-hung')
  if (hung === undefined) throw new Error(`${ruleFile} has no experiment redis-hung`)
  const isolated = {
    ...hung,
    id: 'redis-isolated',
    title: 'Redis is cut off',
    because: "Packets to Redis are dropped, so the exporter's scrape waits until it times out, there is no redis_up and ServiceDown fires.",
    fire: { ...hung.fire, fault: { id: 'isolate-pods', target: 'redis' } },
    // A connection that was being opened sends its first packet again after 1, 3 and 7 s.
    'recovers-within': '8s',
  }
  writeFileSync(ruleFile, stringify({ ...rule, experiments: [...rule.experiments, isolated] }, { aliasDuplicateObjects: false }))
  return platform
}

const folder = mkdtempSync(join(tmpdir(), 'firedrill-isolation-'))
try {
  const { exitCode, stdout, stderr, wallS } = await firedrill([
    ...['run', '--platform', withIsolation(folder), '--confirm', 'node', '--only', 'redis-isolated', '--out', join(folder, 'run')],
  ])
  process.stdout.write(`${stdout}${stderr}`)
  const left = execFileSync('kubectl', ['--namespace=moalog', 'get', 'networkpolicies', '--output=name'], { encoding: 'utf8' }).trim()
  process.stdout.write(`exit code ${exitCode} in ${Math.round(wallS)} s; policies left: ${left === '' ? 'none' : left}\n`)
  process.exitCode = left === '' ? exitCode : 1
} finally {
  rmSync(folder, { recursive: true })
}
