import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import type { Verdict } from '../../model/verdict.ts'
import { judge } from '../judge.ts'
import { parseJournal } from '../record/parse-journal.ts'
import { alter, withEntries, withExperiment, withSpec } from '../../../testing/journals/honest-run.ts'
import { namedText } from '../../../testing/journals/named-journal.ts'

/**
 * A live drill on a machine that gave rate-limiter no CPU for 12 s while its heap was under pressure; told anew with other scrapes lost.
 * `for` is 20 s, a scrape and an evaluation take place every second, and the fault lasts 27 s.
 */
const STORY = parseJournal(namedText('machine-starved'))
const JOB = 'rate-limiter'
const FOR_MS = 20_000
const SHORT_MS = 2_000
const [FAULT_MS = NaN, UNDO_MS = NaN] = STORY.entries.flatMap((entry) =>
  entry.kind === 'fault' && entry.leg !== 'quiet' ? [entry.startedMs] : [],
)

interface Told {
  /** Which scrapes of the fault's time ran into their timeout, by the time since the fault. */
  cut?: (sinceMs: number) => boolean
  /** What an answered scrape says of the heap; null: it says nothing of it. */
  value?: (sinceMs: number) => number | null
  /** Share of the time of such scrapes that rate-limiter waited for a CPU; outsiders used 85 % of it. */
  waits?: number
  /** What Prometheus made of it: the alert, as the rule gives it. */
  alert?: (held: number[]) => { atMs: number; activeAtMs: number; firing: boolean }[]
}

/** Each instant of a stretch of evaluations in a row, one second from another. */
function asTheRuleSays(held: number[], forMs = FOR_MS): { atMs: number; activeAtMs: number; firing: boolean }[] {
  let activeAtMs = NaN
  return held.map((atMs, index) => {
    if (atMs - (held[index - 1] ?? -Infinity) > 1_500) activeAtMs = atMs
    return { atMs, activeAtMs, firing: atMs - activeAtMs >= forMs }
  })
}

function told({ cut = () => false, value = () => 0.9, waits = 0, alert = asTheRuleSays }: Told): Journal {
  const inFault = (ms: number): boolean => ms >= FAULT_MS && ms < UNDO_MS
  const scrapes = STORY.entries.flatMap((entry) =>
    entry.kind === 'raw' && entry.query.startsWith('up[')
      ? entry.series.filter(({ metric }) => metric['job'] === JOB).flatMap(({ values }) => values.map(([atS]) => atS * 1_000))
      : [],
  )
  const isCut = (atMs: number): boolean => inFault(atMs) && cut(atMs - FAULT_MS)
  const seenAt = (atMs: number): number | null => {
    const scrapedMs = scrapes.findLast((each) => each <= atMs) ?? NaN
    return !inFault(scrapedMs) || isCut(scrapedMs) ? null : value(scrapedMs - FAULT_MS)
  }
  const told = alter(STORY, 'raw', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) => ({
      metric,
      values: values.map(([atS, text]): [number, string] => {
        if (metric['job'] !== JOB || !inFault(atS * 1_000)) return [atS, text]
        const lost = isCut(atS * 1_000)
        return [atS, entry.query.startsWith('up[') ? (lost ? '0' : '1') : lost ? '1.0008' : '0.006']
      }),
    })),
  }))
  const grid = STORY.entries.flatMap((entry) =>
    entry.kind === 'evaluated' && entry.what === 'value'
      ? Array.from({ length: (entry.endMs - entry.startMs) / entry.stepMs }, (_, at) => entry.startMs + at * entry.stepMs)
      : [],
  )
  const seen = grid.map((atMs) => [atMs, seenAt(atMs)] as const)
  const held = seen.flatMap(([atMs, share]) => (share !== null && share > 0.8 ? [atMs] : []))
  // Once the scrapes of the fault's time are all in, what follows is as it was.
  const keep = ([atS]: [number, string]): boolean => atS * 1_000 < FAULT_MS || atS * 1_000 > UNDO_MS + 1_000
  const evaluated = alter(told, 'evaluated', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) =>
      metric['job'] !== undefined && metric['job'] !== JOB
        ? { metric, values }
        : {
            metric,
            values: [
              ...values.filter(keep),
              ...seen.flatMap(([atMs, share]): [number, string][] =>
                share === null || (entry.what === 'condition' && share <= 0.8) ? [] : [[atMs / 1_000, String(share)]],
              ),
            ].sort((a, b) => a[0] - b[0]),
          },
    ),
  }))
  const alerts = alert(held)
  const rewritten = alter(evaluated, 'alerts-series', (entry) => ({
    ...entry,
    series: entry.series.flatMap(({ metric, values }) => {
      if (metric['alertname'] !== 'JVMHeapHigh' || metric['job'] !== JOB) return [{ metric, values }]
      const own = alerts.filter(({ firing }) => metric['alertstate'] !== 'firing' && (metric['alertstate'] === undefined || !firing))
      const before = { metric, values: values.filter(([atS]) => atS * 1_000 < FAULT_MS) }
      const samples = own.map(({ atMs, activeAtMs }): [number, string] => [
        atMs / 1_000,
        metric['alertstate'] === undefined ? String(Math.floor(activeAtMs / 1_000)) : '1',
      ])
      const pending = { metric, values: [...before.values, ...samples] }
      if (metric['alertstate'] !== 'pending') return [pending]
      const fired = alerts.filter(({ firing }) => firing).map(({ atMs }): [number, string] => [atMs / 1_000, '1'])
      return fired.length === 0 ? [pending] : [pending, { metric: { ...metric, alertstate: 'firing' }, values: fired }]
    }),
  }))
  return alter(rewritten, 'cpu-waits', (entry) => {
    const busy = (fromMs: number, untilMs: number): boolean =>
      scrapes.some((each) => isCut(each) && each < untilMs && each + 1_000 > fromMs)
    return {
      ...entry,
      seconds: entry.seconds.map(([fromMs, untilMs, , load]) => [fromMs, untilMs, 0.85, load]),
      waits: {
        [JOB]: entry.seconds.flatMap(([fromMs, untilMs], at): [number, number][] =>
          waits > 0 && busy(fromMs, untilMs) ? [[at, (untilMs - fromMs) * waits]] : [],
        ),
      },
    }
  })
}

function verdict(journal: Journal, check: string): Verdict {
  return judge(journal).find((each) => each.check === check && each.subject === 'heap-pressure') ?? assert.fail('not judged')
}

function said(journal: Journal, check = 'alert-fired'): string {
  const { status, cause } = verdict(journal, check)
  return cause === undefined ? status : `${status} ${cause}`
}

/** Timeouts are as deployed: no scrape was cut because the drill is compressed. */
function asDeployed(journal: Journal): Journal {
  const { platform } = journal.entries.flatMap((entry) => (entry.kind === 'header' ? [entry.spec] : []))[0] ?? assert.fail('no header')
  return withSpec(journal, { platform: { ...platform, scrapeTimeoutMs: 1_000 } })
}

const ONE = (sinceMs: number): boolean => sinceMs >= 9_500 && sinceMs < 10_500
const THREE = (sinceMs: number): boolean => sinceMs >= 8_500 && sinceMs < 11_500

test('told anew with every scrape answered, the alert becomes pending and fires in its windows', () => {
  assert.deepEqual([said(told({}), 'alert-pending'), said(told({}))], ['pass', 'pass'])
})

test('an alert whose `for` began anew because a scrape was cut, and did not end before the fault, says so', () => {
  const { status, cause, observed, diagnosis } = verdict(told({ cut: ONE, waits: 1 }), 'alert-fired')
  assert.equal(`${status} ${cause}`, 'unknown machine-starved')
  assert.equal(diagnosis, undefined)
  assert.match(
    observed,
    /never firing\. But the machine kept rate-limiter waiting \S+ s for a CPU between .*; Prometheus had no sample of rate-limiter at the evaluation at \d\d:\d\d:\d\d\.\d{3}$/,
  )
  assert.equal(said(told({ cut: THREE, waits: 1 })), 'unknown machine-starved')
})

test('without waits the compressed timeout is the cause; with the deployed timeout there is none', () => {
  assert.equal(said(told({ cut: ONE })), 'unknown scrape-gap')
  assert.equal(said(asDeployed(told({ cut: ONE }))), 'fail')
  assert.equal(said(asDeployed(told({ cut: THREE }))), 'fail')
  assert.equal(said(asDeployed(told({ cut: ONE, waits: 1 }))), 'unknown machine-starved')
})

test('a wait shorter than half of the scrape does not explain it, nor does one that the drill and its target made', () => {
  assert.equal(said(asDeployed(told({ cut: ONE, waits: 0.3 }))), 'fail')
  const calm = alter(told({ cut: ONE, waits: 1 }), 'cpu-waits', (entry) => ({
    ...entry,
    seconds: entry.seconds.map(([fromMs, untilMs, , load]) => [fromMs, untilMs, 0.1, load]),
  }))
  assert.equal(said(asDeployed(calm)), 'fail')
})

test('a signal that flaps is no loss, also where a scrape was lost besides', () => {
  const flaps = (sinceMs: number): number => (ONE(sinceMs) ? 0.5 : 0.9)
  assert.equal(said(told({ value: flaps })), 'fail')
  assert.equal(said(told({ value: flaps, cut: (sinceMs) => ONE(sinceMs - 3_000), waits: 1 })), 'fail')
})

test('a series that is missing although its target was scraped is no loss', () => {
  assert.equal(said(told({ value: (sinceMs) => (ONE(sinceMs) ? null : 0.9) })), 'fail')
  assert.equal(said(told({ value: (sinceMs) => (ONE(sinceMs) ? null : 0.9), cut: (sinceMs) => ONE(sinceMs - 3_000), waits: 1 })), 'fail')
})

test('a rule that does otherwise than the samples say has no excuse', () => {
  const deaf = told({ cut: ONE, waits: 1, alert: (held) => asTheRuleSays(held).filter(({ atMs }) => atMs < FAULT_MS + 9_000) })
  assert.equal(said(deaf), 'fail')
  const never = told({ cut: ONE, waits: 1, alert: () => [] })
  assert.deepEqual([said(never, 'alert-pending'), said(never)], ['fail', 'fail'])
})

test('an alert that never had a sample is not blamed for never being pending', () => {
  const journal = told({ cut: () => true, waits: 1 })
  assert.deepEqual([said(journal, 'alert-pending'), said(journal)], ['unknown machine-starved', 'unknown machine-starved'])
  const lost = told({ value: () => null })
  assert.notEqual(said(lost, 'alert-pending'), 'unknown machine-starved')
})

test('an alert that resolved early because its sample was lost says so, one that resolved early without that does not', () => {
  const late = (sinceMs: number): boolean => sinceMs >= 23_500 && sinceMs < 24_500
  assert.equal(said(told({}), 'alert-fired'), 'pass')
  assert.equal(said(told({ cut: late, waits: 1 }), 'alert-resolved'), 'unknown machine-starved')
  assert.equal(said(asDeployed(told({ cut: late })), 'alert-resolved'), 'fail')
  assert.equal(said(told({ value: (sinceMs) => (late(sinceMs) ? 0.5 : 0.9) }), 'alert-resolved'), 'fail')
})

test('a fault that stops the target has no such excuse', () => {
  const stopped = alter(told({ cut: ONE, waits: 1 }), 'header', ({ plan, ...entry }) => ({
    ...entry,
    plan: {
      ...plan,
      experiments: plan.experiments.map((experiment) => ({
        ...experiment,
        legs: experiment.legs.map((leg) => (leg.fault === undefined ? leg : { ...leg, fault: { ...leg.fault, id: 'pause-process' } })),
      })),
    },
  }))
  assert.equal(said(stopped), 'fail')
})

/** The rule with `for: 2s`, without the quiet leg, which is too long for that, and what the receiver got of the alert: fired, resolved. */
function shortFor(
  journal: Journal,
  notified: [status: 'firing' | 'resolved', arrivedMs: number, startsAtMs: number, endsAtMs: number][],
): Journal {
  const { windows } = STORY.entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments : []))[0] ?? assert.fail()
  const earlierMs = FOR_MS - SHORT_MS
  const firing = { earliestMs: windows.firing.earliestMs - earlierMs, latestMs: windows.firing.latestMs - earlierMs }
  return withEntries(
    withExperiment(withoutQuiet(journal), { forMs: SHORT_MS, windows: { ...windows, firing } }),
    ...notified.map(([status, arrivedMs, startsAtMs, endsAtMs]) => ({
      kind: 'notification' as const,
      path: '/default',
      receiver: 'default',
      arrivedMs,
      method: 'POST',
      headers: {},
      body: {
        groupLabels: { alertname: 'JVMHeapHigh', job: JOB },
        alerts: [
          {
            status,
            labels: { alertname: 'JVMHeapHigh', job: JOB, instance: '127.0.0.1:8082', severity: 'warning' },
            annotations: {},
            startsAt: new Date(startsAtMs).toISOString(),
            endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date(endsAtMs).toISOString(),
          },
        ],
      },
    })),
  )
}

function withoutQuiet(journal: Journal): Journal {
  const later = ({ values }: { values: [number, string][] }) => values.filter(([atS]) => atS * 1_000 >= FAULT_MS)
  const condition = alter(journal, 'evaluated', (entry) =>
    entry.what === 'condition' ? { ...entry, series: entry.series.map((each) => ({ ...each, values: later(each) })) } : entry,
  )
  return alter(condition, 'alerts-series', (entry) => ({
    ...entry,
    series: entry.series.map((each) => (each.metric['alertname'] === 'JVMHeapHigh' ? { ...each, values: later(each) } : each)),
  }))
}

test('a resolved notification about the alert that began anew says so; one about no alert at all does not', () => {
  const alert = (held: number[]) => asTheRuleSays(held, SHORT_MS)
  const journal = told({ cut: ONE, waits: 1, alert })
  const [first, second] = episodes(journal)
  assert.ok(first !== undefined && second !== undefined)
  const fired = ['firing', first.firedMs + 1_000, first.firedMs, NaN] as const
  const of = (endsAtMs: number): string =>
    said(shortFor(journal, [[...fired], ['resolved', second.endedMs + 2_000, second.firedMs, endsAtMs]]), 'resolved-notified')
  assert.equal(of(second.endedMs), 'unknown machine-starved')
  assert.equal(of(second.endedMs + 5_000), 'fail')
  assert.equal(said(shortFor(journal, [[...fired]]), 'resolved-notified'), 'unknown machine-starved')
  assert.equal(said(asDeployed(shortFor(told({ cut: ONE, alert }), [[...fired]])), 'resolved-notified'), 'fail')
})

function episodes(journal: Journal): { firedMs: number; endedMs: number }[] {
  const fired = journal.entries.flatMap((entry) =>
    entry.kind === 'alerts-series'
      ? entry.series
          .filter(({ metric }) => metric['alertname'] === 'JVMHeapHigh' && metric['job'] === JOB && metric['alertstate'] === 'firing')
          .flatMap(({ values }) => values.map(([atS]) => atS * 1_000))
      : [],
  )
  return fired.flatMap((atMs, index) =>
    atMs - (fired[index - 1] ?? -Infinity) < 1_500
      ? []
      : [{ firedMs: atMs, endedMs: (fired.find((each, at) => at >= index && (fired[at + 1] ?? Infinity) - each > 1_500) ?? atMs) + 1_000 }],
  )
}

/**
 * A live drill of the Docker platform. Told anew with the fault begun 3 s earlier, when scrapes of the exporter ran into their timeout: it
 * dials the address of a dead container.
 */
function diallingExporter(change: { fault?: string; deployed?: boolean; answers?: boolean } = {}): Journal {
  const EARLIER_MS = 3_000
  const story = parseJournal(namedText('exporter-dials-dead-redis'))
  const [beganMs = NaN] = story.entries.flatMap((entry) => (entry.kind === 'fault' && entry.leg === 'fire' ? [entry.startedMs] : []))
  const inside = (atS: number): boolean => atS * 1_000 >= beganMs - EARLIER_MS && atS * 1_000 < beganMs
  const faults = alter(story, 'fault', (entry) =>
    entry.leg !== 'fire' || entry.phase !== 'inject'
      ? entry
      : { ...entry, startedMs: entry.startedMs - EARLIER_MS, effectiveMs: entry.effectiveMs - EARLIER_MS },
  )
  const scrapes = alter(faults, 'raw', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) => ({
      metric,
      values: values.map(([atS, text]): [number, string] => {
        if (!inside(atS)) return [atS, text]
        const failed = change.answers === true ? ['1', '0.006'] : ['0', '1.001']
        return [atS, (entry.query.startsWith('up') ? failed[0] : failed[1]) ?? '']
      }),
    })),
  }))
  const sampled = alter(scrapes, 'evaluated', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) => ({
      metric,
      values: values.flatMap(([atS, text]): [number, string][] => {
        const seen = inside(atS - 0.4)
        return seen && change.answers !== true ? [] : [[atS, text]]
      }),
    })),
  }))
  const timed = change.deployed === true ? asDeployed(sampled) : sampled
  return change.fault === undefined
    ? timed
    : alter(timed, 'header', ({ plan, ...entry }) => ({
        ...entry,
        plan: {
          ...plan,
          experiments: plan.experiments.map((experiment) => ({
            ...experiment,
            legs: experiment.legs.map((leg) =>
              leg.fault === undefined ? leg : { ...leg, fault: { ...leg.fault, target: change.fault ?? '' } },
            ),
          })),
        },
      }))
}
const ofRedis = (journal: Journal): string[] =>
  ['alert-pending', 'alert-fired'].map((check) => {
    const found = judge(journal).find((each) => each.check === check && each.subject === 'redis-killed') ?? assert.fail('not judged')
    return found.cause === undefined ? found.status : `${found.status} ${found.cause}`
  })

test('a killed part is not what is scraped: a scrape of its exporter that the compressed timeout cut is a loss', () => {
  assert.deepEqual(ofRedis(diallingExporter()), ['unknown scrape-gap', 'unknown scrape-gap'])
})

test('with the deployed timeout, with a sample, or where the fault kills what is scraped itself, late is late', () => {
  assert.deepEqual(ofRedis(diallingExporter({ deployed: true })), ['fail', 'fail'])
  assert.deepEqual(ofRedis(diallingExporter({ answers: true })), ['fail', 'fail'])
  assert.deepEqual(ofRedis(diallingExporter({ fault: 'redis-exporter' })), ['fail', 'fail'])
})
