import { defineCheck } from '../../check.ts'
import { describeDelays } from '../../../text/quantiles.ts'
import { brokenLink } from '../../signal/span-path.ts'

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
  },
  ({ traceSpec, traces, traceFlows, spanPath }) => {
    const { service, expectStatus } = traceSpec.request
    const flows = traceFlows.filter((flow) => flow.service === service && flow.error === undefined)
    const further = flows.reduce((sum, flow) => sum + flow.sent, 0)
    const expected = `${traces.length} traces of ${traces.length} requests${further > 0 ? `, and ${further} of ${further} further requests to ${service}` : ''}`
    const pointers = [
      ...traces.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])]),
      ...flows.map(({ seq }) => seq),
    ]
    for (const { probe, answer } of traces) {
      if (probe.error !== undefined || probe.status !== expectStatus)
        return {
          status: 'unknown',
          cause: 'not-injected',
          expected,
          observed: `the request itself failed: ${probe.error ?? `status ${probe.status} instead of ${expectStatus}`}`,
          pointers: [probe.seq],
        }
      if (answer === undefined)
        return {
          status: 'unknown',
          cause: 'evidence-missing',
          expected,
          observed: `the trace store was not queried for ${probe.traceId}`,
          pointers: [probe.seq],
        }
      if (answer.error !== undefined)
        return { status: 'unknown', cause: 'source-unreachable', expected, observed: answer.error, pointers: [probe.seq, answer.seq] }
    }
    const present = traces.filter(({ answer }) => (answer?.trace?.spans.length ?? 0) > 0)
    const found = flows.reduce((sum, flow) => sum + flow.found, 0)
    const delays = present.map(({ probe, answer }) => (answer?.foundMs ?? NaN) - probe.sentMs)
    const doubled = present.reduce(
      (sum, { answer }) => sum + (answer?.trace?.spans.length ?? 0) - new Set(answer?.trace?.spans.map(({ spanId }) => spanId)).size,
      0,
    )
    const observed = `${present.length} of ${traces.length}${further > 0 ? `, and ${found} of ${further} further requests to ${service}` : ' traces'}; complete after ${describeDelays(delays)}${doubled > 0 ? `; ${doubled} spans stored twice` : ''}`
    if (present.length < traces.length || found < further) {
      return {
        status: 'fail',
        expected,
        observed,
        pointers: [...pointers, ...spanPath.pointers],
        diagnosis: brokenLink(spanPath, service, present.length + found === 0),
      }
    }
    // Of those that could not be asked for nothing is known; one that was lost among the others is a failure all the same.
    const unasked = traceFlows.find((flow) => flow.service === service && (flow.error !== undefined || flow.sent === 0))
    if (unasked !== undefined)
      return {
        status: 'unknown',
        cause: unasked.error === undefined ? 'not-injected' : 'source-unreachable',
        expected,
        observed: `${observed}; of the further requests of ${unasked.spec}: ${unasked.error ?? 'none was answered'}`,
        pointers: [...pointers, unasked.seq],
      }
    return { status: 'pass', expected, observed, pointers }
  },
)
