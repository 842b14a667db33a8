import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody } from '../../../model/journal.ts'
import { LOG_SPEC, SPANS, TRACE_SPEC, traceRun, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'

const look = (traceId: string, lines: Record<string, number>, error?: string): JournalBody => ({
  kind: 'trace-log',
  spec: 'path-order',
  traceId,
  query: `{service=~"shop"} |= "${traceId}"`,
  sentMs: ZERO_MS,
  foundMs: ZERO_MS + 700,
  polls: 3,
  lines,
  ...(error === undefined ? {} : { error }),
})
const withLooks = (...looks: JournalBody[]): Journal =>
  withEntries(withSpec(traceRun(SPANS), { traces: [TRACE_SPEC], logs: [LOG_SPEC] }), ...looks)
const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'trace-finds-log', 'path-order')

test('each id finds lines of each service that promises them', () => {
  const verdict = judged(withLooks(look('t1', { shop: 2, legacy: 1 }), look('t2', { shop: 1 })))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /2 of 2 trace ids find lines of shop, after min 0\.7 s/)
})

test('an id that finds none is named with its query', () => {
  const verdict = judged(withLooks(look('t1', { shop: 2 }), look('t2', { stock: 4 })))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /\{service=~"shop"\} \|= "t2" finds no line of shop \(1 of 2/)
})

test('where no line is promised nothing is looked for', () => {
  assert.equal(judged(withSpec(withLooks(), { logs: [{ ...LOG_SPEC, linksToTrace: false }] })).status, 'skipped')
  assert.equal(judged(withSpec(withLooks(), { logs: [{ ...LOG_SPEC, service: 'legacy' }] })).status, 'skipped')
})

test('a store that could not be read, and looks that never happened', () => {
  assert.equal(judged(withLooks(look('t1', {}, '503'))).cause, 'source-unreachable')
  assert.equal(judged(withLooks()).cause, 'evidence-missing')
})

test('one request whose lines nobody looked for leaves it open, lines that come too late fail', () => {
  const open = judged(withLooks(look('t1', { shop: 2 })))
  assert.equal(open.cause, 'evidence-missing', JSON.stringify(open))
  assert.match(open.observed, /of 1 of 2 requests/)
  const late = judged(withLooks(look('t1', { shop: 2 }), { ...look('t2', { shop: 1 }), foundMs: ZERO_MS + 60_000 } as JournalBody))
  assert.equal(late.status, 'fail', JSON.stringify(late))
  assert.match(late.observed, /1 of 2 trace ids found their lines only after .*60 s.*, promised are 5 s/)
})

test("why an id finds nothing is told by what the request's stamp finds instead", () => {
  const said = (instead: Record<string, { lines: number; traceIds: string[] }>): string =>
    judged(withLooks({ ...look('t1', {}), instead } as JournalBody, look('t2', { shop: 1 }))).diagnosis ?? ''
  assert.match(said({ shop: { lines: 1, traceIds: [] } }), /^Log context: .*shop.*without a trace id/)
  assert.match(said({ shop: { lines: 2, traceIds: ['f'.repeat(32)] } }), /^Propagator: .*another trace id/)
  assert.match(said({ shop: { lines: 1, traceIds: ['t1'] } }), /^Log store: /)
  assert.match(said({ stock: { lines: 1, traceIds: [] } }), /writes no trace id.*not collected/)
  assert.match(said({ shop: { lines: 1, traceIds: ['f'.repeat(32)] } }), /f{32} instead of t1/)
  assert.match(said({}), /No line of shop with the request's stamp was found either/)
})

const search = (more: Partial<Extract<JournalBody, { kind: 'trace-search' }>>): JournalBody => ({
  kind: 'trace-search',
  spec: 'path-order',
  traceId: 't1',
  service: 'shop',
  file: 'd.yml',
  query: '{service="shop"} |="t1"',
  fromMs: ZERO_MS,
  untilMs: ZERO_MS + 1_000,
  missing: [],
  lines: 1,
  own: 1,
  ...more,
})
const found = [look('t1', { shop: 2 }), look('t2', { shop: 1 })]

test('the way that the deployed Grafana goes from a span to its lines has to lead there', () => {
  assert.equal(judged(withLooks(...found, search({}))).status, 'pass')
  for (const [more, observed, diagnosis] of [
    [
      { query: null, missing: ['service.name'], lines: 0, own: 0 },
      /shows no link to its lines: the span has none of service\.name/,
      /process's name, not as a tag.*d\.yml|d\.yml.*process's name, not as a tag/,
    ],
    [
      { lines: 0, own: 0 },
      /asks "\{service=\\"shop\\"\} \|=\\"t1\\"" about 1 s, from 0 s after its request, which finds no line/,
      /spanStartTimeShift/,
    ],
    [{ lines: 40, own: 0 }, /40 lines, none of the trace/, /mapped label names/],
    [
      { query: null, lines: 0, own: 0, trouble: 'datasourceUid "lokki" names no data source' },
      /"lokki" names no data source/,
      /tracesToLogsV2.*d\.yml/,
    ],
    [{ lines: 0, own: 0, error: '[GET] "http://loki": 400 parse error' }, /which the log store refuses/, /no valid query/],
  ] as const) {
    const verdict = judged(withLooks(...found, search(more as Parameters<typeof search>[0])))
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, observed)
    assert.match(verdict.diagnosis ?? '', diagnosis)
  }
  assert.equal(judged(withLooks(...found, search({ lines: 0, own: 0, error: '503' }))).cause, 'source-unreachable')
})
