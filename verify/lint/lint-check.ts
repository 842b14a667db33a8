import type { CheckMeta } from '../model/check-meta.ts'
import type { Severity } from '../model/lint-finding.ts'
import type { Spec } from '../model/spec.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import type { Configuration } from '../config/configuration.ts'
import type { ConfigText, Cursor, Place } from '../config/yaml/cursor.ts'
import type { Kind } from '../config/kinds.ts'
import type { Facts } from '../model/facts.ts'
import { present } from '../text/present.ts'

/** What a check is about: `explain`, `list` and docs/checks/ group by it. */
export type Area = 'rules' | 'prometheus' | 'alertmanager' | 'logs' | 'traces' | 'grafana' | 'platform'

export interface LintMeta extends CheckMeta {
  /** An error where absent. */
  severity?: Severity
  /** That of the folder where absent. */
  area?: Area
  /** Runs only when all of these were found in the given paths, always where absent: a rule file alone is no missing Alertmanager. */
  needs?: (Kind | 'workloads')[]
  /** An error of it keeps a program from starting, or from reading the place at all: shown before what may follow from it. */
  isRefusal?: true
  /** It compares the instances of a program with one another; any other check of rules, Prometheus or Alertmanager is given one of them. */
  acrossInstances?: true
}

export interface LintInput {
  spec: Spec
  facts: Facts
  catalogue: Catalogue
  config: Configuration
  /** Recorded log lines by service. */
  logLines: Record<string, string[]>
  /** What .env.example sets. */
  examples: Record<string, string>
  /** Whether a file or folder is on the disk; named as texts are. */
  exists: (file: string) => boolean
  /** Whether .gitignore lists a file: its owner says that it is made elsewhere, and that it is not here says nothing. */
  isIgnored: (file: string) => boolean
  /** Sources of an image that is built, by its context's folder; named as texts are. Absent: they are not known. */
  sources?: (folder: string) => readonly ConfigText[]
  /** Unix ms, for dates in files and in `# firedrill disable` comments; absent: none is past and none in the future. */
  nowMs?: number
}

/** What a check says; lint.ts adds the check's id. */
export interface Remark {
  subject: string
  at: Place
  expected: string
  observed: string
  /** A sentence; the check's failureTitle when absent. */
  message?: string
  /** The check's severity when absent. */
  severity?: Severity
  /** As LintMeta.isRefusal, of one remark of a check whose others are none. */
  isRefusal?: true
  /** What follows from it is left out: findings of other checks (of these, where some are named) in these lines of its file. */
  causes?: {
    lines: [first: number, last: number]
    of?: readonly string[]
    /** In any file: findings of these checks, or those of them that observe one of the names. */
    elsewhere?: { of: readonly string[]; naming?: readonly string[] }
  }
}

export interface Check {
  meta: LintMeta
  judge(input: LintInput): Iterable<Remark>
}

export function remark(
  subject: string,
  at: Cursor | Place,
  expected: string,
  observed: string,
  message?: string,
  severity?: Severity,
): Remark {
  return {
    subject,
    at: 'place' in at ? at.place() : at,
    expected,
    observed,
    ...present({ message, severity }),
  }
}

/** A remark that weighs less than its check's others. */
export function warning(subject: string, at: Cursor | Place, expected: string, observed: string, message?: string): Remark {
  return remark(subject, at, expected, observed, message, 'warning')
}

/** A remark for information only. */
export function note(subject: string, at: Cursor | Place, expected: string, observed: string, message?: string): Remark {
  return remark(subject, at, expected, observed, message, 'note')
}

/** A key that its program does not know, in the mapping `owner`: what else is wrong with that mapping follows from it. */
export function unknownKey(key: string, at: Cursor, owner: Cursor, expected: string, message?: string): Remark {
  return { ...remark(key, at.keyPlace(), expected, key, message), causes: { lines: owner.lines() } }
}

/** The remark of a check whose others are no refusals: see LintMeta.isRefusal. */
export function refused(cause: Remark): Remark {
  return { ...cause, isRefusal: true }
}

/** The remark with what follows from it: see Remark.causes. */
export function causing(cause: Remark, lines: [first: number, last: number], ...of: string[]): Remark {
  return { ...cause, causes: { lines, ...(of.length === 0 ? {} : { of }) } }
}

/** What concerns several alerts, services or panels at one place has one cause: one finding that names them all. */
export function* oneAPlace(remarks: Iterable<Remark>): Generator<Remark> {
  const places = Map.groupBy(remarks, ({ at, severity }) => `${at.file} ${at.line} ${at.column} ${severity ?? ''}`)
  for (const same of places.values()) {
    const [first] = same
    if (first !== undefined) yield { ...first, subject: [...new Set(same.map(({ subject }) => subject))].join(', ') }
  }
}

/** What several services share by an anchor is said once. */
export function* oncePerPlace(remarks: Iterable<Remark>): Generator<Remark> {
  const said = new Set<string>()
  for (const each of remarks) {
    const place = `${each.at.file} ${each.at.line} ${each.at.column}`
    if (!said.has(place)) yield each
    said.add(place)
  }
}
