/**
 * Test code: Prometheus' scrapes, rule groups and notifier and Alertmanager's groups in virtual time, written from the timing model and
 * sharing nothing with the judge
 * but the types, so that the judge can be tried on ten thousand runs without running them.
 */
import type { Journal, JournalBody, JournalEntry, Sample } from '../../verify/model/journal.ts'
import type { Labels, Spec } from '../../verify/model/spec.ts'
import { emptySpec, plannedExperiment, plannedLeg, planOf } from './fake-ports.ts'

export interface World {
  kind: 'up' | 'gauge' | 'rate'
  hung: boolean
  scrapeMs: number
  timeoutMs: number
  evaluateMs: number
  forMs: number
  keepFiringForMs: number
  windowMs: number
  threshold: number
  quietLevel: number
  fireLevel: number
  groupWaitMs: number
  groupIntervalMs: number
  resendDelayMs: number
  scrapePhaseMs: number
  evaluatePhaseMs: number
  /** Chance that one evaluation slot is skipped. */
  skipChance: number
  /** Chance that a scrape takes most of its interval. */
  slowChance: number
  losesFirstPost: boolean
  /** An emptied group of an earlier run is still there, ticking. */
  ghost: boolean
  /** Alertmanager removes an emptied group by a 30 s sweep (up to 0.31) or at once. */
  sweeps: boolean
  /** The cause stops for a second that often, like a load that falls short. */
  stopsEveryMs?: number
}

/** What is different from the specification in what is deployed. */
export type Mutant =
  | 'for-doubled'
  | 'for-zero'
  | 'threshold-doubled'
  | 'threshold-halved'
  | 'metric-misspelt'
  | 'wrong-receiver'
  | 'second-receiver'
  | 'late-notification'
  | 'early-notification'
  | 'missing-resolve'
  | 'missing-notification'
  | 'severity-changed'
  | 'annotation-changed'
  | 'keep-firing-added'
  | 'stray-alert'
  | 'stuck-firing'
  | 'wrong-starts-at'
  | 'wrong-ends-at'
  | 'not-injected'

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

export function randomWorld(random: () => number): World {
  const evaluateMs = pick(random, [1_000, 1_000, 2_000, 5_000, 15_000])
  const scrapeMs = pick(random, [1_000, evaluateMs, evaluateMs, evaluateMs * 2])
  const kind = pick(random, ['up', 'gauge', 'rate'] as const)
  const threshold = 10
  const timeoutMs = Math.round(scrapeMs * pick(random, [0.66, 1]))
  const forMs = Math.round(evaluateMs * pick(random, [2, 3, 4, 5.5, 8]))
  return {
    kind,
    hung: kind === 'up' && random() < 0.4,
    scrapeMs,
    timeoutMs,
    evaluateMs,
    // Shorter than this there is no fault that is surely seen and surely shorter than `for`: the grey zone that planning refuses.
    forMs: kind === 'rate' ? forMs : Math.max(forMs, 3 * scrapeMs + 2 * evaluateMs + timeoutMs),
    keepFiringForMs: random() < 0.2 ? Math.round(evaluateMs * pick(random, [1, 2.5])) : 0,
    windowMs: scrapeMs * pick(random, [8, 12, 20]),
    threshold,
    quietLevel: threshold * (0.55 + 0.3 * random()),
    fireLevel: threshold * (1.25 + 0.6 * random()),
    groupWaitMs: pick(random, [0, 1_000, 5_000]),
    groupIntervalMs: pick(random, [2_000, 4_000, 30_000]),
    resendDelayMs: pick(random, [5_000, 60_000]),
    scrapePhaseMs: Math.floor(random() * scrapeMs),
    evaluatePhaseMs: Math.floor(random() * evaluateMs),
    skipChance: random() < 0.25 ? 0.02 : 0,
    slowChance: random() < 0.3 ? 0.1 : 0,
    losesFirstPost: random() < 0.1,
    ghost: random() < 0.15,
    sweeps: random() < 0.5,
  }
}

export const ZERO_MS = 1_795_357_000_000
const ZERO_DAY = '2026-11-22'
const ZERO_OF_DAY_MS = ZERO_MS % 86_400_000
const ALERT = 'Probed'
const SERIES: Labels = { job: 'probed', instance: '127.0.0.1:1' }
const RULE_LABELS: Labels = { severity: 'critical' }

interface Scraped {
  atMs: number
  committedMs: number
  value: number | null
  up: number
  durationMs: number
}
interface Active {
  activeAtMs: number
  firedAtMs: number | null
  missingMs: number | null
  lastSentMs: number
}

/** One experiment, lived through: before, quiet, settle, fire, clear. */
export function simulate(world: World, random: () => number, mutant?: Mutant): Journal {
  const { scrapeMs: s, evaluateMs: e, windowMs: w } = world
  const forSlotsMs = Math.ceil(world.forMs / e) * e
  const rate = world.kind === 'rate'
  const phi = world.threshold / world.fireLevel
  const jitter = (from: number, to: number): number => from + random() * (to - from)

  // ---- legs ----
  const beforeMs = ZERO_MS + 1_000 + Math.floor(random() * 1_000)
  const quietMs = beforeMs + (rate ? w : 0) + 4 * s + 3 * e
  // For a gauge or up: a full fault shorter than `for` by a safe margin, or (gauge, rate) a level below the threshold.
  const short = world.kind === 'up' || (world.kind === 'gauge' && random() < 0.5)
  const quietHoldMs = short ? Math.max(s, world.forMs - 2 * (s + e) - world.timeoutMs) : (rate ? w : 0) + world.forMs + 3 * e + 2 * s
  const settleMs = quietMs + quietHoldMs
  const fireMs = settleMs + (rate ? w : 0) + 4 * s + 4 * e + world.timeoutMs + world.keepFiringForMs + (short ? world.timeoutMs : 0)
  const lagMs = jitter(0, 300)
  const longest =
    (rate ? w : 0) +
    2 * s +
    world.timeoutMs +
    forSlotsMs +
    4 * e +
    world.groupWaitMs +
    world.groupIntervalMs +
    2 * (world.resendDelayMs + e) +
    3_000
  const t0 = fireMs + lagMs
  const t1 = t0 + longest
  const endMs = t1 + (rate ? w : 0) + 3 * s + 2 * world.timeoutMs + world.keepFiringForMs + 5 * e + world.groupIntervalMs * 2 + 5_000

  const level = (t: number): number => {
    const stops = world.stopsEveryMs !== undefined && (t - t0) % world.stopsEveryMs > world.stopsEveryMs - 1_000
    if (t >= t0 && t < t1) return mutant === 'not-injected' || stops ? 0 : world.fireLevel
    if (t >= quietMs && t < quietMs + quietHoldMs) return short ? world.fireLevel : world.quietLevel
    return 0
  }
  // The counter is the integral of the level, piecewise constant.
  const edges = [beforeMs - 100_000, quietMs, quietMs + quietHoldMs, t0, t1, endMs + 100_000]
  const integral = (t: number): number =>
    edges.slice(0, -1).reduce((sum, from, i) => sum + (level(from) * Math.max(0, Math.min(t, edges[i + 1] ?? t) - from)) / 1_000, 0)

  // ---- scrapes ----
  const scrapes: Scraped[] = []
  for (let at = ceilTo(beforeMs - 3 * w - 10 * s, s) + world.scrapePhaseMs; at < endMs; at += s) {
    const faulty = world.kind === 'up' && level(at) > 0
    // A target that dies while it is scraped answers or not; here the begin decides.
    const durationMs =
      faulty && world.hung ? world.timeoutMs : random() < world.slowChance ? jitter(0.3, 0.8) * world.timeoutMs : jitter(2, 15)
    const value = world.kind === 'up' ? (faulty ? 0 : 1) : world.kind === 'gauge' ? level(at) : integral(at)
    scrapes.push({ atMs: at, committedMs: at + durationMs + jitter(0, 60), value, up: faulty ? 0 : 1, durationMs })
  }

  /** The condition's value as a query at `at` sees it that can see what was committed until `visibleMs`. */
  const valueAt = (at: number, visibleMs: number): number | null => {
    // Scrapes lie at a fixed distance, so the newest one that may count is computed, not searched for.
    let newest = Math.min(scrapes.length - 1, Math.floor((at - (scrapes[0]?.atMs ?? 0)) / s))
    while (newest >= 0 && (scrapes[newest]?.committedMs ?? Infinity) > visibleMs) newest--
    const last = scrapes[newest]
    if (last === undefined) return null
    if (!rate) return last.value
    const first = scrapes[Math.max(0, Math.ceil((at - w - (scrapes[0]?.atMs ?? 0)) / s))]
    if (first === undefined || first.atMs >= last.atMs) return null
    return ((last.value ?? 0) - (first.value ?? 0)) / ((last.atMs - first.atMs) / 1_000)
  }
  const holds = (value: number | null, threshold: number): boolean =>
    value !== null && (world.kind === 'up' ? value === 0 : value > threshold)

  // ---- the rule group as deployed ----
  const deployedFor = mutant === 'for-doubled' ? world.forMs * 2 : mutant === 'for-zero' ? 0 : world.forMs
  const deployedKeep = world.keepFiringForMs + (mutant === 'keep-firing-added' ? 3 * e : 0)
  const deployedThreshold = world.threshold * (mutant === 'threshold-doubled' ? 2 : mutant === 'threshold-halved' ? 0.5 : 1)
  const deployedLabels: Labels = {
    alertname: ALERT,
    ...SERIES,
    ...RULE_LABELS,
    ...(mutant === 'severity-changed' ? { severity: 'info' } : {}),
  }
  const alerts: { pending: Sample[]; firing: Sample[]; since: Sample[] } = { pending: [], firing: [], since: [] }
  const missed: Sample[] = []
  const errors: Sample[] = []
  const posts: { arriveMs: number; startsAtMs: number; endsAtMs: number | null }[] = []
  let active: Active | null = null
  let resolvedAt: { startsAtMs: number; endsAtMs: number; lastSentMs: number } | null = null
  let missedCount = 0
  let errorCount = 0
  let lost = world.losesFirstPost
  const slots: number[] = []
  for (let at = ceilTo(beforeMs - 2 * e, e) + world.evaluatePhaseMs; at < endMs; at += e) slots.push(at)
  const send = (at: number, startsAtMs: number, endsAtMs: number | null): void => {
    if (lost) {
      lost = false
      errorCount++
      return
    }
    posts.push({ arriveMs: at + jitter(2, 80), startsAtMs, endsAtMs })
  }
  for (const at of slots) {
    const skipped = random() < world.skipChance && at > beforeMs + 2 * e
    if (skipped) missedCount++
    missed.push([(at + e * 0.9) / 1_000, String(missedCount)])
    errors.push([(at + e * 0.9) / 1_000, String(errorCount)])
    if (skipped) continue
    const lag = jitter(0.2, 40)
    let true_ = mutant !== 'metric-misspelt' && holds(valueAt(at, at + lag), deployedThreshold)
    if (mutant === 'stuck-firing' && active !== null && active.firedAtMs !== null) true_ = true
    if (true_) {
      active ??= { activeAtMs: at, firedAtMs: null, missingMs: null, lastSentMs: -Infinity }
      active.missingMs = null
      if (active.firedAtMs === null && at - active.activeAtMs >= deployedFor) active.firedAtMs = at
    } else if (active !== null) {
      if (active.firedAtMs === null) active = null
      else {
        active.missingMs ??= at
        if (at - active.missingMs >= deployedKeep) {
          resolvedAt = { startsAtMs: active.firedAtMs, endsAtMs: at, lastSentMs: -Infinity }
          active = null
        }
      }
    }
    if (active !== null) {
      resolvedAt = null
      ;(active.firedAtMs === null ? alerts.pending : alerts.firing).push([at / 1_000, '1'])
      alerts.since.push([at / 1_000, String(Math.floor(active.activeAtMs / 1_000))])
      if (active.firedAtMs !== null && active.lastSentMs + world.resendDelayMs < at) {
        active.lastSentMs = at
        send(at + lag, active.firedAtMs, null)
      }
    } else if (resolvedAt !== null && resolvedAt.lastSentMs + world.resendDelayMs < at) {
      resolvedAt.lastSentMs = at
      send(at + lag, resolvedAt.startsAtMs, resolvedAt.endsAtMs)
    }
  }

  // ---- Alertmanager: one group ----
  const deliveries: { atMs: number; status: 'firing' | 'resolved'; startsAtMs: number; endsAtMs: number | null }[] = []
  let known: (typeof posts)[number] | null = null
  let logged = false
  let group: { nextMs: number } | null =
    world.ghost && world.skipChance === 0 && forSlotsMs <= 30_000 ? { nextMs: ZERO_MS + random() * world.groupIntervalMs } : null
  const flush = (atMs: number): void => {
    if (known === null) return
    if (known.endsAtMs === null && !logged) {
      logged = true
      deliveries.push({ atMs, status: 'firing', startsAtMs: known.startsAtMs, endsAtMs: null })
    } else if (known.endsAtMs !== null) {
      if (logged) deliveries.push({ atMs, status: 'resolved', startsAtMs: known.startsAtMs, endsAtMs: known.endsAtMs })
      logged = false
      known = null
    }
  }
  const tickUntil = (untilMs: number): void => {
    while (group !== null && group.nextMs <= untilMs) {
      const atMs = group.nextMs
      const had = known !== null
      flush(atMs)
      group = had && known === null && !world.sweeps ? null : { nextMs: atMs + world.groupIntervalMs }
    }
  }
  for (const post of posts.sort((a, b) => a.arriveMs - b.arriveMs)) {
    tickUntil(post.arriveMs)
    if (post.endsAtMs !== null && known === null) continue
    known = post
    group ??= { nextMs: post.startsAtMs + world.groupWaitMs < post.arriveMs ? post.arriveMs : post.arriveMs + world.groupWaitMs }
  }
  tickUntil(endMs)

  // ---- the journal ----
  const earliest = rate ? Math.max(0, phi * (w - 2 * s) - s) : 0
  const latest = (rate ? phi * w + s : 0) + s + world.timeoutMs + e + 100
  const keepSlots = Math.ceil(world.keepFiringForMs / e) * e
  const backEarliest = rate ? Math.max(0, (1 - phi) * (w - 2 * s) - s) : 0
  const backLatest = (rate ? (1 - phi) * w + s : 0) + s + 2 * world.timeoutMs + e + keepSlots + 100
  const expr = world.kind === 'up' ? 'up == 0' : rate ? `rate(probed_total[${w}ms]) > ${world.threshold}` : `probed > ${world.threshold}`
  const comparator = world.kind === 'up' ? '==' : '>'
  const injection = {
    expr: 'probed_level',
    comparator: '>',
    threshold: world.threshold,
    title: 'the level is above the threshold',
  } as const
  const experiment = plannedExperiment('probed-broken', {
    alert: ALERT,
    title: 'Probed is broken',
    durationMs: endMs - beforeMs,
    legs: (['before', 'quiet', 'settle', 'fire', 'clear'] as const).map((name) => plannedLeg(name, 0, { because: 'simulated' })),
    windows: {
      pending: { earliestMs: earliest, latestMs: latest },
      firing: { earliestMs: earliest + forSlotsMs, latestMs: latest + forSlotsMs },
      notified: { earliestMs: earliest + forSlotsMs, latestMs: latest + forSlotsMs + world.groupWaitMs + world.groupIntervalMs + 2_000 },
      resolved: { earliestMs: backEarliest, latestMs: backLatest },
      resolvedNotified: { earliestMs: backEarliest, latestMs: backLatest + world.groupIntervalMs + 2_000 },
    },
    expr,
    valueExpr: expr.replace(/ (==|>) .*$/, ''),
    threshold: world.kind === 'up' ? 0 : world.threshold,
    comparator,
    forMs: world.forMs,
    keepFiringForMs: world.keepFiringForMs,
    subject: { job: 'probed' },
    labels: RULE_LABELS,
    annotations: { summary: '{{ $labels.job }} is broken' },
    injection,
    effects: [],
    observes: [],
  })
  const spec: Spec = {
    ...emptySpec,
    platform: {
      ...emptySpec.platform,
      scrapeIntervalMs: s,
      scrapeTimeoutMs: world.timeoutMs,
      evaluationIntervalMs: e,
      resendDelayMs: world.resendDelayMs,
      targets: [{ job: 'probed', address: '127.0.0.1:1' }],
    },
    rules: [
      {
        alert: ALERT,
        because: 'simulated',
        condition: { kind: world.kind, expr, value: experiment.valueExpr, threshold: experiment.threshold, comparator, windowMs: w },
        forMs: world.forMs,
        keepFiringForMs: world.keepFiringForMs,
        labels: RULE_LABELS,
        annotations: experiment.annotations,
        holdsFor: {},
        experiments: [
          {
            id: experiment.id,
            title: experiment.title,
            because: '',
            subject: experiment.subject,
            quiet: { kind: short ? 'short' : 'level', level: short ? world.fireLevel : world.quietLevel },
            fire: { kind: 'level', level: world.fireLevel },
            injection,
            alsoMust: [],
            may: [],
            effects: [],
            observes: [],
          },
        ],
      },
    ],
    routing: {
      ...emptySpec.routing,
      groupBy: ['alertname', 'job'],
      groupWaitMs: world.groupWaitMs,
      groupIntervalMs: world.groupIntervalMs,
      repeatIntervalMs: 14_400_000,
      receivers: ['default', 'critical'].map((name) => ({ name, kind: 'webhook', sendResolved: true, optional: false })),
    },
    slo: { because: '', availability: 0, latencyP95Seconds: 0, errorRate: 0, windowMs: 0, panels: [] },
  }
  const entries: JournalEntry[] = []
  const add = (atMs: number, body: JournalBody): void => {
    entries.push({ seq: entries.length, atMs: Math.round(atMs), ...body })
  }
  const leg = (name: string, from: number, to: number, ended: 'held' | 'arrived' | 'deadline' = 'held'): void => {
    add(from, { kind: 'leg', experiment: experiment.id, leg: name, phase: 'begin' })
    for (const [phase, atMs] of name === 'fire'
      ? ([
          ['inject', t0],
          ['undo', t1],
        ] as const)
      : [])
      add(atMs, {
        kind: 'fault',
        experiment: experiment.id,
        leg: 'fire',
        phase,
        fault: 'break',
        target: 'probed',
        startedMs: Math.floor(atMs - 1),
        effectiveMs: Math.ceil(atMs + 1),
        ok: true,
        detail: '',
      })
    add(to, { kind: 'leg', experiment: experiment.id, leg: name, phase: 'end', ended })
  }
  add(ZERO_MS, {
    kind: 'header',
    version: 1,
    tool: 'firedrill simulation',
    runId: 'simulated',
    spec,
    zeroMs: ZERO_MS,
    target: 'virtual',
    components: {},
    plan: planOf([experiment], {
      speed: 1,
      seed: 0,
      serial: true,
      makespanMs: endMs - ZERO_MS,
      lowerBoundMs: endMs - ZERO_MS,
      criticalPath: [experiment.id],
      timing: {
        scrapeIntervalMs: s,
        scrapeTimeoutMs: world.timeoutMs,
        evaluationIntervalMs: e,
        resendDelayMs: world.resendDelayMs,
        groupWaitMs: world.groupWaitMs,
        groupIntervalMs: world.groupIntervalMs,
        repeatIntervalMs: 14_400_000,
        jobs: {},
      },
    }),
  })
  add(ZERO_MS, { kind: 'targets', targets: [{ job: 'probed', instance: '127.0.0.1:1', health: 'up', lastError: '' }] })
  add(ZERO_MS, { kind: 'active-alerts', alerts: [] })
  leg('before', beforeMs, quietMs)
  leg('quiet', quietMs, settleMs)
  leg('settle', settleMs, fireMs)
  leg('fire', fireMs, t1)
  leg('clear', t1, endMs)
  const receiverOf = mutant === 'wrong-receiver' ? ['default'] : mutant === 'second-receiver' ? ['critical', 'default'] : ['critical']
  for (const delivery of deliveries) {
    if (mutant === 'missing-notification' || (mutant === 'missing-resolve' && delivery.status === 'resolved')) continue
    const late =
      mutant === 'late-notification' && delivery.status === 'firing'
        ? Math.max(world.groupWaitMs, world.groupIntervalMs) + 2 * (world.resendDelayMs + e) + 2_500
        : 0
    const arrivedMs = mutant === 'early-notification' ? delivery.startsAtMs - 50 : Math.round(delivery.atMs + late + jitter(1, 60))
    for (const receiver of receiverOf) {
      add(arrivedMs, {
        kind: 'notification',
        path: `/${receiver}`,
        receiver,
        arrivedMs,
        method: 'POST',
        headers: {},
        body: {
          receiver,
          status: delivery.status,
          version: '4',
          groupKey: 'g',
          groupLabels: { alertname: ALERT, job: 'probed' },
          alerts: [
            {
              status: delivery.status,
              labels: deployedLabels,
              annotations: { summary: mutant === 'annotation-changed' ? ' is broken' : 'probed is broken' },
              startsAt: rfc3339(delivery.startsAtMs + (mutant === 'wrong-starts-at' ? e : 0)),
              endsAt:
                delivery.endsAtMs === null ? '0001-01-01T00:00:00Z' : rfc3339(delivery.endsAtMs + (mutant === 'wrong-ends-at' ? e : 0)),
            },
          ],
        },
      })
    }
  }
  // Evaluated after the clear leg, when everything is committed; on the group's grid if it ever wrote a sample, else from the begin.
  const wrote = alerts.since.length > 0
  const fromMs = wrote ? ceilTo(beforeMs - world.evaluatePhaseMs, e) + world.evaluatePhaseMs : beforeMs
  const grid: number[] = []
  for (let at = fromMs; at < endMs - e; at += e) grid.push(at)
  const valued = grid.map((at) => ({ at, value: valueAt(at, Infinity) }))
  const last = grid.at(-1) ?? fromMs
  const samples = (rows: { at: number; value: number | null }[]): Sample[] =>
    rows.map(({ at, value }): Sample => [at / 1_000, String(value)])
  const evaluated = (what: 'condition' | 'value' | 'injection', values: Sample[]): void =>
    add(endMs, {
      kind: 'evaluated',
      experiment: experiment.id,
      what,
      expr,
      startMs: fromMs,
      endMs: last,
      stepMs: e,
      series: values.length > 0 ? [{ metric: SERIES, values }] : [],
    })
  evaluated('condition', samples(valued.filter(({ value }) => holds(value, world.threshold))))
  evaluated('value', samples(valued.filter(({ value }) => value !== null)))
  evaluated(
    'injection',
    grid.map((at): Sample => [at / 1_000, String(level(at))]),
  )
  const raw = (name: string, value: (scrape: Scraped) => number): void =>
    add(endMs, {
      kind: 'raw',
      experiment: null,
      query: `${name}[1h]`,
      series: [
        {
          metric: { __name__: name, ...SERIES },
          values: scrapes
            .filter((scrape) => scrape.committedMs < endMs)
            .map((scrape): Sample => [scrape.atMs / 1_000, String(value(scrape))]),
        },
      ],
    })
  raw('up', (scrape) => scrape.up)
  raw('scrape_duration_seconds', (scrape) => scrape.durationMs / 1_000)
  add(endMs, {
    kind: 'health',
    metric: 'prometheus_rule_group_iterations_missed_total',
    series: [{ metric: { rule_group: '/rules.yml;probes' }, values: missed }],
  })
  add(endMs, { kind: 'health', metric: 'prometheus_notifications_errors_total', series: [{ metric: {}, values: errors }] })
  add(endMs, {
    kind: 'rules',
    groups: [
      {
        name: 'probes',
        file: '/rules.yml',
        intervalMs: e,
        rules: [
          {
            name: ALERT,
            query:
              mutant === 'metric-misspelt'
                ? expr.replace(/probed|up/, (name) => `${name}x`)
                : expr.replace(String(world.threshold), String(deployedThreshold)),
            forMs: deployedFor,
            keepFiringForMs: deployedKeep,
            labels: { severity: deployedLabels['severity'] ?? '' },
            annotations: {},
            health: 'ok',
            lastError: '',
            type: 'alerting',
          },
        ],
      },
    ],
  })
  const stray = mutant === 'stray-alert' ? grid.filter((at) => at > t0 && at < t0 + 5 * e) : []
  add(endMs, {
    kind: 'alerts-series',
    metric: 'ALERTS',
    series: [
      ...(['pending', 'firing'] as const)
        .filter((state) => alerts[state].length > 0)
        .map((state) => ({ metric: { __name__: 'ALERTS', alertstate: state, ...deployedLabels }, values: alerts[state] })),
      ...(stray.length > 0
        ? [
            {
              metric: { __name__: 'ALERTS', alertstate: 'firing', alertname: 'Other', job: 'elsewhere' },
              values: stray.map((at): Sample => [at / 1_000, '1']),
            },
          ]
        : []),
    ],
  })
  add(endMs, {
    kind: 'alerts-series',
    metric: 'ALERTS_FOR_STATE',
    series: alerts.since.length > 0 ? [{ metric: { __name__: 'ALERTS_FOR_STATE', ...deployedLabels }, values: alerts.since }] : [],
  })
  add(endMs, { kind: 'footer', ended: 'completed', undone: ['break on probed'], notUndone: [] })
  return { entries, problems: [] }
}

function ceilTo(ms: number, step: number): number {
  return Math.ceil(ms / step) * step
}

/** All runs lie within one day. */
function rfc3339(ms: number): string {
  const sinceZero = ms - ZERO_MS
  const inDayMs = ZERO_OF_DAY_MS + sinceZero
  const digits = (value: number, width: number): string => String(Math.floor(value)).padStart(width, '0')
  return `${ZERO_DAY}T${digits(inDayMs / 3_600_000, 2)}:${digits((inDayMs / 60_000) % 60, 2)}:${digits((inDayMs / 1_000) % 60, 2)}.${digits(inDayMs % 1_000, 3)}Z`
}
