import type { Labels } from '../../../model/spec.ts'
import type { UnknownCause } from '../../../model/verdict.ts'
import { combinations, formatLabels, hasLabels } from '../../../promql/labels.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { compares } from '../../../promql/operators.ts'
import { clockTime } from '../../../text/instant.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap } from '../../drill-check.ts'
import { sightOf } from '../../rule/sight.ts'
import type { Sight } from '../../rule/sight.ts'
import { ownOf } from '../../rule/own-measurement.ts'

/** INFO memory is read up to a scrape interval later than the exporter did. */
const SHARES_APART = 0.25
/** Scrapes after which an answer is in a counter that Prometheus has. */
const SETTLED_SCRAPES = 3

interface Sighting {
  status: 'pass' | 'fail' | 'unknown'
  text: string
  mend?: string
  /** What is to be changed; the subject's own job when absent. */
  part?: string
  cause?: UnknownCause
  firing?: true
}

export const check = defineCheck(
  {
    id: 'rule-sees-subject',
    scope: 'rule',
    title: 'the rule sees each of its subjects, as the drill measures it',
    failureTitle: 'the rule does not see a subject as it is',
    why: 'A rule holds for several services, and a drill harms one of them. One whose series is missing is never alerted about; an alert without a cause hides the real one.',
    mend: 'Let the subject export the series that the rule reads, or correct holds-for in the specification.',
    example:
      'HighLatency can never fire for gateway: no series http_server_requests_seconds_bucket{job="gateway"}. The service exports no histogram buckets',
    needs: ['rule', 'spec', 'timing', 'targets', 'allLoads'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  (evidence) => {
    const { rule } = evidence
    const subjects = combinations(rule.spec.holdsFor)
    const expected = `${rule.spec.alert} has a value for each of ${subjects.length} subjects, as the drill measures it`
    if (rule.seen === undefined)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        expected,
        observed: 'the series of the subjects were not recorded: the drill ended before',
        pointers: [],
      }
    const sightings = subjects.map((subject) => ({ subject, ...sighting(subject, evidence) }))
    const of = (status: Sighting['status']): typeof sightings => sightings.filter((each) => each.status === status)
    const [failed, unknown] = [of('fail'), of('unknown')]
    const worst = failed.length > 0 ? failed : unknown.length > 0 ? unknown : sightings
    return {
      status: failed.length > 0 ? 'fail' : unknown.length > 0 ? 'unknown' : 'pass',
      expected,
      observed: [...new Set(worst.map(({ text }) => text))].join('; '),
      ...(failed.length > 0 ? { failedFor: failed.map(({ subject, firing }) => ({ subject, firing: firing === true })) } : {}),
      ...(failed[0] === undefined ? {} : { part: failed[0].part ?? failed[0].subject['job'] ?? '' }),
      ...(failed.length > 0 ? { diagnosis: [...new Set(failed.map(({ mend }) => mend ?? ''))].join(' ') } : {}),
      ...(failed.length === 0 && unknown[0]?.cause !== undefined ? { cause: unknown[0].cause } : {}),
      pointers: [rule.seen.seq],
    }
  },
)

/** Series of a target that a scrape finds down are gone at once: of those asked for then nothing is known. */
function unlessDown(found: Sighting, { rule: { downAt } }: Evidence, job: string | undefined): Sighting {
  const downMs = downAt(job)
  if (downMs === undefined) return found
  const text = `${found.text}. But its target was down at ${clockTime(downMs)}, while its series were asked for`
  return { status: 'unknown', text, cause: 'unhealthy-start' }
}

type Evidence = Pick<EvidenceMap, 'rule' | 'spec' | 'timing' | 'targets' | 'allLoads'>

function sighting(subject: Labels, evidence: Evidence): Sighting {
  const { rule, spec: whole, timing, targets, allLoads } = evidence
  const { spec, promised, seen, afterwards, drilled } = rule
  const { alert, condition } = spec
  const { expr, threshold, windowMs = 0 } = promised.value
  const name = nameOf(subject)
  // Made of events: rate() needs two samples, and the first event may make the series.
  const overWindow = condition.kind !== 'up' && condition.kind !== 'gauge'
  if (seen === undefined) return { status: 'unknown', text: `${name}: not recorded`, cause: 'evidence-missing' }
  const job = subject['job']
  const down = targets.targets.find((target) => target.job === job && target.health !== 'up')
  if (down !== undefined)
    return { status: 'unknown', text: `${name}: its target is ${down.health}, so nothing can be said`, cause: 'unhealthy-start' }
  const settledMs = SETTLED_SCRAPES * (timing.jobs[job ?? ''] ?? timing).scrapeIntervalMs
  const own = ownOf(subject, { rule: spec, threshold, windowMs, seen, loads: allLoads, platform: whole.platform, settledMs })
  if (own.kind === 'impossible')
    return { status: 'fail', text: `${alert} can never fire on ${own.where}: ${own.why}`, mend: own.mend, part: own.part }
  const atFirst = sightOf(expr, seen.needs, subject)
  const sight = mayBeBorn(atFirst) && afterwards !== undefined ? bornLater(atFirst, sightOf(expr, afterwards.needs, subject)) : atFirst
  // The part answers the drill: an exporter that does not see it is set to another one, or leaves the metric out.
  const exporter = own.kind === 'level' ? own.exportedBy?.(name) : undefined
  const exported = (metric: string): string =>
    exporter ?? `Let ${name} export ${metric}, or take it out of holds-for of ${alert} in the specification.`
  // A service without requests may make the whole metric with its first answer.
  if (mayBeBorn(sight) && overWindow && own.kind === 'none')
    return { status: 'unknown', text: `${name}: ${sight.why}, and not measured: ${own.why}`, cause: 'evidence-missing' }
  if (sight.kind === 'missing')
    return unlessDown(
      { status: 'fail', text: `${alert} can never fire for ${name}: ${sight.why}`, mend: exported(sight.metric) },
      evidence,
      job,
    )
  const measured = own.kind === 'level' ? own.text : `not measured: ${own.why}`
  const beside = spec.measuredBy === undefined ? '' : ` (${measured})`
  const rows = seen.series.filter(({ metric }) => hasLabels(metric, subject)).map(({ values }) => Number(values.at(-1)?.[1] ?? NaN))
  const [value] = rows.toSorted(
    (a, b) => Number(compares(b, condition.comparator, threshold)) - Number(compares(a, condition.comparator, threshold)),
  )
  if (value === undefined) {
    const blind = own.kind === 'level' && (sight.kind === 'seen' ? !overWindow : (own.events ?? 0) > 0)
    const missing = sight.kind === 'seen' ? 'its value has no row although each of its selectors has series' : `no series ${sight.selector}`
    if (blind)
      return unlessDown(
        {
          status: 'fail',
          text: `${alert} can never fire for ${name}: ${missing}, while ${measured}`,
          mend: `Compare the labels of the expression with those of the series of ${name} in Prometheus.`,
        },
        evidence,
        job,
      )
    if (sight.kind === 'seen' && own.kind === 'none' && isAbsence(expr) && !seen.active.some(({ labels }) => hasLabels(labels, subject)))
      return { status: 'pass', text: `${name}: the series that absent() asks for is there, so it has no value` }
    return sight.kind === 'born-later'
      ? { status: 'pass', text: `${name}: no series ${sight.selector} yet (${measured})` }
      : { status: 'unknown', text: `${name}: ${missing} (${measured})`, cause: 'evidence-missing' }
  }
  const shown = shownValue(value, condition)
  const active = seen.active.find(({ labels }) => hasLabels(labels, subject))
  const holds = compares(value, condition.comparator, threshold)
  if (active?.state === 'firing' || (!seen.steady && (holds || active !== undefined))) {
    const what = active?.state === 'firing' ? `${alert} is firing for ${name}` : `the condition of ${alert} is true for ${name}`
    return own.kind === 'level' && own.clear
      ? {
          status: 'fail',
          firing: true,
          text: `${what} (${shown}) while ${measured}`,
          mend: exporter ?? misread(condition, name),
        }
      : { status: 'unknown', text: `${what} (${shown}); ${measured}`, cause: 'unhealthy-start' }
  }
  if (Number.isNaN(value))
    return own.kind === 'level'
      ? {
          status: 'fail',
          text: `${alert} can never fire for ${name}: its value is NaN while ${measured}`,
          mend: `Look at which requests of ${name} the expression leaves out.`,
        }
      : withoutTraffic(`${name}: NaN, no traffic in the window`, measured, subject, drilled)
  if (own.kind === 'level' && own.share !== undefined && Math.abs(own.share - value) > SHARES_APART)
    return {
      status: 'fail',
      text: `${alert} has ${shown} for ${name} while ${measured}`,
      mend: exporter ?? `Look at which instance the exporter of ${name} is set to.`,
    }
  return { status: 'pass', text: `${name} ${shown}${beside}` }
}

/** Where a value comes from that is above the threshold without a reason. */
function misread({ kind, threshold }: EvidenceMap['rule']['spec']['condition'], name: string): string {
  return kind === 'quantile'
    ? `Look at the bucket boundaries (le) and the unit of the histogram that ${name} exports. Without one below ${threshold} s every answer counts as slow.`
    : `Compare the series of ${name} that the expression reads with what ${name} does.`
}

/** Nothing is divided by nothing before the first request: the rule's own experiment sends some. */
function withoutTraffic(text: string, measured: string, subject: Labels, drilled: EvidenceMap['rule']['drilled']): Sighting {
  const seenBy = drilled.find(({ values }) =>
    values.series.some(({ labels, values: numbers }) => hasLabels(labels, subject) && numbers.some((number) => Number.isFinite(number))),
  )
  return seenBy === undefined
    ? { status: 'unknown', text: `${text} (${measured})`, cause: 'evidence-missing' }
    : { status: 'pass', text: `${text}; it has a value while ${seenBy.experiment} runs` }
}

/** Its metric has no series of the subject, which an event may make. */
function mayBeBorn(sight: Sight): sight is Extract<Sight, { kind: 'missing' }> {
  return sight.kind === 'missing' && !sight.sure
}

/** What was not there at first, by what was there after the drill's requests. */
function bornLater(atFirst: Extract<Sight, { kind: 'missing' }>, afterwards: Sight): Sight {
  return afterwards.kind === 'seen' ? { kind: 'born-later', selector: atFirst.metric } : afterwards
}

/** An expression that is absent(): in steady state it has no value. */
function isAbsence(expr: string): boolean {
  const parsed = parsePromql(expr)
  return parsed.ok && parsed.expr.kind === 'call' && /^absent(?:_over_time)?$/.test(parsed.expr.fn)
}

function nameOf(subject: Labels): string {
  const { job, ...rest } = subject
  if (job === undefined) return Object.keys(rest).length === 0 ? 'its only subject' : formatLabels(rest)
  return Object.keys(rest).length === 0 ? job : `${job}${formatLabels(rest)}`
}

function shownValue(value: number, { kind, quantile = 0.95 }: EvidenceMap['rule']['spec']['condition']): string {
  const text = Number.isFinite(value) ? String(Number(value.toPrecision(2))) : String(value)
  return kind === 'quantile' ? `p${Math.round(quantile * 100)} ${text} s` : text
}
