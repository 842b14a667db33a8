/**
 * Test code: a platform in virtual time for a whole plan. Faults and loads move the series of the alert rules as the timing model says,
 * Prometheus evaluates them slot by slot, the stand-in Alertmanager groups and notifies, and evidence queries are answered from what was
 * recorded. What harms what is taken from the platform's description and written down here, not from the effects that the specification
 * declares: a conflict that is missing there shows here.
 */
import type { AnswerRow, Series } from '../../verify/model/journal.ts'
import type { Plan, PlannedExperiment, PlannedLeg } from '../../verify/model/plan.ts'
import { causedBy, type CausedAlert } from '../../verify/plan/side-effects.ts'
import { compares } from '../../verify/promql/operators.ts'
import { routedTo } from '../../verify/routing/tree.ts'
import type { FaultUse, Labels, LoadUse, Spec } from '../../verify/model/spec.ts'
import { fakeWorld } from './fake-ports.ts'
import { connectedAlertmanager } from './virtual-alertmanager.ts'
import type { Ports } from '../../verify/run/ports.ts'

/** A part that does not answer takes these series with it. */
const TAKEN_ALONG: { part: string; fault?: string; alert: string; job: string }[] = [
  { part: 'redis', alert: 'RedisHighMemory', job: 'redis-exporter' },
  { part: 'redis', fault: 'pause-process', alert: 'RedisConnectionFailed', job: 'redis-exporter' },
  // The limiter fails open: no request is refused any more.
  { part: 'redis', alert: 'RateLimiterOverload', job: 'rate-limiter' },
  { part: 'mysql', alert: 'MySQLSlowQueries', job: 'mysqld-exporter' },
  { part: 'moalog-server', alert: 'HighErrorRate', job: 'moalog-server' },
  { part: 'moalog-server', alert: 'HighLatency', job: 'moalog-server' },
]
const LEAVES: Record<string, 'down' | 'hung'> = { 'kill-process': 'down', 'pause-process': 'hung' }
const SCRAPE_PHASE_MS = 300
const EVALUATE_PHASE_MS = 700
const SCRAPE_TAKES_MS = 5

interface Cause {
  experiment: PlannedExperiment
  leg: PlannedLeg
  fault?: FaultUse
  level: number
  fromMs: number
  toMs: number
}
interface Instance {
  alert: string
  labels: Labels
  series: Labels
  of: PlannedExperiment
}
interface Active {
  activeAtMs: number
  firedAtMs: number | null
  sentMs: number
}

/** A value for which a comparison holds, and one for which it does not. */
function eitherSide({ comparator, threshold }: Pick<PlannedExperiment, 'comparator' | 'threshold'>): { on: number; off: number } {
  if (comparator === '==') return { on: threshold, off: threshold + 1 }
  return comparator.startsWith('<') ? { on: threshold - 1, off: threshold + 1 } : { on: threshold * 2 + 1, off: 0 }
}

/** Ports of such a platform; `stop` ends its clocks. */
export function virtualPlatform(plan: Plan, spec: Spec): { world: ReturnType<typeof fakeWorld>; stop(): void } {
  const world = fakeWorld()
  const { clock } = world
  const { timing } = plan
  const zeroMs = clock.now()
  const causes: Cause[] = []
  const over = new AbortController()
  const kindOf = ({ alert }: PlannedExperiment): string => spec.rules.find((rule) => rule.alert === alert)?.condition.kind ?? 'gauge'
  const windowMs = ({ alert }: PlannedExperiment): number =>
    Math.max(4_000, (spec.rules.find((rule) => rule.alert === alert)?.condition.windowMs ?? 0) / plan.speed)

  const instances = new Map<string, Instance>()
  for (const of of plan.experiments) {
    const series = { instance: `${of.subject['job']}:1`, ...of.subject }
    instances.set(`${of.alert} ${of.subject['job']}`, {
      alert: of.alert,
      series,
      labels: { alertname: of.alert, ...series, ...of.labels },
      of,
    })
  }

  // ---- what is where, at any instant ----
  const seen = new Map<string, CausedAlert[]>()
  /** What a failed part shows by itself, in any experiment: `when-down` and `when-hung` of the platform, and its own scrapes. */
  const seenOf = (fault: FaultUse): CausedAlert[] => {
    const key = `${fault.id} ${fault.target}`
    const alerts = seen.get(key) ?? causedBy(fault, spec, (id) => LEAVES[id])
    seen.set(key, alerts)
    return alerts
  }
  const during = (cause: Cause, atMs: number): boolean => atMs >= cause.fromMs && atMs < cause.toMs
  const own = ({ alert, series }: Instance, { experiment }: Cause): boolean =>
    experiment.alert === alert && experiment.subject['job'] === series['job']
  const hits = (instance: Instance, cause: Cause): boolean =>
    own(instance, cause) ||
    (cause.fault !== undefined &&
      seenOf(cause.fault).some(({ alert, labels }) => alert === instance.alert && labels['job'] === instance.series['job']))
  const gone = ({ alert, series }: Instance, atMs: number): boolean =>
    causes.some(
      (cause) =>
        during(cause, atMs) &&
        TAKEN_ALONG.some(
          (each) =>
            each.part === cause.fault?.target &&
            (each.fault === undefined ? cause.fault.id in LEAVES : each.fault === cause.fault.id) &&
            each.alert === alert &&
            each.job === series['job'],
        ),
    )
  /** undefined: as it is when nothing is the matter. */
  const levelAt = (instance: Instance, atMs: number): number | undefined =>
    causes
      .filter((cause) => during(cause, atMs) && hits(instance, cause))
      // The level of another alert's experiment is in the unit of that alert.
      .map((cause) => (own(instance, cause) ? cause.level : eitherSide(instance.of).on))
      .at(-1)
  const quiet = ({ of }: Instance): number => eitherSide(of).off

  /** The value that a query for `atMs` answers which sees the scrapes that began by `scrapedMs`; undefined: no series. */
  const valueAt = (instance: Instance, scrapedMs: number): number | undefined => {
    if (gone(instance, scrapedMs)) return undefined
    if (!['rate', 'ratio', 'quantile'].includes(kindOf(instance.of))) return levelAt(instance, scrapedMs) ?? quiet(instance)
    const fromMs = scrapedMs - windowMs(instance.of)
    const share = causes
      .filter((cause) => hits(instance, cause))
      .reduce((sum, cause) => sum + cause.level * Math.max(0, Math.min(scrapedMs, cause.toMs) - Math.max(fromMs, cause.fromMs)), 0)
    return share / windowMs(instance.of)
  }
  const lastScrape = (atMs: number): number =>
    zeroMs + Math.floor((atMs - zeroMs - SCRAPE_PHASE_MS) / timing.scrapeIntervalMs) * timing.scrapeIntervalMs + SCRAPE_PHASE_MS
  const hangs = (job: string, atMs: number): boolean =>
    causes.some(
      (cause) => during(cause, atMs) && cause.fault?.id === 'pause-process' && job === 'redis-exporter' && cause.fault.target === 'redis',
    )
  const takesMs = (job: string, atMs: number): number => (hangs(job, atMs) ? timing.scrapeTimeoutMs : SCRAPE_TAKES_MS)
  /** Of a quantile levels are shares beyond the threshold. */
  const crossing = ({ of }: Instance): number => (kindOf(of) === 'quantile' ? 0.05 : of.threshold)
  const holds = (instance: Instance, scrapedMs: number): boolean => {
    const value = valueAt(instance, scrapedMs)
    return value !== undefined && compares(value, instance.of.comparator, crossing(instance))
  }
  const shown = (instance: Instance, value: number): number =>
    kindOf(instance.of) === 'quantile' ? (value / crossing(instance)) * instance.of.threshold : value

  // ---- Prometheus and Alertmanager ----
  const alertmanager = connectedAlertmanager(world, spec.routing, timing, { receivers: (labels) => [routedTo(spec.routing, labels)] })

  const samples = new Map<string, { metric: Labels; values: [number, string][] }>()
  const record = (name: string, labels: Labels, atMs: number, value: number): void => {
    const key = name + JSON.stringify(labels)
    const known = samples.get(key)
    if (known === undefined) samples.set(key, { metric: { __name__: name, ...labels }, values: [[atMs / 1_000, String(value)]] })
    else known.values.push([atMs / 1_000, String(value)])
  }
  const active = new Map<Instance, Active>()
  const annotate = (instance: Instance): Labels =>
    Object.fromEntries(
      Object.entries(instance.of.annotations).map(([name, text]) => [
        name,
        text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => instance.series[label] ?? ''),
      ]),
    )
  const evaluate = async (atMs: number): Promise<void> => {
    for (const instance of instances.values()) {
      let scrapedMs = lastScrape(atMs)
      const { job = '' } = instance.series
      while (scrapedMs + takesMs(job, scrapedMs) > atMs) scrapedMs -= timing.scrapeIntervalMs
      const send = (startsAtMs: number, endsAtMs: number): Promise<void> =>
        alertmanager.post([{ labels: instance.labels, annotations: annotate(instance), startsAtMs, endsAtMs }])
      const before = active.get(instance)
      if (!holds(instance, scrapedMs)) {
        active.delete(instance)
        if (before !== undefined && before.firedAtMs !== null) await send(before.firedAtMs, atMs)
        continue
      }
      const now = before ?? { activeAtMs: atMs, firedAtMs: null, sentMs: -Infinity }
      active.set(instance, now)
      if (now.firedAtMs === null && atMs - now.activeAtMs >= instance.of.forMs) now.firedAtMs = atMs
      record('ALERTS', { alertstate: now.firedAtMs === null ? 'pending' : 'firing', ...instance.labels }, atMs, 1)
      record('ALERTS_FOR_STATE', instance.labels, atMs, Math.floor(now.activeAtMs / 1_000))
      if (now.firedAtMs !== null && now.sentMs + timing.resendDelayMs < atMs) {
        now.sentMs = atMs
        await send(now.firedAtMs, atMs + 4 * timing.resendDelayMs)
      }
    }
  }
  const tick = async (phaseMs: number, stepMs: number, work: (atMs: number) => unknown): Promise<void> => {
    for (let atMs = zeroMs + phaseMs; !over.signal.aborted; atMs += stepMs) {
      await clock.sleep(Math.max(0, atMs - clock.now()), over.signal).catch(() => undefined)
      if (!over.signal.aborted) await work(atMs)
    }
  }
  void tick(EVALUATE_PHASE_MS, timing.evaluationIntervalMs, evaluate)
  void tick(SCRAPE_PHASE_MS, timing.scrapeIntervalMs, (atMs) => {
    for (const { job, address } of spec.platform.targets) {
      const up = [...instances.values()].some(
        (instance) => instance.series['job'] === job && instance.alert === 'ServiceDown' && levelAt(instance, atMs) === 0,
      )
        ? 0
        : 1
      const labels = { job, instance: instances.has(`ServiceDown ${job}`) ? `${job}:1` : address }
      record('up', labels, atMs, up)
      record('scrape_duration_seconds', labels, atMs, takesMs(job, atMs) / 1_000)
    }
  })

  const answer = (expr: string, startMs: number, endMs: number, stepMs: number): Series[] => {
    const rows = (instance: Instance, value: (scrapedMs: number) => number | undefined): Series[] => {
      const values: [number, string][] = []
      for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
        const found = value(lastScrape(atMs))
        if (found !== undefined) values.push([atMs / 1_000, String(found)])
      }
      return values.length === 0 ? [] : [{ metric: instance.series, values }]
    }
    const [first] = plan.experiments.filter((each) => [each.expr, each.valueExpr].includes(expr))
    if (first !== undefined) {
      return [...instances.values()]
        .filter(({ alert }) => alert === first.alert)
        .flatMap((instance) =>
          rows(instance, (scrapedMs) => {
            const value = valueAt(instance, scrapedMs)
            return value === undefined || (expr === first.expr && !holds(instance, scrapedMs)) ? undefined : shown(instance, value)
          }),
        )
    }
    return plan.experiments
      .filter(({ injection }) => injection.expr === expr)
      .flatMap(({ injection, id, alert, subject }) => {
        const instance = instances.get(`${alert} ${subject['job']}`)
        // What proves the cause is above its threshold exactly while a fire leg's cause is there.
        const { on, off } = eitherSide(injection)
        return instance === undefined
          ? []
          : rows(instance, (scrapedMs) =>
              causes.some((cause) => cause.experiment.id === id && cause.leg.name === 'fire' && during(cause, scrapedMs)) &&
              !gone(instance, scrapedMs)
                ? on
                : off,
            )
      })
  }
  Object.assign(world.prometheus, {
    query: (expr: string, timeMs = clock.now()) => {
      const name = /^(\w+)\[\d+s\]$/.exec(expr)?.[1]
      if (name !== undefined)
        return Promise.resolve(
          [...samples.values()]
            .filter(({ metric }) => metric['__name__'] === name)
            .map(({ metric, values }) => ({ metric, values: [...values] })),
        )
      const counted = /^count by \(([^)]*)\)/.exec(expr)?.[1]
      if (counted !== undefined)
        return Promise.resolve(
          spec.platform.targets.map(({ job }) => ({
            metric: Object.fromEntries(counted.split(', ').map((label) => [label, label === 'job' ? job : 'any'])),
            values: [[timeMs / 1_000, '1']],
          })),
        )
      const promised = plan.promised?.rules.find(({ value }) => value?.expr === expr)
      const rule = spec.rules.find(({ alert }) => alert === promised?.alert)
      if (rule !== undefined) {
        const drilled = answer(expr, timeMs, timeMs, 1)
        const others = (rule.holdsFor['job'] ?? []).filter((job) => !drilled.some(({ metric }) => metric['job'] === job))
        const calm = String(eitherSide(rule.condition).off)
        return Promise.resolve([...drilled, ...others.map((job): Series => ({ metric: { job }, values: [[timeMs / 1_000, calm]] }))])
      }
      if (expr === 'time()') return Promise.resolve([{ metric: {}, values: [[timeMs / 1_000, String(timeMs / 1_000)]] }])
      return Promise.resolve(answer(expr, timeMs, timeMs, 1))
    },
    queryRange: (expr: string, startMs: number, endMs: number, stepMs: number) => Promise.resolve(answer(expr, startMs, endMs, stepMs)),
    rules: () =>
      Promise.resolve([
        {
          name: 'alerts',
          file: '/rules.yml',
          intervalMs: timing.evaluationIntervalMs,
          rules: [...new Map(plan.experiments.map((each) => [each.alert, each])).values()].map((each) => ({
            name: each.alert,
            query: each.expr,
            forMs: each.forMs,
            keepFiringForMs: each.keepFiringForMs,
            labels: each.labels,
            annotations: each.annotations,
            health: 'ok',
            lastError: '',
            type: 'alerting',
          })),
        },
      ]),
    alerts: () =>
      Promise.resolve(
        [...active].map(([{ labels }, { activeAtMs, firedAtMs }]) => ({
          labels,
          annotations: {},
          state: firedAtMs === null ? 'pending' : 'firing',
          activeAtMs,
          value: '1',
        })),
      ),
    targets: () =>
      Promise.resolve(
        spec.platform.targets.map(({ job, address }) => ({
          job,
          instance: address,
          health: 'up',
          lastError: '',
          scrapeUrl: '',
          scrapeIntervalMs: timing.scrapeIntervalMs,
          scrapeTimeoutMs: timing.scrapeTimeoutMs,
        })),
      ),
  })

  world.measures.measure = (what) =>
    Promise.resolve(
      {
        'redis-answers': { answers: 1 },
        'redis-memory-share': { used: 1, max: 100 },
        'jvm-heap-share': { used: 1, max: 100 },
        'slow-queries': { count: 7, longQueryTimeS: 1 },
      }[what],
    )

  // ---- what the drill does to it ----
  const began = (experiment: PlannedExperiment, leg: PlannedLeg, fault?: FaultUse): Cause => {
    const cause: Cause = {
      experiment,
      leg,
      level: leg.level ?? 0,
      fromMs: clock.now(),
      toMs: Infinity,
      ...(fault === undefined ? {} : { fault }),
    }
    causes.push(cause)
    return cause
  }
  /** By hand: the experiment's id with a number behind it. */
  const planned = (id: string): PlannedExperiment | undefined => plan.experiments.find((each) => each.id === id.replace(/--\d+$/, ''))
  world.chaos.inject = async (use, id) => {
    const experiment = planned(id)
    const leg = experiment?.legs.find(({ fault }) => fault === use) ?? experiment?.legs.find(({ name }) => name === 'fire')
    const startedMs = clock.now()
    await clock.sleep(20)
    const cause = experiment === undefined || leg === undefined ? undefined : began(experiment, leg, use)
    await clock.sleep(20)
    return {
      startedMs,
      effectiveMs: clock.now(),
      detail: 'applied',
      undo: async () => {
        const undoneMs = clock.now()
        await clock.sleep(20)
        if (cause !== undefined) cause.toMs = clock.now()
        await clock.sleep(20)
        return { startedMs: undoneMs, effectiveMs: clock.now(), ok: true, detail: 'undone' }
      },
    }
  }
  /** All as promised: MySQL's own requests are answered with 500 while it is away. */
  const answerRows = (asked: string, startedMs: number, count: number, ratePerS: number): AnswerRow[] => {
    const requests = JSON.parse(asked) as { path: string }[]
    return Array.from({ length: count }, (_, row): AnswerRow => {
      const sentMs = startedMs + (row * 1_000) / ratePerS
      const away = causes.some(
        ({ fault, fromMs, toMs }) => fault?.target === 'mysql' && fault.id === 'kill-process' && sentMs >= fromMs && sentMs < toMs,
      )
      return [row, sentMs, 5, away && requests[row % requests.length]?.path === '/api/v1/articles' ? 500 : 200]
    })
  }
  world.load.start = async (use: LoadUse, { experiment: id, leg: name }) => {
    const experiment = planned(id)
    const leg = experiment?.legs.find((each) => each.name === name)
    await clock.sleep(500)
    const startedMs = clock.now()
    // Beside a fault the load is only the traffic that the fault hits.
    const cause =
      experiment !== undefined && leg !== undefined && leg.fault === undefined && (name === 'quiet' || name === 'fire')
        ? began(experiment, leg)
        : undefined
    const done = Promise.withResolvers<Awaited<ReturnType<Awaited<ReturnType<Ports['load']['start']>>['stop']>>>()
    return {
      done: done.promise,
      stop: async () => {
        if (cause !== undefined) cause.toMs = clock.now()
        await clock.sleep(200)
        const ratePerS = Number(use.params['ratePerS'] ?? 1)
        const requests = Math.max(1, Math.round((ratePerS * (clock.now() - startedMs)) / 1_000))
        done.resolve({
          exitCode: 105,
          summary: {
            iterations: requests,
            droppedIterations: 0,
            requests,
            failedRequests: 0,
            ratePerS,
            durationP95Ms: 5,
            statuses: { 200: requests },
            ...(use.params['requests'] === undefined
              ? {}
              : { rows: answerRows(String(use.params['requests']), startedMs, requests, ratePerS) }),
          },
        })
        return done.promise
      },
    }
  }
  return {
    world,
    stop: () => {
      over.abort()
    },
  }
}
