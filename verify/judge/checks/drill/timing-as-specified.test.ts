import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../../model/journal.ts'
import type { Plan, Timing } from '../../../model/plan.ts'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

/** What is loaded is what is promised, then `change` changes what is loaded. */
function loadedAs(change: Partial<Timing> = {}, promise: Partial<NonNullable<Plan['promised']>['rules'][number]> = {}): Journal {
  return alter(run(), 'header', (entry) => {
    const { plan, spec } = entry
    const rules = plan.experiments.map(({ alert, forMs, keepFiringForMs }) => ({ alert, forMs, keepFiringForMs, ...promise }))
    return { ...entry, spec, plan: { ...plan, timing: { ...plan.timing, ...change }, promised: { timing: plan.timing, rules } } }
  })
}

test('intervals as specified pass, with their number', () => {
  const verdict = verdictOf(loadedAs(), 'timing-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /^all \d+ intervals as specified$/)
})

/** The specification of which the honest run is the drill at 15 times real time. */
function compressed(journal: Journal): Journal {
  return alter(journal, 'header', (entry) => ({
    ...entry,
    spec: {
      ...entry.spec,
      platform: { ...entry.spec.platform, scrapeIntervalMs: 15_000, evaluationIntervalMs: 15_000, resendDelayMs: 60_000 },
      routing: { ...entry.spec.routing, groupWaitMs: 10_000 },
    },
  }))
}

for (const [what, change, expected, advice] of [
  [
    'evaluation_interval',
    { evaluationIntervalMs: 300_000 },
    /global\.evaluation_interval in prometheus\.yml is 5m, specified 1s/,
    'global.evaluation_interval in prometheus.yml to 15s (compressed to 1s in this drill, loaded is 5m)',
  ],
  [
    'scrape_interval',
    { scrapeIntervalMs: 60_000 },
    /global\.scrape_interval in prometheus\.yml is 1m, specified 1s/,
    'global.scrape_interval in prometheus.yml to 15s (compressed to 1s in this drill, loaded is 1m)',
  ],
  [
    'resend delay',
    { resendDelayMs: 60_000 },
    /--rules\.alert\.resend-delay is 1m, specified 5s/,
    "Prometheus' flag --rules.alert.resend-delay to 1m (compressed to 5s in this drill, loaded is 1m)",
  ],
  [
    'group_wait',
    { groupWaitMs: 30_000 },
    /group_wait of the root route in alertmanager\.yml is 30s, specified 1s/,
    'group_wait of the root route in alertmanager.yml to 10s (compressed to 1s in this drill, loaded is 30s)',
  ],
  [
    'repeat_interval',
    { repeatIntervalMs: 1 },
    /repeat_interval of the root route/,
    'repeat_interval of the root route in alertmanager.yml to 4h (loaded is 1ms)',
  ],
] as const) {
  test(`another ${what} fails, and says where it is set, and to what as the file has it`, () => {
    const verdict = verdictOf(compressed(loadedAs(change)), 'timing-as-specified')
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, expected)
    assert.equal(verdict.diagnosis, `Set ${advice}, or correct the specification where this platform is meant to differ.`)
  })
}

test('in real time nothing is compressed', () => {
  const { diagnosis = '' } = verdictOf(loadedAs({ evaluationIntervalMs: 300_000 }), 'timing-as-specified')
  assert.match(diagnosis, /^Set global\.evaluation_interval in prometheus\.yml to 1s \(loaded is 5m\), or correct/)
})

test('a rule group with an interval of its own fails only for a specified alert', () => {
  const alert = alertOf(run())
  const slow = (name: string): Partial<Timing> => ({ rules: [{ alert: name, labels: {}, intervalMs: 120_000 }] })
  assert.match(verdictOf(loadedAs(slow(alert)), 'timing-as-specified').observed, /interval of the rule group of .+ is 2m/)
  assert.equal(verdictOf(loadedAs(slow('SomeOtherAlert')), 'timing-as-specified').status, 'pass')
})

test('a rule with a specified interval of its own must have that one, and not the default', () => {
  const alert = alertOf(run())
  const promising = (loaded: Partial<Timing>): Journal =>
    alter(loadedAs(loaded), 'header', (entry) => {
      const { promised } = entry.plan
      assert.ok(promised !== undefined)
      const timing = { ...promised.timing, rules: [{ alert, labels: {}, intervalMs: 30_000 }] }
      return { ...entry, plan: { ...entry.plan, promised: { ...promised, timing } } }
    })
  const loaded = (intervalMs: number): Partial<Timing> => ({ rules: [{ alert, labels: {}, intervalMs }] })
  assert.equal(verdictOf(promising(loaded(30_000)), 'timing-as-specified').status, 'pass')
  assert.match(
    verdictOf(promising(loaded(60_000)), 'timing-as-specified').observed,
    /interval of the rule group of .+ is 1m, specified 30s/,
  )
  assert.match(verdictOf(promising({}), 'timing-as-specified').observed, /interval of the rule group of .+ is 1s, specified 30s/)
})

test('another for fails, drilled or not; a rounded one passes', () => {
  assert.match(verdictOf(loadedAs({}, { forMs: 9_000 }), 'timing-as-specified').observed, /^for of .+ is 8s, specified 9s$/)
  assert.equal(verdictOf(loadedAs({}, { forMs: 8_001 }), 'timing-as-specified').status, 'pass')
})

test('a job that has its own interval is compared with its own promise', () => {
  const journal = alter(loadedAs({ jobs: { probed: { scrapeIntervalMs: 30_000, scrapeTimeoutMs: 1_000 } } }), 'header', (entry) => ({
    ...entry,
    spec: { ...entry.spec, platform: { ...entry.spec.platform, targets: [{ job: 'probed', address: 'probed:80' }] } },
  }))
  assert.match(verdictOf(journal, 'timing-as-specified').observed, /scrape_interval of job probed in prometheus\.yml is 30s, specified 1s/)
})

test('a journal from before is skipped', () => {
  assert.equal(verdictOf(run(), 'timing-as-specified').status, 'skipped')
})

function alertOf(journal: Journal): string {
  return journal.entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments.map(({ alert }) => alert) : []))[0] ?? ''
}
