import type { Verdict, VerdictStatus } from './verdict.ts'

export interface Report {
  runId: string
  tool: string
  target: string
  speed: number
  startedMs: number
  endedMs: number
  ended: string
  outcome: VerdictStatus
  exitCode: number
  counts: Record<VerdictStatus, number>
  rules: RuleReport[]
  /** Traces, logs, delivery and drill-wide verdicts. */
  others: Verdict[]
  components: Record<string, string>
  /** The verifier's own trace. */
  selfTraceId?: string
  plan: { makespanMs: number, lowerBoundMs: number, criticalPath: string[] }
  problems: string[]
}

export interface RuleReport {
  alert: string
  severity: string
  because: string
  outcome: VerdictStatus
  experiments: ExperimentReport[]
}

export interface ExperimentReport {
  id: string
  title: string
  outcome: VerdictStatus
  verdicts: Verdict[]
  /** What happened when, unix ms; for timelines. */
  timeline: { atMs: number, what: string, pointer: number }[]
  /** Windows and observations side by side, unix ms. */
  windows: { what: string, earliestMs: number, latestMs: number, observedMs: number | null }[]
}
