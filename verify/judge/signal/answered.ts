import type { Trace } from '../../model/journal.ts'
import type { HttpProbe } from '../../model/spec.ts'
import type { EvidenceMap, Finding } from '../drill-check.ts'
import { fail, unknown } from '../finding.ts'

type Traces = EvidenceMap['traces']
/** A stamped request, and what a store answered about it. */
interface Asked {
  probe: { seq: number; status: number; error?: string }
  answer: { seq: number; error?: string } | undefined
}

export function pointersOf(asked: readonly Pick<Asked, 'probe' | 'answer'>[]): number[] {
  return asked.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])])
}

/** Of the drill's own credentials, its own rate, or the way between: they say nothing of the service. */
const NOT_OF_THE_SERVICE = new Set([401, 403, 407, 408, 425, 429])

/** The service took the request and refuses it, which it promised to serve; a service that is sick (5xx) or silent is another matter. */
const isRefused = ({ probe }: Asked, expectStatus: number): boolean =>
  probe.error === undefined &&
  probe.status !== expectStatus &&
  probe.status >= 400 &&
  probe.status < 500 &&
  !NOT_OF_THE_SERVICE.has(probe.status)

/** What was promised to be answered was refused, each time: a broken promise, and no load that did not arrive. */
export function refusal(asked: readonly Asked[], request: HttpProbe, expected: string): Finding | undefined {
  if (asked.length === 0 || !asked.every((each) => isRefused(each, request.expectStatus))) return undefined
  const { service, method, expectStatus } = request
  const path = request.path.replace(/\?.*$/, '')
  const statuses = [...new Set(asked.map(({ probe }) => probe.status))].join(', ')
  return fail(
    expected,
    `${service} ${method} ${path} was answered ${statuses} instead of ${expectStatus}, ${asked.length} of ${asked.length} times`,
    asked.map(({ probe }) => probe.seq),
    {
      part: service,
      diagnosis: `${service} refuses ${method} ${path} (${statuses}): deploy a ${service} that serves it, or correct the request in the specification.`,
    },
  )
}

/** Why nothing can be said of one request: it failed itself, or the store was not queried or did not answer. undefined: go on. */
export function unanswered({ probe, answer }: Asked, expectStatus: number, expected: string, notQueried: string): Finding | undefined {
  if (probe.error !== undefined || probe.status !== expectStatus)
    return unknown(
      'not-injected',
      expected,
      `the request itself failed: ${probe.error ?? `status ${probe.status} instead of ${expectStatus}`}`,
      [probe.seq],
      isRefused({ probe, answer }, expectStatus) ? { follows: ['trace-complete', 'log-line-found'] } : {},
    )
  if (answer === undefined) return unknown('evidence-missing', expected, notQueried, [probe.seq])
  return answer.error === undefined ? undefined : unknown('source-unreachable', expected, answer.error, [probe.seq, answer.seq])
}

/** Traces that have a span, each with its request. */
export function presentTraces(
  traces: Traces,
): { probe: Traces[number]['probe']; foundMs: number | null; trace: Trace; pointers: number[] }[] {
  return traces.flatMap(({ probe, answer }) =>
    answer?.trace !== undefined && answer.trace !== null && answer.trace.spans.length > 0
      ? [{ probe, foundMs: answer.foundMs, trace: answer.trace, pointers: [probe.seq, answer.seq] }]
      : [],
  )
}

export function noTrace(expected: string, traces: Traces, follows: readonly string[] = ['trace-complete', 'trace-count']): Finding {
  return unknown(
    'evidence-missing',
    expected,
    'no trace was found',
    traces.map(({ probe }) => probe.seq),
    { follows },
  )
}
