import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../model/journal.ts'
import type { Verdict } from '../model/verdict.ts'
import { judge } from './judge.ts'
import { checks } from './drill-checks.ts'
import { allWell } from '../../testing/journals/named-journal.ts'
import { answeredRun, FAULT } from '../../testing/journals/answered-run.ts'
import { alter, outageRun, run, verdictOf, withEntries } from '../../testing/journals/honest-run.ts'
import { waits, type CpuWaits } from '../../testing/journals/starving-machine.ts'
import { tamperings } from '../../testing/tampering/tampering.ts'
import { ZERO_MS } from '../../testing/virtual/virtual-journal.ts'

const legBegin = (journal: Journal, leg: string): number =>
  journal.entries.find((entry) => entry.kind === 'leg' && entry.leg === leg && entry.phase === 'begin')?.atMs ?? NaN
const outcome = ({ status, cause }: Verdict): string => (cause === undefined ? status : `${status} ${cause}`)

/** 13.6 s late; one scrape and one evaluation are 2 s. */
const LATE = run({ mutant: 'late-notification' })
const FIRE = legBegin(LATE, 'fire')
const notified = (journal: Journal, ...more: CpuWaits[]): Verdict =>
  verdictOf(withEntries(journal, ...more.map((each) => ({ ...each, atMs: FIRE }))), 'notification-delivered')

test('what came late is no failure when a part waited at least as long for a CPU, and says for how long and when', () => {
  const verdict = notified(LATE, waits(FIRE + 5_000, 17, { prometheus: 900 }))
  assert.equal(outcome(verdict), 'unknown machine-starved')
  assert.match(
    verdict.observed,
    /13\.631 s too late\. But the machine kept prometheus waiting 15\.3 s for a CPU between \d\d:\d\d:\d\d\.\d{3} and \d\d:\d\d:\d\d\.\d{3}; programs outside of the drill used 100 % of its CPU time$/,
  )
  assert.match(verdict.title, /^Could not tell whether/)
})

test('waits shorter than the lateness do not explain it', () => {
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 15, { prometheus: 900 }))), 'fail')
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 16, { prometheus: 900 }))), 'unknown machine-starved')
})

test('waits before the fault or after the event do not either, nor such of two parts taken together', () => {
  assert.equal(outcome(notified(LATE, waits(FIRE - 20_000, 19, { prometheus: 1_000 }))), 'fail')
  assert.equal(outcome(notified(LATE, waits(FIRE + 30_000, 19, { prometheus: 1_000 }))), 'fail')
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 17, { prometheus: 500, alertmanager: 500 }))), 'fail')
})

test('a single wait that began long before its second counts where it was', () => {
  const long = { ...waits(FIRE + 20_000, 1, {}), waits: { prometheus: [[0, 15_000]] } } satisfies CpuWaits
  assert.equal(outcome(notified(LATE, long)), 'unknown machine-starved')
  // Of the same wait only a second lies behind the begin of the fault.
  const before = { ...waits(FIRE, 1, {}), waits: { prometheus: [[0, 15_000]] } } satisfies CpuWaits
  assert.equal(outcome(notified(LATE, before)), 'fail')
})

test('of a wait over several seconds the share of outsiders is that of all of them', () => {
  const busy = { ...waits(FIRE + 6_000, 15, {}), waits: { prometheus: [[14, 15_000]] } } satisfies CpuWaits
  // When the wait is over and can be read, the machine is calm again.
  const over = busy.seconds.map(([fromMs, untilMs], at): CpuWaits['seconds'][number] => [fromMs, untilMs, at === 14 ? 0 : 1, 0])
  assert.equal(outcome(notified(LATE, { ...busy, seconds: over })), 'unknown machine-starved')
  const calm = busy.seconds.map(([fromMs, untilMs], at): CpuWaits['seconds'][number] => [fromMs, untilMs, at === 14 ? 1 : 0, 0])
  assert.equal(outcome(notified(LATE, { ...busy, seconds: calm })), 'fail')
})

test('threads that waited side by side are one wait of the part', () => {
  const twelve = {
    ...waits(FIRE + 16_000, 5, {}),
    waits: {
      prometheus: [
        [0, 8_000],
        [2, 9_000],
        [4, 12_000],
      ],
    },
  } satisfies CpuWaits
  // 29 s of threads are 12 s, from the last back.
  assert.equal(outcome(notified(LATE, twelve)), 'fail')
  assert.equal(
    outcome(
      notified(LATE, {
        ...twelve,
        waits: {
          prometheus: [
            [0, 8_000],
            [2, 9_000],
            [4, 14_500],
          ],
        },
      }),
    ),
    'unknown machine-starved',
  )
})

test('a trace that may take fifteen seconds needs waits as long, at any speed', () => {
  const whole = allWell()
  const { change } = tamperings.find(({ what }) => what === 'a trace came a minute late') ?? assert.fail('no such tampering')
  const [late, ...more] = whole.entries.flatMap((entry) => (entry.kind === 'trace' ? (change(entry) ?? []) : []))
  assert.ok(late !== undefined && more.length > 0)
  const entries = whole.entries.map((entry) => (entry.seq === late.seq ? { ...late, atMs: entry.atMs + 60_000 } : entry))
  const of = (count: number, speed: number): string => {
    const journal = withEntries({ entries, problems: [] }, waits(late.atMs, count, { timer: 1_000 }))
    const timed = alter(journal, 'header', (header) => ({
      ...header,
      plan: { ...header.plan, timing: { ...header.plan.timing, scrapeIntervalMs: 15_000 / speed, evaluationIntervalMs: 15_000 / speed } },
    }))
    return outcome(verdictOf(timed, 'trace-complete', 'path-fluxpay-order'))
  }
  for (const speed of [1, 15]) assert.deepEqual([of(14, speed), of(16, speed)], ['fail', 'unknown machine-starved'])
})

test('the odd wait of a long drill is no starvation: it has to be dense', () => {
  const never = run({ mutant: 'missing-notification' })
  // As much in all as is needed, in too many seconds.
  assert.equal(outcome(notified(never, waits(FIRE, 35, { prometheus: 100 }))), 'fail')
  assert.equal(outcome(notified(never, waits(FIRE, 35, { prometheus: 400 }))), 'unknown machine-starved')
})

test('on a calm machine everything stays as it is', () => {
  for (const mutant of ['late-notification', 'missing-notification', 'metric-misspelt', 'missing-resolve'] as const) {
    const journal = run({ mutant })
    const calm = withEntries(journal, { ...waits(FIRE - 30_000, 90, { prometheus: 40, probed: 60, timer: 20 }, 0.1), atMs: FIRE })
    const check =
      mutant === 'missing-resolve' ? 'resolved-notified' : mutant === 'metric-misspelt' ? 'alert-fired' : 'notification-delivered'
    assert.deepEqual(verdictOf(calm, check), verdictOf(journal, check), mutant)
  }
})

test('what the drill and its target make one another wait for is no excuse, what outsiders take is; what a mere timer waits always is', () => {
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 20, { 'rate-limiter': 1_000, 'prometheus': 1_000 }, 0.1))), 'fail')
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 20, { 'rate-limiter': 1_000 }, 0.75))), 'unknown machine-starved')
  assert.equal(outcome(notified(LATE, waits(FIRE + 5_000, 20, { timer: 1_000 }, 0.1))), 'unknown machine-starved')
})

test('what came too early, or says something wrong, has no excuse', () => {
  const everything = waits(FIRE - 30_000, 90, { prometheus: 1_000, timer: 1_000 })
  const starved = (journal: Journal): Journal => withEntries(journal, { ...everything, atMs: FIRE })
  assert.equal(verdictOf(starved(run({ mutant: 'early-notification' })), 'notification-delivered').status, 'fail')
  assert.equal(verdictOf(starved(run({ mutant: 'annotation-changed' })), 'annotations-exact').status, 'fail')
  assert.equal(verdictOf(starved(run({ mutant: 'wrong-receiver' })), 'no-other-receiver').status, 'fail')
  assert.equal(verdictOf(starved(run({ mutant: 'metric-misspelt' })), 'oracle-replay').status, 'fail')
})

test('a pass stays a pass, whatever waited', () => {
  for (const journal of [run(), allWell()]) {
    const fromMs = journal.entries[0]?.atMs ?? 0
    const everything = waits(fromMs, 200, { 'prometheus': 1_000, 'alertmanager': 1_000, 'rate-limiter': 1_000, 'timer': 1_000 })
    assert.deepEqual(judge(withEntries(journal, { ...everything, atMs: fromMs })), judge(journal))
  }
})

test('answers that are wrong are explained by the waits of the services that handle them, and not by those of another', () => {
  const answer = (atS: number): { status?: number } => (atS >= FAULT.fromS && atS < FAULT.toS ? { status: 500 } : {})
  const withTill = alter(answeredRun({ answer }), 'header', (entry) => {
    const { platform } = entry.spec
    const services = ['shop', 'till'].map((name) => ({ name, container: name, runtime: 'other' as const }))
    return { ...entry, spec: { ...entry.spec, platform: { ...platform, services } } }
  })
  const starvedBy = (part: string): string => {
    const entry = { ...waits(ZERO_MS + 25_000, 20, { [part]: 900 }), atMs: ZERO_MS + 60_000 }
    return outcome(verdictOf(withEntries(withTill, entry), 'keeps-answering'))
  }
  assert.equal(starvedBy('shop'), 'unknown machine-starved')
  assert.equal(starvedBy('till'), 'fail')
  // What shop asks in its turn may be any part that is no service.
  assert.equal(starvedBy('redis'), 'unknown machine-starved')
})

test('signals lost in an outage may be lost by the machine, in the time of that outage alone', () => {
  const lost = outageRun({ row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs === 5_000 ? 503 : c, d, e, f] })
  const of = (fromMs: number, ms: number): string => {
    const journal = withEntries(lost, { ...waits(fromMs, 6, { timer: ms }), atMs: ZERO_MS + 30_000 })
    for (const entry of journal.entries) if (entry.kind === 'outage') entry.atMs = ZERO_MS + 30_000
    return outcome(verdictOf(journal, 'outage-services-answer'))
  }
  assert.equal(of(ZERO_MS + 4_000, 500), 'unknown machine-starved')
  assert.equal(of(ZERO_MS + 4_000, 300), 'fail')
  assert.equal(of(ZERO_MS + 40_000, 1_000), 'fail')
})

test('what is about no time of its own has no excuse in the warm-up', () => {
  const whole = allWell()
  const { change } = tamperings.find(({ what }) => what === 'the p95 is ten times as high') ?? assert.fail('no such tampering')
  const wrong = { entries: whole.entries.flatMap((entry) => (entry.kind === 'panel' ? (change(entry) ?? [entry]) : [entry])), problems: [] }
  const beginMs = Math.min(...whole.entries.flatMap((entry) => (entry.kind === 'leg' ? [entry.atMs] : [])))
  const of = (fromMs: number): string =>
    outcome(verdictOf(withEntries(wrong, waits(fromMs, 8, { timer: 900 })), 'slo-value-matches', 'drill'))
  assert.equal(of(beginMs - 10_000), 'fail')
  assert.equal(of(beginMs + 10_000), 'unknown machine-starved')
})

test('where nothing was observed nothing is excused', () => {
  assert.equal(outcome(notified(LATE, { kind: 'cpu-waits', seconds: [], waits: {}, unobserved: 'this kernel does not say' })), 'fail')
  // Of a second that is not there.
  assert.equal(outcome(notified(LATE, { kind: 'cpu-waits', seconds: [], waits: { prometheus: [[3, 99_000]] } })), 'fail')
})

test('every check says whether a slow machine excuses it, and none that judges the evidence itself says so', () => {
  assert.deepEqual(
    checks.flatMap(({ meta }) => (['excuses', 'no-excuse'].includes(meta.slowMachine) ? [] : [meta.id])),
    [],
  )
  for (const id of [
    'oracle-replay',
    'rule-as-specified',
    'labels-exact',
    'annotations-exact',
    'no-other-receiver',
    'nothing-left-behind',
    'timing-as-specified',
  ])
    assert.equal(checks.find(({ meta }) => meta.id === id)?.meta.slowMachine, 'no-excuse', id)
})

test('what a check says of a slow machine decides', () => {
  const journal = withEntries(LATE, { ...waits(FIRE + 5_000, 17, { prometheus: 900 }), atMs: FIRE })
  const of = (slowMachine: 'excuses' | 'no-excuse'): string => {
    const own = checks.map((check) => ({ ...check, meta: { ...check.meta, slowMachine } }))
    return outcome(judge(journal, own).find(({ check }) => check === 'notification-delivered') ?? assert.fail('not judged'))
  }
  assert.deepEqual([of('excuses'), of('no-excuse')], ['unknown machine-starved', 'fail'])
})
