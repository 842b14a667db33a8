import type { LoadedGroup } from '../../model/journal.ts'
import { rulesNamed } from './rules-named.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import { compares } from '../../promql/operators.ts'
import { relabellingAsLoaded, routesOfSent, sentOf } from '../../routing/delivery.ts'
import { droppedBy } from '../../routing/alert-relabelling.ts'
import type { EvidenceRoom } from '../evidence-room.ts'
import { formatDuration } from '../../promql/duration.ts'
import { compareExpressions } from '../../promql/expression-difference.ts'
import { formatLabels, hasLabels } from '../../promql/labels.ts'
import { scrapesAround } from '../record/recorder.ts'
import type { AlertHistory, Column } from '../record/recorder.ts'
import { covers } from '../../routing/time-spans.ts'
import { clockTime } from '../../text/instant.ts'
import { countOf } from '../../text/count-of.ts'

/** What is broken, and the journal entries (seq) that show it besides those of the check itself. */
export interface Diagnosis {
  text: string
  seqs: number[]
}

/**
 * Walks from the target to the delivered message and names the first broken link, with what to look at. undefined: no link is broken that
 * the journal shows.
 */
export function diagnose(room: EvidenceRoom, experiment: PlannedExperiment): Diagnosis | undefined {
  const legs = room.ask('legs')
  const fire = legs?.get('fire')
  if (fire === undefined) return undefined
  const fromMs = fire.beginMs
  const toMs = room.ask('anchors')?.offByMs ?? fire.endMs

  const links = [
    () => targetLink(room, experiment, fromMs, toMs),
    () => seriesLink(room, experiment, fromMs, toMs),
    () => ruleLink(room, experiment),
    () => stateLink(room),
    () => deliveryLink(room, experiment),
  ]
  for (const link of links) {
    const found = link()
    if (found !== undefined) return typeof found === 'string' ? { text: found, seqs: [] } : found
  }
  return undefined
}

function targetLink(room: EvidenceRoom, experiment: PlannedExperiment, fromMs: number, toMs: number): string | undefined {
  // An experiment that takes the target down on purpose proves nothing by a target that is down; an `absent()` that is true then neither.
  const kind = room.ask('spec')?.rules.find((rule) => rule.alert === experiment.alert)?.condition.kind
  const job = experiment.subject['job']
  if (kind === 'up' || job === undefined || conditionHeld(room, experiment, fromMs)) return undefined
  const columns = (room.ask('scrapes') ?? [])
    .filter((scrape) => scrape.job === job && (experiment.subject['instance'] ?? scrape.instance) === scrape.instance)
    .map((scrape) => scrapesAround(scrape, fromMs, toMs))
  const known = room.ask('spec')?.platform.targets.some((target) => target.job === job) ?? false
  if (columns.length === 0) return known ? `Prometheus scraped no target of job "${job}": look at its scrape_configs.` : undefined
  const ups = columns.flatMap((column) =>
    column.up.filter((_, index) => (column.timesMs[index] ?? 0) >= fromMs && (column.timesMs[index] ?? 0) <= toMs),
  )
  if (ups.length > 0 && ups.every((up) => up === 0))
    return `Target ${job} could not be scraped during the whole fire leg (up was 0): start it, or correct its address in scrape_configs of prometheus.yml.`
  return undefined
}

/** The specified condition was true of the subject since then. */
function conditionHeld(room: EvidenceRoom, experiment: PlannedExperiment, fromMs: number): boolean {
  const rows = room.ask('condition')?.series ?? []
  return rows.some(
    (column) => hasLabels({ ...column.labels, ...experiment.labels }, experiment.subject) && column.timesMs.some((t) => t >= fromMs),
  )
}

function seriesLink(room: EvidenceRoom, experiment: PlannedExperiment, fromMs: number, toMs: number): string | undefined {
  const value = room.ask('value')
  if (conditionHeld(room, experiment, fromMs)) return undefined
  if (value === undefined) return undefined
  const columns = value.series.filter((column) => hasLabels({ ...column.labels, ...experiment.labels }, experiment.subject))
  const inFire = columns.flatMap((column) =>
    column.values.filter((_, index) => (column.timesMs[index] ?? 0) >= fromMs && (column.timesMs[index] ?? 0) <= toMs),
  )
  if (inFire.length === 0) {
    const others =
      value.series.length > 0
        ? ` (it has ${value.series.length} series with other labels, e.g. ${formatLabels(value.series[0]?.labels ?? {})})`
        : ''
    return `The specification's expression has no series ${formatLabels(experiment.subject)}${others}: the metric is not exported, not scraped, or has other labels. Look at the exporter and at scrape_configs of prometheus.yml. Expression: ${experiment.valueExpr}`
  }
  if (!inFire.some((v) => compares(v, experiment.comparator, experiment.threshold))) {
    const numbers = inFire.filter((v) => !Number.isNaN(v))
    const nearest = experiment.comparator.startsWith('<') ? Math.min(...numbers) : Math.max(...numbers)
    return `The value never reached the threshold: ${numbers.length === 0 ? 'NaN throughout' : `at most ${round(nearest)}`}, threshold ${experiment.comparator} ${round(experiment.threshold)}. Look at the expression in the rule file and at the load of the fire leg.`
  }
  return undefined
}

/** What is loaded, where it differs from what is specified: the usual suspect when the condition held and nothing fired. */
function ruleLink(room: EvidenceRoom, experiment: PlannedExperiment): Diagnosis | undefined {
  const entry = room.ask('rules')
  const loaded = entry === undefined ? undefined : rulesNamed(entry.groups, experiment.alert)
  const text = loaded === undefined ? undefined : loadedDiffers(room, experiment, loaded)
  return entry === undefined || text === undefined ? undefined : { text, seqs: [entry.seq] }
}

function loadedDiffers(
  room: EvidenceRoom,
  experiment: PlannedExperiment,
  loaded: readonly LoadedGroup['rules'][number][],
): string | undefined {
  if (loaded.length === 0) return `No rule named ${experiment.alert} is loaded in Prometheus: look at rule_files and at the file's group.`
  const sick = loaded.find((rule) => rule.health === 'err')
  if (sick !== undefined)
    return `Prometheus cannot evaluate the loaded rule ${experiment.alert}: ${sick.lastError}. Correct its expression in the rule file.`
  // Delivered late or elsewhere: then the rule did its part.
  const episode = room.ask('subject')?.episodes.find((candidate) => candidate.firingAtMs !== null)
  const mismatch = room.ask('replays')?.some((replay) => replay.isSubject && replay.result.mismatch !== null) ?? false
  if (episode !== undefined && !mismatch) return undefined
  const differences: string[] = []
  if (loaded.every((rule) => rule.forMs !== experiment.forMs))
    differences.push(`\`for\` is ${formatDuration(loaded[0]?.forMs ?? 0)}, specified is ${formatDuration(experiment.forMs)}`)
  if (loaded.every((rule) => rule.keepFiringForMs !== experiment.keepFiringForMs))
    differences.push(
      `keep_firing_for is ${formatDuration(loaded[0]?.keepFiringForMs ?? 0)}, specified is ${formatDuration(experiment.keepFiringForMs)}`,
    )
  const expressions = loaded.map((rule) => compareExpressions(experiment.expr, rule.query))
  if (expressions.every(({ kind }) => kind !== 'same')) {
    // Of a long expression one number is lost in it.
    const values = expressions.flatMap((each) => (each.kind === 'values' ? each.differences : []))
    differences.push(
      expressions.every(({ kind }) => kind === 'values')
        ? `its expression has ${[...new Set(values)].join(', ')}`
        : `its expression is \`${loaded.map((rule) => rule.query).join('` and `')}\`, specified is \`${experiment.expr}\``,
    )
  }
  if (differences.length === 0) return undefined
  return `The specified condition was true, but the loaded rule ${experiment.alert} differs: ${differences.join('; ')}. Change it in the rule file and reload Prometheus.`
}

function stateLink(room: EvidenceRoom): string | undefined {
  const subject = room.ask('subject')
  if (subject === undefined || room.ask('condition') === undefined) return undefined
  if (subject.episodes.length === 0)
    return 'The condition was true and the loaded rule equals the specification, but ALERTS has no pending sample. Look whether the rule group is evaluated (prometheus_rule_group_iterations_missed_total, rule health).'
  if (subject.episodes.every((episode) => episode.firingAtMs === null))
    return `The alert was pending ${subject.episodes.length} times and never firing: the condition was true for less than \`for\`. Look at \`for\` in the rule file and at gaps in the samples.`
  return undefined
}

function deliveryLink(room: EvidenceRoom, experiment: PlannedExperiment): Diagnosis | undefined {
  const episode = room.ask('subject')?.episodes.find((candidate) => candidate.firingAtMs !== null)
  if (episode === undefined || episode.firingAtMs === null) return undefined
  const firedAtMs = episode.firingAtMs
  const own = (room.ask('notified') ?? []).filter(
    (alert) =>
      alert.labels['alertname'] === experiment.alert && hasLabels(alert.labels, experiment.subject) && alert.arrivedMs >= firedAtMs,
  )
  if (own.some((alert) => alert.receiver === experiment.receiver)) {
    const missing = (experiment.alsoReceivers ?? []).find((receiver) => !own.some((alert) => alert.receiver === receiver))
    return missing === undefined
      ? undefined
      : found(
          `The notification arrived at ${experiment.receiver} and not at ${missing}. Look at \`continue\` of the route to ${experiment.receiver}, and at the routes after it, in alertmanager.yml.`,
          own.map(({ seq }) => seq),
        )
  }
  const elsewhere = [...new Set(own.map((alert) => alert.receiver))]
  const rewritten = relabelLink(room, episode.history.labels)
  if (elsewhere.length > 0)
    return found(
      rewritten ??
        `The notification went to receiver ${elsewhere.join(', ')} instead of ${experiment.receiver}. Look at the routes of alertmanager.yml and at the labels they match (severity is "${episode.history.labels['severity'] ?? ''}").`,
      own.map(({ seq }) => seq),
    )
  if (rewritten !== undefined) return found(rewritten)
  // What was dropped before this alert fired, at a reload say, was another message.
  const dropped = moved(room, /^prometheus_notifications_dropped_total$/, firedAtMs)
  const errors = moved(room, /^prometheus_notifications_errors_total$/, firedAtMs)
  if (dropped > 0 || errors > 0)
    return found(
      `Prometheus could not send to Alertmanager (${countOf(errors, 'send error')}, ${dropped} dropped). Look at the alerting section of prometheus.yml and at Alertmanager's address.`,
      seqsOf(room, /^prometheus_notifications_(dropped|errors)_total$/),
    )
  const sent = moved(room, SENT, firedAtMs)
  const sentSeqs = seqsOf(room, SENT)
  const held = heldBack(room, episode.history)
  if (held !== undefined) return held
  const inAlertmanager = alertmanagerAlerts(room).find((alert) => hasLabels(alert.labels, episode.history.labels))
  if (inAlertmanager !== undefined)
    return found(
      `Alertmanager has the alert (receivers ${inAlertmanager.receivers.join(', ')}) but no notification arrived at ${experiment.receiver}: ${mutedBy(room, experiment.receiver, episode.history.labels, firedAtMs) ?? URL_OF_RECEIVER}`,
      [inAlertmanager.seq],
    )
  if (sawMetric(room, SENT) && sent === 0)
    return found('Prometheus sent no alert: configure an Alertmanager in the alerting section of prometheus.yml.', sentSeqs)
  const asked = room.run.alertmanager.filter(
    (entry) => entry.what === 'alerts' && Array.isArray(entry.body) && entry.atMs > firedAtMs && entry.atMs < (episode.endedMs ?? Infinity),
  )
  if (asked.length > 0 && sent > 0)
    return found(
      `Prometheus counts ${sent} alerts as sent to ${addresses(room, firedAtMs)}, but the Alertmanager that the drill queried did not have this alert. Look at the alerting section of prometheus.yml: it sends to another address, or relabels the alert away.`,
      [...sentSeqs, ...asked.map(({ seq }) => seq)],
    )
  const failed = moved(room, /^alertmanager_notifications_failed_total$/, firedAtMs)
  if (failed > 0)
    return found(
      `Alertmanager could not deliver ${failed} notifications: look at the receiver's URL in alertmanager.yml.`,
      seqsOf(room, /^alertmanager_notifications_failed_total$/),
    )
  return found(
    `The alert fired in Prometheus, but no notification arrived at any receiver. Look at alerting in prometheus.yml (another Alertmanager?) and at route and webhook URL in alertmanager.yml.`,
    sentSeqs,
  )
}

const SENT = /^prometheus_notifications_sent_total$/

function found(text: string, seqs: readonly number[] = []): Diagnosis {
  return { text, seqs: [...new Set(seqs)] }
}

/** Entries of the counters that are meant. */
function seqsOf(room: EvidenceRoom, metric: RegExp): number[] {
  return room.run.health.filter((row) => metric.test(row.metric)).map(({ seq }) => seq)
}

/** What alert_relabel_configs do to the alert before Alertmanager sees it, where that is more than adding labels. */
function relabelLink(room: EvidenceRoom, labels: Record<string, string>): string | undefined {
  const timing = room.ask('timing')
  if (timing?.alertRelabelling === undefined) return undefined
  const sent = sentOf(timing, labels)
  const step = droppedBy(relabellingAsLoaded(timing), labels)
  if (sent.length === 0)
    return `Prometheus drops the alert before it is sent. Look at alert_relabel_configs in the alerting section of prometheus.yml (${step ?? ''}).`
  const [way] = sent
  if (way === undefined || hasLabels(way.labels, labels)) return undefined
  return `Prometheus rewrites the alert before it is sent, Alertmanager has it as ${formatLabels(way.labels)}. Look at alert_relabel_configs in the alerting section of prometheus.yml.`
}

const URL_OF_RECEIVER = "correct that receiver's webhook URL in alertmanager.yml."

/**
 * The time interval that mutes the route which the alert takes, or outside of whose times the route is active, as loaded, at the time of
 * the first notification; Alertmanager says of no alert that it is muted by one.
 */
function mutedBy(room: EvidenceRoom, receiver: string, labels: AlertHistory['labels'], firedAtMs: number): string | undefined {
  const timing = room.ask('timing')
  if (timing?.route === undefined) return undefined
  const { timeIntervals = {} } = timing
  for (const { muteTimes = [], activeTimes = [], groupWaitMs } of routesOfSent(timing.route, timing, labels, receiver)) {
    const atMs = firedAtMs + groupWaitMs
    const holds = (name: string): boolean => covers(timeIntervals[name] ?? [], atMs)
    const mutes = muteTimes.find(holds)
    if (mutes !== undefined)
      return `its route is muted by the time interval ${mutes}, which covers ${clockTime(atMs)}. Correct time_intervals or mute_time_intervals of that route in alertmanager.yml.`
    if (activeTimes.length > 0 && !activeTimes.some(holds))
      return `its route is active in the time intervals ${activeTimes.join(', ')} alone, and none covers ${clockTime(atMs)}. Correct time_intervals or active_time_intervals of that route in alertmanager.yml.`
  }
  return undefined
}

function heldBack(room: EvidenceRoom, history: AlertHistory): Diagnosis | undefined {
  for (const alert of alertmanagerAlerts(room)) {
    if (!hasLabels(alert.labels, history.labels)) continue
    if (alert.inhibitedBy.length > 0)
      return found(
        `Alertmanager inhibited the alert (by ${alert.inhibitedBy.length} other alerts): look at inhibit_rules of alertmanager.yml.`,
        [alert.seq],
      )
    if (alert.silencedBy.length > 0)
      return found(`The alert is silenced in Alertmanager (silence ${alert.silencedBy.join(', ')}): expire it (amtool silence expire).`, [
        alert.seq,
      ])
  }
  return undefined
}

/** /api/v2/alerts entries, leniently: the journal holds any answer of Alertmanager. */
function alertmanagerAlerts(
  room: EvidenceRoom,
): { seq: number; labels: Record<string, string>; receivers: string[]; inhibitedBy: string[]; silencedBy: string[] }[] {
  return room.run.alertmanager
    .filter((entry) => entry.what === 'alerts' && Array.isArray(entry.body))
    .flatMap((entry) =>
      (entry.body as unknown[]).flatMap((item) => {
        if (typeof item !== 'object' || item === null) return []
        const alert = item as {
          labels?: Record<string, string>
          receivers?: { name?: string }[]
          status?: { inhibitedBy?: string[]; silencedBy?: string[] }
        }
        return [
          {
            seq: entry.seq,
            labels: alert.labels ?? {},
            receivers: (alert.receivers ?? []).map((r) => String(r.name)),
            inhibitedBy: alert.status?.inhibitedBy ?? [],
            silencedBy: alert.status?.silencedBy ?? [],
          },
        ]
      }),
    )
}

/** How far a counter moved from an instant on, summed over its series. */
function moved(room: EvidenceRoom, metric: RegExp, fromMs: number): number {
  return room.run.health.filter((row) => metric.test(row.metric)).reduce((sum, { column }) => sum + riseOf(column, fromMs), 0)
}

function riseOf({ timesMs, values }: Column, fromMs: number): number {
  return values.reduce(
    (sum, value, index) => (index > 0 && (timesMs[index] ?? 0) > fromMs ? sum + Math.max(0, value - (values[index - 1] ?? value)) : sum),
    0,
  )
}

/** Where Prometheus has sent to since then, by its own account. */
function addresses(room: EvidenceRoom, fromMs: number): string {
  const own = room.run.health
    .filter(({ metric, column }) => metric === 'prometheus_notifications_sent_total' && riseOf(column, fromMs) > 0)
    .map(({ column }) => column.labels['alertmanager'])
  return [...new Set(own.filter((address) => address !== undefined))].join(' and ') || 'some Alertmanager'
}

function sawMetric(room: EvidenceRoom, metric: RegExp): boolean {
  return room.run.health.some((row) => metric.test(row.metric) && row.column.values.length > 1)
}

/** Six significant digits: enough to compare, short enough to read. */
export function round(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}
