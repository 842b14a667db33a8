import type { StampedLines } from '../../model/journal.ts'
import { servicesOf } from '../../trace/match.ts'
import { defineCheck } from '../check.ts'
import { describeDelays } from '../distribution.ts'
import { seconds } from '../instant.ts'

/** Between two looks into the log store, and the question's own way. */
const POLL_MS = 2_000

export default defineCheck({
  id: 'trace-finds-log',
  scope: 'trace',
  title: 'a trace id finds the log lines of its request',
  failureTitle: 'a trace id does not find the log lines of its request',
  why: 'From a slow span the next step is what the service said at that moment; Grafana asks the log store for lines that contain the trace id.',
  needs: ['spec', 'traceSpec', 'traces', 'traceLogs'],
  needsInjection: 'no',
}, ({ spec, traceSpec, traces, traceLogs }) => {
  const services = new Set(servicesOf(traceSpec.tree))
  const logged = spec.logs.filter((log) => log.linksToTrace && services.has(log.service)).map(({ service }) => service)
  if (logged.length === 0) return { status: 'skipped', expected: 'lines that carry the trace id', observed: 'the specification promises none for these services', pointers: [] }
  const expected = `for each trace id a line of ${logged.join(' and of ')}`
  const pointers = traceLogs.map(({ seq }) => seq)
  const broken = traceLogs.find(({ error }) => error !== undefined)
  if (broken !== undefined) return { status: 'unknown', cause: 'source-unreachable', expected, observed: broken.error ?? '', pointers: [broken.seq] }
  const unanswered = traces.find(({ probe }) => probe.error !== undefined)
  if (traceLogs.length === 0) return { status: 'unknown', cause: unanswered === undefined ? 'evidence-missing' : 'not-injected', expected, observed: unanswered?.probe.error ?? 'nobody looked for lines', pointers: traces.map(({ probe }) => probe.seq) }
  const silent = traceLogs.flatMap((entry) => logged.filter((service) => (entry.lines[service] ?? 0) === 0).map((service) => ({ entry, service })))
  const [first] = silent
  if (first !== undefined) {
    return {
      status: 'fail', expected, observed: `${first.entry.query} finds no line of ${first.service} (${silent.length} of ${traceLogs.length * logged.length} looks in vain)`, pointers: [first.entry.seq],
      diagnosis: why(first.service, first.entry.traceId, first.entry.instead?.[first.service]),
    }
  }
  const asked = traces.filter(({ probe }) => probe.error === undefined)
  const unlooked = asked.filter(({ probe }) => !traceLogs.some(({ traceId }) => traceId === probe.traceId))
  if (unlooked.length > 0) return { status: 'unknown', cause: 'evidence-missing', expected, observed: `nobody looked for the lines of ${unlooked.length} of ${asked.length} requests`, pointers: unlooked.map(({ probe }) => probe.seq) }
  const mostMs = Math.max(...spec.logs.filter(({ service }) => logged.includes(service)).map(({ maxDelayMs }) => maxDelayMs))
  const late = traceLogs.filter(({ foundMs, sentMs }) => foundMs === null || foundMs - sentMs > mostMs + POLL_MS)
  if (late.length > 0) return { status: 'fail', expected, observed: `${late.length} of ${traceLogs.length} found their lines only after ${describeDelays(late.map(({ foundMs, sentMs }) => (foundMs ?? NaN) - sentMs))}, promised are ${seconds(mostMs)}`, pointers: late.map(({ seq }) => seq), diagnosis: 'Look at the batch wait of the log collector and at the lag of the store.' }
  return { status: 'pass', expected, observed: `${traceLogs.length} trace id(s) find their lines, after ${describeDelays(traceLogs.map(({ foundMs, sentMs }) => (foundMs ?? NaN) - sentMs))}`, pointers }
})

/** By the lines of the same request that its stamp finds where its trace id does not. */
function why(service: string, traceId: string, instead: StampedLines | undefined): string {
  if (instead === undefined || instead.lines === 0) return `${service} does not write its trace id into its lines (the agent's log context, the JSON encoder's fields), the line is not collected, or it carries another id (propagator).`
  if (instead.traceIds.includes(traceId)) return `Log store: the line of ${service} is there with the trace id by now, and came too late for the look: the batch wait of the log collector, the lag of the store.`
  if (instead.traceIds.length > 0) return `Propagator: the line of ${service} is there, with another trace id: it does not take up the caller's traceparent (OTEL_PROPAGATORS), or a gateway before it drops or replaces the header.`
  return `Log context: the line of ${service} is there, without a trace id: no agent, or its log context (OTEL_INSTRUMENTATION_LOGBACK_MDC_ENABLED) or the encoder's field for it is off.`
}
