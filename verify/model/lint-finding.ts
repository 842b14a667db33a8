import type { Unreviewed } from './spec.ts'

/** What lint and simulate report; the JSON form is the stable interface of `lint --format json`. */
export type Severity = 'error' | 'warning' | 'note'

export interface Finding {
  /** The check's id. */
  id: string
  severity: Severity
  /** The rule, receiver, service or panel concerned. */
  subject: string
  file: string
  /** 1-based. */
  line: number
  /** 1-based. */
  column: number
  expected: string
  observed: string
  message: string
}

/** A finding with what the caret needs; JSON output leaves these two out. */
export interface LocatedFinding extends Finding {
  length: number
  /** The faulty line. */
  source: string
}

/** A finding that a `# firedrill disable` comment takes out. */
export interface Suppressed {
  id: string
  subject: string
  file: string
  line: number
  /** YYYY-MM-DD, the last day on which it is suppressed. */
  until: string
  reason: string
}

export interface FindingSummary {
  errors: number
  warnings: number
  notes: number
  files: number
  checks: number
  /** Of lint alone. */
  suppressed?: Suppressed[]
  /** Rules that were copied from what is deployed and not read since; absent: every rule is reviewed. */
  unreviewed?: Unreviewed
}
