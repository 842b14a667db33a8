import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualPlatform } from '../../testing/virtual/virtual-platform.ts'
import { compressExpr } from '../compress/compress.ts'
import { judge } from '../judge/judge.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Verdict } from '../model/verdict.ts'
import { plan as planned } from '../plan/make-plan.ts'
import { observationPlan } from '../plan/observation.ts'
import { timingFromSpec } from '../plan/timing.ts'
import { loadSpec } from '../spec/load.ts'
import { observe } from './observe.ts'

const SPEED = 15
const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const drill = planned(spec, { speed: SPEED, compressExpr, turn: { by: 'thorough' }, serial: true })

interface Seen {
  verdicts: Verdict[]
  entries: JournalEntry[]
  ended: string
  touched: string[]
}

interface Other {
  /** What differs in the deployed rules. */
  deployed?: (experiment: PlannedExperiment) => PlannedExperiment
  signal?: AbortSignal
  /** What Alertmanager's API says is active. */
  alerts?: () => Promise<unknown>
}

/** 120 s of a platform in virtual time, on which another one does `happens`. */
async function observed(happens: (platform: ReturnType<typeof virtualPlatform>) => Promise<void>, other: Other = {}): Promise<Seen> {
  assert.ok(spec !== undefined)
  const { deployed = (experiment: PlannedExperiment) => experiment, signal = new AbortController().signal } = other
  const platform = virtualPlatform({ ...drill, experiments: drill.experiments.map(deployed) }, spec)
  const { world } = platform
  const plan = observationPlan(spec, { speed: SPEED, compressExpr }, timingFromSpec(spec, SPEED), 120_000)
  const touched: string[] = []
  const note = (what: string) => (): Promise<never> => {
    touched.push(what)
    return Promise.reject(new Error(what))
  }
  const { inject } = world.chaos
  const guarded = {
    ...world,
    alertmanager: {
      ...world.alertmanager,
      ...(other.alerts === undefined ? {} : { alerts: other.alerts }),
      post: note('post'),
      silence: note('silence'),
      unsilence: note('unsilence'),
    },
    chaos: { inject: note('inject'), undoAll: note('undoAll') },
    load: { start: note('load') },
    probes: { send: note('probe') },
    measures: { measure: note('measure') },
  }
  const about = { runId: 'o1', tool: 'test', target: 'fake', components: {}, notes: [], signal }
  const [ended] = await world.clock.drive(
    Promise.all([observe(plan, spec, guarded, about), happens({ ...platform, world: { ...world, chaos: { ...world.chaos, inject } } })]),
  )
  platform.stop()
  return { verdicts: judge({ entries: world.entries, problems: [] }), entries: world.entries, ended, touched }
}

/** Redis is away for 20 s. */
async function outage({ world: { chaos, clock } }: ReturnType<typeof virtualPlatform>): Promise<void> {
  await clock.sleep(30_000)
  const fault = await chaos.inject({ id: 'kill-process', target: 'redis', params: {} }, 'redis-killed')
  await clock.sleep(20_000)
  await fault.undo()
}

const failed = (verdicts: readonly Verdict[]): string[] =>
  verdicts
    .filter(({ status }) => status === 'fail' || status === 'unknown')
    .map((each) => `${each.subject} ${each.check}: ${each.observed}`)

test('on a platform on which nothing happens every rule is as specified and stays quiet, and nothing is touched', async () => {
  const { verdicts, entries, ended, touched } = await observed(() => Promise.resolve())
  assert.deepEqual([ended, failed(verdicts), touched], ['completed', [], []])
  for (const check of ['rule-as-specified', 'oracle-replay', 'timing-as-specified'])
    assert.ok(
      verdicts.some((each) => each.check === check && each.status === 'pass'),
      check,
    )
  assert.ok(verdicts.every(({ check, status }) => check !== 'notification-delivered' || status === 'skipped'))
  assert.deepEqual(
    entries.filter(({ kind }) => ['fault', 'load', 'trace-probe', 'log-probe', 'delivery-probe'].includes(kind)),
    [],
  )
  const subjects = new Set(verdicts.map(({ subject }) => subject))
  assert.ok(subjects.has('high-latency-fluxpay-engine') && subjects.has('redis-connection-failed-redis-exporter'), [...subjects].join())
})

test('an alert that fires by itself is judged from its first evaluation to its resolved notification', async () => {
  const { verdicts, touched } = await observed(outage)
  assert.deepEqual([failed(verdicts), touched], [[], []])
  const own = verdicts.filter(({ subject }) => subject === 'redis-connection-failed-redis-exporter')
  for (const check of ['oracle-replay', 'labels-exact', 'notification-delivered', 'no-other-receiver', 'resolved-notified'])
    assert.equal(own.find((each) => each.check === check)?.status, 'pass', check)
})

test('a rule that is deployed otherwise is found without a fault', async () => {
  const late = (experiment: PlannedExperiment): PlannedExperiment =>
    experiment.alert === 'RedisConnectionFailed' ? { ...experiment, forMs: experiment.forMs * 4 } : experiment
  const { verdicts } = await observed(outage, { deployed: late })
  const own = verdicts.filter(({ subject, status }) => subject === 'redis-connection-failed-redis-exporter' && status === 'fail')
  assert.deepEqual(own.map(({ check }) => check).sort(), ['oracle-replay', 'rule-as-specified'])
})

test('what is interrupted says so and is not judged', async () => {
  const stop = new AbortController()
  const { ended, verdicts } = await observed(
    async ({ world }) => {
      await world.clock.sleep(10_000)
      stop.abort(new Error('Ctrl-C'))
    },
    { signal: stop.signal },
  )
  assert.equal(ended, 'interrupted')
  assert.ok(verdicts.every(({ check, status }) => check === 'timing-as-specified' || status === 'unknown'))
})

test('suppressed alerts are written down when they change, and a silent Alertmanager once', async () => {
  const status = { state: 'suppressed', silencedBy: ['s1'] }
  let asked = 0
  const alerts = (): Promise<unknown> => {
    asked += 1
    if (asked > 10 && asked < 14) return Promise.reject(new Error('refused'))
    return Promise.resolve(
      asked > 3 && asked < 8
        ? [
            { labels: { alertname: 'A' }, status },
            { labels: {}, status: { state: 'active' } },
          ]
        : [],
    )
  }
  const { entries } = await observed(() => Promise.resolve(), { alerts })
  const looks = entries.flatMap((entry) =>
    entry.kind === 'alertmanager' && entry.what === 'alerts' ? [entry.body] : entry.kind === 'source-error' ? [entry.source] : [],
  )
  // The first and the last are those of every run.
  assert.deepEqual(looks.slice(1, -1), [[{ labels: { alertname: 'A' }, status }], [], 'alertmanager', []])
})
