/** The specifications of traces, logs and the SLO dashboard. */
import { RE2JS } from 're2js'
import type { HttpProbe, LogSpec, SloSpec, SpanSpec, TraceSpec } from '../model/spec.ts'
import {
  flag,
  httpStatus,
  integerFrom,
  kebab,
  listOf,
  mapOf,
  mapping,
  numberFrom,
  oneOf,
  positiveDuration,
  problem,
  text,
} from './reader.ts'
import type { Read } from './reader.ts'
import { complete, labels, present } from './rule.ts'

/** RE2, as Loki and Prometheus understand it; a look-ahead would work here and nowhere else. */
const regex: Read<string> = (place) => {
  const value = text(place)
  if (value === undefined) return undefined
  try {
    RE2JS.compile(value.replaceAll('{stamp}', 'stamp'))
    return value
  } catch (error) {
    return problem(place, 'SPEC_REGEX', `not an RE2 expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const jsonText: Read<string> = (place) => {
  const value = text(place)
  if (value === undefined) return undefined
  try {
    JSON.parse(value)
    return value
  } catch (error) {
    return problem(place, 'SPEC_JSON', `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const path: Read<string> = (place) => {
  const value = text(place)
  return value === undefined || value.startsWith('/') ? value : problem(place, 'SPEC_PATH', `"${value}" must begin with /`)
}

export const probe: Read<HttpProbe> = mapping((fields) =>
  complete({
    service: fields.need('service', text),
    method: fields.need('method', oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')),
    path: fields.need('path', path),
    headers: fields.may('headers', labels) ?? {},
    expectStatus: fields.need('expect-status', httpStatus),
    ...present({ body: fields.may('body', jsonText), primedBy: fields.may('primed-by', integerFrom(1, 1000)) }),
  }),
)

const span: Read<SpanSpec> = mapping((fields) =>
  complete({
    service: fields.need('service', text),
    kind: fields.need('kind', oneOf('server', 'client', 'producer', 'consumer', 'internal')),
    attributes: fields.may('attributes', mapOf(regex)) ?? {},
    edge: fields.may('edge', oneOf('child', 'link')) ?? 'child',
    children:
      fields.may(
        'children',
        listOf((place) => span(place)),
      ) ?? [],
    ...present({ operation: fields.may('operation', regex), error: fields.may('error', flag) }),
  }),
)

const trace: Read<TraceSpec> = mapping((fields) =>
  complete({
    id: fields.need('id', kebab),
    because: fields.need('because', text),
    request: fields.need('request', probe),
    tree: fields.need('tree', span),
    absent: fields.may('absent', listOf(text)) ?? [],
    maxDelayMs: fields.need('max-delay', positiveDuration),
    ...present({
      form: fields.may('form', oneOf('uninstrumented', 'instrumented')),
      requests: fields.may('requests', integerFrom(1, 100)),
      runAttribute: fields.may('run-attribute', text),
    }),
  }),
)

/** Bounded: the flow goes to the system under test beside everything else. */
const flow: Read<NonNullable<LogSpec['flow']>> = mapping((fields) =>
  complete({
    steady: fields.need('steady', integerFrom(1, 100_000)),
    ratePerS: fields.need('rate', numberFrom(0.1, 500)),
    burst: fields.need('burst', integerFrom(1, 10_000)),
  }),
)

const stamped: Read<string> = (place) => {
  const value = regex(place)
  return value === undefined || value.includes('{stamp}')
    ? value
    : problem(place, 'SPEC_NO_STAMP', 'must contain {stamp}, or any line would do')
}

const multiline: Read<NonNullable<LogSpec['multiline']>> = mapping((fields) => {
  const request = fields.may('request', probe)
  const trace = fields.may('trace', kebab)
  if ((request === undefined) === (trace === undefined))
    problem(
      fields.at(request === undefined ? 'contains' : 'trace'),
      'SPEC_ONE_OF',
      'needs either a request of its own or the trace whose request makes the record',
    )
  return complete({
    contains: fields.need('contains', stamped),
    // One line is no record that could be torn.
    lines: fields.need('lines', integerFrom(2, 10_000)),
    fields: fields.may('fields', mapOf(regex)) ?? {},
    ...present({ request, trace }),
  })
})

const log: Read<LogSpec> = mapping((fields) => {
  return complete({
    service: fields.need('service', text),
    because: fields.need('because', text),
    request: fields.need('request', probe),
    contains: fields.need('contains', stamped),
    labels: fields.need('labels', labels),
    format: fields.need('format', oneOf('json', 'regex')),
    fields: fields.may('fields', mapOf(regex)) ?? {},
    linksToTrace: fields.may('links-to-trace', flag) ?? false,
    maxDelayMs: fields.need('max-delay', positiveDuration),
    ...present({ flow: fields.may('flow', flow), multiline: fields.may('multiline', multiline) }),
  })
})

export const traces: Read<TraceSpec[]> = listOf(trace)
export const logs: Read<LogSpec[]> = listOf(log)

const share = numberFrom(0, 1)
const measured = mapping((from) =>
  complete({ service: from.need('service', text), requests: from.need('requests', text), durations: from.need('durations', text) }),
)

export const slo: Read<SloSpec> = mapping((fields) => {
  const latencyMs = fields.need('latency-p95', positiveDuration)
  return complete({
    because: fields.need('because', text),
    availability: fields.need('availability', share),
    latencyP95Seconds: latencyMs === undefined ? undefined : latencyMs / 1000,
    errorRate: fields.need('error-rate', share),
    windowMs: fields.need('window', positiveDuration),
    ...present({ measured: fields.may('measured', measured), services: fields.may('services', listOf(measured)) }),
    panels: fields.need(
      'panels',
      listOf(
        mapping((panel) =>
          complete({
            title: panel.need('title', text),
            measures: panel.need('measures', oneOf('availability', 'latency-p95', 'error-rate', 'error-budget', 'active-alerts')),
            ...present({ by: panel.may('by', oneOf('service')) }),
          }),
        ),
      ),
    ),
  })
})
