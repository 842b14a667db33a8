import type { JournalEntry } from '../../../model/journal.ts'
import type { SloSpec } from '../../../model/spec.ts'
import { isError, isScrape } from '../../../promql/request-series.ts'
import { formatDuration, parseDuration } from '../../../promql/duration.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap, Finding } from '../../drill-check.ts'
import { seconds } from '../../../text/instant.ts'
import {
  answersOf,
  drillAnswers,
  figure,
  looksOverUnknown,
  nothingToJudge,
  onePanel,
  promisedPanel,
  queryMend,
  scaleOf,
  shown,
} from '../../slo/panel-evidence.ts'
import {
  availabilityOf,
  bucketOf,
  hull,
  isOwn,
  losses,
  quantileBound,
  quantileOf,
  riser,
  seenByK6,
  shares,
  WAYS,
  within,
} from '../../slo/truth.ts'
import { readingsOf } from '../../slo/readings.ts'
import type { Range } from '../../slo/truth.ts'
import { fail, skip, unknown } from '../../finding.ts'

type Panel = Extract<JournalEntry, { kind: 'panel' }>
type Counters = Extract<JournalEntry, { kind: 'counters' }>
type Evidence = Pick<EvidenceMap, 'spec' | 'dashboard' | 'panels' | 'counters' | 'scrapes' | 'allLoads'>

/** Arithmetic in another order, and Prometheus 2 and 3 extrapolate a little differently. */
const RELATIVE = 0.01
const QUANTILE = 0.95

/** What one panel says and what it must say. undefined observed: it could not be compared. */
interface Compared extends Pick<Finding, 'status' | 'expected' | 'observed' | 'cause' | 'pointers'> {
  title: string
  /** What to change when it fails. */
  mend?: string
}

export const check = defineCheck(
  {
    id: 'slo-value-matches',
    scope: 'drill',
    title: 'the SLO panels show what the samples and k6 counted',
    failureTitle: 'an SLO panel differs from what the samples and k6 counted',
    why: 'A dashboard is believed; only an independent count shows whether its numbers are right.',
    mend: "In the SLO dashboard, correct the panel's query (metric, status, quantile) and window. Compare it with the expected value and its source in the verdict.",
    example: 'Error rate: 0.004 (expected 0.010, 12 errors among 1200 answers by k6)',
    needs: ['spec', 'dashboard', 'panels', 'counters', 'scrapes', 'allLoads'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  (evidence): Finding => {
    const {
      spec: { slo },
      dashboard,
    } = evidence
    const nothing = nothingToJudge(slo, dashboard)
    if (nothing !== undefined || dashboard === null) return nothing ?? skip('', '')
    const compared = slo.panels.flatMap((promise): Compared[] => {
      const { title, measures, by } = promise
      if (measures === 'active-alerts' || by !== undefined) return []
      const found = promisedPanel(dashboard, title)
      const answers = drillAnswers(evidence.panels, dashboard, title)
      const { computed } = found?.panel ?? {}
      if (computed !== undefined)
        return [
          {
            title,
            status: 'unknown',
            expected: 'a number as its query gives it',
            observed: `changed by ${computed.join(', ')}, which is not calculated here`,
            cause: 'evidence-missing',
            pointers: [dashboard.seq],
          },
        ]
      if (answers.length === 0)
        return [
          {
            title,
            status: 'unknown',
            expected: 'an answer',
            observed: 'the panel was not queried',
            cause: 'evidence-missing',
            pointers: [],
          },
        ]
      return answers.flatMap((answer): Compared[] => {
        const named = answers.length === 1 ? title : `${title} (${answer.refId})`
        if (answer.error !== undefined)
          return [{ title: named, status: 'fail', expected: 'an answer', observed: answer.error, pointers: [answer.seq] }]
        const value = shown(answer)
        if (value === undefined)
          return [
            { title: named, status: 'fail', expected: 'one number', observed: `${answer.series.length} series`, pointers: [answer.seq] },
          ]
        const deployed =
          found === undefined
            ? undefined
            : answersOf(evidence.panels, dashboard, found.index).findLast(
                ({ form, refId }) => form === 'deployed' && refId === answer.refId,
              )
        const wrong = windowTrouble(deployed, slo.windowMs)
        if (wrong !== undefined && deployed !== undefined)
          return [
            {
              title: named,
              status: 'fail',
              expected: `a window of ${formatDuration(slo.windowMs)}`,
              observed: `${wrong} (${deployed.query})`,
              mend: `In the SLO dashboard, let ${title} look over ${formatDuration(slo.windowMs)}. Its query is ${deployed.expr}.`,
              pointers: [deployed.seq],
            },
          ]
        if (looksOverUnknown(evidence.panels, dashboard, title))
          return [
            {
              title: named,
              status: 'unknown',
              expected: `a window of ${formatDuration(slo.windowMs)}`,
              observed: `a window that is not known here (${deployed?.query ?? answer.query})`,
              cause: 'evidence-missing',
              pointers: [answer.seq],
            },
          ]
        const plain = value / scaleOf(dashboard, promise, slo)
        const mend = queryMend(title, answer.expr)
        if (measures === 'availability') return [{ title: named, pointers: [answer.seq], mend, ...availability(plain, answer, evidence) }]
        const judged = ofRequests(plain, measures, answer, evidence, slo)
        const reduced = answer.calc === undefined ? '' : `, the ${answer.calc} of its course`
        return [{ title: named, mend, ...judged, observed: `${judged.observed}${reduced}` }]
      })
    })
    if (compared.length === 0) return skip('numbers', 'no promised panel shows a number', [dashboard.seq])
    const worst = compared.find(({ status }) => status === 'fail') ?? compared.find(({ status }) => status === 'unknown')
    const pointers = compared.flatMap((one) => one.pointers)
    const worded = worst === undefined ? compared : compared.filter(({ status }) => status === worst.status)
    const mends = [...new Set(worded.flatMap(({ mend }) => mend ?? []))]
    return {
      status: worst?.status ?? 'pass',
      expected: worded.map(({ title, expected }) => `${title}: ${expected}`).join('; '),
      observed: worded.map(({ title, observed }) => `${title}: ${observed}`).join('; '),
      ...(worst?.status === 'unknown' ? { cause: worst.cause ?? 'evidence-missing' } : {}),
      ...(worst?.status === 'fail' && mends.length > 0 ? { diagnosis: mends.join(' ') } : {}),
      ...onePanel(
        worded.map(({ title }) => title),
        slo,
        dashboard,
      ),
      pointers,
    }
  },
)

type Judged = Omit<Compared, 'title' | 'pointers'>

/** Over what time the panel looks, where that is not the promised one. */
function windowTrouble(deployed: Panel | undefined, windowMs: number): string | undefined {
  if (deployed?.rangesMs === undefined || deployed.error !== undefined) return undefined
  if (deployed.rangesMs.length === 0) return 'the value of one instant'
  const other = deployed.rangesMs.find((ms) => ms !== windowMs && ms !== 0)
  return other === undefined ? undefined : formatDuration(other)
}

/** avg(up), at every scrape or at the steps that the panel takes. */
function availability(value: number, answer: Panel, { scrapes }: Evidence): Judged {
  const { untilMs, windowMs = 0 } = answer
  const stepMs = answer.calc === undefined ? parseDuration(/\[\w+:(\w+)\]/.exec(answer.query)?.[1] ?? '') : answer.stepMs
  const truth = availabilityOf(scrapes, { low: untilMs - windowMs, high: untilMs }, stepMs)
  if (truth === undefined)
    return {
      status: 'unknown',
      cause: 'evidence-missing',
      expected: 'avg(up)',
      observed: `${figure(value)}, and no sample of up was recorded`,
    }
  // By the share that is missing: 0.99 and 0.999 differ by a factor of ten, not by a percent.
  const slack = RELATIVE * (1 - truth.low) + 1e-6
  const expected = `${figure(truth.low)}, from ${truth.samples} samples of up of ${truth.targets} targets`
  return { status: value >= truth.low - slack && value <= truth.high + slack ? 'pass' : 'fail', expected, observed: figure(value) }
}

function ofRequests(
  value: number,
  measures: 'latency-p95' | 'error-rate' | 'error-budget',
  answer: Panel,
  { counters, scrapes, allLoads, spec }: Evidence,
  slo: SloSpec,
): Omit<Compared, 'title'> {
  const { measured } = slo
  const requests = counters.findLast(({ metric }) => metric === measured?.requests)
  const buckets = counters.findLast(({ metric }) => metric === `${measured?.durations ?? ''}_bucket`)
  const pointers = [answer, requests, buckets].flatMap((entry) => entry?.seq ?? [])
  if (measured === undefined || requests === undefined || buckets === undefined)
    return unknown('evidence-missing', 'counters to compute it from', 'the counters were not recorded', pointers)
  if (requests.series.length === 0)
    return unknown(
      'evidence-missing',
      `samples of ${measured.requests}`,
      `none of ${measured.service} in ${seconds(requests.untilMs - requests.fromMs)}`,
      pointers,
    )
  const job = spec.platform.services.find(({ name }) => name === measured.service)?.job ?? measured.service
  const users = requests.series.filter((series) => !isScrape(series))
  const k6 = seenByK6(allLoads, measured.service, requests.series, losses(requests.series, scrapes, job))
  pointers.push(...k6.pointers)
  const rise = riser(requests)
  const [all, errors] = [rise(users), rise(users.filter(isError))]
  const [counted, countedErrors] = [
    rise(users.filter((series) => !isOwn(series))),
    rise(users.filter((series) => !isOwn(series) && isError(series))),
  ]
  if (k6.incomplete !== undefined) return unknown('load-short', 'a known load', k6.incomplete, pointers)
  if (k6.total.high === 0) return unknown('load-short', 'a known load', `k6 had no answer of ${measured.service} in this time`, pointers)

  // What Prometheus has against what k6 got: without this the panel could agree with counters that are wrong themselves.
  // Where others send requests too, it may have more.
  const alone = allLoads.some(({ leg }) => leg === 'background')
  const agrees = (real: number, seen: Range): boolean => within(real, alone ? seen : { low: seen.low, high: Infinity }, 0)
  if (!agrees(counted.real, k6.total) || !agrees(countedErrors.real, k6.errors)) {
    return {
      ...fail(
        `${measured.requests} risen by ${range(k6.total)} and its 5xx by ${range(k6.errors)}, as k6 counted`,
        `${figure(counted.real)} and ${figure(countedErrors.real)}`,
        pointers,
      ),
      mend: `Compare ${measured.requests} of ${measured.service} with its answers: the counter itself is wrong, so that no panel can be right.`,
    }
  }
  if (measures === 'latency-p95') return { ...latency(value, answer.query, buckets, k6, slo), pointers }

  const readings = readingsOf(answer.query, measured.requests, requests.series).map(({ counts, note }) => ({
    note,
    truth: shares(rise(requests.series.filter((series) => counts(series) && isError(series))), rise(requests.series.filter(counts))),
  }))
  const truth = readings[0]?.truth ?? hull([])
  const error = measures === 'error-budget' ? (1 - value / 100) * slo.errorRate : value
  const show = (share: number): string => figure(measures === 'error-budget' ? (1 - share / slo.errorRate) * 100 : share)
  const k6Text = `k6 counted ${range(k6.errors)} errors among ${range(k6.total)} answers`
  const expected = `${show(truth.low)}${show(truth.low) === show(truth.high) ? '' : ` to ${show(truth.high)}`} (${figure(errors.real)} errors among ${figure(all.real)} answers by the samples; ${k6Text})`
  const reading = readings.find((one) => within(error, one.truth, RELATIVE))
  const untried = reading !== undefined && errors.real === 0 ? ', and no error was made in this time: what counts as one was not tried' : ''
  return {
    status: reading === undefined ? 'fail' : 'pass',
    expected,
    observed: `${figure(value)}${reading?.note ?? ''}${untried}`,
    pointers,
  }
}

function latency(valueS: number, query: string, buckets: Counters, k6: ReturnType<typeof seenByK6>, slo: SloSpec): Judged {
  const rise = riser(buckets)
  const readings = readingsOf(query, buckets.metric, buckets.series)
  const candidates = readings.flatMap(({ counts }) =>
    WAYS.flatMap((how) => bucketOf(QUANTILE, buckets.series.filter(counts), (some) => rise(some)[how]) ?? []),
  )
  if (candidates.length === 0)
    return {
      status: 'unknown',
      cause: 'load-short',
      expected: 'a bucket with the 95th percentile',
      observed: `${figure(valueS)} s, and no bucket rose`,
    }
  // k6's count of the same window is a little more or less: so many ranks the percentile may be off.
  const edge = (k6.total.high - k6.total.low) / k6.total.high
  const client = {
    low: quantileBound(k6.latency, Math.max(0, QUANTILE - edge)) / 1_000,
    high: quantileBound(k6.latency, Math.min(1, QUANTILE + edge)) / 1_000,
  }
  const bucket = candidates.find((one) => within(valueS, one, 1e-9))
  const [first] = candidates
  const expected = `${bucketText(bucket ?? first)}, the bucket of the 95th percentile; clients saw ${figure(client.low)} to ${figure(client.high)} s`
  if (bucket === undefined) return { status: 'fail', expected, observed: `${figure(valueS)} s` }
  // A server cannot be slower than its clients saw it, and what it says must not hide a wait that breaks the objective.
  if (client.high < bucket.low)
    return { status: 'fail', expected: `not above what clients saw, ${figure(client.high)} s`, observed: `${figure(valueS)} s` }
  if (client.low > bucket.high + slo.latencyP95Seconds)
    return { status: 'fail', expected: `what clients saw, ${figure(client.low)} s`, observed: `${figure(valueS)} s` }
  // Inside its bucket other quantiles lie as well.
  const exact = (quantile: number): Range[] =>
    readings
      .map(({ counts }) =>
        hull(WAYS.flatMap((how) => quantileOf(quantile, buckets.series.filter(counts), (some) => rise(some)[how]) ?? [])),
      )
      .filter(({ low }) => Number.isFinite(low))
  const p95 = exact(QUANTILE)
  if (p95.some((one) => within(valueS, one, RELATIVE))) return { status: 'pass', expected, observed: `${figure(valueS)} s` }
  const other = OTHER_QUANTILES.find((quantile) => exact(quantile).some((one) => within(valueS, one, RELATIVE / 10)))
  return {
    status: 'fail',
    expected: `${figure(p95[0]?.low ?? Number.NaN)} s, the 95th percentile of that bucket's ${expected.split(',')[0] ?? ''}`,
    observed: `${figure(valueS)} s${other === undefined ? '' : `, which is the quantile ${other}`}`,
  }
}

/** What is written by mistake for 0.95. */
const OTHER_QUANTILES = [0.5, 0.75, 0.9, 0.98, 0.99, 0.999]

function bucketText(bucket: Range | undefined): string {
  return bucket === undefined ? 'nothing' : `${figure(bucket.low)} to ${figure(bucket.high)} s`
}

function range({ low, high }: Range): string {
  return low === high ? String(low) : `${low} to ${high}`
}
