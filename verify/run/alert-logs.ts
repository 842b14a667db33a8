import type { ExplainingLine, Series } from '../model/journal.ts'
import type { Plan, PlannedExperiment } from '../model/plan.ts'
import type { Labels, Spec } from '../model/spec.ts'
import { clipLine } from './clip.ts'
import { cutTraceId, type DerivedFields } from './derived-fields.ts'
import type { Ports } from './ports.ts'

const COUNTED_LINES = 1_000
const SHOWN_LINES = 3
/** Lines are at Loki within this of being written. */
const ARRIVES_WITHIN_MS = 2_000

/** For every alert that fired: the lines of WARN and worse that the services concerned wrote from its cause to its last firing sample. */
export async function recordAlertLogs(plan: Plan, spec: Spec, alerts: Series[], ports: Ports, fields: DerivedFields | null): Promise<void> {
  if (spec.logs.length === 0) return
  for (const fired of firedAlerts(alerts)) {
    const experiment = plan.experiments.find(({ alert, subject }) => alert === fired.alert && Object.entries(subject).every(([name, value]) => fired.labels[name] === value))
    const services = servicesOf(fired.labels, spec)
    const fromMs = fired.activeAtMs - causeToPendingMs(experiment, plan)
    const untilMs = fired.lastMs + ARRIVES_WITHIN_MS
    const query = `{service=~${JSON.stringify(services.join('|'))}} | level=~"(?i)warn|warning|error|fatal|critical|panic"`
    const entry = { kind: 'alert-logs', experiment: experiment?.id ?? null, alert: fired.alert, labels: fired.labels, services, fromMs, untilMs, query } as const
    try {
      const found = await ports.loki.queryRange(query, fromMs, untilMs, COUNTED_LINES)
      const lines = found.slice(0, SHOWN_LINES).map((line): ExplainingLine => {
        const traceId = safely(() => cutTraceId(line.line, fields?.regexes ?? [])?.traceId ?? null)
        return { ...clipLine(line, traceId === null ? [] : [traceId]), traceId }
      })
      ports.journal.append({ ...entry, count: found.length, more: found.length >= COUNTED_LINES, lines })
    } catch (error) {
      // No verdict rests on these lines, so this is no source-error.
      ports.journal.append({ ...entry, count: 0, more: false, lines: [], error: error instanceof Error ? error.message : String(error) })
    }
  }
}

interface Fired { alert: string, labels: Labels, activeAtMs: number, lastMs: number }

/** One row an alert instance: its first sample in any state and its last firing one. */
export function firedAlerts(alerts: Series[]): Fired[] {
  const rows = new Map<string, Fired & { fired: boolean }>()
  for (const { metric, values } of alerts) {
    const { __name__: _, alertstate, alertname = '', ...rest } = metric
    const labels: Labels = { ...rest }
    const key = JSON.stringify([alertname, Object.entries(labels).sort()])
    const times = values.map(([timeS]) => timeS * 1000)
    const firing = alertstate === 'firing'
    const row = rows.get(key) ?? { alert: alertname, labels, activeAtMs: Number.POSITIVE_INFINITY, lastMs: 0, fired: false }
    for (const timeMs of times) {
      row.activeAtMs = Math.min(row.activeAtMs, timeMs)
      if (firing) row.lastMs = Math.max(row.lastMs, timeMs)
    }
    row.fired ||= firing && times.length > 0
    rows.set(key, row)
  }
  return [...rows.values()].filter(({ fired }) => fired).map(({ fired: _, ...row }) => row)
}

/** The cause is older than the alert: at most as long as the planned windows allow between fault and pending. */
function causeToPendingMs(experiment: PlannedExperiment | undefined, { timing }: Plan): number {
  return experiment?.windows.pending.latestMs ?? 2 * (timing.scrapeIntervalMs + timing.evaluationIntervalMs)
}

/** The logged service behind the alert's job. A part that writes no log of ours (Redis, an exporter) is explained by all that use it. */
export function servicesOf(labels: Labels, spec: Spec): string[] {
  const job = labels['job']
  const host = spec.platform.targets.find((target) => target.job === job)?.address.split(':')[0]
  const named = spec.platform.services.filter(({ name, job: own }) => (job !== undefined && own === job) || name === host).map(({ name }) => name)
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
