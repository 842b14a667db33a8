import type { Trace } from '../../../model/journal.ts'
import { matchPromised, servicesOf, short } from '../../../trace/match.ts'
import { defineCheck } from '../../drill-check.ts'
import { fail, pass } from '../../finding.ts'
import { noTrace, presentTraces } from '../../signal/answered.ts'
import { countOf } from '../../../text/count-of.ts'

/** A shorter stamp may be in a name by chance. */
const STAMP_CHARS = 8

export const check = defineCheck(
  {
    id: 'trace-named',
    scope: 'trace',
    title: 'span names have low cardinality',
    failureTitle: 'a span name contains data of one request',
    why: 'A span name with an id differs for every request: the list of operations grows without end, and no query by operation finds two requests of a kind.',
    mend: "Set the span name from the route (http.route), not from the path; take the name out of the collector's transform or span processor.",
    example: 'server span is called "GET /api/v1/orders/7f3c9a1e"',
    needs: ['traceSpec', 'traces'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ traceSpec, traces }) => {
    const expected = "equal span names in each trace, none with the request's stamp or trace id"
    const present = presentTraces(traces)
    const pointers = present.flatMap((each) => each.pointers)
    if (present.length === 0) return noTrace(expected, traces)
    const diagnosis =
      'Span name: look at what sets it. An instrumentation that does not know the route (no http.route), a span made by hand, or a transform or span processor of the collector.'
    const services = new Set(servicesOf(traceSpec.tree))
    for (const { probe, trace, pointers: own } of present) {
      const telling = [probe.traceId, probe.stamp, encodeURIComponent(probe.stamp)].filter((text) => text.length >= STAMP_CHARS)
      const found = trace.spans.find(({ service, operation }) => services.has(service) && telling.some((text) => operation.includes(text)))
      if (found !== undefined)
        return fail(
          expected,
          `in trace ${probe.traceId} ${short(found.service)} ${found.kind} span is called ${JSON.stringify(short(found.operation))}, which contains data of this request`,
          own,
          { diagnosis },
        )
    }
    for (const { spec } of matchPromised(traceSpec.tree, { traceId: '', spans: [] })) {
      const names = present.map(({ trace }) => namesOf(trace, spec.service, spec.kind)).filter((each) => each.size > 0)
      const recurs = names.some((own, index) =>
        names.some((other, position) => position !== index && [...own].some((name) => other.has(name))),
      )
      if (names.length > 1 && !recurs)
        return fail(
          expected,
          `in ${names.length} traces no two ${spec.kind} spans of ${spec.service} have the same name: ${names
            .slice(0, 3)
            .map(([name = '']) => JSON.stringify(short(name)))
            .join(', ')}`,
          pointers,
          { diagnosis },
        )
    }
    const names = new Set(
      present.flatMap(({ trace }) => trace.spans.filter(({ service }) => services.has(service)).map(({ operation }) => short(operation))),
    )
    const [few, more] = [[...names].slice(0, 5), names.size - 5]
    const listed = few.map((name) => JSON.stringify(name)).join(', ') + (more > 0 ? ` and ${more} more` : '')
    return pass(expected, `${countOf(names.size, 'span name')} in ${countOf(present.length, 'trace')}: ${listed}`, pointers)
  },
)

function namesOf(trace: Trace, service: string, kind: string): Set<string> {
  return new Set(
    trace.spans.filter((span) => span.service === service && span.kind.toLowerCase() === kind).map(({ operation }) => operation),
  )
}
