import type { SpanSpec } from '../../model/spec.ts'
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
      diagnosis: `${first.service} does not write its trace id into its lines (the agent's log context, the JSON encoder's fields), the line is not collected, or it carries another id (propagator).`,
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

function servicesOf(span: SpanSpec): string[] {
  return [span.service, ...span.children.flatMap(servicesOf)]
}
