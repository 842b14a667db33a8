import { defineCheck } from '../../check.ts'
import { describeSpan, matchPromised } from '../../../trace/match.ts'

export const check = defineCheck(
  {
    id: 'trace-carries-run',
    scope: 'trace',
    title: 'the trace has the run id',
    failureTitle: 'the trace lacks the run id',
    why: "The run id in the request's baggage joins metrics, lines and traces of one moment; without it in a span attribute, no query finds the traces of a drill.",
    mend: 'In the compose file, add baggage to OTEL_PROPAGATORS and the attribute to OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE of the service.',
    example: 'in trace 4bf9... rate-limiter "GET /api" has no firedrill.run',
    needs: ['runId', 'traceSpec', 'traces'],
    needsInjection: 'no',
  },
  ({ runId, traceSpec, traces }) => {
    const { runAttribute } = traceSpec
    if (runAttribute === undefined)
      return { status: 'skipped', expected: 'the run id in a span', observed: 'the specification has no run attribute', pointers: [] }
    const expected = `${runAttribute}=${runId} in the ${describeSpan({ ...traceSpec.tree, attributes: {} })} of each trace`
    const present = traces.filter(({ answer }) => (answer?.trace?.spans.length ?? 0) > 0)
    const pointers = present.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])])
    let looked = 0
    for (const { probe, answer } of present) {
      const root = answer?.trace === undefined || answer.trace === null ? undefined : matchPromised(traceSpec.tree, answer.trace)[0]?.span
      // A span that is not there is trace-complete's finding.
      if (root === undefined) continue
      looked += 1
      const value = root.attributes[runAttribute]
      if (value === runId) continue
      return {
        status: 'fail',
        expected,
        observed: `in trace ${probe.traceId} ${root.service} ${JSON.stringify(root.operation)} ${value === undefined ? `has no ${runAttribute}` : `has ${runAttribute}=${JSON.stringify(value)}`}`,
        pointers: [probe.seq, ...(answer === undefined ? [] : [answer.seq])],
        diagnosis: (answer?.trace?.spans ?? []).some(
          (span) => span !== root && span.service === root.service && span.attributes[runAttribute] === runId,
        )
          ? `Baggage: other spans of ${root.service} carry it, so it is read and copied, and this one loses it: look at the collector's attributes, transform and redaction processors, and at which spans the agent copies it into.`
          : `Baggage: ${root.service} does not read it (OTEL_PROPAGATORS must contain baggage) or does not copy it (OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE must name ${runAttribute}), or a proxy between drops the header.`,
      }
    }
    if (looked === 0)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        follows: ['trace-complete', 'trace-count'],
        expected,
        observed: 'the span is in no trace',
        pointers: traces.map(({ probe }) => probe.seq),
      }
    return { status: 'pass', expected, observed: `${runAttribute}=${runId} in ${looked} of ${looked} traces`, pointers }
  },
)
