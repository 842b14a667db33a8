import type { JournalEntry } from '../../model/journal.ts'
import type { Bar, Curve, Mark, Message, Signal } from '../../model/page.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Report } from '../../model/report.ts'
import type { Spec } from '../../model/spec.ts'
import type { Verdict } from '../../model/verdict.ts'
import { formatLabels } from '../../promql/labels.ts'
import { statusAbout } from '../summarise.ts'
import { chainOf } from './chain.ts'
import { entriesOf, experimentsOf, pointsOf, seriesOf, thinned } from './entries.ts'
import { faultsOf, legsOf } from './lanes.ts'
import { measuredOf } from './measured.ts'
import { rawSignalsOf } from './raw-signals.ts'

/** A body is for reading; the journal has all of it. */
const MOST_CHARS = 6_000
/** An experiment's alert is notified to a few receivers, twice; more are re-notifications. */
const MOST_MESSAGES = 20
/** Message bodies follow an experiment's last leg for so long at most. */
const AFTER_MS = 60_000

/** What a rule's page draws, by experiment id. */
export function signalsOf(entries: readonly JournalEntry[], report: Report, lastMs?: number): Record<string, Signal> {
  const header = entriesOf(entries, 'header')[0]
  if (header === undefined) return {}
  const reports = new Map(report.rules.flatMap((rule) => rule.experiments.map((experiment) => [experiment.id, experiment] as const)))
  return Object.fromEntries(
    experimentsOf(entries).map((experiment) => {
      const about = reports.get(experiment.id)
      const verdicts = [
        ...(about?.verdicts ?? []),
        ...report.others.filter((verdict) => verdict.alert === experiment.alert || verdict.subject === experiment.alert),
      ]
      return [experiment.id, signalOf(entries, experiment, verdicts, header.spec, lastMs)]
    }),
  )
}

function signalOf(
  entries: readonly JournalEntry[],
  experiment: PlannedExperiment,
  verdicts: readonly Verdict[],
  spec: Spec,
  lastMs: number | undefined,
): Signal {
  const legs = legsOf(entries, experiment.id, lastMs)
  const fromMs = legs[0]?.fromMs ?? 0
  const untilMs = legs.reduce((latest, leg) => Math.max(latest, leg.untilMs), fromMs)
  const marginMs = (untilMs - fromMs) * 0.05
  const near = (atMs: number): boolean => atMs >= fromMs - marginMs && atMs <= untilMs + marginMs
  const value = valuesOf(entries, experiment).map((curve) => ({ ...curve, points: thinned(curve.points.filter(([atMs]) => near(atMs))) }))
  return {
    experiment: experiment.id,
    expr: experiment.expr,
    comparator: experiment.comparator,
    threshold: experiment.threshold,
    forMs: experiment.forMs,
    subject: formatLabels(experiment.subject),
    unit: unitOf(experiment, spec),
    extent: legs.length === 0 ? null : [Math.round(fromMs - marginMs), Math.round(untilMs + marginMs)],
    value: value.filter(({ points }) => points.length > 0),
    raw: rawSignalsOf(entries, experiment),
    measured: measuredOf(entries, experiment, spec)
      .map((curve) => ({ ...curve, points: curve.points.filter(([atMs]) => near(atMs)) }))
      .filter(({ points }) => points.length > 0),
    legs,
    faults: faultsOf(entries, experiment.id, lastMs),
    loads: loadsOf(entries, experiment.id, lastMs),
    windows: verdicts.flatMap((verdict): Bar[] =>
      verdict.window === undefined || verdict.subject !== experiment.id
        ? []
        : [windowBar(verdict.window.what, verdict.window.earliestMs, verdict.window.latestMs, verdict.pointers[0] ?? 0)],
    ),
    marks: verdicts.flatMap((verdict): Mark[] => {
      const { window } = verdict
      if (window === undefined || window.observedMs === null || verdict.subject !== experiment.id) return []
      return [markOf(window.what, window.observedMs, verdict.pointers.at(-1) ?? 0)]
    }),
    messages: messagesOf(entries, experiment, fromMs, untilMs + AFTER_MS),
    chain: chainOf(verdicts),
  }
}

export function windowBar(what: string, fromMs: number, untilMs: number, pointer: number): Bar {
  return { fromMs, untilMs, kind: 'window', text: `${what}: legal window`, pointer }
}

/** What was observed in a window. */
export function markOf(what: string, atMs: number, pointer: number): Mark {
  return { atMs, kind: what.includes('pending') ? 'pending' : what.includes('resolved') ? 'resolved' : 'firing', text: what, pointer }
}

/** The condition's value at each evaluation; the last attempt's, when it was tried again. */
function valuesOf(entries: readonly JournalEntry[], experiment: PlannedExperiment): Curve[] {
  const entry = entriesOf(entries, 'evaluated').findLast((each) => each.experiment === experiment.id && each.what === 'value')
  if (entry === undefined) return []
  return seriesOf(entry).map((series) => ({
    label: formatLabels(Object.fromEntries(Object.entries(series.metric).filter(([name]) => name !== '__name__'))),
    subject: Object.entries(experiment.subject).every(([name, text]) => series.metric[name] === undefined || series.metric[name] === text),
    points: pointsOf(series, entry.stepMs),
  }))
}

function unitOf(experiment: PlannedExperiment, spec: Spec): Signal['unit'] {
  const rule = spec.rules.find((each) => each.alert === experiment.alert)
  const what = rule?.measuredBy?.what
  if (what === 'latency') return 'seconds'
  return what === 'error-share' || what === 'redis-memory-share' || what === 'jvm-heap-share' ? 'share' : 'number'
}

function loadsOf(entries: readonly JournalEntry[], experiment: string, lastMs = 0): Bar[] {
  const bars: Bar[] = []
  for (const entry of entriesOf(entries, 'load')) {
    if (entry.experiment !== experiment) continue
    const last = bars.at(-1)
    if (entry.phase === 'begin') {
      const params = Object.entries(entry.params ?? {}).map(([name, value]) => `${name} ${value}`)
      bars.push({
        fromMs: entry.atMs,
        untilMs: Math.max(entry.atMs, lastMs),
        kind: 'load',
        text: [`${entry.scenario}, ${entry.leg} leg`, ...params].join(', '),
        pointer: entry.seq,
      })
    } else if (last !== undefined) last.untilMs = entry.atMs
  }
  return bars
}

/** The messages that speak of this experiment's alert, whole. */
function messagesOf(entries: readonly JournalEntry[], experiment: PlannedExperiment, fromMs: number, untilMs: number): Message[] {
  return entriesOf(entries, 'notification')
    .flatMap((entry) => {
      const status = entry.arrivedMs >= fromMs && entry.arrivedMs <= untilMs ? statusAbout(entry.body, experiment) : undefined
      return status === undefined ? [] : [{ entry, status }]
    })
    .slice(0, MOST_MESSAGES)
    .map(({ entry, status }) => {
      const text = typeof entry.body === 'string' ? entry.body : JSON.stringify(entry.body, null, 2)
      return {
        atMs: entry.arrivedMs,
        receiver: entry.receiver,
        status,
        body:
          text.length > MOST_CHARS
            ? `${text.slice(0, MOST_CHARS)}\n[... ${text.length - MOST_CHARS} more characters are in the journal]`
            : text,
        pointer: entry.seq,
      }
    })
}
