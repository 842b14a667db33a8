import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal, JournalEntry } from '../model/journal.ts'
import type { Verdict } from '../model/verdict.ts'
import { alter, EXPERIMENT, run, withEntries, withExperiment } from '../../testing/journals/honest-run.ts'
import type { Mutant } from '../../testing/virtual/virtual-journal.ts'
import { judge } from './judge.ts'

/**
 * The same journal as an observation writes it: what the simulated fault did to the platform happened by itself. `from`, `until`: of it, as
 * shares of the legs' time.
 */
function observation(options: { mutant?: Mutant; from?: number; until?: number } = {}): Journal {
  const drilled = run({ ...(options.mutant === undefined ? {} : { mutant: options.mutant }) })
  const legs = drilled.entries.filter((entry) => entry.kind === 'leg')
  const [beginMs, endMs] = [legs[0]?.atMs ?? 0, legs.at(-1)?.atMs ?? 0]
  const at = (share: number): number => beginMs + share * (endMs - beginMs)
  const leg = { kind: 'leg', experiment: EXPERIMENT, leg: 'observe' } as const
  const kept = drilled.entries.filter(({ kind }) => kind !== 'fault' && kind !== 'load' && kind !== 'leg')
  const plain = withExperiment(
    { entries: kept, problems: [] },
    { legs: [{ name: 'observe', atMs: 0, holdMs: 0, because: 'nothing is injected' }] },
  )
  const observed = alter(plain, 'header', (entry) => ({ ...entry, plan: { ...entry.plan, observe: true as const } }))
  const legged = withEntries(
    observed,
    { ...leg, phase: 'begin', atMs: at(options.from ?? 0) },
    { ...leg, phase: 'end', ended: 'held', atMs: at(options.until ?? 1) },
  )
  const entries = legged.entries.toSorted((a, b) => Number(a.kind === 'footer') - Number(b.kind === 'footer'))
  return { entries: entries.map((entry, seq) => ({ ...entry, seq })), problems: [] }
}

function verdictsOf(journal: Journal): Record<string, Verdict> {
  return Object.fromEntries(judge(journal).map((verdict) => [verdict.check, verdict]))
}

const NOTIFIED = [
  'labels-exact',
  'annotations-exact',
  'notification-delivered',
  'no-other-receiver',
  'grouped-as-specified',
  'resolved-notified',
]

test('an alert that fires by itself is judged by everything that does not depend on a fault', () => {
  const verdicts = judge(observation())
  assert.deepEqual(
    verdicts.map(({ check, status }) => `${check} ${status}`).sort(),
    // The simulated journal does not hold the specified intervals.
    [
      ...[...NOTIFIED, 'evidence-continuous', 'oracle-replay', 'rule-as-specified'].map((check) => `${check} pass`),
      'timing-as-specified skipped',
    ].sort(),
    JSON.stringify(verdicts.filter(({ status }) => status !== 'pass')),
  )
})

for (const [mutant, check] of [
  ['for-doubled', 'oracle-replay'],
  ['for-zero', 'oracle-replay'],
  ['wrong-receiver', 'notification-delivered'],
  ['missing-resolve', 'resolved-notified'],
] as const)
  test(`${mutant} is found by ${check}, and no fault is spoken of`, () => {
    const verdict = verdictsOf(observation({ mutant }))[check]
    assert.equal(verdict?.status, 'fail', JSON.stringify(verdict))
    assert.doesNotMatch(`${verdict.observed} ${verdict.diagnosis}`, /\bfault|undo/)
  })

/** Nothing happens: the value stays where it is and no alert is active. */
function quiet(value: string | undefined): Journal {
  const silent = (entries: JournalEntry[]): JournalEntry[] => entries.filter(({ kind }) => kind !== 'notification')
  const journal = { entries: silent(observation().entries), problems: [] }
  const none = alter(journal, 'alerts-series', (entry) => ({ ...entry, series: [] }))
  return alter(none, 'evaluated', (entry) => ({
    ...entry,
    series:
      entry.what === 'condition' || value === undefined
        ? []
        : entry.series.map((series) => ({ ...series, values: series.values.map(([timeS]) => [timeS, value] as [number, string]) })),
  }))
}

test('a rule whose condition was never true and whose alert was never active kept its promise; the rest is not judged', () => {
  const verdicts = verdictsOf(quiet('3'))
  assert.equal(verdicts['oracle-replay']?.status, 'pass')
  assert.match(verdicts['oracle-replay']?.observed ?? '', /^no alert at \d+ evaluations, value 3 to 3$/)
  for (const check of NOTIFIED) {
    assert.equal(verdicts[check]?.status, 'skipped', check)
    assert.match(verdicts[check]?.observed ?? '', /^not judged: the alert did not fire/)
  }
})

test('without a value nothing is said of the rule', () => {
  for (const value of [undefined, 'NaN']) {
    const verdict = verdictsOf(quiet(value))['oracle-replay']
    assert.equal(verdict?.status, 'skipped')
    assert.match(verdict?.observed ?? '', /no sample for this subject/)
  }
})

test('an alert that was firing before is not judged by when it was notified', () => {
  const verdicts = verdictsOf(observation({ from: 0.5 }))
  for (const check of ['notification-delivered', 'resolved-notified']) {
    assert.equal(verdicts[check]?.status, 'skipped', JSON.stringify(verdicts[check]))
    assert.match(verdicts[check]?.observed ?? '', /was firing before the observation began/)
  }
})

/** No firing notification arrives, whatever else does. */
function silenced(journal: Journal, others: boolean): Journal {
  return alter(journal, 'notification', (entry) => {
    if (!others) return undefined
    const body = structuredClone(entry.body) as { alerts: { labels: Record<string, string> }[] }
    for (const alert of body.alerts) alert.labels['alertname'] = 'Another'
    return { ...entry, body }
  })
}

test('a notification that does not arrive is a failure only where one could have arrived', () => {
  const of = (journal: Journal): Verdict | undefined => verdictsOf(journal)['notification-delivered']
  assert.equal(of(silenced(observation(), true))?.status, 'fail')
  const deaf = of(silenced(observation(), false))
  assert.deepEqual([deaf?.status, deaf?.cause], ['unknown', 'evidence-missing'])
  assert.match(deaf?.observed ?? '', /does not try the way from Alertmanager to the drill$/)
})

test('what a silence suppresses is not missing', () => {
  const status = { state: 'suppressed', silencedBy: ['3f2a'], inhibitedBy: [] }
  const journal = silenced(observation(), true)
  const active = journal.entries.find((entry) => entry.kind === 'alerts-series')
  const own = active?.kind === 'alerts-series' ? (active.series[0]?.metric ?? {}) : {}
  const { __name__: _, alertstate: __, ...series } = own
  const looked = withEntries(journal, { kind: 'alertmanager', what: 'alerts', body: [{ labels: series, status }] })
  const entries = looked.entries
    .toSorted((a, b) => Number(a.kind === 'footer') - Number(b.kind === 'footer'))
    .map((entry, seq) => ({ ...entry, seq }))
  const verdict = verdictsOf({ entries, problems: [] })['notification-delivered']
  assert.equal(verdict?.status, 'skipped', JSON.stringify(verdict))
  assert.match(verdict?.observed ?? '', /silence 3f2a/)
})

test('an observation that ends before a notification must arrive does not miss it', () => {
  // Ends as the alert begins to fire.
  const whole = observation()
  const firing = whole.entries.find((entry) => entry.kind === 'alerts-series' && entry.metric === 'ALERTS')
  assert.ok(firing?.kind === 'alerts-series')
  const startsMs = (firing.series.find(({ metric }) => metric['alertstate'] === 'firing')?.values[0]?.[0] ?? 0) * 1_000
  const short = alter(silenced(whole, true), 'leg', (entry) => (entry.phase === 'end' ? { ...entry, atMs: startsMs + 200 } : entry))
  const verdict = verdictsOf(short)['notification-delivered']
  assert.equal(verdict?.status, 'skipped', JSON.stringify(verdict))
  assert.match(verdict?.observed ?? '', /ended at .*, before the notification had to arrive/)
})

test('an observation that was interrupted could not tell', () => {
  const cut = alter(observation(), 'leg', (entry) => (entry.phase === 'end' ? { ...entry, ended: 'interrupted' } : entry))
  const verdict = verdictsOf(cut)['oracle-replay']
  assert.deepEqual([verdict?.status, verdict?.cause], ['unknown', 'interrupted'])
})
