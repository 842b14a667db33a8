/**
 * A process of its own, started by the drill with the same priority as the lab's parts, that observes how long these wait for a CPU. A line
 * of JSON a second (CpuSample); ends when its stdin does. argv: JSON of Places, JSON of PodsPlace where the target has pods. Ends with
 * ELSEWHERE where none of the containers or pods runs on this machine, with UNLISTED where the cluster does not say which pods there are.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { allProcesses } from '../../chaos/drivers/proc.ts'
import type { PodsPlace } from '../model/target.ts'
import { containerPids } from './container-pid.ts'
import { cpuWaitSampler, ELSEWHERE, UNLISTED, type Places } from './cpu-wait-sampler.ts'
import { podProcesses } from './pod-processes.ts'

const SECOND_MS = 1_000
const TICK_MS = 100

let ended = false
const wake = new AbortController()
process.stdin.resume().once('close', () => {
  ended = true
  wake.abort()
})
const places = JSON.parse(process.argv[2] ?? '{}') as Places
const containers = Object.values(places).filter((place) => typeof place !== 'string')
if (containers.length > 0 && (await Promise.all(containers.map(containerPids()))).every((pid) => pid === undefined)) process.exit(ELSEWHERE)
const pods = process.argv[3] === undefined ? undefined : podProcesses(JSON.parse(process.argv[3]) as PodsPlace)
if (pods !== undefined) {
  await pods.list().catch(() => process.exit(UNLISTED))
  if (allProcesses().every(({ pid }) => pods.partOf(pid) === undefined)) process.exit(ELSEWHERE)
}
const sample = cpuWaitSampler(places, process.ppid, pods)
await sample()
do {
  const timer = await secondOfTicks()
  const seen = await sample()
  if (seen !== undefined) process.stdout.write(`${JSON.stringify({ ...seen, waitedMs: { ...seen.waitedMs, ...timer } })}\n`)
} while (!ended)

/** How late its timer woke it up, in ms over one second: what a program waits that wants nothing but its turn. */
async function secondOfTicks(): Promise<{ timer?: number }> {
  let late = 0
  for (const began = performance.now(); performance.now() - began < SECOND_MS && !ended;) {
    const before = performance.now()
    await delay(TICK_MS, undefined, { signal: wake.signal }).catch(() => undefined)
    late += Math.max(0, performance.now() - before - TICK_MS)
  }
  return late < TICK_MS ? {} : { timer: Math.round(late) }
}
