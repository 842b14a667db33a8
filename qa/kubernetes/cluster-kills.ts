/**
 * npm run engine:kubernetes -- exec node qa/kubernetes/cluster-kills.ts: kill -9 of the tool, and of the tool and its watchdog, while a
 * drill has Redis scaled away on the deployed cluster, and while pods send its load; afterwards every object must be as it was. Exit
 * code 1 when one is not.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { PROGRAM, ROOT } from '../command.ts'

const NAMESPACE = 'moalog'
/** Of all of them: another target has another ledger folder, and its drill would wait until the Lease of the one that was killed is out. */
const TARGET = 'node-pods'
const PLATFORM = ['--platform', join(ROOT, 'examples/kubernetes')]
const IN_FORCE_MS = 300_000
const UNDONE_MS = 120_000
const LEASE_MS = 60_000
const POLL_MS = 100

interface Listed {
  items: { kind: string; metadata: { name: string }; spec?: { replicas?: number }; data?: object; rules?: object }[]
}

interface Lease {
  holderIdentity?: string
  renewTime?: string
  leaseDurationSeconds?: number
}

const kubectl = (...args: string[]): string => execFileSync('kubectl', ['--namespace', NAMESPACE, ...args], { encoding: 'utf8' })
const replicas = (): string => kubectl('get', 'statefulset/redis', '--output=jsonpath={.spec.replicas}')

/** What is in force while the drill is killed. */
interface InForce {
  what: string
  only: string
  is: () => boolean
  /** What takes longer than the undo. */
  recovered: () => void
}

const IN_FORCE: readonly InForce[] = [
  {
    what: 'Redis is scaled away',
    only: 'redis-killed',
    is: () => replicas() === '0',
    recovered: () => kubectl('rollout', 'status', 'statefulset/redis', '--timeout=2m'),
  },
  {
    what: 'pods send load',
    only: 'rate-limit-burst',
    is: () => kubectl('get', 'pods', '--selector=app.kubernetes.io/managed-by=firedrill', '--output=name') !== '',
    recovered: () => {},
  },
]

/** Everything that a drill could change of the cluster, but when and by whom. */
function objects(): unknown {
  const kinds = 'deployments,statefulsets,services,configmaps,secrets,roles,rolebindings,jobs'
  const { items } = JSON.parse(kubectl('get', kinds, '--output=json')) as Listed
  return items.map(({ kind, metadata, spec, data, rules }) => ({ kind, name: metadata.name, spec, data, rules }))
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/#LeaseSpec */
function leaseIsOut(): boolean {
  const text = kubectl('get', 'lease/firedrill', '--ignore-not-found', '--output=json')
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 0 } = text === '' ? {} : (JSON.parse(text) as { spec: Lease }).spec
  return holderIdentity === '' || Date.now() > Date.parse(renewTime) + 1_000 * leaseDurationSeconds
}

/** Pids of what a process has started and what still runs. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function isWatchdog(pid: number): boolean {
  return /\bchaos\/watchdog\.ts\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
}

async function until(what: string, withinMs: number, reached: () => boolean): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!reached()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`)
    await delay(POLL_MS)
  }
}

/** Lets a drill do it, and kills. */
async function killedInForce({ what, only, is }: InForce, env: NodeJS.ProcessEnv, both: boolean): Promise<void> {
  const own = ['--target', TARGET, '--confirm', TARGET, '--only', only]
  const args = ['run', ...PLATFORM, ...own, '--out', join(env['XDG_STATE_HOME'] ?? '', `run-${only}-${both}`)]
  const drill = spawn(PROGRAM, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  drill.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = once(drill, 'exit')
  let running = true
  void ended.then(() => (running = false))
  await until(what, IN_FORCE_MS, () => {
    if (!running) throw new Error(`the drill ended before ${what}:\n${said}`)
    return is()
  })
  const children = childrenOf(drill.pid ?? 0)
  const [watchdog] = children.filter(isWatchdog)
  if (watchdog === undefined) throw new Error('the drill has no watchdog')
  // First the watchdog: it undoes as soon as the tool is gone. A tool that is stopped starts no other one.
  if (both) {
    drill.kill('SIGSTOP')
    process.kill(watchdog, 'SIGKILL')
  }
  drill.kill('SIGKILL')
  await ended
}

async function proven(inForce: InForce, both: boolean, state: string): Promise<boolean> {
  const name = `${both ? 'tool and watchdog are' : 'the tool is'} killed while ${inForce.what}`
  const env = { ...process.env, XDG_STATE_HOME: state }
  const before = objects()
  let undone = 'the watchdog'
  try {
    await killedInForce(inForce, env, both)
    if (both) {
      const stayed = inForce.is()
      undone = execFileSync(PROGRAM, ['undo', '--target', TARGET], {
        cwd: join(ROOT, 'examples/kubernetes'),
        env,
        encoding: 'utf8',
      }).trim()
      if (!stayed) undone = `nothing was left to undo (${undone})`
    } else await until('the watchdog undoes', UNDONE_MS, () => !inForce.is())
    inForce.recovered()
    const same = isDeepStrictEqual(objects(), before)
    process.stdout.write(`${same ? 'as it was    ' : 'WRONG        '} ${name}: ${undone}\n`)
    return same
  } catch (error) {
    process.stdout.write(`WRONG         ${name}: ${String(error)}\n`)
    return false
  }
}

// One ledger folder: the next drill of it takes over the Lease of the one that was killed.
const state = mkdtempSync(join(tmpdir(), 'firedrill-kills-'))
const results: boolean[] = []
for (const inForce of IN_FORCE) for (const both of [false, true]) results.push(await proven(inForce, both, state))
rmSync(state, { recursive: true, force: true })
// A drill of another target, which the nightly begins next, is refused until then.
await until('the Lease of the drill that was killed last is out', LEASE_MS, leaseIsOut)
process.exitCode = results.every(Boolean) ? 0 : 1
