import type { TracedRequest } from '../../model/journal.ts'
import type { Spec } from '../../model/spec.ts'
import type { JaegerSource } from '../ports.ts'

/** k6 sends it as baggage beside the run id (scenarios/lib/environment.ts). */
const EXPERIMENT_ATTRIBUTE = 'firedrill.experiment'
const LOOKED_AT = 40

/**
 * Requests that an experiment itself sent, found by what its baggage left in the spans of the services: failed ones first, then the
 * slowest. None where no
 * run attribute is promised, or the store does not answer: no verdict rests on them.
 */
export async function alertTraces(
  asked: { runId: string; experiment: string; services: readonly string[]; fromMs: number; untilMs: number },
  { traces }: Spec,
  jaeger: JaegerSource,
): Promise<TracedRequest[]> {
  const runAttribute = traces.find((trace) => trace.runAttribute !== undefined)?.runAttribute
  if (runAttribute === undefined) return []
  const { runId, experiment, services, fromMs, untilMs } = asked
  const attributes = { [runAttribute]: runId, [EXPERIMENT_ATTRIBUTE]: experiment }
  // Failed ones by a question of their own: they may be few among many.
  const questions = services.flatMap((service) => [
    { service, attributes: { ...attributes, error: 'true' } },
    { service, attributes },
  ])
  const answers = await Promise.all(
    questions.map(({ service, attributes: wanted }) =>
      jaeger.tagged(service, wanted, fromMs, untilMs, LOOKED_AT).then(
        (found) =>
          found.flatMap(({ traceId, spans }): TracedRequest[] => {
            const entry = spans
              .filter(
                (span) =>
                  span.service === service &&
                  span.kind.toLowerCase() === 'server' &&
                  Number.isFinite(span.startUs) &&
                  Number.isFinite(span.durationUs),
              )
              .sort((a, b) => a.startUs - b.startUs)[0]
            const status = entry?.attributes['http.response.status_code'] ?? entry?.attributes['http.status_code']
            return entry === undefined
              ? []
              : [
                  {
                    traceId,
                    service,
                    operation: entry.operation.slice(0, 200),
                    atMs: entry.startUs / 1_000,
                    durationMs: entry.durationUs / 1_000,
                    error: entry.error,
                    ...(status === undefined ? {} : { status }),
                  },
                ]
          }),
        () => [],
      ),
    ),
  )
  const once = new Map(answers.flat().map((request) => [request.traceId, request]))
  return [...once.values()].sort((a, b) => Number(b.error) - Number(a.error) || b.durationMs - a.durationMs)
}
