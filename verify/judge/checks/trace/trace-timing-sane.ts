import type { Span } from '../../../model/journal.ts'
import { short } from '../../../trace/match.ts'
import { defineCheck } from '../../drill-check.ts'
import { fail, pass } from '../../finding.ts'
import { noTrace, presentTraces } from '../../signal/answered.ts'

/** Clocks of two hosts under NTP; those of one process only by rounding and by how an SDK anchors its clock. */
const BETWEEN_PROCESSES_US = 100_000
const WITHIN_PROCESS_US = 10_000
/** The drill's own clock against the services', and the request's way. */
const OWN_CLOCK_US = 1_000_000

export const check = defineCheck(
  {
    id: 'trace-timing-sane',
    scope: 'trace',
    title: 'span times are consistent',
    failureTitle: 'span times contradict one another',
    why: 'A span that starts before its parent, or a call that ends after its caller, makes every duration of the trace worthless.',
    mend: 'Synchronise the clocks of the hosts (NTP); within one service, update the instrumentation that starts a span late.',
    example: 'in trace 4bf9... payments "POST /pay" begins 420.0 ms before its parent',
    needs: ['traceSpec', 'traces', 'clockOffsetMs'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ traceSpec, traces, clockOffsetMs }) => {
    const expected = `a child starts after its parent and a call ends within its caller (tolerance ${BETWEEN_PROCESSES_US / 1_000} ms between services, ${WITHIN_PROCESS_US / 1_000} ms within one)`
    const present = presentTraces(traces)
    const pointers = present.flatMap((each) => each.pointers)
    if (present.length === 0) return noTrace(expected, traces)
    const offsetUs = clockOffsetMs * 1_000
    let ownUs = 0
    let skewUs = 0
    let early = 0
    for (const { probe, trace, pointers: own } of present) {
      const { spans } = trace
      const byId = new Map(spans.map((span) => [span.spanId, span]))
      for (const span of spans) {
        const place = `in trace ${probe.traceId} ${named(span)}`
        if (!Number.isFinite(span.startUs) || !(span.durationUs >= 0))
          return fail(expected, `${place} begins at ${span.startUs} µs and lasts ${span.durationUs} µs`, own)
        const sinceSentUs = span.startUs - probe.sentMs * 1_000
        const isStrange = (us: number): boolean => us < -OWN_CLOCK_US || us > OWN_CLOCK_US + traceSpec.maxDelayMs * 1_000
        // Where Prometheus' clock agrees with the service's, it is the drill's that is off.
        if (isStrange(sinceSentUs) && !isStrange(sinceSentUs - offsetUs)) ownUs = -offsetUs
        if (isStrange(sinceSentUs) && isStrange(sinceSentUs - offsetUs))
          return fail(
            expected,
            `${place} begins ${ms(Math.abs(sinceSentUs))} ${sinceSentUs < 0 ? 'before' : 'after'} the request was sent`,
            own,
            { diagnosis: `The clock of ${short(span.service)} is not the drill's, or the span belongs to another request.` },
          )
        const parent = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId)
        // What takes a request cannot begin when its caller has the answer.
        const answeredUs = span.startUs - probe.atMs * 1_000
        const sinceAnswerUs = Math.min(answeredUs, answeredUs - offsetUs)
        if (
          parent === undefined &&
          span.service === traceSpec.request.service &&
          span.kind.toLowerCase() === 'server' &&
          sinceAnswerUs > OWN_CLOCK_US
        )
          return fail(expected, `${place} begins ${ms(sinceAnswerUs)} after the request was answered`, own, {
            diagnosis: `The clock of ${short(span.service)} is not the drill's: look at NTP on both hosts.`,
          })
        if (parent === undefined || parent === span) continue
        const allowanceUs = inOneProcess(parent, span) ? WITHIN_PROCESS_US : BETWEEN_PROCESSES_US
        const beforeUs = parent.startUs - span.startUs
        early = Math.max(early, beforeUs)
        if (beforeUs > allowanceUs)
          return fail(expected, `${place} begins ${ms(beforeUs)} before its parent ${named(parent)}`, own, {
            diagnosis: whose(parent, span),
          })
        if (!answersCaller(parent, span)) continue
        const afterUs = span.startUs + span.durationUs - parent.startUs - parent.durationUs
        if (afterUs > allowanceUs)
          return fail(expected, `${place} ends ${ms(afterUs)} after the call that waited for it (${named(parent)})`, own, {
            diagnosis: whose(parent, span),
          })
        // A call and its answer have one middle; what is left is the difference of the clocks (and of the two ways).
        const middleUs = Math.abs(span.startUs + span.durationUs / 2 - parent.startUs - parent.durationUs / 2)
        skewUs = Math.max(skewUs, middleUs)
      }
    }
    return pass(
      expected,
      `${present.length} of ${present.length} traces; a child at most ${ms(early)} early, clocks of services at most ${ms(skewUs)} apart${ownUs === 0 ? '' : `; the drill's clock is ${ms(Math.abs(ownUs))} ${ownUs > 0 ? 'ahead' : 'behind'}`}`,
      pointers,
    )
  },
)

/** Only here the parent surely waits: what a service does besides (a message, a cache) may outlive the request. */
function answersCaller(parent: Span, span: Span): boolean {
  return parent.kind.toLowerCase() === 'client' && span.kind.toLowerCase() === 'server'
}

/** What a service calls or sends may be taken up by another instance of the same service, on another host. */
function inOneProcess(parent: Span, span: Span): boolean {
  return parent.service === span.service && !answersCaller(parent, span) && span.kind.toLowerCase() !== 'consumer'
}

function whose(parent: Span, span: Span): string {
  if (inOneProcess(parent, span))
    return `Both were timed by ${short(span.service)}: its instrumentation takes times from two clocks, or was started late.`
  return parent.service === span.service
    ? `The clocks of two instances of ${short(span.service)} differ: look at NTP on their hosts.`
    : `The clocks of ${short(parent.service)} and ${short(span.service)} differ: look at NTP on their hosts.`
}

function named({ service, operation }: Span): string {
  return `${short(service)} ${JSON.stringify(short(operation))}`
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(1)} ms`
}
