import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { faults } from '../../chaos/fault-registry.ts'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { virtualPlatform } from '../../testing/virtual/virtual-platform.ts'
import { judge } from '../judge/judge.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { Plan, PlannedExperiment } from '../model/plan.ts'
import type { Report } from '../model/report.ts'
import type { Spec } from '../model/spec.ts'
import type { Verdict } from '../model/verdict.ts'
import { timingFromSpec } from '../plan/timing.ts'
import { livePageOf } from '../report/page/live.ts'
import { pageOf } from '../report/page/make-page.ts'
import { summarise } from '../report/summarise.ts'
import { loadSpec } from '../spec/load.ts'
import { asInjected, choicesOf, completions, type Means } from './gameday-choices.ts'
import { everyExperiment } from './gameday-plan.ts'
import { playGameday } from './gameday-play.ts'
import type { Line } from './gameday-input.ts'
import { COMMANDS } from './gameday-session.ts'

const SPEED = 15
const part = (name: string): Means['parts'][string] => ({
  name,
  process: { recordFile: `/${name}` },
  redis: { host: '127.0.0.1', port: 1 },
  mysql: { host: '127.0.0.1', port: 1, user: 'root', passwordEnv: 'P' },
})
const PARTS = { redis: part('redis'), mysql: part('mysql'), 'moalog-server': part('moalog-server') }
const METAS = faults.map(({ meta }) => meta)
const SERVICES = ['fluxpay-engine', 'moalog-server', 'rate-limiter']
const { scripts } = OWN_PLATFORM

/** Planned once for all game days: none changes it. */
const specified = ((): (() => Promise<{ spec: Spec; plan: Plan }>) => {
  let known: Promise<{ spec: Spec; plan: Plan }> | undefined
  return () => (known ??= planned())
})()

async function planned(): Promise<{ spec: Spec; plan: Plan }> {
  // A specification of its own: a rule more in this repository's changes no game day here.
  const { spec } = await loadSpec(fileURLToPath(new URL('../../testing/deployment/spec', import.meta.url)))
  assert.ok(spec !== undefined)
  const full = everyExperiment(spec, SPEED, timingFromSpec(spec, SPEED), 'uninstrumented', { stderr: () => undefined })
  return { spec, plan: asInjected(full, { faults: METAS, parts: PARTS, scripts }) }
}

interface Played {
  said: string
  verdicts: Verdict[]
  report: Report
  entries: JournalEntry[]
  of(check: string, subject?: string): Verdict
}

/** A game day on a platform in virtual time; a number is a pause in ms, a function is called. `deployed`: what differs there. */
async function played(
  lines: (string | number | Line | (() => void))[],
  deployed: (experiment: PlannedExperiment) => PlannedExperiment = (experiment) => experiment,
  stop = new AbortController(),
  prepare: (world: ReturnType<typeof virtualPlatform>['world']) => void = () => undefined,
): Promise<Played> {
  const { spec, plan } = await specified()
  const platform = virtualPlatform({ ...plan, experiments: plan.experiments.map(deployed) }, spec)
  const { world } = platform
  prepare(world)
  let said = ''
  async function* typed(): AsyncGenerator<string | Line> {
    await world.clock.sleep(5_000)
    for (const line of lines) {
      if (typeof line === 'number') await world.clock.sleep(line)
      else if (typeof line === 'function') line()
      else yield line
    }
  }
  await world.clock.drive(
    playGameday(typed(), world, {
      faults: METAS,
      scripts,
      parts: PARTS,
      services: SERVICES,
      plan,
      spec,
      runId: 'gameday-1',
      tool: 'test',
      target: 'lab',
      components: {},
      yes: true,
      undoAfterMs: 900_000,
      write: (text) => {
        said += text
      },
      prompt: () => undefined,
      signal: stop.signal,
    }),
  )
  platform.stop()
  const journal = { entries: world.entries, problems: [] }
  const verdicts = judge(journal)
  const of = (check: string, subject?: string): Verdict => {
    const found = verdicts.find((each) => each.check === check && (subject === undefined || each.subject === subject))
    assert.ok(found !== undefined, `${check}: ${verdicts.map((each) => `${each.subject} ${each.check}`).join(', ')}`)
    return found
  }
  return { said, verdicts, report: summarise(journal, verdicts), entries: world.entries, of }
}

const others = (verdicts: readonly Verdict[], ...statuses: string[]): string[] =>
  verdicts
    .filter(({ status }) => !statuses.includes(status))
    .map((each) => `${each.subject} ${each.check}: ${each.status}: ${each.observed}`)

test("a fault by hand is judged like a drill's: fired in time, notified at its receiver, resolved, nothing else", async () => {
  const { verdicts, report, of } = await played(['inject kill-process redis', 15_000, 'undo 1', 'quit'])
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  for (const check of [
    'alert-fired',
    'labels-exact',
    'notification-delivered',
    'no-other-receiver',
    'alert-resolved',
    'resolved-notified',
    'isolation',
    'oracle-replay',
    'steady-before',
  ])
    assert.equal(of(check).status, 'pass', check)
  assert.equal(of('nothing-left-behind').status, 'pass')
  assert.deepEqual([report.outcome, report.exitCode], ['pass', 0])
})

test('a game day right after the start of Prometheus waits until each target was scraped, and no longer than that takes', async () => {
  const lines = ['inject kill-process redis', 15_000, 'undo 1', 'quit']
  const startedJustNow =
    (atMs: { listed: number; scraped: number }) =>
    (world: ReturnType<typeof virtualPlatform>['world']): void => {
      const { targets } = world.prometheus
      const zeroMs = world.clock.now()
      world.prometheus.targets = async () => {
        const passedMs = world.clock.now() - zeroMs
        if (passedMs < atMs.listed) return []
        return (await targets()).map((target) => (passedMs < atMs.scraped ? { ...target, health: 'unknown' } : target))
      }
    }
  const fresh = await played(lines, undefined, undefined, startedJustNow({ listed: 5_000, scraped: 6_000 }))
  assert.match(fresh.said, /^waiting until Prometheus has scraped each target once\n/)
  assert.deepEqual([fresh.of('healthy-start').status, fresh.report.exitCode], ['pass', 0])
  const never = await played(lines, undefined, undefined, startedJustNow({ listed: 1e9, scraped: 1e9 }))
  assert.equal(never.of('healthy-start').status, 'unknown')
  assert.ok(never.entries.find(({ kind }) => kind === 'targets')!.atMs - never.entries[0]!.atMs <= 15_000)
  const usual = await played(lines)
  assert.doesNotMatch(usual.said, /waiting until Prometheus/)
})

test('an alert that should have fired and did not fails the game day', async () => {
  const late = (experiment: PlannedExperiment): PlannedExperiment =>
    experiment.id === 'redis-killed' ? { ...experiment, forMs: experiment.forMs * 20 } : experiment
  const { report, of } = await played(['inject kill-process redis', 15_000, 'undo 1', 'quit'], late)
  assert.equal(of('alert-fired').status, 'fail')
  assert.equal(report.exitCode, 1)
})

test('undone before its alert may fire it is a near miss, and says so; nothing was demanded', async () => {
  const { verdicts, report, of } = await played(['inject kill-process redis', 500, 'undo 1', 'quit'])
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  assert.match(of('alert-fired').observed, /^not judged: a near miss, undone after 0\.\d+ s; the alert fires after .* at the earliest$/)
  assert.equal(of('oracle-replay').status, 'pass')
  assert.deepEqual([report.outcome, report.exitCode], ['skipped', 0])
})

test('a near miss at which the alert fires all the same is found', async () => {
  const early = (experiment: PlannedExperiment): PlannedExperiment =>
    experiment.id === 'redis-killed' ? { ...experiment, forMs: 0 } : experiment
  const { report, of } = await played(['inject kill-process redis', 1_900, 'undo 1', 'quit'], early)
  assert.match(of('alert-fired').observed, /^startsAt .* after the fault$/)
  assert.equal(of('alert-fired').status, 'fail')
  assert.equal(report.exitCode, 1)
})

test('a scenario is judged when it has the specified values', async () => {
  const { said, verdicts, of } = await played(['inject rate-limit-burst rejectedPerS=30', 60_000, 'undo 1', 'quit'])
  assert.match(said, /It is judged as rate-limit-burst:/)
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  assert.equal(of('alert-fired').status, 'pass')
  assert.equal(of('load-delivered').status, 'pass')
})

test('with other values, without its load, or unknown to the specification it is not judged, and what fires is no false alarm', async () => {
  for (const [line, why] of [
    ['inject rate-limit-burst rejectedPerS=40', /the specification describes it with .*rejectedPerS=30/],
    ['inject kill-process mysql', /mysql-killed has scenario steady \(ratePerS=20 service=moalog-server\) beside it.*, which did not run/],
    ['inject steady service=moalog-server ratePerS=20', /it fires nothing by itself: it is the traffic of mysql-killed/],
    ['inject pause-process mysql', /names no alert for it/],
  ] as const) {
    const { verdicts, report, of } = await played([line, 45_000, 'undo 1', 'quit'])
    assert.deepEqual(others(verdicts, 'pass', 'skipped'), [], line)
    assert.match(of('alert-fired').observed, why)
    assert.deepEqual([report.outcome, report.exitCode], ['skipped', 0], line)
  }
})

test('a fault whose experiment has a load is judged when that scenario runs', async () => {
  const { said, of } = await played([
    'inject steady service=moalog-server ratePerS=20',
    3_000,
    'inject kill-process mysql',
    60_000,
    'undo all',
    'quit',
  ])
  assert.match(said, /It is judged as mysql-killed:/)
  assert.equal(of('alert-fired', 'mysql-killed--2').status, 'pass', of('alert-fired', 'mysql-killed--2').observed)
})

test('again before the alert has resolved is not judged, and the first one not by its end', async () => {
  const { verdicts, of } = await played(['inject kill-process redis', 15_000, 'undo 1', 'again', 15_000, 'undo 2', 'quit'])
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  assert.match(of('alert-fired', 'redis-killed--2').observed, /has not resolved yet/)
  assert.equal(of('alert-fired', 'redis-killed--1').status, 'pass')
})

test('two at once are two experiments, and a repeated one is judged twice', async () => {
  const lines = [
    'inject kill-process redis',
    'inject kill-process moalog-server',
    15_000,
    'undo all',
    30_000,
    'inject kill-process redis',
    15_000,
    'quit',
  ]
  const { verdicts, of } = await played(lines)
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  for (const id of ['redis-killed--1', 'service-down--2', 'redis-killed--3']) assert.equal(of('alert-fired', id).status, 'pass', id)
})

test('pause takes everything back, refuses injections, and resume injects nothing by itself', async () => {
  const { said, verdicts, report } = await played([
    'inject kill-process redis',
    15_000,
    'pause',
    'inject kill-process redis',
    'again',
    10_000,
    'status',
    'resume',
    'status',
    'quit',
  ])
  assert.match(
    said,
    /1: undone\npaused: nothing is in effect\nthe game day is paused: resume first\nthe game day is paused: resume first\n/,
  )
  assert.match(said, /paused for 10 s\nnothing is in effect[\s\S]*resumed: nothing is in effect/)
  assert.deepEqual(others(verdicts, 'pass', 'skipped'), [])
  assert.deepEqual(
    report.problems.filter((text) => /^paused|^resumed/.test(text)),
    ['paused, 1 in effect', 'resumed after 10 s'],
  )
})

test('quit again does not wait for what has not resolved, and there is no verdict on it', async () => {
  const { report, of } = await played(['inject kill-process redis', 15_000, 'undo 1', 'quit', 'quit'])
  assert.deepEqual([of('alert-fired').status, of('alert-fired').cause], ['unknown', 'interrupted'])
  assert.equal(report.exitCode, 3)
})

test('what was injected from the page is undone when the page is gone; what the terminal injected stays', async () => {
  const page = (text: string): Line => ({ text, by: 'page' })
  const { said } = await played([
    'inject kill-process redis',
    page('inject kill-process moalog-server'),
    15_000,
    { text: 'undo page', by: 'firedrill' },
    'status',
    'quit',
  ])
  assert.match(said, /2: undone\n1: kill-process redis, for 15 s, undone by itself in 885 s\n/)
})

test('Ctrl-C ends it with exit code 130, everything undone, and no verdict on what was cut off', async () => {
  const stop = new AbortController()
  const { said, report, of } = await played(['inject kill-process redis', 3_000, () => stop.abort(), 1_000], undefined, stop)
  assert.match(said, /taking everything back\n.*1: undone/)
  assert.deepEqual([of('alert-fired').status, of('alert-fired').cause], ['unknown', 'interrupted'])
  assert.equal(of('nothing-left-behind').status, 'pass')
  assert.equal(report.exitCode, 130)
})

test('each choice says what should fire and when at the speed of the target, and what the target cannot do is none', async () => {
  const { plan } = await specified()
  const means = { faults: METAS, scripts, parts: { redis: PARTS.redis, watched: { name: 'watched' } }, services: ['rate-limiter'], plan }
  const choices = choicesOf(means)
  const killed = choices.find(({ id }) => id === 'kill-process')!
  assert.deepEqual(
    killed.parts.map(({ name }) => name),
    ['redis'],
  )
  // 30 s of the specification are 2 s in a lab that is 15 times as fast.
  assert.match(
    killed.parts[0]!.fires[0] ?? '',
    /^RedisConnectionFailed \(critical\) fires 1\.5 to 5(\.\d)? s after the injection\. It is notified at critical within \d/,
  )
  // What may fire beside it, and why.
  assert.equal(
    killed.parts[0]!.fires[1],
    'HighLatency{job="rate-limiter"} may fire: While the driver reconnects a decision may wait its time limit of 500 ms before it fails open.',
  )
  assert.deepEqual(
    choices.filter(({ kind }) => kind === 'scenario').map(({ id }) => id),
    ['log-probe', 'rate-limit-burst', 'requests', 'steady'],
  )
  assert.deepEqual(choices.find(({ id }) => id === 'steady')?.params.find(({ name }) => name === 'service')?.choices, ['rate-limiter'])
  assert.deepEqual(
    choicesOf({ ...means, services: [] }).filter(({ kind }) => kind === 'scenario'),
    [],
  )
})

test('names are completed: commands, faults and scenarios, parts, parameters, numbers', async () => {
  const { plan } = await specified()
  const choices = choicesOf({ faults: METAS, scripts, parts: PARTS, services: SERVICES, plan })
  const offered = (line: string): string[] => completions(line, COMMANDS, choices, [3])[0]
  assert.deepEqual(offered('inj'), ['inject '])
  assert.deepEqual(offered('inject st'), ['steady '])
  assert.deepEqual(offered('inject kill-process mo'), ['moalog-server '])
  assert.deepEqual(offered('inject fill-redis-memory redis sh'), ['share='])
  assert.deepEqual(offered('inject error-burst err'), ['errorShare='])
  assert.deepEqual(offered('undo '), ['3 ', 'all '])
  assert.deepEqual(offered('note the pa'), [])
})

test('what is not demanded is not awaited on the page', async () => {
  const { entries } = await played(['inject pause-process mysql', 'inject kill-process redis', 1_000, 'quit'])
  const begun = entries.findLastIndex((entry) => entry.kind === 'leg' && entry.leg === 'fire' && entry.phase === 'begin')
  const { live } = livePageOf(entries.slice(0, begun + 1), entries[begun]!.atMs)
  assert.deepEqual(
    live?.awaited.map(({ experiment, what }) => `${experiment} ${what}`),
    ['redis-killed--2 firing at a receiver'],
  )
})

test('by hand nothing is awaited any more once the alert was notified, though the leg goes on until the undo', async () => {
  const { entries } = await played(['inject kill-process redis', 15_000, 'undo 1', 'quit'])
  const undo = entries.findIndex((entry) => entry.kind === 'fault' && entry.phase === 'undo')
  const { live } = livePageOf(entries.slice(0, undo), entries[undo]!.atMs)
  assert.deepEqual(live?.awaited, [])
})

test('the matrix of a game day has no column of what it does not look at, and names it; no rule stands for what has none', async () => {
  const { entries, report } = await played(['inject steady ratePerS=7', 'inject kill-process redis', 15_000, 'undo all', 'quit'])
  const { proofs, isolation } = pageOf({ entries, problems: [] }, report)
  assert.deepEqual(
    proofs.rows.map(({ alert }) => alert),
    ['RedisConnectionFailed'],
  )
  assert.deepEqual(
    proofs.without.map(({ title, none }) => `${title}: ${none}`),
    ['lint: not run', 'simulate: not run', 'sees every subject: not drilled', 'services keep answering: not drilled'],
  )
  assert.ok(proofs.rows[0]!.cells.length === proofs.columns.length && proofs.columns.some(({ id }) => id === 'fired'))
  assert.deepEqual(isolation.alerts, ['RedisConnectionFailed'])
  assert.deepEqual(
    isolation.rows.map(({ cells }) => cells.map(({ expected, fired }) => `${expected} ${fired}`)),
    [['may true'], ['must true']],
  )
})
