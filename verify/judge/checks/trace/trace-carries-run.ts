import { defineCheck } from '../../check.ts'
import { describeSpan, matchPromised } from '../../../trace/match.ts'

export const check = defineCheck(
  {
    id: 'trace-carries-run',
    scope: 'trace',
    title: 'the trace says which run it belongs to',
    failureTitle: 'the trace does not say which run it belongs to',
    why: 'Metrics, lines and traces of one moment are joined by the run id that the request brought along as baggage; without it in the span nobody can ask the store for the traces of a drill.',
    mend: 'In the compose file, add baggage to OTEL_PROPAGATORS and the attribute to OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE of the service.',
    example: 'in trace 4bf9... rate-limiter "GET /api" has no firedrill.run',
    needs: ['runId', 'traceSpec', 'traces'],
    needsInjection: 'no',
  },
  ({ runId, traceSpec, traces }) => {
    const { runAttribute } = traceSpec
    if (runAttribute === undefined)
      return { status: 'skipped', expected: 'the run id in a span', observed: 'the specification promises none', pointers: [] }
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
        observed: 'there is no such span to look at',
        pointers: traces.map(({ probe }) => probe.seq),
      }
    return { status: 'pass', expected, observed: `so in ${looked} trace(s)`, pointers }
  },
)
