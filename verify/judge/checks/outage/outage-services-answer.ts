import { defineCheck } from '../../drill-check.ts'
import { distribution } from '../../../text/quantiles.ts'
import { seconds } from '../../../text/instant.ts'
import type { EvidenceMap, Finding } from '../../drill-check.ts'
import { Answers } from '../../record/answer-columns.ts'
import { isGood } from '../../signal/faults-in-force.ts'
import { judgePromise, othersBehind, worstOf } from '../../signal/kept-promise.ts'
import { servicesOnPath, unlessRequestsWaited } from '../../signal/late-answers.ts'
import { unlessStalled } from '../../signal/outage-survival.ts'
import { pass, skip, unknown } from '../../finding.ts'

/** A service that waits for what watches it shows in its answers long before they fail. */
const ANSWERS_WITHIN_MS = 2_000

export const check = defineCheck(
  {
    id: 'outage-services-answer',
    scope: 'outage',
    title: 'the services kept answering',
    failureTitle: 'a service failed because its telemetry did',
    why: 'Telemetry must never take down the service it observes: a full export queue or a blocked log writer may cost data, not answers.',
    mend: 'In the service, send spans in the background with a bounded queue (OTEL_BSP_MAX_QUEUE_SIZE) and write logs without waiting for the reader.',
    example: '31 of 60 requests answered 200 within 2 s while the collector was stopped',
    needs: ['spec', 'outageSpec', 'outage', 'faultsInForce', 'answers', 'requestWaits'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  (evidence) => {
    const own = ownRequest(evidence)
    const { outageSpec, outage, faultsInForce } = evidence
    const { keepsAnswering = [] } = outageSpec
    if (keepsAnswering.length === 0 || outage.refused !== undefined) return own
    const span = { fromMs: outage.entry.startedMs, untilMs: outage.entry.atMs }
    // Only signals may take longer than the undo to recover, no answer.
    const faults = faultsInForce
      .filter(({ id, onFromMs }) => id === (outageSpec.during ?? outageSpec.id) && onFromMs >= span.fromMs && onFromMs <= span.untilMs)
      .map((each) => (outageSpec.during === undefined ? { ...each, recoveredMs: each.offByMs } : each))
    const further = keepsAnswering.map((promise) => judgePromise(promise, span, faults, evidence))
    return unlessStalled({ ...worstOf([...(own.status === 'skipped' ? [] : [own]), ...further]), pointers: own.pointers }, outage)
  },
)

/** The outage's own requests, sent by it all the while. */
function ownRequest({
  spec,
  outageSpec,
  outage,
  faultsInForce,
  answers,
  requestWaits,
}: Pick<EvidenceMap, 'spec' | 'outageSpec' | 'outage' | 'faultsInForce' | 'answers' | 'requestWaits'>): Finding {
  const { request } = outageSpec
  const expected = `${request.service} answers ${request.expectStatus} within ${seconds(ANSWERS_WITHIN_MS)} throughout the outage`
  const { pointers } = outage
  if (!outageSpec.answers)
    return skip('not specified: the outage is of the service itself', 'the specification asks for no answers in this outage')
  if (outage.refused !== undefined) return skip(expected, `the target does not allow the fault: ${outage.refused}`, pointers)
  const phase = (from: number, until: number) => outage.entry.rows.filter(([sentMs]) => sentMs >= from && sentMs < until)
  const all = outage.away.flatMap(({ onFromMs, offByMs }) => phase(onFromMs, offByMs))
  // A request that fails while another fault disturbs the same service says nothing about this one.
  const others = othersBehind(
    { request, withinMs: ANSWERS_WITHIN_MS },
    { fromMs: outage.entry.startedMs, untilMs: outage.entry.atMs },
    ownFaults(outageSpec, outage),
    { spec, faultsInForce, answers },
    sentByItself(outage),
  )
  const beside = ([sentMs, answeredMs]: (typeof all)[number]): boolean =>
    others.some(
      ({ onFromMs, recoveredMs }) => outage.entry.startedMs + answeredMs >= onFromMs && outage.entry.startedMs + sentMs <= recoveredMs,
    )
  const own = (row: (typeof all)[number]): boolean =>
    !beside(row) || (row[2] === request.expectStatus && row[1] - row[0] <= ANSWERS_WITHIN_MS)
  const allBefore = phase(0, outage.away[0]?.onFromMs ?? 0)
  const before = allBefore.filter(own)
  const meanwhile = all.filter(own)
  const leftOut = all.length - meanwhile.length
  const company = [
    ...new Set(
      others
        .filter(({ onFromMs, recoveredMs }) =>
          outage.away.some(({ offByMs }) => onFromMs <= outage.entry.startedMs + offByMs && recoveredMs >= outage.entry.startedMs),
        )
        .map(({ id }) => id),
    ),
  ]
  const wrong = (rows: typeof meanwhile): number => rows.filter(([, , status]) => status !== request.expectStatus).length
  if ((leftOut > 0 && meanwhile.every(beside)) || (before.length === 0 && allBefore.length > 0))
    return unknown(
      'not-alone',
      expected,
      `${leftOut} of ${all.length} requests failed, and ${company.join(', ')} was in force all the while`,
      pointers,
    )
  if (before.length === 0 || wrong(before) > 0)
    return unknown(
      'unhealthy-start',
      expected,
      `${wrong(before)} of ${before.length} requests not answered ${request.expectStatus} before the outage`,
      pointers,
    )
  if (meanwhile.length === 0) return unknown('not-injected', expected, 'no request was sent during the outage', pointers)
  const times = meanwhile.filter(([, , status]) => status !== 0).map(([sentMs, answeredMs]) => answeredMs - sentMs)
  const slow = times.filter((ms) => ms > ANSWERS_WITHIN_MS).length
  const observed = `${meanwhile.length - wrong(meanwhile)} of ${meanwhile.length} requests to ${request.service} answered ${request.expectStatus}, ${slow} later than ${seconds(ANSWERS_WITHIN_MS)}, slowest ${seconds(distribution(times)?.max ?? NaN)}${leftOut === 0 ? '' : `; ${leftOut} that failed while ${company.join(', ')} was in force are not counted`}`
  if (wrong(meanwhile) === 0 && slow === 0) return pass(expected, observed, pointers)
  const failed: Finding = {
    status: 'fail',
    expected,
    observed,
    pointers,
    handledBy: servicesOnPath(spec, request),
    diagnosis:
      'Does it wait for its exporter or its log? Exporters must send in the background and drop what does not fit their queue; logs go to a file or pipe that is read.',
  }
  const { startedMs } = outage.entry
  const bad = meanwhile
    .map(([sentMs, answeredMs, status]) => ({ sentMs: startedMs + sentMs, tookMs: answeredMs - sentMs, status }))
    .filter((answer) => !isGood(answer, request.expectStatus, ANSWERS_WITHIN_MS))
    .map((answer) => ({ answer, right: [request.expectStatus] }))
  return unlessStalled(unlessRequestsWaited(failed, bad, ANSWERS_WITHIN_MS, requestWaits(request)), outage)
}

/** The outage's own stretches, under its id and that of the experiment whose fault it is. */
function ownFaults({ id, during }: EvidenceMap['outageSpec'], { entry, away }: EvidenceMap['outage']): Parameters<typeof othersBehind>[2] {
  return [id, ...(during === undefined ? [] : [during])].flatMap((each) =>
    away.map(({ onFromMs, offByMs }) => ({
      id: each,
      onFromMs: entry.startedMs + onFromMs,
      onByMs: entry.startedMs + onFromMs,
      offFromMs: entry.startedMs + offByMs,
      recoveredMs: entry.startedMs + offByMs,
    })),
  )
}

/** What became of the requests that the outage sent by itself. */
function sentByItself({ entry }: EvidenceMap['outage']): Answers {
  return new Answers(
    entry.rows.map(([sentMs]) => entry.startedMs + sentMs),
    entry.rows.map(([sentMs, answeredMs]) => answeredMs - sentMs),
    entry.rows.map(([, , status]) => status),
  )
}
