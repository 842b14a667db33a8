import type { LoadedGroup } from '../model/journal.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { Recorder } from '../judge/record/recorder.ts'
import type { AlertHistory, RunRecord } from '../judge/record/recorder.ts'
import { alertsIn } from './candidate.ts'
import type { Candidate } from './candidate.ts'
import { askRaw, Tracks } from './chunks.ts'
import type { Track } from './chunks.ts'
import { HistoryError } from './history-port.ts'
import type { History } from './history-port.ts'
import { holesOf } from './holes.ts'
import type { Hole } from './holes.ts'

export interface Window {
  fromMs: number
  untilMs: number
}

/** What is asked once, for all rules together. */
export interface Known {
  groups: readonly LoadedGroup[]
  /** Every alert instance of the window, by ALERTS and ALERTS_FOR_STATE. */
  alerts: readonly AlertHistory[]
  /** null: the server's own metrics are not there, so a hole in evaluation looks like a quiet time. */
  holes: readonly Hole[] | null
  /** When the server last loaded its configuration; null: not known. */
  loadedMs: number | null
  /** Counters of missed and failed evaluations of the groups where they moved. */
  health: RunRecord['health']
  /** Names of recorded series -> the groups that record them. */
  recordings: ReadonlyMap<string, readonly LoadedGroup[]>
  version: string | null
  warnings: string[]
  notifications: { what: string; count: number }[]
}

const COUNTERS = ['prometheus_rule_group_iterations_missed_total', 'prometheus_rule_evaluation_failures_total']
const NOTIFICATIONS = [
  ['prometheus_notifications_errors_total', 'alertmanager', 'alerts that Prometheus could not send to'],
  ['prometheus_notifications_dropped_total', 'instance', 'alerts that Prometheus dropped, at'],
  ['alertmanager_notifications_failed_total', 'integration', 'notifications that Alertmanager could not send by'],
] as const

export async function known(
  history: History,
  groups: readonly LoadedGroup[],
  rules: readonly Candidate[],
  window: Window,
  ignore: readonly string[],
): Promise<Known> {
  const { fromMs, untilMs } = window
  const { version, startedMs } = await history.about()
  const warnings: string[] = []
  const recorder = new Recorder()
  for (const metric of ['ALERTS', 'ALERTS_FOR_STATE'] as const)
    warnings.push(
      ...(await askRaw(history, `${metric}${selected(groups, rules)}`, fromMs, untilMs, (series) => {
        const plain = ignore.length === 0 ? series : series.map((each) => ({ ...each, metric: withoutLabels(each.metric, ignore) }))
        recorder.add({ seq: 0, atMs: 0, kind: 'alerts-series', metric, series: plain })
      })),
    )
  const own = await ownStart(history, window, startedMs)
  for (const metric of COUNTERS) {
    for (const { labels } of await moved(history, metric, window)) {
      const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      await askRaw(history, `${metric}{${pairs.join(',')}}`, fromMs, untilMs, (series) => {
        recorder.add({ seq: 0, atMs: 0, kind: 'health', metric, series })
      })
    }
  }
  const record = recorder.finish([])
  // A sample that cannot be read would be a hole.
  const [problem] = record.problems
  if (problem !== undefined) throw new HistoryError('unreachable', `an answer cannot be read: ${problem}`)
  const notifications: Known['notifications'] = []
  for (const [metric, label, what] of NOTIFICATIONS) {
    const answer = await history
      .instant(`sum by (${label}) (increase(${metric}[${untilMs - fromMs}ms])) > 0.5`, untilMs)
      .catch(onlyUnanswered)
    for (const { metric: labels, values } of answer?.series ?? [])
      notifications.push({ what: `${what} ${labels[label] ?? ''}`.trim(), count: Math.round(Number(values[0]?.[1] ?? 0)) })
  }
  return {
    groups,
    alerts: onOneClock(record.alerts),
    holes: own === undefined ? null : holesOf(own, fromMs, untilMs),
    loadedMs: own === undefined ? null : await lastLoad(history, own, untilMs),
    health: record.health,
    recordings: recordingsIn(groups),
    version,
    warnings: [...new Set(warnings)],
    notifications,
  }
}

function recordingsIn(groups: readonly LoadedGroup[]): Map<string, LoadedGroup[]> {
  const found = new Map<string, LoadedGroup[]>()
  for (const group of groups)
    for (const { name, type } of group.rules) if (type === 'recording') found.set(name, [...new Set([...(found.get(name) ?? []), group])])
  return found
}

/** Few alert names are named, so that a large server reads only theirs; of many, all are read at once. */
function selected(groups: readonly LoadedGroup[], rules: readonly Candidate[]): string {
  const wanted = new Set(rules.flatMap(({ alert, group }) => [alert, ...(group === null ? [] : alertsIn(group).map(({ name }) => name))]))
  const all = new Set(groups.flatMap((group) => alertsIn(group).map(({ name }) => name)))
  if (wanted.size > 60 || [...wanted].length === all.size) return ''
  const quoted = [...wanted].map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return `{alertname=~${JSON.stringify(quoted.join('|'))}}`
}

/** The server's own process_start_time_seconds, raw; undefined where it does not scrape itself, or which one it is cannot be known. */
async function ownStart(history: History, { fromMs, untilMs }: Window, startedMs: number | null): Promise<Track | undefined> {
  const metric = 'process_start_time_seconds'
  const now = await history.instant(`${metric} and on (job, instance) prometheus_build_info`, untilMs)
  const same = now.series.filter(({ values }) => startedMs !== null && Math.abs(Number(values[0]?.[1]) * 1_000 - startedMs) < NEAR_START_MS)
  const own = same.length === 1 ? same[0] : now.series.length === 1 ? now.series[0] : undefined
  if (own === undefined) return undefined
  const { job = '', instance = '' } = own.metric
  const tracks = new Tracks()
  await askRaw(history, `${metric}{job=${JSON.stringify(job)},instance=${JSON.stringify(instance)}}`, fromMs, untilMs, (series) => {
    for (const each of series) tracks.add(each)
  })
  const [track, ...others] = tracks.all()
  return others.length === 0 ? track : undefined
}

/** The process starts before the server says it did. */
const NEAR_START_MS = 5_000

async function lastLoad(history: History, { labels }: Track, untilMs: number): Promise<number | null> {
  const { job = '', instance = '' } = labels
  const answer = await history
    .instant(
      `prometheus_config_last_reload_success_timestamp_seconds{job=${JSON.stringify(job)},instance=${JSON.stringify(instance)}}`,
      untilMs,
    )
    .catch(onlyUnanswered)
  const value = Number(answer?.series[0]?.values[0]?.[1] ?? NaN) * 1_000
  return Number.isFinite(value) ? value : null
}

/** Series of a counter that moved at all. */
async function moved(history: History, metric: string, { fromMs, untilMs }: Window): Promise<Track[]> {
  const tracks = new Tracks()
  const answer = await history.instant(`changes(${metric}[${untilMs - fromMs}ms]) > 0`, untilMs).catch(onlyUnanswered)
  for (const series of answer?.series ?? []) tracks.add(series)
  return tracks.all()
}

/** What is only a help may be left unanswered; an address that is wrong may not. */
function onlyUnanswered(error: unknown): undefined {
  if (error instanceof HistoryError && (error.trouble === 'too-much' || error.trouble === 'query')) return undefined
  throw error
}

/**
 * With a query offset (Prometheus 2.53 and later) samples of ALERTS are written so much earlier than the evaluation whose time
 * ALERTS_FOR_STATE holds: both on the clock of the samples.
 * https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule-query-offset
 */
function onOneClock(alerts: readonly AlertHistory[]): AlertHistory[] {
  return alerts.map((history) => {
    const ahead = history.timesMs.reduce((most, t, index) => Math.max(most, (history.activeAtS[index] ?? NaN) * 1_000 - t || 0), 0)
    if (ahead <= 0) return history
    const offsetS = Math.ceil(ahead / 1_000)
    return { ...history, activeAtS: history.activeAtS.map((s) => s - offsetS) }
  })
}

/** The grid of a rule's group: an instant of it, and until when another one was in use. */
export interface Phase {
  witnessMs: number
  /** Samples before it lie on another grid. */
  sinceMs: number
}

/** By the samples of alerts that no other group has; undefined: there are none. */
export function phaseOf(group: LoadedGroup, known: Pick<Known, 'groups' | 'alerts'>, stepMs: number): Phase | undefined {
  const own = new Set(alertsIn(group).map(({ name }) => name))
  for (const other of known.groups) if (other !== group) for (const { name } of alertsIn(other)) own.delete(name)
  const phases = new Map<number, { firstMs: number; lastMs: number }>()
  for (const { alert, timesMs } of known.alerts) {
    if (!own.has(alert)) continue
    for (const t of timesMs) {
      const phase = phases.get(t % stepMs)
      if (phase === undefined) phases.set(t % stepMs, { firstMs: t, lastMs: t })
      else {
        phase.firstMs = Math.min(phase.firstMs, t)
        phase.lastMs = Math.max(phase.lastMs, t)
      }
    }
  }
  const [newest, ...older] = [...phases.values()].sort((a, b) => b.lastMs - a.lastMs)
  if (newest === undefined) return undefined
  return { witnessMs: newest.lastMs, sinceMs: older.length === 0 ? -Infinity : Math.max(...older.map(({ lastMs }) => lastMs)) }
}

/** An instant of the group's grid by a series that it records: a recorded sample has the evaluation's own time. */
export async function recordedInstant(history: History, group: LoadedGroup, known: Known, untilMs: number): Promise<number | undefined> {
  const name = group.rules.find((rule) => rule.type === 'recording' && known.recordings.get(rule.name)?.length === 1)?.name
  if (name === undefined || !/^[A-Za-z_:][\w:]*$/.test(name)) return undefined
  const answer = await history.instant(`max(timestamp(${name}))`, untilMs).catch(onlyUnanswered)
  const value = Number(answer?.series[0]?.values[0]?.[1] ?? NaN)
  return Number.isFinite(value) ? Math.round(value * 1_000) : undefined
}

/** Histories that this rule wrote; undefined where another loaded rule has its name and its labels, and nothing says whose they are. */
export function historiesOf(rule: Candidate, { groups, alerts }: Pick<Known, 'groups' | 'alerts'>): AlertHistory[] | undefined {
  const named = groups.flatMap((group) => alertsIn(group).filter(({ name }) => name === rule.alert))
  const still = (labels: Record<string, string>): [string, string][] => Object.entries(labels).filter(([, value]) => !value.includes('{{'))
  const mine = labelKey(Object.fromEntries(still(rule.labels)))
  const alike = named.filter(({ labels }) => labelKey(Object.fromEntries(still(labels))) === mine)
  if (alike.length > 1) return undefined
  const own = alerts.filter(({ alert }) => alert === rule.alert)
  if (named.length < 2) return own
  const fits = (labels: Record<string, string>, of: Record<string, string>): boolean =>
    still(of).every(([name, value]) => labels[name] === value)
  const others = named.filter((other) => !alike.includes(other))
  // Of several that fit, the one with the most labels wrote it.
  return own.filter(({ labels }) => {
    const best = Math.max(-1, ...others.filter((other) => fits(labels, other.labels)).map((other) => still(other.labels).length))
    return fits(labels, rule.labels) ? still(rule.labels).length >= best : best === -1
  })
}
