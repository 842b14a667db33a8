import type { Span } from '../../../model/journal.ts'
import { describeSpan, matchPromised, short } from '../../../trace/match.ts'
import { defineCheck } from '../../drill-check.ts'
import { fail, pass, unknown } from '../../finding.ts'
import { noTrace, presentTraces } from '../../signal/answered.ts'
import { countOf } from '../../../text/count-of.ts'

export const check = defineCheck(
  {
    id: 'trace-error-status',
    scope: 'trace',
    title: 'span status is error where it must be and nowhere else',
    failureTitle: 'a span status differs from the specification',
    why: 'A search for error traces goes by span status: a 502 without it is never found, a 429 with it hides the real errors.',
    mend: "Follow the verdict's diagnosis: the agent's version, a handler that sets the status by hand, or the collector's transform processor (status.code).",
    example: 'the server span of a 502 is not marked as an error',
    needs: ['traceSpec', 'traces'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ traceSpec, traces }) => {
    const { expectStatus } = traceSpec.request
    // A 4xx is no error of the server: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
    const rootFails = traceSpec.tree.error ?? expectStatus >= 500
    const expected = `server span of a ${expectStatus}: status ${rootFails ? 'error' : 'not error'}, the other spans as specified`
    const present = presentTraces(traces)
    const pointers = present.flatMap((each) => each.pointers)
    if (present.length === 0) return noTrace(expected, traces)
    let [looked, errors] = [0, 0]
    for (const { trace, pointers: own } of present) {
      for (const { spec, span, parent } of matchPromised(traceSpec.tree, trace)) {
        const wanted = parent === -1 ? rootFails : spec.error
        // A span that is not there is trace-complete's finding.
        if (span === undefined || wanted === undefined) continue
        looked += 1
        if (span.error) errors += 1
        if (span.error === wanted) continue
        return fail(
          expected,
          `in trace ${trace.traceId} ${describeSpan(spec)} is ${span.error ? '' : 'not '}marked as an error${span.attributes['error.type'] === undefined ? '' : ` (error.type ${short(span.attributes['error.type'])})`}`,
          own,
          { diagnosis: who(span) },
        )
      }
    }
    if (looked === 0)
      return unknown('evidence-missing', expected, 'none of the promised spans was found', pointers, { follows: ['trace-complete'] })
    return pass(
      expected,
      `${errors} of ${countOf(looked, 'span')} in ${countOf(present.length, 'trace')} with status error, each as specified`,
      pointers,
    )
  },
)

/**
 * An instrumentation that marks a span also says why (error.type, since semantic conventions 1.23); who changes the status afterwards does
 * not.
 */
function who({ attributes, error, kind }: Span): string {
  const type = attributes['error.type']
  if (!error && attributes['otel.status_code'] === 'OK')
    return 'Status: something sets it to OK, which overrules the error: the service by hand (setStatus), or a transform processor of the collector.'
  if (!error && type !== undefined)
    return `Collector, processor: the span says error.type=${short(type)}, so its service marked it and the mark was taken away since. Look at the collector's transform processor (status.code).`
  if (!error)
    return "Instrumentation: a server span of a 5xx and a client span of a 4xx or 5xx are errors by the semantic conventions. Look at the agent's version and at what overrules it; an older one that writes no error.type leaves the collector's transform processor possible."
  if (type === undefined)
    return 'Status: nothing else in the span says that it failed (no error.type). The service marks it by hand (setStatus, recordException), or a transform processor of the collector does.'
  return /^4\d\d$/.test(type) && kind.toLowerCase() === 'server'
    ? `Instrumentation: a ${type} is the client's fault, and its server span no error by the semantic conventions. Look at the agent's version and at handlers that mark it.`
    : `The service itself marked it (error.type ${short(type)}): look at what failed there.`
}
