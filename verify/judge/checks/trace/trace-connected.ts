import { defineCheck } from '../../drill-check.ts'
import { describeSpan, matchTree, orphans, rootsOf, short, tracePath } from '../../../trace/match.ts'
import { fail, pass } from '../../finding.ts'
import { noTrace, presentTraces } from '../../signal/answered.ts'
import { countOf } from '../../../text/count-of.ts'

export const check = defineCheck(
  {
    id: 'trace-connected',
    scope: 'trace',
    title: 'every span has its promised parent',
    failureTitle: 'a span lacks its promised parent',
    why: 'Without parents, spans are no path: the time between two services belongs to no one.',
    mend: 'Make both sides of the call use the same propagator (tracecontext), and let proxies and messages pass traceparent on.',
    example: 'the consumer span of payments is there, but not below its producer span',
    needs: ['traceSpec', 'traces'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ traceSpec, traces }) => {
    const expected = 'every promised span below its promised parent, one root, no orphan'
    const present = presentTraces(traces)
    const pointers = present.flatMap((each) => each.pointers)
    if (present.length === 0) return noTrace(expected, traces, ['trace-complete'])
    for (const { trace, pointers: own } of present) {
      const anywhere = matchTree(traceSpec.tree, trace, false)
      const connected = matchTree(traceSpec.tree, trace, true)
      // A span that is nowhere is trace-complete's finding.
      const loose = connected.find((match, index) => match.span === undefined && anywhere[index]?.span !== undefined)
      if (loose !== undefined) {
        // One that is missing has no children: they belong to the next above it.
        let parent = connected[loose.parent]
        while (parent !== undefined && parent.parent !== -1 && anywhere[connected.indexOf(parent)]?.span === undefined)
          parent = connected[parent.parent]
        return fail(
          expected,
          `in trace ${trace.traceId} ${describeSpan(loose.spec)} is there, but not ${loose.spec.edge === 'link' ? 'linked to' : 'below'} ${parent === undefined ? 'its parent' : describeSpan(parent.spec)}`,
          own,
          {
            diagnosis:
              'The trace context was not propagated at that step. Compare the propagators of both sides (tracecontext or b3). Look whether a proxy or a message drops or replaces the headers, and whether the instrumentation that carries it on is switched off. Or the promised call did not happen, and one like it did elsewhere.',
          },
        )
      }
      const stray = orphans(trace, connected[0]?.span)
      if (stray.length > 0) {
        return fail(
          expected,
          `trace ${trace.traceId} has ${countOf(stray.length, 'span')} whose parent is missing, e.g. ${short(stray[0]?.service ?? '')} ${JSON.stringify(short(stray[0]?.operation ?? ''))}`,
          own,
          {
            diagnosis:
              'A parent span was never exported. A service between is not instrumented but passes headers on. Or its spans were dropped: a filter or a sampler of the collector that decides span by span, a queue that overflowed.',
          },
        )
      }
      const roots = rootsOf(trace, connected[0]?.span)
      if (roots.length > 1) {
        return fail(
          expected,
          `trace ${trace.traceId} has more than one root: ${roots
            .slice(0, 3)
            .map((span) => `${short(span.service)} ${JSON.stringify(short(span.operation))}`)
            .join(', ')}`,
          own,
          { diagnosis: 'A span took the trace id and not the parent: a propagator or a gateway hands on only half of the context.' },
        )
      }
    }
    const paths = new Set(present.map(({ trace }) => tracePath(traceSpec.tree, trace)))
    return pass(expected, `${present.length} of ${present.length} traces with one root and no orphan: ${[...paths].join('; ')}`, pointers)
  },
)
