import { test } from 'node:test'
import { cpuMs } from '../../testing/machine/cpu-time.ts'
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { FlowRow, JournalBody, Span } from '../model/journal.ts'
import { judge } from './judge.ts'
import { parseJournal } from './record/parse-journal.ts'
import { LOG_SPEC, SPANS, TRACE_SPEC, alter, run, withEntries, withSpec } from '../../testing/journals/honest-run.ts'
import { ZERO_MS } from '../../testing/virtual/virtual-journal.ts'
import { anyText } from '../../testing/random/any-text.ts'

const text = fc.oneof(anyText({ maxLength: 40 }), fc.constantFrom('', 'shop', 'server', 'a', '__proto__', '\ud800', '\u0000'))
const number = fc.oneof(
  { weight: 20, arbitrary: fc.integer() },
  { weight: 20, arbitrary: fc.constantFrom(ZERO_MS * 1_000, -1, 0.5) },
  { weight: 1, arbitrary: fc.double() },
)
const span: fc.Arbitrary<Span> = fc.record({
  spanId: text,
  parentSpanId: fc.option(text),
  service: text,
  operation: text,
  kind: text,
  startUs: number,
  durationUs: number,
  attributes: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
  links: fc.array(fc.record({ traceId: text, spanId: text }), { maxLength: 2 }),
  error: fc.boolean(),
})
const row: fc.Arbitrary<FlowRow> = fc.tuple(number, number, fc.constantFrom(0, 200, 500), number, number, fc.nat(3), fc.nat(3))
const base = alter(
  withSpec(run(), {
    traces: [TRACE_SPEC],
    logs: [
      {
        ...LOG_SPEC,
        flow: { steady: 2, ratePerS: 1, burst: 2 },
        multiline: { request: LOG_SPEC.request, contains: '{stamp}', lines: 2, fields: { level: '.' } },
      },
    ],
  }),
  'header',
  (entry) => ({ ...entry, plan: { ...entry.plan, experiments: [], traces: ['path-order'], logs: ['shop'] } }),
)

const entries = fc
  .record({
    spans: fc.array(fc.oneof(span, fc.constantFrom(...SPANS)), { maxLength: 8 }),
    traceId: text,
    line: text,
    labels: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
    linked: fc.option(text),
    rows: fc.array(row, { maxLength: 8 }),
    counted: fc.dictionary(text, fc.nat(), { maxKeys: 3, noNullPrototype: true }),
    samples: fc.array(text, { maxLength: 3 }),
  })
  .map(({ spans, traceId, line, labels, linked, rows, counted, samples }): JournalBody[] => [
    { kind: 'trace-probe', spec: 'path-order', experiment: null, traceId, stamp: 's', sentMs: ZERO_MS, status: 201 },
    { kind: 'trace', spec: 'path-order', traceId, foundMs: ZERO_MS + 500, polls: 1, trace: { traceId, spans } },
    { kind: 'trace-log', spec: 'path-order', traceId, query: line, sentMs: ZERO_MS, foundMs: null, polls: 1, lines: counted },
    { kind: 'trace-flow', spec: 'shop', service: 'shop', sent: rows.length, found: 0, missing: [traceId], foundMs: 0 },
    { kind: 'log-probe', spec: 'shop', stamp: 's', traceId, sentMs: ZERO_MS, status: 200 },
    {
      kind: 'log-lines',
      spec: 'shop',
      stamp: 's',
      query: line,
      foundMs: ZERO_MS,
      polls: 1,
      lines: [{ timeNs: line, line: `${line}s`, labels, clipped: 1_000_000 }],
    },
    { kind: 'log-link', spec: 'shop', regex: '.', traceId: linked, found: true },
    { kind: 'log-flow', spec: 'shop', prefix: line, query: line, startedMs: 0, steady: 2, burst: 2, rows, pages: 1 },
    {
      kind: 'log-record',
      spec: 'shop',
      stamp: 's',
      traceId,
      sentMs: 0,
      status: 200,
      query: line,
      foundMs: 1,
      polls: 1,
      lines: [{ timeNs: line, line, labels, rows: rows.length }],
      pieces: [{ timeNs: '1', line: `${line}s`, labels, rows: 1 }],
    },
    {
      kind: 'export-errors',
      spec: 'path-order',
      service: 'shop',
      query: line,
      fromMs: 0,
      untilMs: 1,
      count: 1,
      more: false,
      lines: [
        { timeNs: line, line, labels },
        { timeNs: '1', line: `Failed to export spans${line}`, labels },
      ],
    },
    {
      kind: 'health',
      metric: 'otelcol_receiver_accepted_spans',
      series: [{ metric: labels, values: samples.map((sample, index) => [index, sample]) }],
    },
  ])

test('whatever services say, each promise gets a verdict, none breaks, and the journal on disk gives the same ones', () => {
  let compared = 0
  fc.assert(
    fc.property(entries, (bodies) => {
      const journal = withEntries(base, ...bodies)
      const verdicts = judge(journal)
      assert.ok(verdicts.filter(({ subject }) => subject === 'path-order').length >= 6)
      assert.deepEqual(
        verdicts.filter(({ observed }) => /could not be carried out/.test(observed)),
        [],
      )
      const read = parseJournal(journal.entries.map((entry) => JSON.stringify(entry)).join('\n'))
      assert.deepEqual(
        read.problems.filter((problem) => /unknown kind|unreadable/.test(problem)),
        [],
      )
      // NaN and infinities do not survive JSON; the store's own answers are JSON, so they never come from there.
      if (isDeepStrictEqual(JSON.parse(JSON.stringify(bodies)), bodies)) {
        compared += 1
        assert.deepEqual(
          judge(read).map(({ status, check }) => [check, status]),
          verdicts.map(({ status, check }) => [check, status]),
        )
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(compared > 30, `${compared} journals were compared`)
})

test('a trace of two thousand look-alike spans is judged at once', () => {
  const spans = Array.from({ length: 2_000 }, (_, index): Span => ({
    ...(SPANS[index % SPANS.length] as Span),
    spanId: `s${index}`,
    parentSpanId: `s${(index * 7) % 2_000}`,
    attributes: { 'db.system': 'x'.repeat(1_000) },
  }))
  const began = cpuMs()
  const verdicts = judge(
    withEntries(
      base,
      { kind: 'trace-probe', spec: 'path-order', experiment: null, traceId: 't', stamp: 's', sentMs: 0, status: 201 },
      { kind: 'trace', spec: 'path-order', traceId: 't', foundMs: 1, polls: 1, trace: { traceId: 't', spans } },
    ),
  )
  assert.equal(verdicts.find(({ check }) => check === 'trace-complete')?.status, 'fail')
  assert.ok(cpuMs() - began < 5_000)
})
