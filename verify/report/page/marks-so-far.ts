import type { JournalEntry } from '../../model/journal.ts'
import type { Mark } from '../../model/page.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import { evaluationIntervalOf } from '../../promql/loaded-clocks.ts'
import { statusAbout } from '../summarise.ts'
import { entriesOf, seriesOf } from './entries.ts'
import { missedMarks, resolvedAt, runsOf } from './lanes.ts'
import { markOf } from './page-signals.ts'

/** What ALERTS and the receiver have of an experiment's alert since its last fire leg began: the verdicts come at the end. */
export function marksSoFar(entries: readonly JournalEntry[], experiment: PlannedExperiment): Mark[] {
  const fireMs = entriesOf(entries, 'leg').findLast(
    (entry) => entry.experiment === experiment.id && entry.leg === 'fire' && entry.phase === 'begin',
  )?.atMs
  if (fireMs === undefined) return []
  const seen = [...alertMarks(entries, experiment, fireMs), ...notifiedMarks(entries, experiment, fireMs)]
  return seen.sort((a, b) => a.atMs - b.atMs)
}

/** The first of each: a re-notification, or a second episode, is in the lanes. */
function alertMarks(entries: readonly JournalEntry[], { alert, labels, subject }: PlannedExperiment, fireMs: number): Mark[] {
  const timing = entriesOf(entries, 'header')[0]?.plan.timing
  const entry = entriesOf(entries, 'alerts-series').findLast(({ metric }) => metric === 'ALERTS')
  if (entry === undefined || timing === undefined) return []
  const own = seriesOf(entry).filter(
    ({ metric }) => metric['alertname'] === alert && Object.entries(subject).every(([name, value]) => metric[name] === value),
  )
  const timesOf = (state: string): number[] =>
    own
      .filter(({ metric }) => metric['alertstate'] === state)
      .flatMap(({ values }) => values.map(([timeS]) => timeS * 1_000).filter((atMs) => atMs >= fireMs))
      .sort((a, b) => a - b)
  const [pending, firing] = [timesOf('pending'), timesOf('firing')]
  // Without `for` it fires at once.
  const began = Math.min(pending[0] ?? Infinity, firing[0] ?? Infinity)
  const stepMs = evaluationIntervalOf(timing, alert, { ...labels, ...subject })
  const [resolved] = resolvedAt(runsOf(firing), stepMs, entry.atMs, missedMarks(entries))
  return [
    ...(began === Infinity ? [] : [markOf('pending', began, entry.seq)]),
    ...(firing[0] === undefined ? [] : [markOf('firing', firing[0], entry.seq)]),
    ...(resolved === undefined ? [] : [markOf('resolved', resolved, entry.seq)]),
  ]
}

function notifiedMarks(entries: readonly JournalEntry[], experiment: PlannedExperiment, fireMs: number): Mark[] {
  const own = entriesOf(entries, 'notification').flatMap(({ arrivedMs, receiver, body, seq }) => {
    const status = receiver === experiment.receiver && arrivedMs >= fireMs ? statusAbout(body, experiment) : undefined
    return status === undefined ? [] : [{ arrivedMs, seq, status }]
  })
  const fired = own.find(({ status }) => status === 'firing')
  if (fired === undefined) return []
  const resolved = own.find(({ status, arrivedMs }) => status === 'resolved' && arrivedMs >= fired.arrivedMs)
  return [
    markOf('notified', fired.arrivedMs, fired.seq),
    ...(resolved === undefined ? [] : [markOf('resolved notified', resolved.arrivedMs, resolved.seq)]),
  ]
}
