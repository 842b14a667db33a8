import type { JournalEntry } from '../../model/journal.ts'
import type { Cockpit, Live, Page } from '../../model/page.ts'
import type { LegName, PlacedWindow } from '../../model/plan.ts'
import { clockOffsetMs, inPrometheusTime } from '../../promql/prometheus-time.ts'
import { statusAbout, summarise } from '../summarise.ts'
import { entriesOf, experimentsOf } from './entries.ts'
import type { Entry } from './entries.ts'
import { drawnOf } from './make-page.ts'
import { marksSoFar } from './marks-so-far.ts'
import { windowBar } from './page-signals.ts'

const AWAITED: Record<LegName, string> = {
  before: 'the steady state',
  quiet: 'the end of the near miss: no alert may fire',
  settle: 'the condition to be false again',
  fire: 'firing at a receiver',
  clear: 'resolved at a receiver',
  observe: 'the end of the observation',
}

/**
 * The page of a drill that runs, from the entries so far; `nowMs` is the verifier's clock. `glimpses`: what Prometheus says meanwhile of
 * what the journal has only at the end. They are drawn as the journal's own entries will be, until those come. `windows`: by experiment.
 * All times of the page are by Prometheus' clock, as samples and windows are.
 */
export function livePageOf(
  entries: readonly JournalEntry[],
  nowMs: number,
  cockpit?: Cockpit,
  glimpses: readonly JournalEntry[] = [],
  windows: ReadonlyMap<string, readonly PlacedWindow[]> = new Map(),
): Page {
  const known = entries.filter(({ kind }) => GLIMPSED.has(kind))
  const ahead = glimpses.filter((glimpse) => !known.some((entry) => entry.atMs >= glimpse.atMs && isOfTheSame(entry, glimpse)))
  const offsetMs = clockOffsetMs(entries)
  const own = entries.map((entry) => inPrometheusTime(entry, offsetMs))
  const theirNowMs = nowMs + offsetMs
  const journal = { entries: [...own, ...ahead.map((entry) => inPrometheusTime(entry, offsetMs))], problems: [] }
  const drawn = drawnOf(journal, summarise(journal, []), Math.max(theirNowMs, own.at(-1)?.atMs ?? theirNowMs))
  const page = { ...drawn, signals: signalsSoFar(drawn.signals, journal.entries, windows) }
  const live = liveOf(own, theirNowMs)
  return cockpit === undefined
    ? { ...page, sentence: 'The drill is running.', live }
    : { ...page, sentence: 'Game day.', live: { ...live, cockpit: cockpitBy(cockpit, offsetMs) } }
}

/** What is in effect, by the same clock as all else of the page. */
function cockpitBy(cockpit: Cockpit, offsetMs: number): Cockpit {
  if (offsetMs === 0) return cockpit
  const later = (atMs: number): number => atMs + offsetMs
  return {
    ...cockpit,
    pausedMs: cockpit.pausedMs === null ? null : later(cockpit.pausedMs),
    active: cockpit.active.map(({ sinceMs, untilMs, ...each }) => ({
      ...each,
      sinceMs: later(sinceMs),
      ...(untilMs === undefined ? {} : { untilMs: later(untilMs) }),
    })),
  }
}

const GLIMPSED = new Set<JournalEntry['kind']>(['alerts-series', 'health', 'evaluated', 'signal-samples'])

/** What a verdict will say: in which windows something is awaited, and what of it has come. */
function signalsSoFar(
  signals: Page['signals'],
  entries: readonly JournalEntry[],
  windows: ReadonlyMap<string, readonly PlacedWindow[]>,
): Page['signals'] {
  const experiments = new Map(experimentsOf(entries).map((experiment) => [experiment.id, experiment]))
  return Object.fromEntries(
    Object.entries(signals).map(([id, signal]) => {
      const experiment = experiments.get(id)
      if (experiment === undefined) return [id, signal]
      const bars = (windows.get(id) ?? []).map(({ what, earliestMs, latestMs, pointer }) => windowBar(what, earliestMs, latestMs, pointer))
      return [id, { ...signal, windows: bars, marks: marksSoFar(entries, experiment) }]
    }),
  )
}

/** Whether one has what the other has, of another moment. */
export function isOfTheSame(a: JournalEntry, b: JournalEntry): boolean {
  if (a.kind === 'evaluated') return b.kind === a.kind && b.experiment === a.experiment && b.what === a.what
  if (a.kind === 'signal-samples') return b.kind === a.kind && b.experiment === a.experiment
  return (a.kind === 'alerts-series' || a.kind === 'health') && b.kind === a.kind && b.metric === a.metric
}

/** Every leg that has begun and not ended, with what ends it and when it ends at the latest. */
function liveOf(entries: readonly JournalEntry[], nowMs: number): Live {
  const header = entriesOf(entries, 'header')[0]
  const undemanded = new Set(
    entriesOf(entries, 'by-hand').flatMap(({ experiment, unjudged }) => (unjudged === undefined ? [] : [experiment.id])),
  )
  const experiments = experimentsOf(entries)
  const byHand = new Set(entriesOf(entries, 'by-hand').map(({ experiment }) => experiment.id))
  const planned = new Map(experiments.map((experiment) => [experiment.id, undemanded.has(experiment.id) ? [] : experiment.legs]))
  const open = new Map<string, Live['awaited'][number] & { sinceMs: number }>()
  for (const entry of entriesOf(entries, 'leg')) {
    const key = `${entry.experiment} ${entry.leg}`
    const leg = planned.get(entry.experiment)?.find(({ name }) => name === entry.leg)
    if (entry.phase === 'end') open.delete(key)
    else if (leg !== undefined)
      open.set(key, {
        experiment: entry.experiment,
        leg: leg.name,
        what: AWAITED[leg.name],
        sinceMs: entry.atMs,
        untilMs: entry.atMs + leg.holdMs,
      })
  }
  // By hand a fire leg goes on until it is undone: after its notification nothing is awaited.
  for (const { experiment, leg, sinceMs } of open.values()) {
    const own = leg === 'fire' && byHand.has(experiment) ? experiments.find(({ id }) => id === experiment) : undefined
    const notified = (entry: Entry<'notification'>): boolean =>
      own !== undefined && entry.arrivedMs >= sinceMs && statusAbout(entry.body, own) === 'firing'
    if (entriesOf(entries, 'notification').some(notified)) open.delete(`${experiment} ${leg}`)
  }
  const untilMs = Math.max(nowMs, (header?.zeroMs ?? nowMs) + (header?.plan.makespanMs ?? 0))
  const awaited = [...open.values()].map(({ sinceMs: _, ...each }) => each).sort((a, b) => a.untilMs - b.untilMs)
  return { nowMs, untilMs, awaited }
}
