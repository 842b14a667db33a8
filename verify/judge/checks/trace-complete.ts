import type { Trace } from '../../model/journal.ts'
import type { SpanSpec } from '../../model/spec.ts'
import { defineCheck } from '../check.ts'
import type { EvidenceMap } from '../check.ts'
import { describeSpan, isLike, matchTree, spansPerService } from '../../trace/match.ts'
import { seconds } from '../instant.ts'
import { brokenLink, complaintOf } from '../span-path.ts'

/** The drill looks again and again until a trace no longer grows; that takes it a little longer than the trace. */
const POLL_MS = 2_000

export default defineCheck({
  id: 'trace-complete',
  scope: 'trace',
  title: 'every request left a complete trace',
  failureTitle: 'a request left no complete trace',
  why: 'A trace with a service missing sends the search for a slow request the wrong way; N requests must give N traces with every promised span.',
  needs: ['traceSpec', 'traces', 'spanPath'],
  needsInjection: 'no',
}, ({ traceSpec, traces, spanPath }) => {
  const expected = `${traces.length} trace(s) within ${seconds(traceSpec.maxDelayMs)}, each with ${matchTree(traceSpec.tree, { traceId: '', spans: [] }, false).length} promised span(s)${traceSpec.absent.length > 0 ? ` and none of ${traceSpec.absent.join(', ')}` : ''}`
  const pointers = traces.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])])
  for (const { probe, answer } of traces) {
    if (probe.error !== undefined || probe.status !== traceSpec.request.expectStatus) {
      return { status: 'unknown', cause: 'not-injected', expected, observed: `the request itself failed: ${probe.error ?? `status ${probe.status} instead of ${traceSpec.request.expectStatus}`}`, pointers: [probe.seq] }
    }
    if (answer === undefined) return { status: 'unknown', cause: 'evidence-missing', expected, observed: `nobody asked for trace ${probe.traceId}`, pointers: [probe.seq] }
    if (answer.error !== undefined) return { status: 'unknown', cause: 'source-unreachable', expected, observed: answer.error, pointers: [probe.seq, answer.seq] }
  }
  const missing = traces.filter(({ answer }) => (answer?.trace?.spans.length ?? 0) === 0)
  if (missing.length > 0) return { status: 'fail', expected, observed: `${missing.length} of ${traces.length} requests left no trace`, pointers: missing.flatMap(({ probe, answer }) => [probe.seq, ...(answer === undefined ? [] : [answer.seq])]), diagnosis: brokenLink(spanPath, traceSpec.request.service, missing.length === traces.length) }

  const slowest = Math.max(...traces.map(({ probe, answer }) => (answer?.foundMs ?? Infinity) - probe.sentMs))
  for (const { probe, answer } of traces) {
    const trace = answer?.trace ?? null
    if (trace === null) continue
    const lost = matchTree(traceSpec.tree, trace, false).filter((match) => match.span === undefined)
    const intruder = trace.spans.find((span) => traceSpec.absent.includes(span.service))
    const own = [probe.seq, ...(answer === undefined ? [] : [answer.seq])]
    if (lost.length > 0) {
      return { status: 'fail', expected, observed: `trace ${trace.traceId} lacks ${lost.map((match) => describeSpan(match.spec)).join('; ')}. It has spans of: ${spansPerService(trace)}`, pointers: own, diagnosis: renamed(traceSpec.tree, trace) ?? complaintOf(spanPath.exportErrors, lost.map((match) => match.spec.service)) ?? whoIsSilent(lost.map((match) => match.spec.service), traces) }
    }
    if (intruder !== undefined) return { status: 'fail', expected, observed: `trace ${trace.traceId} has a span of ${intruder.service} (${intruder.operation}), which is specified as not instrumented`, pointers: own }
  }
  if (slowest > traceSpec.maxDelayMs + POLL_MS) return { status: 'fail', expected, observed: `complete, but only after ${seconds(slowest)}`, pointers, diagnosis: 'Look at the batch delays: OTEL_BSP_SCHEDULE_DELAY of the services, the batch processor of the collector.' }
  const looked = traces[0]?.answer?.trace ?? null
  return { status: 'pass', expected, observed: `all found, the slowest after ${seconds(slowest)}${looked === null ? '' : `; spans: ${spansPerService(looked)} (root ${looked.spans.find((span) => isLike(traceSpec.tree, span))?.operation ?? '?'})`}`, pointers }
})

/** All of a silent service's spans are there once they are taken for those of one that nobody promised. */
function renamed(tree: SpanSpec, trace: Trace): string | undefined {
  const promised = new Set(servicesOf(tree))
  const there = new Set(trace.spans.map(({ service }) => service))
  for (const service of promised) {
    if (there.has(service)) continue
    for (const other of there) {
      if (promised.has(other)) continue
      const under = { ...trace, spans: trace.spans.map((span) => (span.service === other ? { ...span, service } : span)) }
      const lost = matchTree(tree, under, false).filter((match) => match.span === undefined)
      if (lost.every((match) => match.spec.service !== service)) return `Service name: the promised spans of ${service} are there, under the name ${JSON.stringify(other)}. Look at OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES (service.name) of its process.`
    }
  }
  return undefined
}

function servicesOf(span: SpanSpec): string[] {
  return [span.service, ...span.children.flatMap(servicesOf)]
}

function whoIsSilent(services: string[], traces: EvidenceMap['traces']): string {
  const silent = [...new Set(services)].filter((service) => traces.every(({ answer }) => answer?.trace?.spans.every((span) => span.service !== service) ?? true))
  if (silent.length > 0) return `No span of ${silent.join(', ')} in any of these traces: its agent or exporter is off or sends elsewhere, its service name differs, or it does not take part in the trace (propagator), so that its spans lie in a trace of their own.`
  return 'The service is there, but not this span: its library is not instrumented (or switched off), a filter of the collector drops it, or the call did not happen.'
}
