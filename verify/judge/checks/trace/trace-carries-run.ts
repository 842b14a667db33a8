import { defineCheck } from '../../drill-check.ts'
import { describeSpan, matchPromised } from '../../../trace/match.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import { presentTraces } from '../../signal/answered.ts'

export const check = defineCheck(
  {
    id: 'trace-carries-run',
    scope: 'trace',
    title: 'the trace has the run id',
    failureTitle: 'the trace lacks the run id',
    why: "The run id in the request's baggage joins metrics, lines and traces of one moment. Without it in a span attribute no query finds the traces of a drill.",
    mend: 'In the compose file, add baggage to OTEL_PROPAGATORS of the service. Add the attribute to OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE.',
    example: 'in trace 4bf9... gateway "GET /api" has no firedrill.run',
    needs: ['runId', 'traceSpec', 'traces'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ runId, traceSpec, traces }) => {
    const { runAttribute } = traceSpec
    if (runAttribute === undefined) return skip('the run id in a span', 'the specification has no run attribute')
    const expected = `${runAttribute}=${runId} in the ${describeSpan({ ...traceSpec.tree, attributes: {} })} of each trace`
    const present = presentTraces(traces)
    const pointers = present.flatMap((each) => each.pointers)
    let looked = 0
    for (const { probe, trace, pointers: own } of present) {
      const root = matchPromised(traceSpec.tree, trace)[0]?.span
      // A span that is not there is trace-complete's finding.
      if (root === undefined) continue
      looked += 1
      const value = root.attributes[runAttribute]
      if (value === runId) continue
      return fail(
        expected,
        `in trace ${probe.traceId} ${root.service} ${JSON.stringify(root.operation)} ${value === undefined ? `has no ${runAttribute}` : `has ${runAttribute}=${JSON.stringify(value)}`}`,
        own,
        {
          diagnosis: trace.spans.some((span) => span !== root && span.service === root.service && span.attributes[runAttribute] === runId)
            ? `Baggage: other spans of ${root.service} carry it, so it is read and copied, and this one loses it. Look at the collector's attributes, transform and redaction processors, and at which spans the agent copies it into.`
            : `Baggage: ${root.service} does not read it (OTEL_PROPAGATORS must contain baggage), or a proxy between drops the header. Or it does not copy it (OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE must name ${runAttribute}).`,
        },
      )
    }
    if (looked === 0)
      return unknown(
        'evidence-missing',
        expected,
        'the span is in no trace',
        traces.map(({ probe }) => probe.seq),
        { follows: ['trace-complete', 'trace-count'] },
      )
    return pass(expected, `${runAttribute}=${runId} in ${looked} of ${looked} traces`, pointers)
  },
)
