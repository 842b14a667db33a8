import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, Span } from '../../../model/journal.ts'
import { SPANS, TRACE_SPEC, alter, traceRun, verdictOf, withSpec } from '../../../../testing/journals/honest-run.ts'
import type { Verdict } from '../../../model/verdict.ts'

const promised = (journal: Journal): Journal => withSpec(journal, { traces: [{ ...TRACE_SPEC, runAttribute: 'drill.run' }] })
const marked = (value: string): Span[] =>
  SPANS.map((span) => (span.spanId === 'a' ? { ...span, attributes: { ...span.attributes, 'drill.run': value } } : span))
const runIdOf = (journal: Journal): string => journal.entries.find((entry) => entry.kind === 'header')?.runId ?? ''
const judged = (spans: Span[] | null): Verdict => verdictOf(promised(traceRun(spans)), 'trace-carries-run')

test('the run id in the entry span passes', () => {
  const verdict = judged(marked(runIdOf(traceRun(SPANS))))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('none, and that of another run, fail and name baggage', () => {
  for (const [spans, observed] of [
    [SPANS, /has no drill\.run/],
    [marked('yesterday'), /drill\.run="yesterday"/],
  ] as const) {
    const verdict = judged(spans)
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, observed)
    assert.match(verdict.diagnosis ?? '', /^Baggage: shop .*OTEL_PROPAGATORS.*COPY_FROM_BAGGAGE/)
  }
})

test('in another span than the entry it does not count', () => {
  const elsewhere = SPANS.map((span) =>
    span.spanId === 'c' ? { ...span, attributes: { ...span.attributes, 'drill.run': runIdOf(traceRun(SPANS)) } } : span,
  )
  assert.equal(judged(elsewhere).status, 'fail')
})

test('without a trace it follows trace-complete, without a promise it does not apply', () => {
  assert.equal(judged(null).status, 'skipped')
  assert.equal(verdictOf(traceRun(SPANS), 'trace-carries-run').status, 'skipped')
  assert.equal(
    verdictOf(
      alter(promised(traceRun(SPANS)), 'trace', () => undefined),
      'trace-carries-run',
    ).status,
    'unknown',
  )
})
