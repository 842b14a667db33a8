import { isScalar } from 'yaml'
import { FiredrillError } from '../model/error.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { kebabCase, sameName } from '../text/names.ts'
import type { AlertRef, LogSpec, OutageSpec, PlatformSpec, RoutingSpec, RuleSpec, SloSpec, Spec, TraceSpec } from '../model/spec.ts'
import { namesOf, platform } from './platform.ts'
import { outages } from './read-outage.ts'
import { labelsLeft } from '../promql/labels-left.ts'
import { rememberLegs } from './leg-places.ts'
import { child, openSource, problem } from './reader.ts'
import type { Known, Place, Read, SpecFile } from './reader.ts'
import { routing } from './read-routing.ts'
import { rule } from './rule.ts'
import { logs, slo, traces } from './read-signals.ts'

export type { Known, SpecFile }

/** The files of a specification besides rules/, by name. platform.yaml is read first: the others name what it declares. */
export const READERS = { platform, routing, traces, logs, slo, outages } as const
type Kind = keyof typeof READERS
const KINDS = Object.keys(READERS) as Kind[]

interface Whole {
  platform?: PlatformSpec
  routing?: RoutingSpec
  traces?: TraceSpec[]
  logs?: LogSpec[]
  slo?: SloSpec
  outages?: OutageSpec[]
}

/** Reads a whole specification. Either `spec`, or at least one problem; all problems of all files are returned, by file and line. */
export function parseSpec(files: readonly SpecFile[], known: Known = {}): { spec?: Spec; problems: FiredrillError[] } {
  const problems: FiredrillError[] = []
  const rules: { value: RuleSpec; root: Place }[] = []
  const alerts: string[] = []
  const single: Whole = {}
  const roots: Partial<Record<Kind, Place>> = {}
  const named = files.map((each) => ({
    each,
    file: each.file,
    name: (each.file.split(/[/\\]/).at(-1) ?? '').replace(/\.ya?ml$/, ''),
    isRule: isRule(each.file),
  }))
  const first = (each: (typeof named)[number]): number => Number(each.isRule || each.name !== 'platform')

  for (const { each, file, name, isRule } of named.sort((a, b) => first(a) - first(b) || order(a.file, b.file))) {
    const kind = KINDS.find((each) => each === name)
    if (!isRule && kind === undefined) {
      const next = `${suggestion(name, KINDS)} Alert rules belong in the folder rules/.`
      problems.push(new FiredrillError('SPEC_UNKNOWN_FILE', `"${name}" is no part of a specification`, { place: { file }, next }))
      continue
    }
    const root = openSource(each, problems, { ...known, ...(single.platform === undefined ? {} : namesOf(single.platform)) })
    if (root === undefined) continue
    if (isRule) {
      const value = rule(root)
      // Of a rule with problems the name still counts: what refers to it is not wrong.
      const alert = child(root, 'alert').node
      if (isScalar(alert) && typeof alert.value === 'string') alerts.push(alert.value)
      if (value === undefined) continue
      rules.push({ value, root })
      const message = `the file of ${value.alert} must be called ${kebabCase(value.alert)}.yaml`
      if (!sameName(value.alert, name))
        problem(child(root, 'alert'), 'SPEC_FILE_NAME', message, 'Rename the file, or correct the name of the alert.')
    } else if (kind !== undefined) {
      roots[kind] = root
      const value: unknown = (READERS[kind] as Read<unknown>)(root)
      if (value !== undefined) Object.assign(single, { [kind]: value })
    }
  }

  const folder = files[0]?.file.replace(/(rules[/\\])?[^/\\]*$/, '') ?? ''
  for (const kind of ['platform', 'routing'] as const) {
    if (roots[kind] === undefined && !problems.some(({ place }) => place?.file.endsWith(`${kind}.yaml`)))
      problems.push(
        new FiredrillError('SPEC_MISSING_FILE', `${folder}${kind}.yaml is missing`, {
          next: 'A specification needs platform.yaml, routing.yaml and at least one file in rules/.',
        }),
      )
  }
  if (!named.some(({ isRule }) => isRule))
    problems.push(
      new FiredrillError('SPEC_MISSING_FILE', `${folder}rules/ has no file`, { next: 'Add one YAML file for each alert rule.' }),
    )

  checkRules(rules, alerts, single.platform)
  checkTurns(rules)
  checkSignals(single.traces ?? [], roots.traces, single.logs ?? [], roots.logs)
  if (roots.outages !== undefined)
    checkOutages(
      single.outages ?? [],
      roots.outages,
      rules.map(({ value }) => value),
      single.traces ?? [],
    )
  problems.sort(
    (a, b) =>
      order(a.place?.file ?? '', b.place?.file ?? '') ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  )
  if (problems.length > 0 || single.platform === undefined || single.routing === undefined) return { problems }
  return {
    spec: rememberLegs(
      {
        platform: single.platform,
        rules: rules.map(({ value }) => value),
        routing: single.routing,
        traces: single.traces ?? [],
        logs: single.logs ?? [],
        outages: single.outages ?? [],
        // Without a slo.yaml nothing is promised about a dashboard, so no panel is looked at.
        slo: single.slo ?? {
          because: 'No slo.yaml was given.',
          availability: 0,
          latencyP95Seconds: 0,
          errorRate: 0,
          windowMs: 0,
          panels: [],
        },
      },
      rules,
    ),
    problems,
  }
}

/** What no single file can know: names that are used twice or lead nowhere. */
function checkRules(rules: { value: RuleSpec; root: Place }[], alerts: readonly string[], platformSpec: PlatformSpec | undefined): void {
  const jobs = platformSpec?.targets.map(({ job }) => job)
  const seenAlerts = new Map<string, string>()
  const seenIds = new Map<string, string>()
  for (const { value, root } of rules) {
    once(seenAlerts, value.alert, child(root, 'alert'), 'alert')
    for (const job of jobs === undefined ? [] : (value.holdsFor['job'] ?? [])) {
      if (jobs?.includes(job) === false)
        problem(
          child(root, 'holds-for', 'job', value.holdsFor['job']?.indexOf(job) ?? 0),
          'SPEC_UNKNOWN_JOB',
          `no target of platform.yaml has the job "${job}"`,
          suggestion(job, jobs),
        )
    }
    for (const [index, experiment] of value.experiments.entries()) {
      const at = (...path: (string | number)[]): Place => child(root, 'experiments', index, ...path)
      once(seenIds, experiment.id, at('id'), 'experiment')
      const kept = labelsLeft(value.condition.expr)
      for (const label of Object.keys(experiment.subject)) {
        // Its alert would never be found, and be taken for a stranger.
        if (kept !== undefined && !kept.has(label) && value.labels[label] === undefined && label !== 'alertname')
          problem(
            at('subject', label),
            'SPEC_SUBJECT',
            `rows of the condition have no label ${label}: it keeps ${kept.size === 0 ? 'none' : `only ${[...kept].join(', ')}`}`,
            `Leave ${label} out of the subject, or aggregate by it.`,
          )
      }
      const job = experiment.subject['job']
      if (job !== undefined && jobs?.includes(job) === false)
        problem(at('subject', 'job'), 'SPEC_UNKNOWN_JOB', `no target of platform.yaml has the job "${job}"`, suggestion(job, jobs))
      for (const [label, allowed] of Object.entries(value.holdsFor)) {
        const subject = experiment.subject[label]
        // A job that no target has is reported already, here or above.
        if (label === 'job' && [...allowed, subject].some((each) => each !== undefined && jobs?.includes(each) === false)) continue
        if (subject !== undefined && !allowed.includes(subject))
          problem(
            at('subject', label),
            'SPEC_NOT_PROMISED',
            `the rule is not promised for ${label} "${subject}" (holds-for)`,
            suggestion(subject, allowed),
          )
      }
      const refs = (list: AlertRef[], key: string): void =>
        list.forEach((ref, position) => {
          if (!alerts.includes(ref.alert))
            problem(at(key, position, 'alert'), 'SPEC_UNKNOWN_ALERT', `no rule is called "${ref.alert}"`, suggestion(ref.alert, alerts))
        })
      refs(experiment.alsoMust, 'also-must')
      refs(experiment.may, 'may')
    }
  }
}

/** What takes turns replaces experiments that are always drilled, and leaves every rule one. */
function checkTurns(rules: { value: RuleSpec; root: Place }[]): void {
  const all = rules.flatMap(({ value }) => value.experiments.map((experiment) => ({ alert: value.alert, experiment })))
  const always = all.filter(({ experiment }) => experiment.inTurnWith === undefined)
  const ids = always.map(({ experiment }) => experiment.id)
  for (const { value, root } of rules) {
    if (value.experiments.length > 0 && !always.some(({ alert }) => alert === value.alert))
      problem(child(root, 'experiments'), 'SPEC_TURN', 'every experiment takes turns, so most drills would have none of this rule')
    for (const [index, { inTurnWith }] of value.experiments.entries()) {
      const at = (...path: (string | number)[]): Place => child(root, 'experiments', index, 'in-turn-with', ...path)
      const strangers = (inTurnWith ?? []).filter((id) => !ids.includes(id))
      for (const id of strangers)
        problem(
          at(inTurnWith?.indexOf(id) ?? 0),
          'SPEC_UNKNOWN_EXPERIMENT',
          `no experiment that is always drilled is called "${id}"`,
          suggestion(id, ids),
        )
      if (inTurnWith === undefined || strangers.length > 0) continue
      const kept = new Set([
        value.alert,
        ...always.filter(({ experiment }) => !inTurnWith.includes(experiment.id)).map(({ alert }) => alert),
      ])
      const bare = always.find(({ alert }) => !kept.has(alert))
      if (bare !== undefined)
        problem(at(), 'SPEC_TURN', `in its turn no experiment of ${bare.alert} is left`, 'Every drill makes every rule fire.')
    }
  }
}

function checkSignals(traceSpecs: TraceSpec[], tracesRoot: Place | undefined, logSpecs: LogSpec[], logsRoot: Place | undefined): void {
  const ids = new Map<string, string>()
  if (tracesRoot !== undefined) for (const [index, { id }] of traceSpecs.entries()) once(ids, id, child(tracesRoot, index, 'id'), 'trace')
  const streams = new Map<string, string>()
  for (const [index, { service, multiline }] of logsRoot === undefined ? [] : logSpecs.entries()) {
    const at = (...path: string[]): Place => child(logsRoot as Place, index, ...path)
    once(streams, service, at('service'), 'log entry')
    const { trace } = multiline ?? {}
    if (trace !== undefined && !ids.has(trace))
      problem(at('multiline', 'trace'), 'SPEC_UNKNOWN_TRACE', `no trace path is called "${trace}"`, suggestion(trace, [...ids.keys()]))
  }
}

function checkOutages(specs: OutageSpec[], root: Place, rules: readonly RuleSpec[], traceSpecs: TraceSpec[]): void {
  const experiments = rules.flatMap((each) => each.experiments.map(({ id }) => id))
  const taken = [...experiments, ...traceSpecs.map(({ id }) => id)]
  const ids = new Map<string, string>()
  for (const [index, { id, during }] of specs.entries()) {
    once(ids, id, child(root, index, 'id'), 'outage')
    // One name, one subject of verdicts.
    if (taken.includes(id)) problem(child(root, index, 'id'), 'SPEC_DUPLICATE', `an experiment or a trace is called "${id}" already`)
    if (during !== undefined && !experiments.includes(during))
      problem(
        child(root, index, 'during'),
        'SPEC_UNKNOWN_EXPERIMENT',
        `no experiment is called "${during}"`,
        suggestion(during, experiments),
      )
  }
}

function isRule(file: string): boolean {
  return file.split(/[/\\]/).at(-2) === 'rules'
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function once(seen: Map<string, string>, name: string, place: Place, what: string): void {
  const first = seen.get(name)
  if (first === undefined) seen.set(name, place.source.file)
  else problem(place, 'SPEC_DUPLICATE', `another ${what} is called "${name}" already (${first})`)
}
