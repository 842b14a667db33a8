import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estimate } from './estimate.ts'
import { PARTS } from './parts.ts'
import { lanesFor, planTasks } from './plan-setup.ts'
import { chainSeconds, startable } from './tasks.ts'
import type { Task } from './tasks.ts'

/**
 * Wall seconds of each part in a set-up on two cores that eight other programs shared, from its manifests: 11 minutes. The plan was 9.
 */
const RECORDED: Readonly<Record<string, number>> = {
  prometheus: 2,
  alertmanager: 89,
  amtool: 79,
  redis: 6,
  mariadb: 8,
  postgres: 9,
  'redis-exporter': 2,
  'mysqld-exporter': 20,
  k6: 224,
  jaeger: 280,
  loki: 222,
  promtail: 109,
  toxiproxy: 9,
  jars: 12,
  'jvm-services': 35,
  'heap-agent': 9,
  'moalog-server': 279,
}
const LANES = lanesFor(2)
const TASKS: Task[] = planTasks(PARTS.filter(({ recipe, extra }) => recipe.kind !== 'script' && extra !== true)).map((planned) => ({
  ...planned.step,
  id: planned.id,
  part: planned.part?.id ?? planned.id,
  after: planned.after,
  rank: planned.rank,
  run: () => Promise.reject(new Error('never runs')),
}))

/** A recorded part's seconds by the shares that its steps have in the plan. */
function recordedSeconds(task: Task): number {
  const own = TASKS.filter(({ part }) => part === task.part)
  return (RECORDED[task.part] ?? 5) * (task.seconds / own.reduce((sum, each) => sum + each.seconds, 0))
}

/** What would be shown each second of a set-up whose tasks take `length`; CPU time is had evenly. */
function shown(
  length: (task: Task) => number,
  cpuOf: ((task: Task) => number) | undefined,
): { left: number[]; atLeast: boolean[]; total: number } {
  const estimate = new Estimate(TASKS, { lanes: LANES, cores: 2 })
  const chain = chainSeconds(TASKS)
  const done = new Set<string>()
  const begun = new Set<string>()
  let running: { task: Task; since: number }[] = []
  const left: number[] = []
  const atLeast: boolean[] = []
  for (let now = 0; ; now += 1) {
    for (const { task, since } of running.filter((each) => now - each.since >= length(each.task))) {
      done.add(task.id)
      running = running.filter((each) => each.task !== task)
      estimate.ended(task, since + length(task), true)
    }
    if (done.size === TASKS.length) return { left, atLeast, total: now }
    for (const task of startable(TASKS, { done, begun, running: running.map((each) => each.task) }, LANES, chain)) {
      begun.add(task.id)
      running.push({ task, since: now })
      estimate.started(task, now)
    }
    if (cpuOf !== undefined) for (const { task, since } of running) estimate.measured(task.id, (cpuOf(task) * (now - since)) / length(task))
    const { seconds, atLeast: least } = estimate.left(now)
    left.push(seconds)
    atLeast.push(least)
  }
}

const compiler = (task: Task) => task.seconds * 1.6
/** Estimate / what it took from then on. */
const ratios = ({ left, total }: { left: number[]; total: number }, from: number, to: number) =>
  left.map((seconds, now) => seconds / (total - now)).slice(Math.round(total * from), Math.round(total * to))
const largestRise = (left: number[], within: number) =>
  Math.max(...left.map((seconds, now) => seconds - Math.min(...left.slice(Math.max(0, now - within), now + 1))))

describe('what set-up says is left', () => {
  test('in the recorded set-up it is right to a third from a tenth of the time on, and does not leap', () => {
    const run = shown(recordedSeconds, compiler)
    for (const ratio of ratios(run, 0.1, 0.9)) assert.ok(ratio > 0.66 && ratio < 1.5, `${ratio} of what it took`)
    assert.ok(largestRise(run.left, 60) < run.total / 8, `rose by ${largestRise(run.left, 60)} s within a minute`)
  })

  test('on a machine that gives a quarter of its time it is four times the plan before the first compiler has ended', () => {
    const run = shown((task) => task.seconds * (task.lane === 'cpu' ? 8 : 4), compiler)
    for (const ratio of ratios(run, 0.2, 0.9)) assert.ok(ratio > 0.6 && ratio < 1.5, `${ratio} of what it took`)
  })

  test('a download that hangs is never about to end, and that is said', () => {
    const run = shown((task) => (task.id === 'jars:0' ? 900 : recordedSeconds(task)), compiler)
    assert.ok(run.total > 1000)
    assert.ok(run.atLeast.slice(500, 1000).every(Boolean))
    for (const [now, seconds] of run.left.slice(500, 1000).entries()) assert.ok(seconds > 60, `${seconds} s are left after ${now + 500} s`)
  })

  test('without CPU times it follows the time that has passed', () => {
    const run = shown((task) => task.seconds * 3, undefined)
    for (const ratio of ratios(run, 0.3, 0.8)) assert.ok(ratio > 0.4 && ratio < 2, `${ratio} of what it took`)
  })
})
