import { cutTraceId, type DerivedFields } from '../../grafana/derived-fields.ts'
import type { ExplainingLine, LogLine, Series, TracedRequest } from '../../model/journal.ts'
import { selectorOfAll } from '../../logs/selector.ts'
import type { Plan } from '../../model/plan.ts'
import type { Labels, Spec } from '../../model/spec.ts'
import { alertTraces } from './alert-traces.ts'
import { clipLine } from './clip.ts'
import type { JournalSink, Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

const COUNTED_LINES = 1_000
const SHOWN_LINES = 3
const SHOWN_TRACES = 3
/** Longer lines are not searched for ids. */
const SEARCHED_CHARS = 65_536
/** Lines are at Loki within this of being written. */
const ARRIVES_WITHIN_MS = 2_000

/** A leg that applies something, begun at `fromMs`: what fires from then on may have it for its cause. */
export interface Cause {
  experiment: string
  fromMs: number
}

/** A journal that remembers when causes began. */
export function watchingCauses({ journal, clock }: Ports): { journal: JournalSink; causes: Cause[] } {
  const causes: Cause[] = []
  return {
    causes,
    journal: {
      append(body) {
        if (body.kind === 'leg' && body.phase === 'begin' && (body.leg === 'quiet' || body.leg === 'fire'))
          causes.push({ experiment: body.experiment, fromMs: clock.now() })
        return journal.append(body)
      },
    },
  }
}

/**
 * For every time that an alert fired: the lines of WARN and worse that the services concerned wrote from its cause to its last firing
 * sample, and traces of the requests that caused it.
 */
export async function recordAlertLogs(
  plan: Plan,
  spec: Spec,
  alerts: Series[],
  causes: readonly Cause[],
  ports: Ports,
  fields: DerivedFields | null,
  runId: string,
): Promise<void> {
  if (spec.logs.length === 0) return
  for (const fired of firedAlerts(alerts, plan.timing.evaluationIntervalMs)) {
    const cause = causeOf(fired, plan, causes)
    const services = servicesOf(fired.labels, spec)
    const fromMs =
      cause === undefined
        ? fired.activeAtMs - 2 * (plan.timing.scrapeIntervalMs + plan.timing.evaluationIntervalMs)
        : Math.min(cause.fromMs, fired.activeAtMs)
    const untilMs = fired.lastMs + ARRIVES_WITHIN_MS
    const query = `${selectorOfAll(spec.logs.filter(({ service }) => services.includes(service)))} | ${severe(spec)}`
    const traces =
      cause === undefined ? [] : await alertTraces({ runId, experiment: cause.experiment, services, fromMs, untilMs }, spec, ports.jaeger)
    const entry = {
      kind: 'alert-logs',
      experiment: cause?.experiment ?? null,
      alert: fired.alert,
      labels: fired.labels,
      services,
      fromMs,
      untilMs,
      query,
    } as const
    try {
      const found = await ports.loki.queryRange(query, fromMs, untilMs, COUNTED_LINES)
      const lines = closest(found, cause?.experiment, traces, runId, plan)
        .slice(0, SHOWN_LINES)
        .map((line): ExplainingLine => {
          const traceId = safely(() => cutTraceId(line, fields?.fields ?? [])?.traceId ?? null)
          return { ...clipLine(line, traceId === null ? [] : [traceId]), traceId }
        })
      // The request of a line that is shown is the one to show.
      const inLines = new Set(lines.map(({ traceId }) => traceId))
      ports.journal.append({
        ...entry,
        ...shownTraces(traces.toSorted((a, b) => Number(inLines.has(b.traceId)) - Number(inLines.has(a.traceId)))),
        count: found.length,
        more: found.length >= COUNTED_LINES,
        lines,
      })
    } catch (error) {
      // No verdict rests on these lines, so this is no source-error.
      ports.journal.append({
        ...entry,
        ...shownTraces(traces),
        count: 0,
        more: false,
        lines: [],
        error: messageOf(error),
      })
    }
  }
}

/** Where the log store found out the level by itself (Loki 3), that does as well. */
function severe({ logs }: Spec): string {
  const names = new Set([
    'level',
    ...logs.flatMap(({ fields }) => Object.keys(fields).filter((name) => /level|severity/i.test(name))),
    'detected_level',
  ])
  return [...names].map((name) => `${name}=~"(?i)warn|warning|error|fatal|critical|panic"`).join(' or ')
}

function shownTraces(traces: TracedRequest[]): { traces?: TracedRequest[] } {
  return traces.length === 0 ? {} : { traces: traces.slice(0, SHOWN_TRACES) }
}

/** Lines about the experiment's own requests first, by trace or by the run id in them; those about another experiment's last. */
function closest(
  lines: readonly LogLine[],
  experiment: string | undefined,
  traces: readonly TracedRequest[],
  runId: string,
  plan: Plan,
): LogLine[] {
  if (experiment === undefined) return [...lines]
  const own = new Set(traces.map(({ traceId }) => traceId))
  const others = plan.experiments.filter(({ id }) => id !== experiment).map(({ id }) => `${runId}.${id}.`)
  const distance = ({ line }: LogLine): number => {
    const text = line.slice(0, SEARCHED_CHARS)
    if (text.includes(`${runId}.${experiment}.`) || (text.match(/[0-9a-f]{32}/g) ?? []).some((id) => own.has(id))) return 0
    return others.some((mark) => text.includes(mark)) ? 2 : 1
  }
  return lines
    .map((line) => ({ line, far: distance(line) }))
    .sort((a, b) => a.far - b.far)
    .map(({ line }) => line)
}

interface Fired {
  alert: string
  labels: Labels
  activeAtMs: number
  lastMs: number
}

/** One row for each time that an alert instance fired: from the first sample of that time, in any state, to its last firing one. */
export function firedAlerts(alerts: Series[], evaluationIntervalMs: number): Fired[] {
  const instances = new Map<string, { alert: string; labels: Labels; samples: { atMs: number; firing: boolean }[] }>()
  for (const { metric, values } of alerts) {
    const { __name__: _, alertstate, alertname = '', ...labels } = metric
    const key = JSON.stringify([alertname, Object.entries(labels).sort()])
    const instance = instances.get(key) ?? { alert: alertname, labels, samples: [] }
    for (const [timeS] of values) instance.samples.push({ atMs: timeS * 1000, firing: alertstate === 'firing' })
    instances.set(key, instance)
  }
  return [...instances.values()].flatMap(({ alert, labels, samples }) => {
    const sorted = samples.toSorted((a, b) => a.atMs - b.atMs)
    // Of the group's own interval, when that is longer; a missed evaluation ends nothing.
    const stepMs = Math.max(
      evaluationIntervalMs,
      sorted.reduce((least, { atMs }, index) => (index === 0 ? least : Math.min(least, atMs - (sorted[index - 1]?.atMs ?? 0))), Infinity),
    )
    const times: Fired[] = []
    let before: { atMs: number; firing: boolean } | undefined
    for (const sample of sorted) {
      const { atMs, firing } = sample
      // What fired does not become pending again without having been resolved between.
      if (before === undefined || atMs - before.atMs > 2.5 * stepMs || (before.firing && !firing))
        times.push({ alert, labels, activeAtMs: atMs, lastMs: -1 })
      const time = times.at(-1)
      if (firing && time !== undefined) time.lastMs = atMs
      before = sample
    }
    return times.filter(({ lastMs }) => lastMs !== -1)
  })
}

/**
 * The last cause that began before the alert became active, of the experiments that are about this very alert; undefined for side effects.
 */
function causeOf(fired: Fired, plan: Plan, causes: readonly Cause[]): Cause | undefined {
  const about = new Set(
    plan.experiments
      .filter(
        ({ alert, subject }) => alert === fired.alert && Object.entries(subject).every(([name, value]) => fired.labels[name] === value),
      )
      .map(({ id }) => id),
  )
  const own = causes.filter(({ experiment }) => about.has(experiment)).toSorted((a, b) => a.fromMs - b.fromMs)
  // Two clocks, the drill's and Prometheus's, may differ a little.
  return (
    own.findLast(({ fromMs }) => fromMs <= fired.activeAtMs) ??
    own.find(({ fromMs }) => fromMs <= fired.activeAtMs + plan.timing.evaluationIntervalMs)
  )
}

/** The logged service behind the alert's job. A part that writes no log of ours (Redis, an exporter) is explained by all that use it. */
export function servicesOf(labels: Labels, spec: Spec): string[] {
  const job = labels['job']
  const host = spec.platform.targets.find((target) => target.job === job)?.address.split(':')[0]
  const named = spec.platform.services
    .filter(({ name, job: own }) => (job !== undefined && own === job) || name === host)
    .map(({ name }) => name)
  const logged = spec.logs.map(({ service }) => service)
  const own = logged.filter((service) => named.includes(service))
  return own.length > 0 ? own : logged
}

function safely<T>(work: () => T | null): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
