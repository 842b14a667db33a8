/** The specifications of traces, logs and the SLO dashboard. */
import type { LogSpec, SloSpec, SpanSpec, TraceSpec } from '../model/spec.ts'
import { service } from './named.ts'
import {
  byDefault,
  child,
  flag,
  integerFrom,
  kebab,
  listOf,
  mapOf,
  mapping,
  may,
  need,
  numberFrom,
  oneOf,
  positiveDuration,
  problem,
  reader,
  refined,
  text,
} from './reader.ts'
import type { Read } from './reader.ts'
import { probe } from './read-probe.ts'
import { BECAUSE, labels } from './rule.ts'
import { messageOf } from '../text/error-text.ts'
import { re2 } from '../text/re2.ts'

/** RE2, as Loki and Prometheus understand it; a look-ahead would work here and nowhere else. */
const regex = refined(text, 'an RE2 expression', (value, place) => {
  try {
    re2(value.replaceAll('{stamp}', 'stamp'))
    return value
  } catch (error) {
    return problem(place, 'SPEC_REGEX', `not an RE2 expression: ${messageOf(error)}`)
  }
})

const spanItself: Read<SpanSpec> = reader('a span', (place) => span(place))
const span: Read<SpanSpec> = mapping(
  {
    service: need(service, 'Whose span it is.'),
    kind: need(oneOf('server', 'client', 'producer', 'consumer', 'internal'), 'Its kind.'),
    operation: may(regex, 'Its name.'),
    attributes: byDefault(
      mapOf(regex),
      {},
      'Attribute to pattern of its value; `new|old` names both generations of the semantic conventions.',
    ),
    edge: byDefault(oneOf('child', 'link'), 'child', 'How it hangs below its parent.', { example: 'edge: link' }),
    error: may(flag, 'Whether it must be marked as failed. Of the root, when absent: as the status has it (5xx).'),
    children: byDefault(listOf(spanItself), [], 'Spans below it.'),
  },
  (value, at) => {
    const nameless = Object.keys(value.attributes).find((names) => names.split('|').some((name) => name.trim() === ''))
    if (nameless === undefined) return value
    return problem(child(at('attributes'), nameless), 'SPEC_NAME', `"${nameless}" names an attribute without a name`)
  },
)

const trace: Read<TraceSpec> = mapping(
  {
    id: need(kebab, 'Unique among experiments, outages and trace paths.'),
    because: need(text, BECAUSE),
    form: may(oneOf('uninstrumented', 'instrumented'), 'Which form of the platform it is about; both when absent.'),
    request: need(probe, 'Sent along the path with a trace id of its own.'),
    requests: may(integerFrom(1, 100), 'How many; 3 when absent.'),
    tree: need(span, 'Spans that the trace must have.'),
    absent: byDefault(listOf(service), [], 'Services that must have no span in it.'),
    maxDelayMs: need(positiveDuration, 'Longest time until the trace can be read. Not compressed.'),
    runAttribute: may(text, "Attribute of the entry span that holds the run's id."),
  },
  (value, at) => {
    const inTree = servicesOf(value.tree)
    value.absent.forEach((name, position) => {
      if (inTree.includes(name))
        problem(
          child(at('absent'), position),
          'SPEC_CONTRADICTION',
          `${name} has a span in the tree, and is to have none`,
          'Leave it out of absent, or out of the tree.',
        )
    })
    if (value.tree.edge === 'link')
      problem(
        child(at('tree'), 'edge'),
        'SPEC_ROOT_EDGE',
        'the first span is linked to nothing',
        'The first span hangs below the request itself: leave edge out.',
      )
    return value
  },
)

function servicesOf({ service: name, children }: SpanSpec): string[] {
  return [name, ...children.flatMap(servicesOf)]
}

/** Bounded: the flow goes to the system under test beside everything else. */
const flow = mapping({
  steady: need(integerFrom(1, 100_000), 'Requests sent one after the other.'),
  ratePerS: need(numberFrom(0.1, 500), 'So many of them per second.', { key: 'rate' }),
  burst: need(integerFrom(1, 10_000), 'Requests sent at once after them.'),
})

const stamped = refined(regex, 'an RE2 expression with `{stamp}`', (value, place) =>
  value.includes('{stamp}') ? value : problem(place, 'SPEC_NO_STAMP', 'must contain {stamp}, or any line would do'),
)

const multiline = mapping(
  {
    request: may(probe, 'The request that makes the record; or:'),
    trace: may(kebab, 'The trace path whose request makes it.'),
    contains: need(stamped, 'What the entry must contain, over all of its lines.'),
    // One line is no record that could be torn.
    lines: need(integerFrom(2, 10_000), 'How many lines it has at least.'),
    fields: byDefault(mapOf(regex), {}, 'As of the stream.'),
  },
  (value, at) => {
    if ((value.request === undefined) !== (value.trace === undefined)) return value
    return problem(
      at(value.request === undefined ? 'contains' : 'trace'),
      'SPEC_ONE_OF',
      'needs either a request of its own or the trace whose request makes the record',
    )
  },
)

const log: Read<LogSpec> = mapping({
  service: need(service, 'The service that writes the lines.'),
  because: need(text, BECAUSE),
  request: need(probe, 'A request that leaves a line.'),
  contains: need(stamped, 'What the line must contain.'),
  labels: need(labels, 'Labels of its stream in Loki.'),
  format: need(oneOf('json', 'regex'), 'How the pipeline parses the line.'),
  fields: byDefault(mapOf(regex), {}, 'Labels or parsed fields, each with the pattern of its value.'),
  linksToTrace: byDefault(flag, false, "Whether the line's trace id, cut out by the datasource's derived field, must open in Jaeger."),
  maxDelayMs: need(positiveDuration, 'Longest time until the line can be read. Not compressed.'),
  flow: may(flow, 'A flow of stamped requests, every line of which must arrive once and in order.'),
  multiline: may(multiline, 'A record of several lines that must be one entry.'),
})

export const traces: Read<TraceSpec[]> = listOf(trace)
export const logs: Read<LogSpec[]> = listOf(log)

const share = numberFrom(0, 1)
const measured = mapping({
  service: need(service, 'Whose answers are counted.'),
  requests: need(text, 'Counter of answers with a label for the status.'),
  durations: need(text, 'Histogram without its `_bucket`.'),
})

const panel = mapping({
  title: need(text, 'Its title.'),
  measures: need(oneOf('availability', 'latency-p95', 'error-rate', 'error-budget', 'active-alerts'), 'What it must show.'),
  by: may(oneOf('service'), 'One series a service.'),
})

export const slo: Read<SloSpec> = mapping({
  because: need(text, BECAUSE),
  availability: need(share, 'Share of answers that are not 5xx.'),
  latencyP95Seconds: need(
    refined(positiveDuration, positiveDuration.type, (ms) => ms / 1000),
    'The 95th percentile of the response time.',
    { key: 'latency-p95' },
  ),
  errorRate: need(share, 'Share of answers that are 5xx.'),
  windowMs: need(positiveDuration, 'Over which they are promised.'),
  measured: may(measured, 'What latency, errors and budget are computed from.'),
  services: may(listOf(measured), 'The same of each service that a panel by service shows.'),
  panels: need(listOf(panel), 'Panels of the dashboard.'),
})
