/**
 * npm run engine:kubernetes -- exec node qa/kubernetes/cluster-load.ts [NAME]: load from four pods on the deployed cluster. What
 * rate-limiter counted must be what the pods counted, status by status; a pod that is killed in the middle of a fire leg must make that
 * load not delivered, and nothing else a failure. Exit code 1 when one is not so.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createChaos } from '../../chaos/controller.ts'
import { loadOf } from '../../verify/drill/load-of.ts'
import type { Verdict } from '../../verify/model/verdict.ts'
import { readPlatform } from '../../verify/platform/read-platform.ts'
import { readTargetFile } from '../../verify/targets/target-file.ts'
import { PROGRAM, ROOT } from '../command.ts'

const PLATFORM = join(ROOT, 'examples/kubernetes')
const TARGET = 'node-pods'
const { target } = readTargetFile(join(PLATFORM, 'targets', `${TARGET}.yaml`))
const PATH = '/api/v1/rate-limit/check'
const COUNTED_MS = 10_000
const STARTED_MS = 300_000

const kubectl = (...args: string[]): string => execFileSync('kubectl', ['--namespace=moalog', ...args], { encoding: 'utf8' })

/** Status -> answers, as rate-limiter itself counts them. */
async function counted(): Promise<Record<string, number>> {
  const headers = { authorization: `Basic ${Buffer.from('actuator:admin').toString('base64')}` }
  const text = await (await fetch(`${target.endpoints.services['rate-limiter']}/actuator/prometheus`, { headers })).text()
  const counts: Record<string, number> = {}
  for (const [, labels = '', value] of text.matchAll(/^http_server_requests_seconds_count\{(.*)\} (\S+)$/gm)) {
    const status = /status="(\d+)"/.exec(labels)?.[1]
    if (labels.includes(`uri="${PATH}"`) && status !== undefined) counts[status] = (counts[status] ?? 0) + Number(value)
  }
  return counts
}

function risen(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const rise = Object.entries(after).map(([status, count]) => [status, count - (before[status] ?? 0)] as const)
  return Object.fromEntries(rise.filter(([, count]) => count !== 0))
}

/** A load that ends by itself, so that nothing is under way when it does. */
async function sameCounts(folder: string): Promise<string | undefined> {
  const chaos = await createChaos({ target, ledgerDir: join(folder, 'ledger') })
  try {
    const { scripts } = readPlatform({ cwd: ROOT, platform: PLATFORM, stderr: (text) => process.stderr.write(text) })
    const load = await loadOf(target, { k6: 'k6', scripts, credentials: {}, chaos })
    const before = await counted()
    const params = { service: 'rate-limiter', ratePerS: 50, path: `${PATH}?key={stamp}&algorithm=TOKEN_BUCKET`, atMostS: 20 }
    const begin = { experiment: 'same-counts', leg: 'fire', runId: 'cluster-load', maxMs: 120_000 }
    const running = await load.start({ scenario: 'requests', params }, begin)
    const { summary, error } = await running.done
    if (summary === null || error !== undefined) return error ?? 'no summary'
    // An answer is counted after it was sent.
    const deadline = performance.now() + COUNTED_MS
    let rise = risen(before, await counted())
    while (!isDeepStrictEqual(rise, summary.statuses) && performance.now() < deadline) {
      await delay(200)
      rise = risen(before, await counted())
    }
    const shown = `${summary.pods?.map(({ requests }) => requests).join(' + ')} = ${summary.requests} requests, ${JSON.stringify(summary.statuses)}; rate-limiter counted ${JSON.stringify(rise)}`
    process.stdout.write(`    ${shown}\n`)
    return isDeepStrictEqual(rise, summary.statuses) && summary.pods?.length === 4 ? undefined : 'the counts differ'
  } finally {
    await chaos.close()
  }
}

/** Jobs, pods, ConfigMaps and Secrets of loads. */
function left(): string {
  return kubectl('get', 'jobs,pods,configmaps,secrets', '--selector=app.kubernetes.io/managed-by=firedrill', '--output=name').trim()
}

async function verdictsOf(
  folder: string,
  meanwhile: (drill: { running: boolean }) => Promise<void>,
): Promise<{ code: number; verdicts: Verdict[] }> {
  const out = join(folder, 'run')
  const args = [
    ...['run', '--platform', PLATFORM, '--target', TARGET, '--confirm', TARGET],
    ...['--retries', '0', '--only', 'rate-limit-burst', '--out', out],
  ]
  const env = { ...process.env, XDG_STATE_HOME: folder }
  const drill = spawn(PROGRAM, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] })
  const state = { running: true }
  const ended = once(drill, 'exit').then(([code]) => {
    state.running = false
    return Number(code)
  })
  await meanwhile(state)
  return { code: await ended, verdicts: JSON.parse(readFileSync(join(out, 'verdicts.json'), 'utf8')) as Verdict[] }
}

const shown = ({ check, subject, status, observed }: Verdict): string => `${subject} ${check} (${status}): ${observed}`

async function wholeDrill(folder: string): Promise<string | undefined> {
  const { code, verdicts } = await verdictsOf(folder, () => Promise.resolve())
  const delivered = verdicts.find(({ check }) => check === 'load-delivered')
  if (delivered !== undefined) process.stdout.write(`    ${shown(delivered)}\n`)
  const bad = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown').map(shown)
  return code === 0 && delivered?.status === 'pass' ? undefined : `exit code ${code}\n    ${bad.join('\n    ')}`
}

/** Kills the third pod once it has sent in the fire leg: the second Job of the drill. */
async function podKilled(folder: string): Promise<string | undefined> {
  const { code, verdicts } = await verdictsOf(folder, async (drill) => {
    const seen = new Set<string>()
    const deadline = performance.now() + STARTED_MS
    while (drill.running && performance.now() < deadline) {
      const jobs = kubectl('get', 'jobs', '--selector=app.kubernetes.io/managed-by=firedrill', '--output=name').split('\n').filter(Boolean)
      for (const job of jobs) seen.add(job)
      const [job] = seen.size < 2 ? [] : jobs.filter((each) => each === [...seen].at(-1))
      const selector = `--selector=app.kubernetes.io/instance=${job?.replace(/^.*\//, '')},batch.kubernetes.io/job-completion-index=2`
      const pod = job === undefined ? '' : kubectl('get', 'pods', selector, '--field-selector=status.phase=Running', '--output=name').trim()
      if (pod !== '' && kubectl('logs', pod).includes('http_req_duration')) {
        kubectl('delete', pod, '--grace-period=0', '--force')
        return
      }
      await delay(200)
    }
  })
  const delivered = verdicts.find(({ check }) => check === 'load-delivered')
  if (delivered !== undefined) process.stdout.write(`    ${shown(delivered)}\n`)
  const failed = verdicts.filter(({ status }) => status === 'fail').map(shown)
  const named = delivered?.status === 'unknown' && /1 of 4 pods did not deliver: pod 2 \(/.test(delivered.observed)
  return code === 3 && named && failed.length === 0 ? undefined : `exit code ${code}\n    ${failed.join('\n    ')}`
}

const steps = {
  'the counts of pods and service': sameCounts,
  'a drill with load from pods': wholeDrill,
  'a pod killed in the fire leg': podKilled,
}
const asked = process.argv.slice(2)
let good = true
for (const [name, step] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-cluster-load-'))
  const wrong = await step(folder).catch((error: unknown) => String(error))
  const still = left()
  rmSync(folder, { recursive: true, force: true })
  good &&= wrong === undefined && still === ''
  process.stdout.write(
    `${wrong === undefined && still === '' ? 'as it must be' : 'WRONG        '} ${name}${wrong === undefined ? '' : `: ${wrong}`}${still === '' ? '' : `; left: ${still}`}\n`,
  )
}
process.exitCode = good ? 0 : 1
