import type { Span, Trace } from '../../model/journal.ts'
import type { SpanSpec } from '../../model/spec.ts'
import { isSameId } from '../../trace/trace-id.ts'
import { isLike } from '../../trace/match.ts'
import type { JaegerSource } from '../ports.ts'

const LOOKED_AT = 200
const BEFORE_MS = 1_000

/**
 * A consumer that is promised by a link (a batch, receive telemetry) begins a trace of its own, whose id is not known beforehand: it is
 * looked for among its
 * service's traces of that time, and what it links to shows whether it is the one. It and what hangs below it are put beside the spans of
 * the trace.
 */
export async function withLinked(
  tree: SpanSpec,
  found: Trace,
  jaeger: Pick<JaegerSource, 'tagged'>,
  sentMs: number,
  nowMs: number,
): Promise<Trace> {
  const wanted = linkedIn(tree).filter((spec) => !found.spans.some((span) => isLike(spec, span)))
  if (wanted.length === 0) return found
  const answers = await Promise.all(
    wanted.map(async (spec) =>
      (await jaeger.tagged(spec.service, literals(spec), sentMs - BEFORE_MS, nowMs, LOOKED_AT)).flatMap(({ traceId, spans }) =>
        isSameId(traceId, found.traceId)
          ? []
          : spans
              .filter((span) => isLike(spec, span) && span.links.some((link) => isSameId(link.traceId, found.traceId)))
              .flatMap((span) => [{ ...span, parentSpanId: null }, ...below(span, spans)]),
      ),
    ),
  )
  return { ...found, spans: [...found.spans, ...answers.flat()] }
}

function linkedIn(span: SpanSpec): SpanSpec[] {
  return [...(span.edge === 'link' ? [span] : []), ...span.children.flatMap(linkedIn)]
}

/** What the store can be asked for: attributes with one name and one value. */
function literals({ attributes }: SpanSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, pattern]) => {
      const literal = /^\^([\w-]+)\$$/.exec(pattern)?.[1]
      return name.includes('|') || literal === undefined ? [] : [[name, literal]]
    }),
  )
}

function below(span: Span, spans: readonly Span[]): Span[] {
  const kept = new Set([span.spanId])
  for (let before = 0; before < kept.size;) {
    before = kept.size
    for (const each of spans) if (each.parentSpanId !== null && kept.has(each.parentSpanId)) kept.add(each.spanId)
  }
  return spans.filter(({ spanId }) => kept.has(spanId) && spanId !== span.spanId)
}
