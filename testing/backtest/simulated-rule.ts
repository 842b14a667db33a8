import type { LoadedGroup } from '../../verify/model/journal.ts'
import type { Labels } from '../../verify/model/spec.ts'
import type { RecordedSeries } from './recorded-world.ts'

/**
 * Test code: what a Prometheus records of one rule `signal_N > 10`, written from rules/alerting.go and scrape/scrape.go and not from
 * verify/judge: the other opinion that a backtest is compared with.
 */
export interface SimulatedRule {
  index: number
  /** As it is loaded; `really` is what evaluates. */
  forMs: number
  keepFiringForMs: number
  really: { forMs: number; threshold: number; keepFiringForMs: number }
  stepMs: number
  phaseMs: number
  scrapeMs: number
  scrapePhaseMs: number
  /** The value from this time on, ascending. */
  steps: { fromMs: number; value: number }[]
  /** Of each scrape, by its number. */
  scrapeTakesMs: (n: number) => number
  /** Evaluations that do not take place. */
  missed: ReadonlySet<number>
  /** Downtime of the server: no scrape, no evaluation; alert states are lost. */
  down: { fromMs: number; toMs: number }[]
  /** Evaluations whose samples never came into the store. */
  unwritten: ReadonlySet<number>
}

export const THRESHOLD = 10

export function loadedGroup(rule: SimulatedRule): LoadedGroup {
  return {
    name: `group-${rule.index}`,
    file: `/rules/${rule.index}.yml`,
    intervalMs: rule.stepMs,
    rules: [
      {
        name: `Alert${rule.index}`,
        query: `signal_${rule.index} > ${THRESHOLD}`,
        forMs: rule.forMs,
        keepFiringForMs: rule.keepFiringForMs,
        labels: { severity: 'warning' },
        annotations: {},
        health: 'ok',
        lastError: '',
        type: 'alerting',
      },
    ],
  }
}

export interface Simulated {
  series: RecordedSeries[]
  /** ALERTS at each evaluation: 'firing since ...'. */
  states: Map<number, string>
}

const SELF: Labels = { job: 'prometheus', instance: 'localhost:9090' }
const LOOKBACK_MS = 300_000
/** Restoration follows the second evaluation. */
const UNWRITTEN_AFTER_START = 2

export function simulate(rule: SimulatedRule, fromMs: number, untilMs: number): Simulated {
  const labels = { job: 'shop', instance: `shop:${rule.index}` }
  const isDown = (t: number): boolean => rule.down.some(({ fromMs: from, toMs }) => from <= t && t < toMs)
  const valueAt = (t: number): number => rule.steps.findLast(({ fromMs: from }) => from <= t)?.value ?? 0
  const scrapes: { t: number; value: number; takesMs: number }[] = []
  for (let n = 0, t = fromMs + rule.scrapePhaseMs; t <= untilMs; n++, t += rule.scrapeMs)
    if (!isDown(t)) scrapes.push({ t, value: valueAt(t), takesMs: rule.scrapeTakesMs(n) })
  const states = new Map<number, string>()
  const [alerts, forState] = [new Map<string, RecordedSeries>(), empty({ __name__: 'ALERTS_FOR_STATE' })]
  const alertLabels = { alertname: `Alert${rule.index}`, ...labels, severity: 'warning' }
  forState.metric = { ...forState.metric, ...alertLabels }
  const missed = empty({
    __name__: 'prometheus_rule_group_iterations_missed_total',
    ...SELF,
    rule_group: `/rules/${rule.index}.yml;group-${rule.index}`,
  })
  let [activeMs, firing, missingMs, sinceStart, seen] = [null as number | null, false, null as number | null, UNWRITTEN_AFTER_START, -1]
  const missedAt: number[] = []
  const first = fromMs + ((((rule.phaseMs - fromMs) % rule.stepMs) + rule.stepMs) % rule.stepMs)
  for (let t = first; t <= untilMs; t += rule.stepMs) {
    if (isDown(t)) {
      ;[activeMs, firing, missingMs, sinceStart] = [null, false, null, 0]
      continue
    }
    if (rule.missed.has(t)) {
      missedAt.push(t)
      continue
    }
    while ((scrapes[seen + 1]?.t ?? Infinity) + (scrapes[seen + 1]?.takesMs ?? 0) <= t) seen++
    const newest = scrapes[seen]
    const holds = newest !== undefined && t - newest.t < LOOKBACK_MS && newest.value > rule.really.threshold
    if (holds) {
      missingMs = null
      activeMs ??= t
      if (!firing && t - activeMs >= rule.really.forMs) firing = true
    } else if (firing && rule.really.keepFiringForMs > 0 && t - (missingMs ??= t) < rule.really.keepFiringForMs) {
      // It fires on.
    } else [activeMs, firing, missingMs] = [null, false, null]
    sinceStart++
    if (activeMs === null || sinceStart <= UNWRITTEN_AFTER_START) continue
    const state = firing ? 'firing' : 'pending'
    states.set(t, `${state} ${Math.floor(activeMs / 1_000)}`)
    if (rule.unwritten.has(t)) continue
    const series = alerts.get(state) ?? empty({ __name__: 'ALERTS', alertstate: state, ...alertLabels })
    alerts.set(state, series)
    push(series, t, 1)
    push(forState, t, Math.floor(activeMs / 1_000))
  }
  const signal = empty({ __name__: `signal_${rule.index}`, ...labels })
  const [up, duration] = [empty({ __name__: 'up', ...labels }), empty({ __name__: 'scrape_duration_seconds', ...labels })]
  for (const { t, value, takesMs } of scrapes) {
    push(signal, t, value)
    push(up, t, 1)
    push(duration, t, takesMs / 1_000)
  }
  for (const { t } of scrapes) push(missed, t, missedAt.filter((at) => at + rule.stepMs <= t).length)
  return { series: [signal, up, duration, missed, ...alerts.values(), ...(forState.timesMs.length > 0 ? [forState] : [])], states }
}

/** The server's own metrics; a start begins its process anew. */
export function selfSeries(down: readonly { fromMs: number; toMs: number }[], fromMs: number, untilMs: number): RecordedSeries[] {
  const start = empty({ __name__: 'process_start_time_seconds', ...SELF })
  const build = empty({ __name__: 'prometheus_build_info', version: '2.42.0', ...SELF })
  for (let t = fromMs; t <= untilMs; t += 15_000) {
    if (down.some((each) => each.fromMs <= t && t < each.toMs)) continue
    const begun = down.findLast(({ toMs }) => toMs <= t)?.toMs ?? fromMs - 86_400_000
    push(start, t, begun / 1_000)
    push(build, t, 1)
  }
  return [start, build]
}

function empty(metric: Labels): RecordedSeries {
  return { metric, timesMs: [], values: [] }
}

function push(series: RecordedSeries, t: number, value: number): void {
  series.timesMs.push(t)
  series.values.push(value)
}
