import type { FiredrillError } from '../model/error.ts'
import type { FindingSummary, LocatedFinding } from '../model/lint-finding.ts'
import type { Check, LintInput, LintMeta, Remark } from './lint-check.ts'
import { applyDisables, COMMENT_CHECKS } from './disable-comments.ts'
import { withStartedCollectors } from '../config/deployment/collectors.ts'
import { configure, type Configuration } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { factsOf } from '../recordings/metrics.ts'
import { alertmanagerInstances, prometheusInstances, type Instance } from './instances.ts'
import { CHECKS } from './lint-checks.ts'
import { unreviewedIn } from '../text/unreviewed.ts'
import { isOfASpecification } from './traps.ts'

export interface LintResult {
  findings: LocatedFinding[]
  summary: FindingSummary
  /** What could not be read, or that there was nothing to read: exit code 2. */
  problems: FiredrillError[]
  config: Configuration
}

/** Without `exists` nothing is missing. */
export interface LintOptions
  extends
    Pick<LintInput, 'spec' | 'catalogue' | 'logLines'>,
    Partial<Pick<LintInput, 'exists' | 'isIgnored' | 'sources' | 'examples' | 'nowMs'>> {
  /** For ${NAME} in compose files. */
  variables?: Record<string, string>
  checks?: Check[]
  /** Ids of checks: these alone; all but these. */
  only?: readonly string[]
  disable?: readonly string[]
}

const ORDER = { error: 0, warning: 1, note: 2 }

/** Texts and a specification -> findings: what a program refuses, errors, warnings, notes; each in order of file and line. Pure. */
export function lint(texts: ConfigText[], options: LintOptions): LintResult {
  const config = withStartedCollectors(configure(texts, options.variables ?? {}))
  const input: LintInput = {
    spec: options.spec,
    facts: factsOf(options.catalogue, options.spec),
    catalogue: options.catalogue,
    config,
    logLines: options.logLines,
    examples: options.examples ?? {},
    exists: options.exists ?? ((): boolean => true),
    isIgnored: options.isIgnored ?? ((): boolean => false),
    ...(options.sources === undefined ? {} : { sources: options.sources }),
    ...(options.nowMs === undefined ? {} : { nowMs: options.nowMs }),
  }
  const isWanted = (id: string): boolean => options.only?.includes(id) !== false && options.disable?.includes(id) !== true
  const checks = (options.checks ?? CHECKS).filter(
    ({ meta }) => isWanted(meta.id) && (meta.needs ?? []).every((kind) => config.kinds.has(kind)),
  )
  const lines = new Map<string, string[]>()
  const located = ({ id, severity: usual = 'error', failureTitle }: LintMeta, remark: Remark): LocatedFinding => {
    const { subject, at, expected, observed, message = failureTitle, severity = usual } = remark
    const { file, line, column, length } = at
    const source = sourceLine(file, line, texts, lines)
    return {
      id,
      severity,
      subject,
      file,
      line,
      column,
      expected: clip(expected),
      observed: clip(observed) || '(empty)',
      message,
      length,
      source,
    }
  }
  const instances = instancesOf(input)
  const all = checks.flatMap(({ meta, judge }) =>
    instances(meta)
      .flatMap((each) => [...judge(each)])
      .map((remark) => ({
        finding: located(meta, remark),
        causes: remark.causes,
        isRefusal: (meta.isRefusal ?? remark.isRefusal) === true,
      })),
  )
  const { kept, suppressed, remarks } = applyDisables(
    all.map(({ finding }) => finding),
    texts.filter(({ file }) => config.files.includes(file)),
    { known: CHECKS.map(({ meta }) => meta.id), ran: new Set(checks.map(({ meta }) => meta.id)), nowMs: options.nowMs ?? 0 },
  )
  const ofComments = COMMENT_CHECKS.filter(({ id }) => isWanted(id)).flatMap((meta) =>
    remarks.filter(({ id }) => id === meta.id).map((remark) => located(meta, remark)),
  )
  // A cause that a comment suppresses hides nothing. An unused comment may follow from one as well: what it is about is not read.
  const shown = new Set(kept)
  const causes = causesOf(all.filter(({ finding }) => shown.has(finding)))
  const findings = distinct([...kept, ...ofComments].filter((finding) => !isConsequence(finding, causes)))
  const refusals = new Set(all.filter(({ isRefusal }) => isRefusal).map(({ finding }) => finding))
  const rank = (finding: LocatedFinding): number => (finding.severity === 'error' && refusals.has(finding) ? -1 : ORDER[finding.severity])
  findings.sort((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
  const unreviewed = unreviewedIn(options.spec)
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length
  return {
    findings,
    problems: config.problems,
    config,
    summary: {
      errors: count('error'),
      warnings: count('warning'),
      notes: count('note'),
      files: config.files.length,
      checks: checks.length,
      suppressed,
      ...(unreviewed === undefined ? {} : { unreviewed }),
    },
  }
}

/**
 * What a check is given: rules, jobs and routes of one instance of a program at a time, so that none answers for another. What is compared
 * with a specification is given those alone that it speaks of.
 */
function instancesOf(input: LintInput): (meta: LintMeta) => LintInput[] {
  const { config, spec, facts } = input
  const of = (instances: Instance[]): { all: LintInput[]; specified: LintInput[] } => {
    const inputs = instances.map((each) => ({ ...input, config: each.config, spec: each.spec }))
    return { all: inputs, specified: inputs.filter((_, index) => instances[index]?.isSpecified !== false) }
  }
  const prometheus = of(prometheusInstances(config, spec, facts))
  const alertmanagers = of(alertmanagerInstances(config, spec))
  return ({ id, area, acrossInstances }) => {
    const own = area === 'alertmanager' ? alertmanagers : area === 'rules' || area === 'prometheus' ? prometheus : undefined
    if (own === undefined || acrossInstances === true) return [input]
    return isOfASpecification(id) ? own.specified : own.all
  }
}

/**
 * One file may be part of several configurations, one anchor of several services: what is said of a place is said once, with all that it
 * concerns.
 */
function distinct(findings: readonly LocatedFinding[]): LocatedFinding[] {
  const at = new Map<string, LocatedFinding[]>()
  return findings.filter((finding) => {
    const { id, file, line, column, subject, severity } = finding
    const place = `${id} ${line}:${column} ${file}`
    const others = at.get(place)
    const same = others?.find((other) => other.expected === finding.expected && other.observed === finding.observed)
    if (same !== undefined && same.severity === severity) {
      if (!same.subject.split(', ').includes(subject)) same.subject = `${same.subject}, ${subject}`
      return false
    }
    if (others === undefined) at.set(place, [finding])
    else others.push(finding)
    return true
  })
}

interface Cause {
  finding: LocatedFinding
  lines: [first: number, last: number]
  of?: readonly string[]
  elsewhere?: { of: readonly string[]; naming?: readonly string[] }
}

function causesOf(all: readonly { finding: LocatedFinding; causes: Remark['causes'] }[]): Cause[] {
  return all.flatMap(({ finding, causes }) => (causes === undefined || finding.severity !== 'error' ? [] : [{ finding, ...causes }]))
}

/** What is said of the mapping of a misspelt key follows from it: a setting that is missing, say. */
function isConsequence(finding: LocatedFinding, causes: readonly Cause[]): boolean {
  // Of two that would hide each other the first stays.
  const own = causes.findIndex((cause) => cause.finding === finding)
  return causes.some(
    (cause, index) => hides(cause, finding) && !(own >= 0 && own < index && causes[own] !== undefined && hides(causes[own], cause.finding)),
  )
}

function hides(cause: Cause, { id, file, line, observed }: LocatedFinding): boolean {
  return (
    cause.finding.id !== id &&
    ((cause.finding.file === file && cause.of?.includes(id) !== false && cause.lines[0] <= line && line <= cause.lines[1]) ||
      (cause.elsewhere?.of.includes(id) === true && cause.elsewhere.naming?.some((name) => observed.split(/\W+/).includes(name)) !== false))
  )
}

function clip(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > 400 ? `${line.slice(0, 400)}...` : line
}

function sourceLine(file: string, line: number, texts: ConfigText[], cache: Map<string, string[]>): string {
  const known = cache.get(file) ?? texts.find((text) => text.file === file)?.text.split('\n') ?? []
  cache.set(file, known)
  return (known[line - 1] ?? '').slice(0, 500)
}
