import type { JournalEntry } from '../../model/journal.ts'
import type { SloSpec } from '../../model/spec.ts'
import { defineCheck } from '../check.ts'
import type { EvidenceMap, Finding } from '../check.ts'
import { seconds } from '../instant.ts'
import { drillAnswer, figure, nothingToJudge, scaleOf, shown } from '../slo-panels.ts'
import { bucketOf, firstSampleMs, hull, isError, isOwn, isScrape, losses, quantileBound, riseOf, seenByK6, within } from '../slo-truth.ts'
import type { Range, Rise } from '../slo-truth.ts'

type Panel = Extract<JournalEntry, { kind: 'panel' }>
type Counters = Extract<JournalEntry, { kind: 'counters' }>
type Evidence = Pick<EvidenceMap, 'spec' | 'dashboard' | 'panels' | 'counters' | 'scrapes' | 'allLoads'>

/** Arithmetic in another order, and Prometheus 2 and 3 extrapolate a little differently. */
const RELATIVE = 0.01
const QUANTILE = 0.95

/** What one panel says and what it must say. undefined observed: it could not be compared. */
interface Compared { title: string, status: 'pass' | 'fail' | 'unknown', expected: string, observed: string, cause?: 'load-short' | 'evidence-missing', pointers: number[] }

export default defineCheck({
  id: 'slo-value-matches',
  scope: 'drill',
  title: 'the SLO panels show what the samples and k6 counted',
  failureTitle: 'an SLO panel shows another value than what was counted',
  why: 'A dashboard is believed. Whether its numbers are right shows only beside numbers that were counted by somebody else.',
  needs: ['spec', 'dashboard', 'panels', 'counters', 'scrapes', 'allLoads'],
  needsInjection: 'no',
}, (evidence): Finding => {
  const { spec: { slo }, dashboard } = evidence
  const nothing = nothingToJudge(slo, dashboard)
  if (nothing !== undefined || dashboard === null) return nothing ?? { status: 'skipped', expected: '', observed: '', pointers: [] }
  const compared = slo.panels.flatMap(({ title, measures }): Compared[] => {
    if (measures === 'active-alerts') return []
    const answer = drillAnswer(evidence.panels, title)
    const seqs = answer === undefined ? [] : [answer.seq]
    if (answer === undefined) return [{ title, status: 'unknown', expected: 'an answer', observed: 'not asked', cause: 'evidence-missing', pointers: seqs }]
    if (answer.error !== undefined) return [{ title, status: 'fail', expected: 'an answer', observed: answer.error, pointers: seqs }]
    const value = shown(answer)
    if (value === undefined) return [{ title, status: 'fail', expected: 'one number', observed: `${answer.series.length} series`, pointers: seqs }]
    const plain = value / scaleOf(dashboard, title, measures)
    if (measures === 'availability') return [{ title, pointers: seqs, ...availability(plain, answer, evidence) }]
    return [{ title, ...ofRequests(plain, measures, answer, evidence, slo) }]
  })
  if (compared.length === 0) return { status: 'skipped', expected: 'numbers', observed: 'no promised panel shows one', pointers: [dashboard.seq] }
  const worst = compared.find(({ status }) => status === 'fail') ?? compared.find(({ status }) => status === 'unknown')
  const pointers = compared.flatMap((one) => one.pointers)
  const told = worst === undefined ? compared : compared.filter(({ status }) => status === worst.status)
  return {
    status: worst?.status ?? 'pass', expected: told.map(({ title, expected }) => `${title}: ${expected}`).join('; '), observed: told.map(({ title, observed }) => `${title}: ${observed}`).join('; '),
    ...(worst?.status === 'unknown' ? { cause: worst.cause ?? 'evidence-missing' } : {}), pointers,
  }
})

type Judged = Omit<Compared, 'title' | 'pointers'>

/** avg(up): the mean of each target's mean, or of all samples together; both are "avg(up) over" the window. */
function availability(value: number, { untilMs, windowMs = 0 }: Panel, { scrapes }: Evidence): Judged {
  const samples = scrapes.map(({ timesMs, up }) => up.filter((_, index) => (timesMs[index] ?? 0) > untilMs - windowMs && (timesMs[index] ?? 0) <= untilMs && !Number.isNaN(up[index]))).filter((own) => own.length > 0)
  if (samples.length === 0) return { status: 'unknown', cause: 'evidence-missing', expected: 'avg(up)', observed: `${figure(value)}, and no sample of up was recorded` }
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
  const truth = hull([mean(samples.map(mean)), mean(samples.flat())])
  // By the share that is missing: 0.99 and 0.999 differ by a factor of ten, not by a percent.
  const slack = RELATIVE * (1 - truth.low) + 1e-6
  const expected = `${figure(truth.low)}, from ${samples.flat().length} samples of up of ${samples.length} targets`
  return { status: value >= truth.low - slack && value <= truth.high + slack ? 'pass' : 'fail', expected, observed: figure(value) }
}

function ofRequests(value: number, measures: 'latency-p95' | 'error-rate' | 'error-budget', answer: Panel, { counters, scrapes, allLoads, spec }: Evidence, slo: SloSpec): Omit<Compared, 'title'> {
  const { measured } = slo
  const requests = counters.findLast(({ metric }) => metric === measured?.requests)
  const buckets = counters.findLast(({ metric }) => metric === `${measured?.durations ?? ''}_bucket`)
  const pointers = [answer, requests, buckets].flatMap((entry) => entry?.seq ?? [])
  if (measured === undefined || requests === undefined || buckets === undefined) return { status: 'unknown', cause: 'evidence-missing', expected: 'counters to compute it from', observed: 'they were not recorded', pointers }
  if (requests.series.length === 0) return { status: 'unknown', cause: 'evidence-missing', expected: `samples of ${measured.requests}`, observed: `none of ${measured.service} in ${seconds(requests.untilMs - requests.fromMs)}`, pointers }
  const job = spec.platform.services.find(({ name }) => name === measured.service)?.job ?? measured.service
  const users = requests.series.filter((series) => !isScrape(series))
  const k6 = seenByK6(allLoads, measured.service, requests.series, losses(requests.series, scrapes, job))
  pointers.push(...k6.pointers)
  const rise = riser(requests)
  const [all, errors] = [rise(users), rise(users.filter(isError))]
  const [counted, countedErrors] = [rise(users.filter((series) => !isOwn(series))), rise(users.filter((series) => !isOwn(series) && isError(series)))]
  if (k6.total.high === 0) return { status: 'unknown', cause: 'load-short', expected: 'a known load', observed: `k6 had no answer of ${measured.service} in this time`, pointers }

  // What Prometheus has against what k6 got: without this the panel could agree with counters that are wrong themselves.
  // Where others send requests too, it may have more.
  const alone = allLoads.some(({ leg }) => leg === 'background')
  const agrees = (real: number, seen: Range): boolean => within(real, alone ? seen : { low: seen.low, high: Infinity }, 0)
  if (!agrees(counted.real, k6.total) || !agrees(countedErrors.real, k6.errors)) {
    return { status: 'fail', expected: `${measured.requests} risen by ${range(k6.total)} and its 5xx by ${range(k6.errors)}, as k6 counted`, observed: `${figure(counted.real)} and ${figure(countedErrors.real)}`, pointers }
  }
  if (measures === 'latency-p95') return { ...latency(value, buckets, k6, slo), pointers }

  // With Prometheus' own scrapes in the total the share is smaller; the requirement's "5xx / total requests" allows both.
  const withScrapes = shares(errors, rise(requests.series))
  const truth = shares(errors, all)
  const error = measures === 'error-budget' ? (1 - value / 100) * slo.errorRate : value
  const show = (share: number): string => figure(measures === 'error-budget' ? (1 - share / slo.errorRate) * 100 : share)
  const k6Text = `k6 counted ${range(k6.errors)} errors among ${range(k6.total)} answers`
  const expected = `${show(truth.low)}${show(truth.low) === show(truth.high) ? '' : ` to ${show(truth.high)}`} (${figure(errors.real)} errors among ${figure(all.real)} answers by the samples; ${k6Text})`
  const fits = within(error, truth, RELATIVE) || within(error, withScrapes, RELATIVE)
  return { status: fits ? 'pass' : 'fail', expected, observed: `${figure(value)}${fits && !within(error, truth, RELATIVE) ? ', Prometheus\' own scrapes counted with the answers' : ''}`, pointers }
}

/** With and without what counters were born with, as they are and as rate() extrapolates them: no query can be told more than that. */
function shares(errors: Rise, all: Rise): Range {
  return hull([[errors.seen, all.seen], [errors.real, all.real], [errors.extrapolated, all.extrapolated]].flatMap(([some = 0, total = 0]) => (total > 0 ? [some / total] : [])))
}

function riser(entry: Counters): (series: Counters['series']) => Rise {
  const firstMs = firstSampleMs(entry.series)
  return (series) => riseOf(series, entry, firstMs)
}

function latency(valueS: number, buckets: Counters, k6: ReturnType<typeof seenByK6>, slo: SloSpec): Judged {
  const rise = riser(buckets)
  const users = buckets.series.filter((series) => !isScrape(series))
  const candidates = [users, buckets.series].flatMap((series) => (['seen', 'real', 'extrapolated'] as const).flatMap((how) => bucketOf(QUANTILE, series, (some) => rise(some)[how]) ?? []))
  if (candidates.length === 0) return { status: 'unknown', cause: 'load-short', expected: 'a bucket with the 95th percentile', observed: `${figure(valueS)} s, and no bucket rose` }
  // k6's count of the same window is a little more or less: so many ranks the percentile may be off.
  const edge = (k6.total.high - k6.total.low) / k6.total.high
  const client = { low: quantileBound(k6.latency, Math.max(0, QUANTILE - edge)) / 1_000, high: quantileBound(k6.latency, Math.min(1, QUANTILE + edge)) / 1_000 }
  const bucket = candidates.find((one) => within(valueS, one, 1e-9))
  const [first] = candidates
  const expected = `${bucketText(bucket ?? first)}, the bucket of the 95th percentile; clients saw ${figure(client.low)} to ${figure(client.high)} s`
  if (bucket === undefined) return { status: 'fail', expected, observed: `${figure(valueS)} s` }
  // A server cannot be slower than its clients saw it, and what it says must not hide a wait that breaks the objective.
  if (client.high < bucket.low) return { status: 'fail', expected: `not above what clients saw, ${figure(client.high)} s`, observed: `${figure(valueS)} s` }
  if (client.low > bucket.high + slo.latencyP95Seconds) return { status: 'fail', expected: `what clients saw, ${figure(client.low)} s`, observed: `${figure(valueS)} s` }
  return { status: 'pass', expected, observed: `${figure(valueS)} s` }
}

function bucketText(bucket: Range | undefined): string {
  return bucket === undefined ? 'nothing' : `${figure(bucket.low)} to ${figure(bucket.high)} s`
}

function range({ low, high }: Range): string {
  return low === high ? String(low) : `${low} to ${high}`
}
