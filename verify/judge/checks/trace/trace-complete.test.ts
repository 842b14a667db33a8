import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody, Span } from '../../../model/journal.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import { judge } from '../../judge.ts'
import { SPANS, TRACE_SPEC, traceRun, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'

test('the promised spans pass, others may be between', () => {
  const verdict = verdictOf(traceRun(SPANS), 'trace-complete')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('no trace at all points at the collector', () => {
  const verdict = verdictOf(traceRun(null), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /2 of 2 requests without a trace/)
  assert.match(verdict.diagnosis ?? '', /collector/)
})

test('a promised request that is refused is a broken promise of that service, and of its traces nothing else is said', () => {
  const verdict = verdictOf(traceRun(SPANS, { status: 404 }), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'shop POST /orders was answered 404 instead of 201, 2 of 2 times')
  assert.equal(verdict.part, 'shop')
  assert.match(verdict.diagnosis ?? '', /^shop refuses POST \/orders \(404\): deploy a shop that serves it/)
  assert.equal(judge(traceRun(null, { status: 404 })).find(({ check }) => check === 'trace-count')?.status, 'skipped')
})

test('a request that did not arrive, that the drill itself was to blame for, or that a sick service failed proves nothing', () => {
  for (const status of [0, 401, 429, 502])
    assert.equal(verdictOf(traceRun(SPANS, { status }), 'trace-complete').cause, 'not-injected', String(status))
})

test('a silent service is named', () => {
  const verdict = verdictOf(traceRun(SPANS.filter((span) => span.service !== 'stock')), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /stock consumer/)
  assert.match(verdict.diagnosis ?? '', /No span of stock/)
})

test('a service under another name is told from a silent one', () => {
  const renamed = SPANS.map((span) => (span.service === 'shop' ? { ...span, service: 'unknown_service:java' } : span))
  const verdict = verdictOf(traceRun(renamed), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(
    verdict.diagnosis ?? '',
    /^Service name: the promised spans of shop are there, under the name "unknown_service:java"\. .*OTEL_SERVICE_NAME/,
  )
  assert.match(verdictOf(traceRun(renamed.filter((span) => span.spanId !== 'c')), 'trace-complete').diagnosis ?? '', /No span of shop/)
})

test('a silent service that says itself that it cannot send is quoted', () => {
  const said: Extract<JournalBody, { kind: 'export-errors' }> = {
    kind: 'export-errors',
    spec: 'path-order',
    service: 'stock',
    query: '{}',
    fromMs: 0,
    untilMs: 1,
    count: 2,
    more: false,
    lines: [{ timeNs: '1795000000000000000', line: 'traces export: connection refused', labels: {} }],
  }
  const without = (service: string): string =>
    verdictOf(withEntries(traceRun(SPANS.filter((span) => span.service !== 'stock')), { ...said, service }), 'trace-complete').diagnosis ??
    ''
  assert.match(without('stock'), /^Exporter of the service: the log of stock says "traces export: connection refused"/)
  assert.match(without('shop'), /^No span of stock/, "another service's trouble is not its own")
  const status =
    'Failed to export spans. Server responded with HTTP status code 404. Error message: Unable to parse response body, HTTP status'
  said.lines = [{ timeNs: '1795000000000000000', line: status, labels: {} }]
  assert.match(
    without('stock'),
    /404\. Error message: .{1,60}\.\.\." .*nothing at that path: compare OTEL_EXPORTER_OTLP_ENDPOINT with traces_url_path/,
  )
})

test('a missing span of a service that is there is named', () => {
  const verdict = verdictOf(traceRun(SPANS.filter((span) => span.spanId !== 'c')), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /db.system/)
  assert.match(verdict.diagnosis ?? '', /^shop is there, but not its client span\. Its \w+ library is not instrumented or switched off/)
})

test('a service that must not be there fails', () => {
  const verdict = verdictOf(
    traceRun([...SPANS, { ...SPANS[1], spanId: 'z', service: 'legacy' } as (typeof SPANS)[number]]),
    'trace-complete',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /legacy/)
  assert.match(
    verdict.diagnosis ?? '',
    /^legacy is instrumented, and specified as not\. Switch its agent or library off .*\. Or correct `absent` of this path in the specification\.$/,
  )
  assert.equal(verdict.part, 'legacy')
})

test('one that came too late fails', () => {
  const verdict = verdictOf(traceRun(SPANS, { foundMs: 20_000 }), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /complete, slowest 20 s/)
})

test('a request that failed proves nothing', () => {
  const verdict = verdictOf(traceRun(SPANS, { status: 502 }), 'trace-complete')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
})

test('a store that could not be asked is unknown', () => {
  const verdict = verdictOf(traceRun(null, { error: 'refused' }), 'trace-complete')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'source-unreachable')
})

const altered = (spanId: string, change: Partial<Span>): Span[] =>
  SPANS.map((span) => (span.spanId === spanId ? { ...span, ...change } : span))
const said = (spans: Span[], ...entries: JournalBody[]): string => {
  const verdict = verdictOf(withEntries(traceRun(spans), ...entries), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  return verdict.diagnosis ?? ''
}

test('a span that is there without a promised attribute is told from one that is not there', () => {
  assert.match(
    said(altered('c', { attributes: { 'db.statement': 'INSERT' } })),
    /^Attribute: the shop client span "INSERT orders" is there, but has no db\.system\. .*processors.*OTEL_SEMCONV_STABILITY_OPT_IN/,
  )
  assert.match(
    said(altered('a', { attributes: { 'url.path': '/orders' } })),
    /^Attribute: the shop server span "POST \/orders" is there, but has no http\.request\.method or http\.method\./,
  )
  assert.match(
    said(altered('a', { attributes: { 'http.method': 'GET', 'url.path': '/orders' } })),
    /^shop is there, but not its server span\. /,
    'another request is not this one',
  )
})

test('a span under another name, or of another kind, is told from one that is not there', () => {
  assert.match(
    said(altered('d', { operation: 'send' })),
    /^shop is there, but not its producer span \/.*\/\. Its \w* ?library is not instrumented/,
    'nothing else says that it is the one',
  )
  const named = { ...TRACE_SPEC, tree: { ...TRACE_SPEC.tree, operation: '^POST /orders$' } }
  const judged = (spans: Span[]): string => verdictOf(withSpec(traceRun(spans), { traces: [named] }), 'trace-complete').diagnosis ?? ''
  assert.match(
    judged(altered('a', { operation: 'POST /orders/4711' })),
    /^Span name: the shop server span is there, but is called "POST \/orders\/4711"/,
  )
  assert.match(judged(altered('a', { kind: 'internal' })), /^Span kind: the shop span "POST \/orders" is there, but as internal/)
})

test('a message that nobody took up names what carries a trace through a broker', () => {
  assert.match(said(SPANS.filter(({ spanId }) => spanId !== 'd')), /message.*headers/)
})

test('spans under the name of another promised service are found there', () => {
  assert.match(said(altered('e', { service: 'shop' })), /^Service name: the promised spans of stock are there, under the name "shop"/)
})

test('two services under one foreign name point at the collector', () => {
  assert.match(
    said(SPANS.map((span) => ({ ...span, service: 'platform' }))),
    /^Service name: the promised spans of shop, stock are there, under the name "platform"\. .*resource processor/,
  )
})

test('what the lines of a silent service say of its trace is said', () => {
  const lines = (more: Partial<Extract<JournalBody, { kind: 'trace-log' }>>): JournalBody => ({
    kind: 'trace-log',
    spec: 'path-order',
    traceId: 't1',
    query: '{}',
    sentMs: 0,
    foundMs: null,
    polls: 9,
    lines: {},
    ...more,
  })
  const silent = SPANS.filter((span) => span.service !== 'stock')
  assert.match(
    said(silent, lines({ instead: { stock: { lines: 1, traceIds: ['b'.repeat(32)] } } })),
    /^No span of stock .*Its lines carry another trace id.*propagator/s,
  )
  assert.match(
    said(silent, lines({ instead: { stock: { lines: 1, traceIds: [] } } })),
    /^No span of stock .*Its lines carry no trace id.*agent/s,
  )
  assert.match(said(silent, lines({ lines: { stock: 1 } })), /^No span of stock .*Its lines carry the request's trace id.*exporter/s)
})

test('a collector that loses spans is named before the service that is said to lack one', () => {
  const counters = Object.entries({ receiver_accepted: 500, exporter_sent: 300 }).map(([name, to]): JournalBody => ({
    kind: 'health',
    metric: `otelcol_${name}_spans`,
    series: [
      {
        metric: {},
        values: [
          [ZERO_MS / 1_000, '0'],
          [ZERO_MS / 1_000 + 9, String(to)],
        ],
      },
    ],
  }))
  assert.match(
    said(
      SPANS.filter(({ spanId }) => spanId !== 'e'),
      ...counters,
    ),
    /^Collector, pipeline: .* Gone is the stock consumer span\.$/,
  )
})

test('one that came too late names what holds spans back', () => {
  assert.match(
    verdictOf(traceRun(SPANS, { foundMs: 20_000 }), 'trace-complete').diagnosis ?? '',
    /groupbytrace.*tail_sampling|tail_sampling.*groupbytrace/,
  )
})

test('what a service calls itself is short in a verdict, however long it is', () => {
  const verdict = verdictOf(
    traceRun(
      Array.from({ length: 500 }, (_, index): Span => ({
        ...SPANS[1]!,
        spanId: `s${index}`,
        service: `${'x'.repeat(1_000)}${index}`,
        operation: 'y'.repeat(1_000),
      })),
    ),
    'trace-complete',
  )
  assert.ok(verdict.observed.length + (verdict.diagnosis ?? '').length < 4_000, String(verdict.observed.length))
})
