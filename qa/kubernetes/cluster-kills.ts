/**
 * npm run engine:kubernetes -- exec node qa/kubernetes/cluster-kills.ts: kill -9 of the tool, and of the tool and its watchdog, while a
 * drill has Redis scaled away on the deployed cluster; afterwards every object must be as it was. Exit code 1 when one is not.
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
const PLATFORM = ['--platform', join(ROOT, 'examples/kubernetes'), '--target', 'node']
const IN_FORCE_MS = 300_000
const UNDONE_MS = 120_000
const POLL_MS = 100

interface Listed {
  items: { kind: string; metadata: { name: string }; spec?: { replicas?: number }; data?: object; rules?: object }[]
}

const kubectl = (...args: string[]): string => execFileSync('kubectl', ['--namespace', NAMESPACE, ...args], { encoding: 'utf8' })
const replicas = (): string => kubectl('get', 'statefulset/redis', '--output=jsonpath={.spec.replicas}')

/** Everything that a drill could change of the cluster, but when and by whom. */
function objects(): unknown {
  const kinds = 'deployments,statefulsets,services,configmaps,secrets,roles,rolebindings'
  const { items } = JSON.parse(kubectl('get', kinds, '--output=json')) as Listed
  return items.map(({ kind, metadata, spec, data, rules }) => ({ kind, name: metadata.name, spec, data, rules }))
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

/** Lets a drill scale Redis away, and kills. */
async function killedInForce(env: NodeJS.ProcessEnv, both: boolean): Promise<void> {
  const args = ['run', ...PLATFORM, '--confirm', 'node', '--only', 'redis-killed', '--out', join(env['XDG_STATE_HOME'] ?? '', 'run')]
  const drill = spawn(PROGRAM, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  drill.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = once(drill, 'exit')
  let running = true
  void ended.then(() => (running = false))
  await until('Redis is scaled away', IN_FORCE_MS, () => {
    if (!running) throw new Error(`the drill ended before it scaled Redis away:\n${said}`)
    return replicas() === '0'
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

async function proven(name: string, both: boolean): Promise<boolean> {
  const state = mkdtempSync(join(tmpdir(), 'firedrill-kills-'))
  const env = { ...process.env, XDG_STATE_HOME: state }
  const before = objects()
  let undone = 'the watchdog'
  try {
    await killedInForce(env, both)
    if (both) {
      const stayed = replicas()
      undone = execFileSync(PROGRAM, ['undo', ...PLATFORM.slice(2)], {
        cwd: join(ROOT, 'examples/kubernetes'),
        env,
        encoding: 'utf8',
      }).trim()
      if (stayed !== '0') undone = `nothing was left to undo (${undone})`
    } else await until('the watchdog undoes', UNDONE_MS, () => replicas() !== '0')
    kubectl('rollout', 'status', 'statefulset/redis', '--timeout=2m')
    const same = isDeepStrictEqual(objects(), before)
    process.stdout.write(`${same ? 'as it was    ' : 'WRONG        '} ${name}: ${undone}\n`)
    return same
  } catch (error) {
    process.stdout.write(`WRONG         ${name}: ${String(error)}\n`)
    return false
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}

const results = [await proven('the tool is killed', false), await proven('tool and watchdog are killed', true)]
process.exitCode = results.every(Boolean) ? 0 : 1
