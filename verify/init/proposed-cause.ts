import type { Comparison } from '../spec/promql.ts'
import { labelsLeft } from '../promql/labels-left.ts'
import { selectors } from '../promql/ast.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { kebabCase } from '../text/names.ts'
import { KNOWN_CAUSES } from './known-causes.ts'
import type { KnownCause, KnownFault } from './known-causes.ts'
import type { TakenApart } from './take-apart.ts'
import { flow } from './yaml-lines.ts'

/** Where the platform's parts run: by it a part is taken away. */
export type Runs = 'process' | 'container' | 'kubernetes'

export interface Proposal {
  /** "kill-process on redis", "requests at web": for the table. */
  short: string
  /** Why it is no whole proposal, or what has to be decided first. */
  note?: string
  /** The experiment in YAML, one line each, not yet a comment. Absent: there is nothing to uncomment. */
  experiment?: string[]
  /** What platform.yaml must declare for it: parts that faults are in, services that load goes to. */
  part?: string
  service?: { name: string; job: string }
}

interface Rule {
  alert: string
  expr: string
  forMs: number
}

/** What a proposal may name: faults that there are, and how parts run. */
export interface Means {
  runs: Runs
  faults: ReadonlySet<string>
}

/** The cause that usually makes such a rule fire. `job`: a target that the rule holds for, where one is known. */
export function proposalFor(rule: Rule, taken: TakenApart, job: string | undefined, { runs, faults }: Means): Proposal {
  const metric = metricOf(taken)
  const cause = KNOWN_CAUSES.find((each) => each.metric.test(metric) && each.expr?.test(rule.expr) !== false)
  if (cause === undefined) return { short: 'none', note: `no cause is known for ${metric === '' ? 'this expression' : metric}` }
  const note = cause.note === undefined ? {} : { note: cause.note }
  if (cause.load !== undefined) return job === undefined ? unknownService(cause) : { ...loadProposal(rule, taken, cause, job), ...note }
  if (cause.fault === undefined) return { short: 'none', ...note }
  const part = kebabCase(cause.part ?? ownPart(metric) ?? job ?? '') || 'part'
  const { id, params } = faultOf(cause.fault, runs)
  if (!faults.has(id)) return { short: 'none', note: `${cause.title.toLowerCase()}: firedrill has no fault for it` }
  const use = flow({ id, target: part, ...(Object.keys(params).length === 0 ? {} : { params }) })
  const level = cause.level ?? levels(taken).fire
  const short = taken.kind === 'up' || taken.kind === 'gauge'
  return {
    short: `${id} on ${part}`,
    ...note,
    part,
    experiment: experiment(rule, taken, cause, job, {
      ...(short && rule.forMs > 0 && typeof cause.fault === 'string' ? { quiet: `{ kind: short, level: ${level}, fault: ${use} }` } : {}),
      fire: `{ level: ${level}, fault: ${use} }`,
      disturbed: part,
    }),
  }
}

function unknownService({ title }: KnownCause): Proposal {
  return { short: 'none', note: `${title.toLowerCase()}: no target of the rule is known, so name the service that gets the requests` }
}

/** The metric whose value is compared; '' of a constant. */
function metricOf({ value, selectors: all }: TakenApart): string {
  const parsed = parsePromql(value)
  const [first = all[0]] = parsed.ok ? selectors(parsed.expr) : []
  return first?.metric ?? ''
}

/** `nginx_up` is what an exporter says of nginx. */
function ownPart(metric: string): string | undefined {
  return /^([a-z0-9]+)(?:_\w+)?_(?:up|exporter_last_scrape_success)$/.exec(metric)?.[1]
}

const WAYS: Record<Runs, { down: string; hung: string }> = {
  process: { down: 'kill-process', hung: 'pause-process' },
  container: { down: 'kill-container', hung: 'pause-container' },
  kubernetes: { down: 'scale-away', hung: 'scale-away' },
}

function faultOf(fault: KnownFault, runs: Runs): { id: string; params: Record<string, number | string> } {
  if (fault === 'down' || fault === 'hung') return { id: WAYS[runs][fault], params: {} }
  return fault.id === 'heap-pressure' && runs === 'container' ? { ...fault, id: 'heap-pressure-container' } : fault
}

/** On both sides of the threshold, in the unit of the value. */
function levels({ comparator, threshold, kind }: Comparison & Pick<TakenApart, 'kind'>): { quiet: number; fire: number } {
  const round = (value: number): number => Number(value.toPrecision(3))
  if (comparator === '==') return { quiet: threshold + 1, fire: threshold }
  if (comparator === '!=') return { quiet: threshold, fire: threshold + 1 }
  if (comparator.startsWith('<'))
    return threshold > 0 ? { quiet: round(threshold * 1.5), fire: round(threshold / 2) } : { quiet: 1, fire: threshold - 1 }
  if (threshold <= 0) return { quiet: threshold, fire: 1 }
  const above = kind === 'ratio' && threshold < 1 ? Math.min(1, threshold * 3) : threshold * 2
  return { quiet: round(threshold / 2), fire: round(above) }
}

function loadProposal(rule: Rule, taken: TakenApart, cause: KnownCause, job: string): Proposal {
  const service = kebabCase(job)
  const { quiet, fire } = levels(taken)
  const isShare = taken.kind === 'ratio' && taken.threshold < 1
  const params = (level: number, fallback: number): object =>
    cause.load?.faulty === true
      ? { service, ratePerS: 20, path: '/', faultShare: isShare ? level : fallback, faultPath: '/path-that-fails', faultExpect: '4xx,5xx' }
      : { service, ratePerS: fallback > 0.4 ? 200 : 20, path: '/' }
  const leg = (level: number, fallback: number): string => flow({ scenario: 'requests', params: params(level, fallback) })
  return {
    short: `${cause.load?.faulty === true ? 'failing requests' : 'requests'} at ${service}`,
    service: { name: service, job },
    experiment: experiment(rule, taken, cause, job, {
      quiet: `{ kind: level, level: ${quiet}, load: ${leg(quiet, 0.01)} }`,
      fire: `{ level: ${fire}, load: ${leg(fire, 0.5)} }`,
      disturbed: service,
    }),
  }
}

function experiment(
  rule: Rule,
  taken: TakenApart,
  { title }: KnownCause,
  job: string | undefined,
  { quiet, fire, disturbed }: { quiet?: string; fire: string; disturbed: string },
): string[] {
  const kept = labelsLeft(rule.expr)
  const subject = job !== undefined && kept?.has('job') !== false ? { job } : {}
  const injection = {
    title: `the condition of ${rule.alert} is true`,
    expr: taken.explicit.includes('value') ? taken.value : rule.expr,
    ...(taken.explicit.includes('value') ? { comparator: taken.comparator, threshold: taken.threshold } : {}),
  }
  return [
    'experiments:',
    `  - id: ${kebabCase(rule.alert)}-drill`,
    `    title: ${flow(title)}`,
    '    because: Proposed by firedrill init; say what it proves, and why with these levels.',
    `    subject: ${flow(subject)}`,
    ...(quiet === undefined ? [] : [`    quiet: ${quiet}`]),
    `    fire: ${fire}`,
    `    injection: ${flow(injection)}`,
    `    effects: ${flow([disturbed])}`,
    `    observes: ${flow([disturbed])}`,
  ]
}
