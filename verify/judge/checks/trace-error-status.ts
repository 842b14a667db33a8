import { defineCheck } from '../check.ts'
import { describeSpan, matchTree } from '../../trace/match.ts'

export default defineCheck({
  id: 'trace-error-status',
  scope: 'trace',
  title: 'spans are marked as failed when they must be, and only then',
  failureTitle: 'a span is marked as failed, or not, against the specification',
  why: 'A search for failed traces finds what is marked as an error; a 502 that is not marked is never found, a 429 that is marked drowns the others.',
  needs: ['traceSpec', 'traces'],
  needsInjection: 'no',
}, ({ traceSpec, traces }) => {
  const { expectStatus } = traceSpec.request
  // A 4xx is no error of the server: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
  const rootFails = traceSpec.tree.error ?? expectStatus >= 500
  const expected = `the server span of a ${expectStatus} is ${rootFails ? '' : 'not '}marked as an error, and the others as specified`
  const present = traces.filter(({ answer }) => (answer?.trace?.spans.length ?? 0) > 0)
  const pointers = present.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])])
  if (present.length === 0) return { status: 'unknown', cause: 'evidence-missing', follows: ['trace-complete', 'trace-count'], expected, observed: 'there is no trace to look at', pointers: traces.map(({ probe }) => probe.seq) }
  let looked = 0
  for (const { probe, answer } of present) {
    const trace = answer?.trace
    if (trace === undefined || trace === null) continue
    for (const { spec, span, parent } of matchTree(traceSpec.tree, trace, false)) {
      const wanted = parent === -1 ? rootFails : spec.error
      // A span that is not there is trace-complete's finding.
      if (span === undefined || wanted === undefined) continue
      looked += 1
      if (span.error === wanted) continue
      const own = [probe.seq, ...(answer === undefined ? [] : [answer.seq])]
      return { status: 'fail', expected, observed: `in trace ${trace.traceId} ${describeSpan(spec)} is ${span.error ? '' : 'not '}marked as an error${span.attributes['error.type'] === undefined ? '' : ` (error.type ${span.attributes['error.type']})`}`, pointers: own }
    }
  }
  if (looked === 0) return { status: 'unknown', cause: 'evidence-missing', follows: ['trace-complete'], expected, observed: 'none of the spans in question is there', pointers }
  return { status: 'pass', expected, observed: `so in ${looked} span(s) of ${present.length} trace(s)`, pointers }
})
