import type { Trace } from '../../model/journal.ts'
import type { EvidenceMap, Finding } from '../check.ts'
import { unknown } from '../finding.ts'

type Traces = EvidenceMap['traces']
/** A stamped request, and what a store answered about it. */
interface Asked {
  probe: { seq: number; status: number; error?: string }
  answer: { seq: number; error?: string } | undefined
}

export function pointersOf(asked: readonly Pick<Asked, 'probe' | 'answer'>[]): number[] {
  return asked.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])])
}

/** Why nothing can be said of one request: it failed itself, or the store was not queried or did not answer. undefined: go on. */
export function unanswered({ probe, answer }: Asked, expectStatus: number, expected: string, notQueried: string): Finding | undefined {
  if (probe.error !== undefined || probe.status !== expectStatus)
    return unknown(
      'not-injected',
      expected,
      `the request itself failed: ${probe.error ?? `status ${probe.status} instead of ${expectStatus}`}`,
      [probe.seq],
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
