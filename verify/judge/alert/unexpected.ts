import type { Timing } from '../../model/plan.ts'
import type { Labels, Spec } from '../../model/spec.ts'
import type { Span } from '../drill-check.ts'
import { hasLabels } from '../../promql/labels.ts'
import type { AlertHistory, Notified, ScrapeColumn } from '../record/recorder.ts'
import { cutScrapes, stopsScrapesOf } from './cut-scrape.ts'
import type { CutScrape } from './cut-scrape.ts'
import { episodesOf, lastAtOrBefore } from './episodes.ts'
import { remembered } from '../../text/remembered.ts'

/** Something that fired or was notified and that no experiment lists. */
export interface Stray {
  atMs: number
  labels: Labels
  what: string
  pointers: number[]
}

/** What one experiment says of one alert: it must or may fire from its earliest fire leg on. */
interface Announcement {
  labels: Labels
  fromMs: number
}

/** Attempts of one experiment, ascending: one begins when the one before has ended. */
interface Attempts {
  spans: Span[]
  beginsMs: number[]
}

/** What is looked up for each alert and each message of a drill, of any number of experiments. */
interface Index {
  attempts: Attempts[]
  /** By the alert that the experiment is about. */
  byAlert: ReadonlyMap<string, Attempts[]>
  announced: ReadonlyMap<string, Announcement[]>
}

const indexOf = remembered((all: readonly Span[]): Index => {
  const attempts = [...Map.groupBy(all, ({ experiment }) => experiment).values()].map((own) => {
    const spans = own.toSorted((a, b) => a.beginMs - b.beginMs)
    return { spans, beginsMs: spans.map(({ beginMs }) => beginMs) }
  })
  const announcements = attempts.flatMap(({ spans }) => {
    // All that matters for what it announced, however often it was tried again.
    const fromMs = Math.min(...spans.map(({ fireFromMs }) => fireFromMs))
    const { experiment } = spans[0]!
    const refs = [{ alert: experiment.alert, labels: experiment.subject }, ...experiment.alsoMust, ...experiment.may]
    return refs.map(({ alert, labels }) => ({ alert, labels, fromMs }))
  })
  return {
    attempts,
    byAlert: Map.groupBy(attempts, ({ spans }) => spans[0]!.experiment.alert),
    announced: Map.groupBy(announcements, ({ alert }) => alert),
  }
})

/** Whether some experiment that ran around that instant must or may make this alert fire. */
function announced(spans: readonly Span[], labels: Labels, atMs: number): boolean {
  return (indexOf(spans).announced.get(labels['alertname'] ?? '') ?? []).some(
    (each) => atMs >= each.fromMs && hasLabels(labels, each.labels),
  )
}

/** Firing episodes and messages that no experiment lists, oldest first. The answer is shared: do not change it. */
export function straysOf(spans: readonly Span[], alerts: readonly AlertHistory[], notified: readonly Notified[], stepMs: number): Stray[] {
  return straysIn(spans)(alerts)(notified)(stepMs)
}

/** Every experiment of a drill is asked about the same alerts and messages. */
const straysIn = remembered((spans: readonly Span[]) =>
  remembered((alerts: readonly AlertHistory[]) =>
    remembered((notified: readonly Notified[]) => remembered((stepMs: number) => findStrays(spans, alerts, notified, stepMs))),
  ),
)

function findStrays(spans: readonly Span[], alerts: readonly AlertHistory[], notified: readonly Notified[], stepMs: number): Stray[] {
  const strays: Stray[] = []
  for (const history of alerts) {
    for (const episode of episodesOf(history, stepMs, Infinity)) {
      if (
        episode.firingAtMs === null ||
        announced(spans, history.labels, episode.firingAtMs) ||
        quietLegsOwn(spans, history.labels, episode.activeAtMs)
      )
        continue
      strays.push({ atMs: episode.activeAtMs, labels: history.labels, what: 'fired', pointers: history.seqs })
    }
  }
  const beganMs = Math.min(...spans.map((span) => span.beginMs))
  // What was active before the first experiment is healthy-start's finding, however often it is notified.
  const older = alerts.filter((history) => history.timesMs.some((atMs) => atMs < beganMs))
  for (const alert of notified) {
    if (alert.startsAtMs !== undefined && alert.startsAtMs < beganMs && older.some((history) => hasLabels(alert.labels, history.labels)))
      continue
    const aboutMs = alert.startsAtMs ?? alert.arrivedMs
    if (announced(spans, alert.labels, aboutMs) || quietLegsOwn(spans, alert.labels, aboutMs)) continue
    // What fired here is listed above already; a message may also be about an alert that ALERTS never showed.
    if (strays.some((stray) => stray.what === 'fired' && hasLabels(alert.labels, stray.labels))) continue
    strays.push({ atMs: alert.arrivedMs, labels: alert.labels, what: `was notified to ${alert.receiver}`, pointers: [alert.seq] })
  }
  return strays.sort((a, b) => a.atMs - b.atMs)
}

/** Of each experiment the last attempt that had begun by then. */
function begunBy(attempts: readonly Attempts[], atMs: number): Span[] {
  return attempts.flatMap(({ spans, beginsMs }) => spans[lastAtOrBefore(beginsMs, atMs)] ?? [])
}

/** An experiment's own alert firing before its fire leg is the finding of stayed-quiet, not one more. */
function quietLegsOwn(spans: readonly Span[], labels: Labels, atMs: number): boolean {
  return begunBy(indexOf(spans).byAlert.get(labels['alertname'] ?? '') ?? [], atMs).some(
    ({ experiment, fireFromMs }) => hasLabels(labels, experiment.subject) && atMs < fireFromMs,
  )
}

/**
 * The experiments a stray is blamed on: those under way when it began; of several, those that name a label value it carries (the same job,
 * say),
 * and all of them when none does. Empty: it belongs to no experiment.
 */
export function blamed(spans: readonly Span[], stray: Stray): readonly Span[] {
  return blamedIn(spans)(stray)
}

/** Every experiment asks whether it is one of them. */
const blamedIn = remembered((spans: readonly Span[]) => remembered((stray: Stray) => blamedOf(spans, stray)))

function blamedOf(spans: readonly Span[], stray: Stray): Span[] {
  const underWay = begunBy(indexOf(spans).attempts, stray.atMs).filter(({ endMs }) => stray.atMs <= endMs)
  const related = underWay.filter(({ experiment }) =>
    Object.entries(experiment.subject).some(([name, value]) => name !== 'severity' && stray.labels[name] === value),
  )
  return related.length > 0 ? related : underWay
}

/** How long before and after the stray's begin its scrapes are looked at, in scrape intervals. */
const AROUND = 10

/**
 * The scrape that ran into a timeout which only the compressed configuration has: what went off on such a target says that this speed is
 * too high, not that a promise was broken. Not for a target that an experiment under way stops or hangs: there the fault is
 * the cause. Under a fault that only slows it down, the scrape may well have ended within the timeout as deployed.
 */
export function cutBehind(
  stray: Stray,
  spans: readonly Span[],
  scrapes: readonly ScrapeColumn[],
  timing: Timing,
  spec: Spec,
): CutScrape | undefined {
  const job = stray.labels['job']
  if (job === undefined || blamed(spans, stray).some(({ experiment }) => stopsScrapesOf(experiment, job, spec.platform))) return undefined
  const aroundMs = AROUND * (timing.jobs[job] ?? timing).scrapeIntervalMs
  return cutScrapes(scrapes, timing, spec, {
    job,
    instance: stray.labels['instance'],
    fromMs: stray.atMs - aroundMs,
    untilMs: stray.atMs + aroundMs,
  })[0]
}
