import { evaluationIntervalOf, groupHolding, slowestEvaluationMs } from '../../promql/loaded-clocks.ts'
import { CLOCK_OFFSET } from '../../promql/prometheus-time.ts'
import type { JournalBody, Series } from '../../model/journal.ts'
import type { Plan, PlannedExperiment } from '../../model/plan.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

type Source = Extract<JournalBody, { kind: 'source-error' }>['source']

/** What reading the evidence needs of the world. */
export type EvidencePorts = Pick<Ports, 'clock' | 'journal' | 'prometheus' | 'alertmanager'>

/** Counters that say whether the evidence itself can be trusted. */
const HEALTH_METRICS = [
  'prometheus_rule_group_iterations_missed_total',
  'prometheus_rule_evaluation_failures_total',
  'prometheus_notifications_dropped_total',
  'prometheus_notifications_errors_total',
  'prometheus_notifications_sent_total',
  'alertmanager_notifications_failed_total',
  'prometheus_target_scrapes_exceeded_sample_limit_total',
  'process_start_time_seconds',
]

/** The collector's own account: what came in, what went on, what was lost between. Newer versions end in _total. */
const SPAN_COUNTERS =
  '{__name__=~"otelcol_((receiver_accepted|receiver_refused|processor_refused|processor_dropped|exporter_sent|exporter_send_failed|exporter_enqueue_failed)_spans(_total)?|exporter_queue_size)"}'

function spanCounters(series: Series[]): JournalBody[] {
  const metrics = [...new Set(series.map(({ metric }) => metric['__name__'] ?? ''))]
  return metrics.map((name) => ({ kind: 'health', metric: name, series: series.filter(({ metric }) => metric['__name__'] === name) }))
}

/** Reads one thing from a source into the journal; trouble becomes an entry, and the rest goes on. */
export async function record(
  ports: EvidencePorts,
  source: Source,
  experiment: string | null,
  read: () => Promise<JournalBody[]>,
): Promise<void> {
  try {
    for (const body of await read()) ports.journal.append(body)
  } catch (error) {
    ports.journal.append({ kind: 'source-error', source, experiment, message: messageOf(error) })
  }
}

/** What is loaded before anything is harmed, and how far the clocks are apart: who watches the drill compares the two while it runs. */
export async function snapshotBefore(ports: EvidencePorts): Promise<void> {
  await loaded(ports)
  await recordClockOffset(ports)
}

async function recordClockOffset(ports: EvidencePorts): Promise<void> {
  const { prometheus, clock } = ports
  await record(ports, 'prometheus', null, async () => {
    const before = clock.now()
    const [answer] = await prometheus.query('time()')
    const after = clock.now()
    const theirsMs = Number(answer?.values[0]?.[1] ?? Number.NaN) * 1000
    const aheadS = String(aheadMs(theirsMs, before, after) / 1000)
    return [{ kind: 'health', metric: CLOCK_OFFSET, series: [{ metric: {}, values: [[after / 1000, aheadS]] }] }]
  })
}

async function loaded(ports: EvidencePorts): Promise<void> {
  const { prometheus, alertmanager } = ports
  await record(ports, 'prometheus', null, async () => [{ kind: 'rules', groups: await prometheus.rules() }])
  await record(ports, 'prometheus', null, async () => [
    {
      kind: 'targets',
      targets: (await prometheus.targets()).map(({ job, instance, health, lastError }) => ({ job, instance, health, lastError })),
    },
  ])
  await record(ports, 'alertmanager', null, async () => [
    { kind: 'alertmanager', what: 'status', body: (await alertmanager.status()).raw },
    { kind: 'alertmanager', what: 'alerts', body: await alertmanager.alerts() },
  ])
}

/**
 * Everything a judge may ask of Prometheus about the time from `zeroMs` on, read once, after the fact, from recorded samples. Resolves with
 * the ALERTS series.
 */
export async function collectEvidence(plan: Plan, ports: EvidencePorts, zeroMs: number, deadlineMs: number): Promise<Series[]> {
  const { prometheus, clock } = ports
  const deadline = clock.now() + deadlineMs
  // One more evaluation and scrape than the last event, so that its sample is committed.
  await clock.sleep(Math.min(deadlineMs / 2, slowestEvaluationMs(plan.timing) + plan.timing.scrapeIntervalMs))
  await loaded(ports)
  const endMs = clock.now()
  const range = `[${Math.ceil((endMs - zeroMs) / 1000) + Math.ceil(slowestEvaluationMs(plan.timing) / 1000) + 5}s]`
  const alerts: Series[] = []
  await record(ports, 'prometheus', null, async () => {
    alerts.push(...(await prometheus.query(`ALERTS${range}`, endMs)))
    return [{ kind: 'alerts-series', metric: 'ALERTS', series: alerts }]
  })
  await record(ports, 'prometheus', null, async () => [
    { kind: 'alerts-series', metric: 'ALERTS_FOR_STATE', series: await prometheus.query(`ALERTS_FOR_STATE${range}`, endMs) },
  ])
  await record(ports, 'prometheus', null, async () => [{ kind: 'active-alerts', alerts: await prometheus.alerts() }])
  for (const metric of ['up', 'scrape_duration_seconds']) {
    await record(ports, 'prometheus', null, async () => [
      { kind: 'raw', experiment: null, query: `${metric}${range}`, series: await prometheus.query(`${metric}${range}`, endMs) },
    ])
  }
  for (const metric of HEALTH_METRICS) {
    await record(ports, 'prometheus', null, async () => [
      { kind: 'health', metric, series: await prometheus.query(`${metric}${range}`, endMs) },
    ])
  }
  await record(ports, 'prometheus', null, async () => spanCounters(await prometheus.query(`${SPAN_COUNTERS}${range}`, endMs)))
  await recordClockOffset(ports)
  const groups = await prometheus.rules().catch(() => [])
  for (const experiment of plan.experiments) {
    if (clock.now() > deadline) {
      ports.journal.append({
        kind: 'source-error',
        source: 'prometheus',
        experiment: experiment.id,
        message: `evidence not read within ${deadlineMs} ms`,
      })
      continue
    }
    const group = groupHolding(groups, experiment.alert, { ...experiment.labels, ...experiment.subject })
    const stepMs = group?.intervalMs ?? evaluationIntervalOf(plan.timing, experiment.alert, { ...experiment.labels, ...experiment.subject })
    const names = group?.rules.map(({ name }) => name) ?? [experiment.alert]
    const startMs = onGrid(zeroMs, stepMs, phaseOf(alerts, names))
    await evaluate(experiment, ports, { startMs, endMs, stepMs })
  }
  return alerts
}

async function evaluate(
  experiment: PlannedExperiment,
  ports: EvidencePorts,
  { startMs, endMs, stepMs }: { startMs: number; endMs: number; stepMs: number },
): Promise<void> {
  const wanted = [
    ['condition', experiment.expr],
    ['value', experiment.valueExpr],
    ['injection', experiment.injection.expr],
  ] as const
  for (const [what, expr] of wanted) {
    await record(ports, 'prometheus', experiment.id, async () => [
      {
        kind: 'evaluated',
        experiment: experiment.id,
        what,
        expr,
        startMs,
        endMs,
        stepMs,
        series: await ports.prometheus.queryRange(expr, startMs, endMs, stepMs),
      },
    ])
  }
}

/** Sample time modulo interval is constant for a group: every ALERTS sample carries the group's slot exactly (timing model 1.2). */
export function phaseOf(alerts: Series[], names: string[]): number | null {
  for (const { metric, values } of alerts) {
    const first = values[0]
    if (first !== undefined && names.includes(metric['alertname'] ?? '')) return Math.round(first[0] * 1000)
  }
  return null
}

/** The first grid instant at or after `fromMs`; `slotMs` is any instant of the grid, null when none was ever seen. */
export function onGrid(fromMs: number, stepMs: number, slotMs: number | null): number {
  if (slotMs === null) return fromMs
  return fromMs + ((((slotMs - fromMs) % stepMs) + stepMs) % stepMs)
}

/**
 * How far a clock is ahead that said `theirsMs` somewhere between `before` and `after`: 0 where one clock would have said it too, on a busy
 * machine the way of the answer may be far longer than that of the question.
 */
export function aheadMs(theirsMs: number, before: number, after: number): number {
  return theirsMs >= before && theirsMs <= after ? 0 : theirsMs - (before + after) / 2
}
