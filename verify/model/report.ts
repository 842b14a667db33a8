import type { JournalBody } from './journal.ts'
import type { Delay } from './past-runs.ts'
import type { PlannedTurn } from './plan.ts'
import type { Rung } from './rung.ts'
import type { Labels, Unreviewed } from './spec.ts'
import type { Verdict, VerdictStatus } from './verdict.ts'

/** One thing that is wrong. */
export interface Cause {
  /** The verdict nearest to it: its observed and diagnosis say what to change. */
  root: Verdict
  /** The same finding at other subjects. */
  also: Verdict[]
  /** Verdicts that only follow from it. */
  consequences: Verdict[]
}

/** Names the schema of report.json, docs/report.schema.json; the number rises when a field is gone or means something else. */
export const REPORT_SCHEMA = 'urn:firedrill:report:1'

/** report.json. Times are unix ms, pointers are sequence numbers of journal.ndjson. */
export interface ReportFile extends Report {
  $schema: typeof REPORT_SCHEMA
}

export interface Report {
  runId: string
  tool: string
  target: string
  /** Nothing was injected: what happened anyway was judged. */
  observe?: true
  speed: number
  startedMs: number
  endedMs: number
  ended: string
  outcome: VerdictStatus
  exitCode: number
  counts: Record<VerdictStatus, number>
  /** What is wrong, not what follows from it; of the unknown verdicts when nothing failed. */
  causes: Cause[]
  rules: RuleReport[]
  /** Absent in older journals. */
  turn?: PlannedTurn
  /** Rules that were copied from what is deployed and not read since; absent: every rule is reviewed. */
  unreviewed?: Unreviewed
  /** Lint and simulate of what is deployed, before the drill; absent: neither was run. */
  rungs?: Rung[]
  /** Traces, logs, delivery and drill-wide verdicts. */
  others: Verdict[]
  components: Record<string, string>
  /** The verifier's own trace. */
  selfTraceId?: string
  plan: { makespanMs: number; lowerBoundMs: number; criticalPath: string[] }
  /** Absent where no earlier run of this target at this speed is known. */
  history?: History
  problems: string[]
}

export interface RuleReport {
  alert: string
  severity: string
  because: string
  outcome: VerdictStatus
  experiments: ExperimentReport[]
  /** All that the rule holds for. Absent in reports of older journals. */
  subjects?: SubjectReport[]
}

export interface SubjectReport {
  labels: Labels
  /** When its alert last fired, unix ms, and in which run; null: in none that is known. */
  last: { atMs: number; runId: string } | null
  /** Experiments, drilled or not, that make it fire. */
  by: string[]
}

export interface ExperimentReport {
  id: string
  title: string
  outcome: VerdictStatus
  verdicts: Verdict[]
  /** What happened when, unix ms; for timelines. */
  timeline: { atMs: number; what: string; pointer: number }[]
  /** Windows and observations side by side, unix ms. */
  windows: NonNullable<Verdict['window']>[]
  /** What the other signals said when its alert fired; one an alert instance. */
  moments: Moment[]
}

type AlertLogs = Extract<JournalBody, { kind: 'alert-logs' }>

export interface Moment extends Pick<AlertLogs, 'alert' | 'labels' | 'services' | 'fromMs' | 'untilMs' | 'query' | 'more' | 'error'> {
  /** What joins the signals: k6 sends it with every request, spans and lines carry it. */
  runId: string
  /** Sequence number of the journal's alert-logs entry. */
  pointer: number
  /** The specification's value at the last evaluation before or at the firing. */
  metric: { value: string; comparator: string; threshold: number; atMs: number; pointer: number } | null
  /** Lines of WARN and worse; a lower bound when `more`. `of`: the experiment whose request a line is about, by its run id or its trace. */
  count: number
  lines: { atMs: number; service: string; level: string; text: string; traceId: string | null; of: string }[]
  /** Of the requests that the experiment sent. */
  traces: { atMs: number; service: string; operation: string; status: string; durationMs: number; error: boolean; traceId: string }[]
}

/** The last runs of this target at this speed. */
export interface History {
  /** Oldest first; the last one is this run. */
  runs: { runId: string; startedMs: number; outcome: VerdictStatus }[]
  experiments: ExperimentHistory[]
}

export interface ExperimentHistory {
  id: string
  alert: string
  /** One for each run; null: not drilled in it. */
  outcomes: (VerdictStatus | null)[]
  trends: Trend[]
}

/** A delay over the runs in which it was judged to be in time; a drift only where the last point is of this run. */
export interface Trend {
  what: Delay['what']
  /** `run` is an index of History.runs. */
  points: { run: number; ms: number; earliestMs: number; latestMs: number }[]
  drift?: Drift
}

/** Medians in ms, of how many runs each is, and their distance as a share of the legal window's width; negative: the delay got shorter. */
export interface Drift {
  newestMs: number
  newest: number
  olderMs: number
  older: number
  share: number
}
