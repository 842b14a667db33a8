import type { JournalBody, JournalEntry, Series } from '../model/journal.ts'
import { NOT_RECORDED } from '../model/journal.ts'
import type { PlannedExperiment, Timing } from '../model/plan.ts'
import { redact } from '../drivers/redact.ts'
import { evaluationIntervalOf, slowestEvaluationMs } from '../promql/loaded-clocks.ts'
import { clockOffsetMs, inPrometheusTime } from '../promql/prometheus-time.ts'
import { entriesOf, experimentsOf } from '../report/page/entries.ts'
import { MISSED } from '../report/page/lanes.ts'
import { isOfTheSame } from '../report/page/live.ts'
import { onGrid, phaseOf } from '../run/experiment/collect-evidence.ts'
import { selectorsOf } from '../run/experiment/signal-samples.ts'
import type { Clock } from '../run/ports.ts'
import type { Connected } from './connect.ts'

/** What Prometheus says now of what a journal has only at the end: for the page of a running drill alone, no verdict is made of it. */
export type Look = (entries: readonly JournalEntry[]) => Promise<JournalEntry[]>

/** An observation walks every rule for every subject at once: no look asks for more conditions than that, the longest unread first. */
export const MOST_VALUES = 12

/** Raw samples take a few queries for each selector of a condition: so many experiments in a look, in turn. */
export const MOST_SAMPLED = 2

/** Samples that were read so far, and until when. */
interface Grown {
  sinceMs: number
  untilMs: number
  series: Map<string, Series>
}

/** What was read, and from when on the next look goes on. */
type More = Pick<Grown, 'untilMs'> & { series: Series[] }

/**
 * ALERTS, missed evaluations, and of each experiment that is walked the value of its condition and the raw samples behind it. Of values
 * only what is new since the look before is asked for; after the journal got its own entries (a second attempt) it begins with what came
 * after them. As in the journal no label has a secret. What is asked for is asked by Prometheus' clock.
 */
export function glimpsing({ prometheus, secrets }: Pick<Connected, 'prometheus' | 'secrets'>, clock: Pick<Clock, 'now'>): Look {
  const known = new Map<string, Grown>()
  const grown = async (key: string, sinceMs: number, read: (fromMs: number) => Promise<More | null>): Promise<Series[]> => {
    const before = known.get(key)
    const own = before?.sinceMs === sinceMs ? before : { sinceMs, untilMs: sinceMs, series: new Map<string, Series>() }
    const more = await read(own.untilMs)
    // Nothing can be new.
    if (more === null) return [...own.series.values()]
    for (const { metric: labels, values } of more.series) {
      const metric = JSON.parse(redact(JSON.stringify(labels), secrets)) as Series['metric']
      const id = JSON.stringify(Object.entries(metric).sort())
      const all = own.series.get(id)?.values ?? []
      const lastS = all.at(-1)?.[0] ?? -Infinity
      own.series.set(id, { metric, values: [...all, ...values.filter(([timeS]) => timeS > lastS && timeS * 1_000 >= sinceMs)] })
    }
    known.set(key, { ...own, untilMs: more.untilMs })
    return [...own.series.values()]
  }
  const sampling = samplesOf({ prometheus, secrets })
  return async (written) => {
    const offsetMs = clockOffsetMs(written)
    const entries = written.map((entry) => inPrometheusTime(entry, offsetMs))
    const header = entriesOf(entries, 'header')[0]
    if (header === undefined) return []
    const { timing } = header.plan
    const nowMs = clock.now() + offsetMs
    const recorded = (body: JournalBody): number => recordedMs(entries, header, body)
    const samples = async (body: Extract<JournalBody, { kind: 'alerts-series' | 'health' }>): Promise<typeof body> => {
      const read = async (fromMs: number): Promise<More | null> => {
        if (nowMs - fromMs < timing.evaluationIntervalMs) return null
        const range = `[${Math.ceil((nowMs - fromMs + overlapMs(timing)) / 1_000)}s]`
        return { series: await prometheus.query(`${body.metric}${range}`, nowMs), untilMs: nowMs }
      }
      return { ...body, series: await grown(body.metric, recorded(body), read) }
    }
    const alerts = await samples({ kind: 'alerts-series', metric: 'ALERTS', series: [] })
    const missed = await samples({ kind: 'health', metric: MISSED, series: [] })
    const values: JournalBody[] = []
    const lastReadMs = ({ id }: PlannedExperiment): number => known.get(id)?.untilMs ?? -Infinity
    const longestUnread = experimentsOf(entries).toSorted((a, b) => lastReadMs(a) - lastReadMs(b))
    let asked = 0
    for (const experiment of longestUnread) {
      const body = { kind: 'evaluated', experiment: experiment.id, what: 'value', expr: experiment.valueExpr } as const
      const stepMs = evaluationIntervalOf(timing, experiment.alert, { ...experiment.labels, ...experiment.subject })
      const walked = walkedOf(entries, experiment, recorded({ ...body, startMs: 0, endMs: 0, stepMs, series: [] }), stepMs)
      if (walked === undefined || experiment.valueExpr === '') continue
      const endMs = Math.min(nowMs, walked.untilMs)
      const grid = phaseOf(alerts.series, [experiment.alert])
      const read = async (fromMs: number): Promise<More | null> => {
        // A grid that has become known since may lie just before the next instant of the one that was assumed.
        const startMs = grid === null ? fromMs : onGrid(fromMs - stepMs + 1, stepMs, grid)
        if (startMs > endMs || asked >= MOST_VALUES) return null
        asked += 1
        const untilMs = startMs + (Math.floor((endMs - startMs) / stepMs) + 1) * stepMs
        return { series: await prometheus.queryRange(experiment.valueExpr, startMs, endMs, stepMs), untilMs }
      }
      const series = await grown(experiment.id, walked.fromMs, read)
      values.push({ ...body, startMs: walked.fromMs, endMs, stepMs, series })
    }
    const raw = await sampling(entries, nowMs)
    return [alerts, missed, ...values, ...raw].map((body): JournalEntry => ({ seq: NOT_RECORDED, atMs: nowMs - offsetMs, ...body }))
  }
}

/** When the journal got what is like this; before it has any, when the drill began. */
function recordedMs(entries: readonly JournalEntry[], { zeroMs }: { zeroMs: number }, body: JournalBody): number {
  return entries.findLast((entry) => isOfTheSame(entry, { seq: NOT_RECORDED, atMs: 0, ...body }))?.atMs ?? zeroMs
}

/**
 * What the conditions of those experiments are made of that are walked, as the journal will have it: each read anew as a whole, in turn.
 */
function samplesOf({ prometheus, secrets }: Pick<Connected, 'prometheus' | 'secrets'>) {
  const known = new Map<string, Extract<JournalBody, { kind: 'signal-samples' }>>()
  return async (entries: readonly JournalEntry[], nowMs: number): Promise<JournalBody[]> => {
    const header = entriesOf(entries, 'header')[0]
    if (header === undefined) return []
    const { timing } = header.plan
    const found: JournalBody[] = []
    let asked = 0
    const readMs = ({ id }: PlannedExperiment): number => known.get(id)?.untilMs ?? -Infinity
    for (const experiment of experimentsOf(entries).toSorted((a, b) => readMs(a) - readMs(b))) {
      const none = { kind: 'signal-samples', experiment: experiment.id, fromMs: 0, untilMs: 0, selectors: [] } as const
      const walked = walkedOf(entries, experiment, recordedMs(entries, header, { ...none, selectors: [] }), timing.evaluationIntervalMs)
      if (walked === undefined || experiment.expr === '') continue
      const untilMs = Math.min(nowMs, walked.endedMs + timing.scrapeIntervalMs + timing.evaluationIntervalMs)
      const before = known.get(experiment.id)
      const isOfThisAttempt = before?.fromMs === walked.beganMs
      // Its last samples come once its legs are over.
      const dueMs = isOfThisAttempt ? before.untilMs + (untilMs < nowMs ? 1 : timing.scrapeIntervalMs) : -Infinity
      const isNew = untilMs >= dueMs
      if (isNew && asked < MOST_SAMPLED) {
        asked += 1
        const read = await selectorsOf(experiment, { fromMs: walked.beganMs, untilMs }, timing, prometheus)
        const body = { ...none, fromMs: walked.beganMs, untilMs, ...read }
        known.set(experiment.id, JSON.parse(redact(JSON.stringify(body), secrets)) as typeof body)
      } else if (!isOfThisAttempt) continue
      found.push(known.get(experiment.id)!)
    }
    return found
  }
}

/** A sample may be committed after the look in whose time it lies. */
function overlapMs(timing: Timing): number {
  return slowestEvaluationMs(timing) + timing.scrapeIntervalMs
}

/**
 * From a little before its first leg since `sinceMs` until a little after its last; undefined: it was not walked since. `beganMs`,
 * `endedMs`: its legs alone; Infinity while they go on.
 */
function walkedOf(
  entries: readonly JournalEntry[],
  { id, durationMs }: PlannedExperiment,
  sinceMs: number,
  stepMs: number,
): { fromMs: number; untilMs: number; beganMs: number; endedMs: number } | undefined {
  const legs = entriesOf(entries, 'leg').filter(({ experiment, atMs }) => experiment === id && atMs >= sinceMs)
  const [first, last] = [legs[0], legs.at(-1)]
  if (first === undefined || last === undefined) return undefined
  // As much as its chart has in sight around its legs.
  const marginMs = Math.max(2 * stepMs, 0.05 * Math.max(durationMs, last.atMs - first.atMs))
  const endedMs = last.phase === 'begin' ? Infinity : last.atMs
  return { fromMs: first.atMs - 0.05 * durationMs, untilMs: endedMs + marginMs, beganMs: first.atMs, endedMs }
}
