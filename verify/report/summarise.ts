import type { Journal, JournalEntry } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ExperimentReport, Report, RuleReport } from '../model/report.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { unreviewedIn } from '../text/unreviewed.ts'
import { causesOf } from './causes.ts'
import { momentsOf } from './moment.ts'
import { wholeRungs } from './rung-status.ts'
import { firedIn, subjectReports } from './subject-reports.ts'
import { historyOf } from './trends.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

const REPORTED = new Set<JournalEntry['kind']>([
  'header',
  'leg',
  'fault',
  'load',
  'notification',
  'alert-logs',
  'source-error',
  'note',
  'self-trace',
  'footer',
  'confirmation',
  'by-hand',
])

/** Whether `summarise` looks at this entry: a caller that streams a big journal need not keep the others. */
export function isReported(entry: JournalEntry): boolean {
  // Of what was evaluated only the value is shown, beside the moment at which its alert fired.
  return REPORTED.has(entry.kind) || (entry.kind === 'evaluated' && entry.what === 'value')
}

/** What `summarise` looks at in an entry: of a load not its figures, of a message the labels and the status of its alerts. */
export function reportedPart(entry: JournalEntry): JournalEntry {
  if (entry.kind === 'load') {
    const { summary: _, ...rest } = entry
    return rest
  }
  if (entry.kind !== 'notification') return entry
  const alerts =
    typeof entry.body === 'object' && entry.body !== null && 'alerts' in entry.body && Array.isArray(entry.body.alerts)
      ? (entry.body.alerts as unknown[])
      : []
  const part = (alert: unknown): unknown => {
    if (typeof alert !== 'object' || alert === null) return null
    const { status, labels } = alert as { status?: unknown; labels?: unknown }
    return { ...(status === undefined ? {} : { status }), ...(labels === undefined ? {} : { labels }) }
  }
  return { ...entry, headers: {}, body: { alerts: alerts.map(part) } }
}

/** Worst first. */
const RANK: VerdictStatus[] = ['fail', 'unknown', 'pass', 'skipped']

/** So many notes are read by anybody. */
const MOST_NOTES = 200

/** A drill that tries again notes the same again. */
function onceEach(notes: readonly string[]): string[] {
  const texts = [...Map.groupBy(notes, (note) => note)].map(([note, same]) => (same.length === 1 ? note : `${note} (${same.length} times)`))
  const more = texts.length - MOST_NOTES
  return more <= 0 ? texts : [...texts.slice(0, MOST_NOTES), `${more} further notes are in the journal alone`]
}

/** Journal and verdicts -> what every format is rendered from, with the outcome and the exit code. */
export function summarise(journal: Journal, verdicts: readonly Verdict[]): Report {
  const of = <K extends JournalEntry['kind']>(kind: K): Entry<K>[] =>
    journal.entries.filter((entry): entry is Entry<K> => entry.kind === kind)
  const header = of('header')[0]
  const footer = of('footer').at(-1)
  const plan = header?.plan
  const counts: Record<VerdictStatus, number> = { pass: 0, fail: 0, unknown: 0, skipped: 0 }
  for (const verdict of verdicts) counts[verdict.status]++
  const ended = footer?.ended ?? 'cut off'
  const completed = ended === 'completed'
  const worst = plan?.gameday === true && nothingDemanded(verdicts) ? 'skipped' : outcomeOf(verdicts)
  // A run that did not end says nothing about what it did not reach, and one without a verdict has shown nothing at all.
  // Nor does a journal with a hole: what is missing may have been a notification that had to stay away.
  const outcome: VerdictStatus =
    worst === 'fail'
      ? 'fail'
      : !completed || journal.problems.length > 0 || verdicts.length === 0 || (worst === 'skipped' && plan?.gameday !== true)
        ? 'unknown'
        : worst
  const exitCode = ended === 'interrupted' ? 130 : outcome === 'fail' ? 1 : outcome === 'unknown' ? 3 : 0

  const experiments = [
    ...(plan?.experiments ?? []),
    ...of('confirmation').flatMap((entry) => entry.experiments),
    ...of('by-hand').map((entry) => entry.experiment),
  ]
  const ids = new Set(experiments.map((experiment) => experiment.id))
  // Those without an experiment are named as not drilled.
  const alerts = [...new Set([...experiments, ...(plan?.subjects ?? [])].map(({ alert }) => alert))].filter(
    (alert) =>
      experiments.some((experiment) => experiment.alert === alert) ||
      header?.spec.rules.some((rule) => rule.alert === alert && rule.experiments.length === 0) === true,
  )
  const runId = header?.runId ?? 'unknown'
  const all = experiments.map((experiment) => experimentReport(experiment, verdicts, journal.entries, runId))
  const fired = [...(header?.lastFired ?? []), ...firedIn(runId, experiments, all)]
  const rules = alerts.map((alert): RuleReport => {
    const own = experiments.filter((experiment) => experiment.alert === alert)
    const reports = all.filter(({ id }) => own.some((experiment) => experiment.id === id))
    const spec = header?.spec.rules.find((rule) => rule.alert === alert)
    return {
      alert,
      severity: spec?.labels['severity'] ?? own[0]?.labels['severity'] ?? '',
      because: spec?.because ?? '',
      outcome: outcomeOf(reports.flatMap((report) => report.verdicts)),
      experiments: reports,
      ...(plan?.subjects === undefined ? {} : { subjects: subjectReports(alert, plan.subjects, fired) }),
    }
  })
  const selfTrace = of('self-trace').at(-1)?.traceId
  const times = journal.entries.map((entry) => entry.atMs)
  const startedMs = header?.atMs ?? times[0] ?? 0
  // What was confirmed alone has a name that no other run has.
  const unconfirmed = (rule: RuleReport): RuleReport => ({
    ...rule,
    experiments: rule.experiments.filter(({ id }) => plan?.experiments.some((experiment) => experiment.id === id)),
  })
  const rungs = wholeRungs(header?.rungs)
  const unreviewed = unreviewedIn(header?.spec)
  const past = Array.isArray(header?.past) ? header.past.filter((drill) => Array.isArray(drill?.results)) : []
  return {
    runId,
    tool: header?.tool ?? 'unknown',
    target: header?.target ?? 'unknown',
    ...(plan?.observe === true ? { observe: true as const } : {}),
    speed: plan?.speed ?? 1,
    startedMs,
    endedMs: times.reduce((a, b) => (b > a ? b : a), header?.atMs ?? 0),
    ended,
    outcome,
    exitCode,
    counts,
    causes: causesOf(verdicts),
    rules,
    ...(plan?.turn === undefined ? {} : { turn: plan.turn }),
    ...(unreviewed === undefined ? {} : { unreviewed }),
    ...(rungs.length === 0 ? {} : { rungs }),
    others: verdicts.filter((verdict) => !ids.has(verdict.subject)),
    components: header?.components ?? {},
    ...(selfTrace === undefined ? {} : { selfTraceId: selfTrace }),
    plan: { makespanMs: plan?.makespanMs ?? 0, lowerBoundMs: plan?.lowerBoundMs ?? 0, criticalPath: plan?.criticalPath ?? [] },
    ...(past.length === 0 ? {} : { history: historyOf(past, { runId, startedMs, outcome, rules: rules.map(unconfirmed) }) }),
    problems: [
      ...journal.problems,
      ...onceEach(of('note').map((note) => `${note.experiment === undefined ? '' : `${note.experiment}: `}${note.message}`)),
      ...of('source-error').map((error) => `${error.source}${error.experiment === null ? '' : ` (${error.experiment})`}: ${error.message}`),
      ...(footer?.detail === undefined ? [] : [footer.detail]),
    ],
  }
}

/** Of a game day: no alert was demanded to fire, so that all went well says nothing of any rule. */
function nothingDemanded(verdicts: readonly Verdict[]): boolean {
  return (
    verdicts.every(({ check, status }) => check !== 'alert-fired' || status === 'skipped') &&
    verdicts.every(({ status }) => status === 'pass' || status === 'skipped')
  )
}

/** fail over unknown over pass; skipped only when there is nothing else. */
export function outcomeOf(verdicts: readonly { status: VerdictStatus }[]): VerdictStatus {
  return RANK.find((status) => verdicts.some((verdict) => verdict.status === status)) ?? 'skipped'
}

function experimentReport(
  experiment: PlannedExperiment,
  all: readonly Verdict[],
  journal: readonly JournalEntry[],
  runId: string,
): ExperimentReport {
  const verdicts = all.filter((verdict) => verdict.subject === experiment.id)
  // A note about an experiment begins another attempt; the one before is in the journal only.
  const note = journal.findLast((entry): entry is Entry<'note'> => entry.kind === 'note' && entry.experiment === experiment.id)
  const entries = note === undefined ? journal : journal.filter((entry) => entry.seq >= note.seq)
  const own = entries.filter((entry): entry is Entry<'leg'> => entry.kind === 'leg' && entry.experiment === experiment.id)
  const fromMs = own[0]?.atMs ?? 0
  const untilMs = own.at(-1)?.atMs ?? 0
  const timeline: ExperimentReport['timeline'] = []
  for (const entry of entries) {
    switch (entry.kind) {
      case 'note':
        if (entry === note) timeline.push({ atMs: entry.atMs, what: entry.message, pointer: entry.seq })
        break
      case 'leg':
        if (entry.experiment === experiment.id)
          timeline.push({
            atMs: entry.atMs,
            what: `leg ${entry.leg} ${entry.phase === 'begin' ? 'begins' : `ends (${entry.ended ?? 'held'})`}`,
            pointer: entry.seq,
          })
        break
      case 'fault':
        if (entry.experiment === experiment.id)
          timeline.push({
            atMs: entry.effectiveMs,
            what: `${entry.fault} on ${entry.target} ${entry.phase === 'inject' ? 'in effect' : 'undone'}${entry.ok ? '' : ' (failed)'}`,
            pointer: entry.seq,
          })
        break
      case 'load':
        if (entry.experiment === experiment.id)
          timeline.push({
            atMs: entry.atMs,
            what: `load ${entry.scenario} ${entry.phase === 'begin' ? 'begins' : 'ends'}`,
            pointer: entry.seq,
          })
        break
      case 'notification': {
        if (entry.arrivedMs < fromMs || entry.arrivedMs > untilMs + 60_000) break
        const status = statusAbout(entry.body, experiment)
        if (status !== undefined)
          timeline.push({ atMs: entry.arrivedMs, what: `message (${status}) at ${entry.receiver}`, pointer: entry.seq })
        break
      }
      default:
    }
  }
  const windows: ExperimentReport['windows'] = []
  for (const verdict of verdicts) {
    if (verdict.window === undefined) continue
    windows.push({ ...verdict.window })
    const { what, observedMs } = verdict.window
    // Messages are in the timeline with their own entry already.
    if (observedMs !== null && !what.includes('notified'))
      timeline.push({ atMs: observedMs, what: `alert ${what}`, pointer: verdict.pointers.at(-1) ?? 0 })
  }
  timeline.sort((a, b) => a.atMs - b.atMs || a.pointer - b.pointer)
  windows.sort((a, b) => a.earliestMs - b.earliestMs)
  const firing = windows.find(({ what }) => what === 'firing')
  return {
    id: experiment.id,
    title: experiment.title,
    outcome: outcomeOf(verdicts),
    verdicts,
    timeline,
    windows,
    moments: momentsOf(experiment, entries, firing?.observedMs ?? null, runId),
  }
}

/** firing or resolved, when the message speaks of this experiment's alert instance. */
export function statusAbout(body: unknown, experiment: PlannedExperiment): 'firing' | 'resolved' | undefined {
  if (typeof body !== 'object' || body === null || !('alerts' in body) || !Array.isArray(body.alerts)) return undefined
  for (const alert of body.alerts as unknown[]) {
    if (typeof alert !== 'object' || alert === null || !('labels' in alert) || typeof alert.labels !== 'object' || alert.labels === null)
      continue
    const labels = alert.labels as Record<string, unknown>
    if (labels['alertname'] === experiment.alert && Object.entries(experiment.subject).every(([name, value]) => labels[name] === value)) {
      return 'status' in alert && alert.status === 'resolved' ? 'resolved' : 'firing'
    }
  }
  return undefined
}
