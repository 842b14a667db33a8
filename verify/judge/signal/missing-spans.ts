import type { Span, Trace } from '../../model/journal.ts'
import type { SpanSpec } from '../../model/spec.ts'
import { finds } from '../../text/re2.ts'
import { alternatives, attributeOf, matchTree, servicesOf, short } from '../../trace/match.ts'
import { collectorLink, complaintOf } from './span-path.ts'
import type { IdInLines, SpanPath } from './span-path.ts'

/** Other names under which a silent service's spans are looked for; a hostile trace has thousands. */
const NAMES_TRIED = 20

/** Why promised spans are not in a trace that is there; the first explanation that the evidence bears. */
export function whyMissing(tree: SpanSpec, trace: Trace, traces: readonly Trace[], path: SpanPath): string {
  const matches = matchTree(tree, trace, false)
  const lost = matches.filter(({ span }) => span === undefined).map(({ spec }) => spec)
  const used = new Set(matches.map(({ span }) => span))
  const left = trace.spans.filter((span) => !used.has(span))
  const services = [...new Set(lost.map(({ service }) => service))]
  const silent = services.filter((service) => traces.every(({ spans }) => spans.every((span) => span.service !== service)))
  return (
    underAnotherName(tree, trace, services, left) ??
    nearest(lost, left) ??
    complaintOf(path.exportErrors, services) ??
    withLost(collectorLink(path), lost) ??
    (silent.length > 0 ? silence(silent, path.idsOf) : notThisSpan(lost))
  )
}

/** What a collector loses of a trace that is there says which of its filters it is. */
function withLost(link: string | undefined, [first, ...more]: readonly SpanSpec[]): string | undefined {
  if (link === undefined || first === undefined) return link
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return `${link} Gone is the ${first.service} ${spanName(first)}${others}.`
}

/** All of a service's missing spans are there once those without a claim, of one other name, are taken for its own. */
function underAnotherName(tree: SpanSpec, trace: Trace, services: readonly string[], left: readonly Span[]): string | undefined {
  const promised = servicesOf(tree)
  const names = [...new Set(left.map(({ service }) => service))].filter((name) => !services.includes(name)).slice(0, NAMES_TRIED)
  const lacks = (other: string, service: string): boolean => {
    const unclaimed = new Set(left)
    const under = {
      ...trace,
      spans: trace.spans.map((span) => (unclaimed.has(span) && span.service === other ? { ...span, service } : span)),
    }
    return matchTree(tree, under, false).some((match) => match.span === undefined && match.spec.service === service)
  }
  for (const name of names) {
    const own = services.filter((service) => !lacks(name, service))
    if (own.length === 0) continue
    const inCollector = own.length > 1 || promised.includes(name)
    return `Service name: the promised spans of ${own.join(', ')} are there, under the name ${JSON.stringify(short(name))}. Look at OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES (service.name) of ${inCollector ? 'each process' : 'its process'}, and at the collector's resource processor${inCollector ? ', which may give one name to all' : ''}.`
  }
  return undefined
}

/** What instrumentations write about one kind of call, in every generation of the semantic conventions. */
const FAMILIES = [/^(?:http|url)\./, /^db\./, /^messaging\./, /^rpc\./]

interface Compared {
  span: Span
  spec: SpanSpec
  fitting: number
  without: string[]
  otherwise: string[]
  name: boolean
  kind: boolean
}

function compare(spec: SpanSpec, span: Span): Compared {
  const rows = Object.entries(spec.attributes).map(([names, pattern]) => ({ names, pattern, value: attributeOf(span, names) }))
  const otherwise = rows.filter(({ pattern, value }) => value !== undefined && !finds(pattern, value))
  const without = rows.filter(({ value }) => value === undefined)
  const name = spec.operation === undefined || finds(spec.operation, span.operation)
  return {
    span,
    spec,
    name,
    kind: span.kind.toLowerCase() === spec.kind,
    without: without.map(({ names }) => names),
    otherwise: otherwise.map(({ names, value }) => `${alternatives(names).join(' or ')}=${JSON.stringify(short(value ?? ''))}`),
    fitting: rows.length - otherwise.length - without.length + (spec.operation !== undefined && name ? 1 : 0),
  }
}

/** Whether it is the promised one, altered: something of it fits, or it is about the same kind of call; and nothing speaks against it. */
function isAltered({ span, spec, fitting, without, otherwise, kind }: Compared): boolean {
  const family = FAMILIES.find((pattern) =>
    Object.keys(spec.attributes).some((names) => alternatives(names).some((name) => pattern.test(name))),
  )
  if (!kind) return fitting > 0 && without.length + otherwise.length === 0
  if (otherwise.length > 0) return fitting > otherwise.length
  return fitting > 0 || (family !== undefined && Object.keys(span.attributes).some((name) => family.test(name)))
}

/** A promised span that is there in all but one respect. */
function nearest(lost: readonly SpanSpec[], left: readonly Span[]): string | undefined {
  for (const spec of lost) {
    const [best] = left
      .filter(({ service }) => service === spec.service)
      .map((span) => compare(spec, span))
      .filter(isAltered)
      .sort((a, b) => Number(b.kind) - Number(a.kind) || b.fitting - a.fitting || a.otherwise.length - b.otherwise.length)
    if (best === undefined) continue
    const { span, without, otherwise, name, kind } = best
    const operation = JSON.stringify(short(span.operation))
    if (!kind)
      return `Span kind: the ${spec.service} span ${operation} is there, but as ${short(span.kind)}, not as ${spec.kind}. Look at what makes it (a manual span, an instrumentation that suppresses another) and at the collector's transform processor.`
    if (without.length + otherwise.length > 0) {
      const what = [...without.map((names) => `no ${alternatives(names).join(' or ')}`), ...otherwise].join(', ')
      return `Attribute: the ${spec.service} ${spec.kind} span ${operation} is there, but has ${what}. Look at the collector's processors (attributes, transform, redaction) and at the limits of spans (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT). Then at the semantic conventions that its instrumentation follows (agent version, OTEL_SEMCONV_STABILITY_OPT_IN).`
    }
    if (!name)
      return `Span name: the ${spec.service} ${spec.kind} span is there, but is called ${operation}. Look at the collector's transform and span processors, and at who sets names in ${spec.service}.`
  }
  return undefined
}

const EXPORTER_OFF =
  'Switch its exporter on: OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_ENDPOINT, or the variable in instrumented-by of firedrill.yaml.'

function silence(silent: readonly string[], idsOf: SpanPath['idsOf']): string {
  const none = `No span of ${silent.join(', ')} in any of these traces`
  const says: Record<Exclude<IdInLines, 'unknown'>, string> = {
    none: 'Its lines carry no trace id: no agent or library instruments it, or only not the side that takes requests.',
    foreign:
      'Its lines carry another trace id than the request: its spans lie in a trace of their own. Compare the propagators of both sides (OTEL_PROPAGATORS must contain tracecontext); a gateway or a message between may drop or replace the headers.',
    own: `Its lines carry the request's trace id, so the trace context reached it. ${EXPORTER_OFF} Or the collector drops its spans, or it only writes down what the header says.`,
  }
  const [state] = silent.map((service) => idsOf[service] ?? 'unknown').filter((each) => each !== 'unknown')
  if (state !== undefined) return `${none}. ${says[state]}`
  return `${none}: its agent or exporter is off or sends elsewhere, or its service name differs. Or its spans lie in a trace of their own: its propagator, or a gateway that drops or replaces the headers.`
}

function spanName({ kind, operation }: SpanSpec): string {
  return `${kind} span${operation === undefined ? '' : ` /${operation}/`}`
}

/** What it calls, where the specification names just one: the agent has a switch for each. */
function libraryOf({ attributes }: SpanSpec): string[] {
  return Object.entries(attributes).flatMap(([names, pattern]) => {
    const [, system] = /^\^?(\w+)\$?$/.exec(pattern) ?? []
    return system !== undefined && alternatives(names).some((name) => /^(?:db|messaging|rpc)\.system/.test(name)) ? [system] : []
  })
}

function notThisSpan(lost: readonly SpanSpec[]): string {
  const absent = [...Map.groupBy(lost, ({ service }) => service)].map(
    ([service, spans]) => `${service} is there, but not its ${spans.map(spanName).join(' and ')}`,
  )
  const libraries = [...new Set(lost.flatMap(libraryOf))]
  const base = `${absent.join('. ')}. Its ${libraries.length === 1 ? `${libraries[0]} ` : ''}library is not instrumented or switched off (OTEL_INSTRUMENTATION_*_ENABLED). Or a filter of the collector drops the span, or the call did not happen.`
  return lost.some(({ kind }) => kind === 'consumer' || kind === 'producer')
    ? `${base} A consumer is in a trace of its own where it only links to the producer (receive telemetry) or its message came without trace headers. Then the producer's instrumentation is off, or a broker or a batch drops them.`
    : base
}
