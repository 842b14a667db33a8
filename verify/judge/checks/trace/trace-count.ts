import { defineCheck } from '../../drill-check.ts'
import { describeDelays } from '../../../text/quantiles.ts'
import { brokenLink } from '../../signal/span-path.ts'
import { fail, pass, unknown } from '../../finding.ts'
import { pointersOf, presentTraces, unanswered } from '../../signal/answered.ts'

export const check = defineCheck(
  {
    id: 'trace-count',
    scope: 'trace',
    title: 'every request has a trace',
    failureTitle: 'requests without a trace',
    why: 'With a sampler below 1 or a full span queue, the one request under investigation is the one without a trace.',
    mend: 'Set the sampler to parentbased_always_on and enlarge the span queue of the service; look at refused and dropped spans of the collector.',
    example: '3 of 3, and 212 of 240 further ones',
    needs: ['traceSpec', 'traces', 'traceFlows', 'spanPath'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ traceSpec, traces, traceFlows, spanPath }) => {
    const { service, expectStatus } = traceSpec.request
    const flows = traceFlows.filter((flow) => flow.service === service && flow.error === undefined)
    const further = flows.reduce((sum, flow) => sum + flow.sent, 0)
    const expected = `${traces.length} traces of ${traces.length} requests${further > 0 ? `, and ${further} of ${further} further requests to ${service}` : ''}`
    const pointers = [...pointersOf(traces), ...flows.map(({ seq }) => seq)]
    for (const each of traces) {
      const open = unanswered(each, expectStatus, expected, `the trace store was not queried for ${each.probe.traceId}`)
      if (open !== undefined) return open
    }
    const present = presentTraces(traces)
    const found = flows.reduce((sum, flow) => sum + flow.found, 0)
    const delays = present.map(({ probe, foundMs }) => (foundMs ?? NaN) - probe.sentMs)
    const doubled = present.reduce((sum, { trace: { spans } }) => sum + spans.length - new Set(spans.map(({ spanId }) => spanId)).size, 0)
    const observed = `${present.length} of ${traces.length}${further > 0 ? `, and ${found} of ${further} further requests to ${service}` : ' traces'}; complete after ${describeDelays(delays)}${doubled > 0 ? `; ${doubled} spans stored twice` : ''}`
    if (present.length < traces.length || found < further) {
      return fail(expected, observed, [...pointers, ...spanPath.pointers], {
        diagnosis: brokenLink(spanPath, service, present.length + found === 0),
      })
    }
    // Of those that could not be asked for nothing is known; one that was lost among the others is a failure all the same.
    const unasked = traceFlows.find((flow) => flow.service === service && (flow.error !== undefined || flow.sent === 0))
    if (unasked !== undefined)
      return unknown(
        unasked.error === undefined ? 'not-injected' : 'source-unreachable',
        expected,
        `${observed}; of the further requests of ${unasked.spec}: ${unasked.error ?? 'none was answered'}`,
        [...pointers, unasked.seq],
      )
    return pass(expected, observed, pointers)
  },
)
