import type { JournalEntry } from '../../../model/journal.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap } from '../../drill-check.ts'
import {
  drillAnswers,
  figure,
  looksOverUnknown,
  nothingToJudge,
  onePanel,
  promisedPanel,
  queryMend,
  scaleOf,
} from '../../slo/panel-evidence.ts'
import type { Promised } from '../../slo/panel-evidence.ts'
import { isError } from '../../../promql/request-series.ts'
import { availabilityOf, firstSampleMs, hull, numberOf, quantileOf, riser, shares, WAYS, within } from '../../slo/truth.ts'
import { readingsOf } from '../../slo/readings.ts'
import type { Range } from '../../slo/truth.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

type Panel = Extract<JournalEntry, { kind: 'panel' }>
type Evidence = Pick<EvidenceMap, 'spec' | 'dashboard' | 'panels' | 'counters' | 'scrapes'>
interface Service {
  name: string
  job: string
  requests: string
  durations: string
}

const RELATIVE = 0.01
const QUANTILE = 0.95

export const check = defineCheck(
  {
    id: 'slo-series-match',
    scope: 'drill',
    title: 'the series by service equal what each service counted',
    failureTitle: 'a series by service differs from what the service counted',
    why: 'The series by service name the service to look at. Another quantile, status or service in the query sends on-call to the wrong one.',
    mend: 'In the SLO dashboard, correct the query by service: the specified metric, status, quantile and service label.',
    example: 'Latency p95 by service of gateway: 0.012 (expected 0.048)',
    needs: ['spec', 'dashboard', 'panels', 'counters', 'scrapes'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  (evidence) => {
    const {
      spec: { slo, platform },
      dashboard,
    } = evidence
    const promises = slo.panels.filter(
      ({ by, measures }) => by !== undefined && measures !== 'active-alerts' && measures !== 'error-budget',
    )
    const nothing = nothingToJudge(slo, dashboard)
    if (nothing !== undefined || dashboard === null) return nothing ?? skip('', '')
    const services = (slo.services ?? []).map(({ service, ...metrics }): Service => ({
      name: service,
      job: platform.services.find(({ name }) => name === service)?.job ?? service,
      ...metrics,
    }))
    if (promises.length === 0 || services.length === 0) return skip('series by service', 'the specification has none', [dashboard.seq])
    const [wrong, decided, undecided, pointers]: [string[], string[], string[], number[]] = [[], [], [], [dashboard.seq]]
    const expected: string[] = []
    const mends = new Set<string>()
    for (const promise of promises) {
      const { title } = promise
      const computed = promisedPanel(dashboard, title)?.panel.computed
      const answers = drillAnswers(evidence.panels, dashboard, title)
      pointers.push(...answers.map(({ seq }) => seq))
      if (answers.length === 0 || computed !== undefined) {
        undecided.push(`${title} was ${computed === undefined ? 'not queried' : `changed by ${computed.join(', ')}`}`)
        continue
      }
      const refused = answers.find(({ error }) => error !== undefined)
      if (refused !== undefined) {
        wrong.push(`${title}: ${refused.error ?? ''}`)
        continue
      }
      if (looksOverUnknown(evidence.panels, dashboard, title)) {
        undecided.push(`${title} looks over a window that is not known here`)
        continue
      }
      for (const service of services) {
        const lines = answers.flatMap((answer) =>
          answer.series
            .filter(({ metric }) => Object.values(metric).some((value) => value === service.job || value === service.name))
            .map((series) => ({ answer, value: numberOf(series.values.at(-1)?.[1] ?? '') / scaleOf(dashboard, promise, slo) })),
        )
        for (const { answer, value } of lines) {
          const truth = truthOf(promise.measures, service, answer, evidence)
          // Where no sample shows a rise there is nothing to divide by, with any first value of a counter.
          if (truth === undefined || (Number.isNaN(value) && truth.unseen)) continue
          const [first] = truth.ranges
          const said = `${title} of ${service.name}: ${figure(value)}`
          expected.push(`${title} of ${service.name}: ${first === undefined ? '' : figure(first.low)}`)
          const fitting = truth.ranges.some((one) => fits(promise.measures, value, one))
          ;(fitting ? decided : wrong).push(said)
          if (!fitting) mends.add(queryMend(title, answer.expr))
        }
      }
    }
    if (wrong.length > 0)
      return fail(
        expected.filter((text) => wrong.some((other) => other.split(': ')[0] === text.split(': ')[0])).join('; ') || 'answers',
        wrong.join('; '),
        pointers,
        { ...onePanel(wrong, slo, dashboard), ...(mends.size === 0 ? {} : { diagnosis: [...mends].join(' ') }) },
      )
    if (undecided.length > 0 || decided.length === 0)
      return unknown(
        undecided.length > 0 ? 'evidence-missing' : 'load-short',
        'series by service',
        undecided.join('; ') || 'no service counted a request in the time that the panels show',
        pointers,
      )
    return pass(expected.join('; '), decided.join('; '), pointers)
  },
)

/** Of an availability what counts is the share that is missing. */
function fits(measures: Promised['measures'], value: number, { low, high }: Range): boolean {
  return measures === 'availability'
    ? within(1 - value, { low: 1 - high, high: 1 - low }, RELATIVE)
    : within(value, { low, high }, RELATIVE)
}

/** What the series may show, each reading of it; undefined: the service counted nothing, so that there is no number. */
function truthOf(
  measures: Promised['measures'],
  { job, requests, durations }: Service,
  answer: Panel,
  { scrapes, counters }: Evidence,
): { ranges: Range[]; unseen: boolean } | undefined {
  const { untilMs, windowMs = 0 } = answer
  if (measures === 'availability') {
    const own = availabilityOf(
      scrapes.filter((column) => column.job === job),
      { low: untilMs - windowMs, high: untilMs },
    )
    return own === undefined ? undefined : { ranges: [own], unseen: false }
  }
  const metric = measures === 'latency-p95' ? `${durations}_bucket` : requests
  const entry = counters.findLast(
    (each) =>
      each.metric === metric &&
      each.untilMs === untilMs &&
      each.untilMs - each.fromMs === windowMs &&
      each.series.some((series) => series.metric['job'] === job),
  )
  const series = entry?.series.filter((one) => one.metric['job'] === job) ?? []
  if (entry === undefined || !Number.isFinite(firstSampleMs(series))) return undefined
  const rise = riser(entry, series)
  const readings = readingsOf(answer.query, metric, series)
  const ranges = readings
    .map(({ counts }) => {
      const counted = series.filter(counts)
      return measures === 'error-rate'
        ? shares(rise(counted.filter(isError)), rise(counted))
        : hull(WAYS.flatMap((how) => quantileOf(QUANTILE, counted, (some) => rise(some)[how]) ?? []))
    })
    .filter(({ low }) => Number.isFinite(low))
  return ranges.length === 0 ? undefined : { ranges, unseen: readings.some(({ counts }) => rise(series.filter(counts)).seen === 0) }
}
