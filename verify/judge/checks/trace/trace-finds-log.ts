import { servicesOf } from '../../../trace/match.ts'
import { defineCheck } from '../../drill-check.ts'
import type { Entry } from '../../drill-check.ts'
import { describeDelays } from '../../../text/quantiles.ts'
import { seconds } from '../../../text/instant.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import { countOf } from '../../../text/count-of.ts'

/** Between two looks into the log store, and the question's own way. */
const POLL_MS = 2_000

export const check = defineCheck(
  {
    id: 'trace-finds-log',
    scope: 'trace',
    title: 'a query for the trace id finds the log lines of its request',
    failureTitle: 'a query for the trace id does not find the log lines of its request',
    why: 'From a slow span the next step is the log of that moment; Grafana queries the log store for lines with the trace id.',
    mend: 'Make the service write trace_id into its lines (MDC of the agent, field of the JSON encoder). In the provisioned Jaeger data source, correct tracesToLogsV2.',
    example: '{service="gateway"} |= "4bf9..." finds no line',
    needs: ['spec', 'traceSpec', 'traces', 'traceLogs', 'traceSearches'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, traceSpec, traces, traceLogs, traceSearches }) => {
    const services = new Set(servicesOf(traceSpec.tree))
    const logged = spec.logs.filter((log) => log.linksToTrace && services.has(log.service)).map(({ service }) => service)
    if (logged.length === 0) return skip('lines that carry the trace id', 'the specification has none for these services')
    const expected = `for each trace id a line of ${logged.join(' and of ')}`
    const pointers = traceLogs.map(({ seq }) => seq)
    const broken = traceLogs.find(({ error }) => error !== undefined)
    if (broken !== undefined) return unknown('source-unreachable', expected, broken.error ?? '', [broken.seq])
    const unanswered = traces.find(({ probe }) => probe.error !== undefined)
    if (traceLogs.length === 0)
      return unknown(
        unanswered === undefined ? 'evidence-missing' : 'not-injected',
        expected,
        unanswered?.probe.error ?? 'the log store was not queried',
        traces.map(({ probe }) => probe.seq),
      )
    const silent = traceLogs.flatMap((entry) =>
      logged.filter((service) => (entry.lines[service] ?? 0) === 0).map((service) => ({ entry, service })),
    )
    const [first] = silent
    if (first !== undefined) {
      return fail(
        expected,
        `${first.entry.query} finds no line of ${first.service} (${silent.length} of ${traceLogs.length * logged.length} queries without a line)`,
        [first.entry.seq],
        { diagnosis: whySilent(first.service, first.entry) },
      )
    }
    const asked = traces.filter(({ probe }) => probe.error === undefined)
    const unlooked = asked.filter(({ probe }) => !traceLogs.some(({ traceId }) => traceId === probe.traceId))
    if (unlooked.length > 0)
      return unknown(
        'evidence-missing',
        expected,
        `the log store was not queried for the lines of ${unlooked.length} of ${asked.length} requests`,
        unlooked.map(({ probe }) => probe.seq),
      )
    const mostMs = Math.max(...spec.logs.filter(({ service }) => logged.includes(service)).map(({ maxDelayMs }) => maxDelayMs))
    const late = traceLogs.filter(({ foundMs, sentMs }) => foundMs === null || foundMs - sentMs > mostMs + POLL_MS)
    if (late.length > 0)
      return fail(
        expected,
        `${late.length} of ${traceLogs.length} trace ids found their lines only after ${describeDelays(late.map(({ foundMs, sentMs }) => (foundMs ?? NaN) - sentMs))}, promised are ${seconds(mostMs)}`,
        late.map(({ seq }) => seq),
        { diagnosis: 'Lower batchwait of the log collector, or mend the lag of the log store.' },
      )
    const dead = traceSearches.find(({ own, error }) => own === 0 && error === undefined)
    if (dead !== undefined)
      return {
        status: 'fail',
        expected: `${expected}, and a click on its span shows them`,
        ...deadSearch(dead, traces.find(({ probe }) => probe.traceId === dead.traceId)?.probe.sentMs ?? dead.fromMs),
        pointers: [dead.seq],
      }
    const refused = traceSearches.find(({ error }) => error !== undefined)
    if (refused !== undefined) {
      // So Loki answers what is no LogQL; anything else that it refuses may be the store's own limits.
      if (/parse error/.test(refused.error ?? ''))
        return fail(
          expected,
          `a click on a span of ${refused.service} asks ${JSON.stringify(refused.query)}, which the log store refuses: ${refused.error ?? ''}`,
          [refused.seq],
          { diagnosis: `tracesToLogsV2.query in ${refused.file} is no valid query once its variables are filled in.` },
        )
      return unknown('source-unreachable', expected, refused.error ?? '', [refused.seq])
    }
    return pass(
      expected,
      `${traceLogs.length} of ${traceLogs.length} trace ids find lines of ${logged.join(' and ')}, after ${describeDelays(traceLogs.map(({ foundMs, sentMs }) => (foundMs ?? NaN) - sentMs))}`,
      pointers,
    )
  },
)

/** By the lines of the same request that its stamp finds where its trace id does not. */
function whySilent(service: string, { traceId, instead }: Entry<'trace-log'>): string {
  const found = instead?.[service]
  if (found === undefined || found.lines === 0)
    return `No line of ${service} with the request's stamp was found either. ${service} writes no trace id into its lines (the agent's log context, the JSON encoder's fields), or another one (propagator). Or the line is not collected, or not under service="${service}" and its own time.`
  if (found.traceIds.length === 0)
    return `Log context: the line of ${service} is there, without a trace id. No agent, or its log context (OTEL_INSTRUMENTATION_LOGBACK_MDC_ENABLED) or the encoder's field for it is off. Or the log collector cuts it off (output, replace or template stage).`
  if (found.traceIds.includes(traceId))
    return `Log store: the line of ${service} is there with the trace id by now, and came too late for the look. Lower the batch wait of the log collector or the lag of the store.`
  const other = `the line of ${service} is there, with another trace id (${found.traceIds[0] ?? ''} instead of ${traceId})`
  if (found.traceIds.some((id) => traceId.includes(id) || id.includes(traceId)))
    return `Log context: ${other}: it is cut short, by the service or by the log collector.`
  return `Propagator: ${other}. The service joined no trace of the caller (OTEL_PROPAGATORS), a gateway drops or replaces the traceparent, or the log collector changes the id.`
}

function beside(ms: number): string {
  return `${seconds(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'}`
}

function deadSearch(
  { service, file, query, missing, trouble, lines, fromMs, untilMs }: Entry<'trace-search'>,
  sentMs: number,
): { observed: string; diagnosis: string } {
  if (trouble !== undefined)
    return {
      observed: `Grafana's link from a span to its lines is dead: ${trouble}`,
      diagnosis: `Look at tracesToLogsV2 of the Jaeger data source in ${file}.`,
    }
  if (query === null) {
    return {
      observed: `at a span of ${service} Grafana shows no link to its lines: the span has none of ${missing.join(', ')}`,
      diagnosis: `tracesToLogsV2 of the Jaeger data source in ${file} makes its query of attributes that Jaeger's spans do not have${missing.some((name) => name.includes('service.name')) ? " (Jaeger keeps service.name as the process's name, not as a tag)" : ''}. Map others, or use customQuery with $\${__span.traceId}.`,
    }
  }
  return {
    observed: `a click on a span of ${service} asks ${JSON.stringify(query)} about ${seconds(untilMs - fromMs)}, from ${beside(fromMs - sentMs)} its request, which finds ${lines === 0 ? 'no line' : `${countOf(lines, 'line')}, none of the trace`}`,
    diagnosis: `Compare tracesToLogsV2 of the Jaeger data source in ${file} with the labels of the lines: the mapped label names and the query. Compare spanStartTimeShift/spanEndTimeShift with the times (a start shift that looks further back is negative).`,
  }
}
