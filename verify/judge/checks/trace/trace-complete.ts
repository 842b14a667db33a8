import { defineCheck } from '../../drill-check.ts'
import { describeSpan, matchTree, short, spansPerService, tracePath } from '../../../trace/match.ts'
import { seconds } from '../../../text/instant.ts'
import { whyMissing } from '../../signal/missing-spans.ts'
import { brokenLink } from '../../signal/span-path.ts'
import { fail, pass } from '../../finding.ts'
import { pointersOf, refusal, unanswered } from '../../signal/answered.ts'

/** The drill looks again and again until a trace no longer grows; that takes it a little longer than the trace. */
const POLL_MS = 2_000

export const check = defineCheck(
  {
    id: 'trace-complete',
    scope: 'trace',
    title: 'every request has a complete trace',
    failureTitle: 'a request has no complete trace',
    why: 'A trace without one service sends the search for a slow request the wrong way; N requests must give N traces with every promised span.',
    mend: 'Mend the place where the trace ends: agent, exporter endpoint, sampler, collector pipeline or trace store of the service whose span is missing.',
    example: 'trace 4bf9... lacks the producer span of payments (messaging.system=kafka)',
    needs: ['traceSpec', 'traces', 'spanPath'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ traceSpec, traces, spanPath }) => {
    const expected = `${traces.length} of ${traces.length} traces within ${seconds(traceSpec.maxDelayMs)}, each with ${matchTree(traceSpec.tree, { traceId: '', spans: [] }, false).length} promised spans${traceSpec.absent.length > 0 ? ` and none of ${traceSpec.absent.join(', ')}` : ''}`
    const pointers = pointersOf(traces)
    const refused = refusal(traces, traceSpec.request, expected)
    if (refused !== undefined) return refused
    for (const each of traces) {
      const open = unanswered(each, traceSpec.request.expectStatus, expected, `the trace store was not queried for ${each.probe.traceId}`)
      if (open !== undefined) return open
    }
    const missing = traces.filter(({ answer }) => (answer?.trace?.spans.length ?? 0) === 0)
    if (missing.length > 0)
      return fail(expected, `${missing.length} of ${traces.length} requests without a trace`, pointersOf(missing), {
        diagnosis: brokenLink(spanPath, traceSpec.request.service, missing.length === traces.length),
      })

    const slowest = Math.max(...traces.map(({ probe, answer }) => (answer?.foundMs ?? Infinity) - probe.sentMs))
    for (const { probe, answer } of traces) {
      const trace = answer?.trace ?? null
      if (trace === null) continue
      const lost = matchTree(traceSpec.tree, trace, false).filter((match) => match.span === undefined)
      const intruder = trace.spans.find((span) => traceSpec.absent.includes(span.service))
      const own = [probe.seq, ...(answer === undefined ? [] : [answer.seq])]
      if (lost.length > 0) {
        return fail(
          expected,
          `trace ${trace.traceId} lacks ${lost.map((match) => describeSpan(match.spec)).join('; ')}. It has spans of: ${spansPerService(trace)}`,
          own,
          {
            diagnosis: whyMissing(
              traceSpec.tree,
              trace,
              traces.flatMap((other) => other.answer?.trace ?? []),
              spanPath,
            ),
          },
        )
      }
      if (intruder !== undefined)
        return fail(
          expected,
          `trace ${trace.traceId} has a span of ${intruder.service} (${JSON.stringify(short(intruder.operation))}), which is specified as not instrumented`,
          own,
          {
            part: intruder.service,
            diagnosis: `${intruder.service} is instrumented, and specified as not. Switch its agent or library off (where there is one, by the variable in instrumented-by of firedrill.yaml). Or correct \`absent\` of this path in the specification.`,
          },
        )
    }
    if (slowest > traceSpec.maxDelayMs + POLL_MS)
      return fail(expected, `complete, slowest ${seconds(slowest)} after its request`, pointers, {
        diagnosis:
          "Lower what delays spans. Services: OTEL_BSP_SCHEDULE_DELAY. Collector: timeout of batch, groupbytrace, tail_sampling decision_wait, retries. And the store's own delay.",
      })
    const looked = traces[0]?.answer?.trace ?? null
    return pass(
      expected,
      `${looked === null ? '' : `${tracePath(traceSpec.tree, looked)}, `}${traces.length} of ${traces.length} traces, slowest ${seconds(slowest)}`,
      pointers,
    )
  },
)
