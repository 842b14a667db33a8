import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span, Trace } from '../../model/journal.ts'
import type { Spec, TraceSpec } from '../../model/spec.ts'
import { alertTraces } from './alert-traces.ts'
import { emptySpec, fakeWorld } from '../../../testing/virtual/fake-ports.ts'

const PATH: TraceSpec = {
  id: 'p',
  because: '',
  request: { service: 'shop', method: 'GET', path: '/', headers: {}, expectStatus: 200 },
  tree: { service: 'shop', kind: 'server', attributes: {}, edge: 'child', children: [] },
  absent: [],
  maxDelayMs: 1,
  runAttribute: 'drill.run',
}
const SPEC: Spec = { ...emptySpec, traces: [PATH] }
const span = (more: Partial<Span>): Span => ({
  spanId: 's',
  parentSpanId: null,
  service: 'shop',
  operation: 'GET /',
  kind: 'server',
  startUs: 1_000_000,
  durationUs: 5_000,
  attributes: {},
  links: [],
  error: false,
  ...more,
})
const trace = (traceId: string, ...spans: Span[]): Trace => ({ traceId, spans })
const ASKED = { runId: 'r1', experiment: 'burst', services: ['shop', 'stock'], fromMs: 10, untilMs: 20 }

test('the requests of this run and experiment are asked for; failed ones come first, then the slowest, each once', async () => {
  const { jaeger } = fakeWorld()
  const questions: unknown[] = []
  jaeger.tagged = (...question) => {
    questions.push(question)
    return Promise.resolve(
      question[0] === 'stock'
        ? [trace('quick', span({ service: 'stock', durationUs: 1 }))]
        : [
            trace('quick', span({})),
            trace('slow', span({ durationUs: 90_000 }), span({ kind: 'client', durationUs: 99_000, startUs: 0 })),
            trace('failed', span({ error: true, attributes: { 'http.response.status_code': '502' } })),
            trace('slower', span({ durationUs: 91_000 })),
            trace('headless', span({ kind: 'internal' })),
            trace('timeless', span({ startUs: Number.NaN })),
          ],
    )
  }
  const found = await alertTraces(ASKED, SPEC, jaeger)
  assert.deepEqual(questions.slice(0, 2), [
    ['shop', { 'drill.run': 'r1', 'firedrill.experiment': 'burst', 'error': 'true' }, 10, 20, 40],
    ['shop', { 'drill.run': 'r1', 'firedrill.experiment': 'burst' }, 10, 20, 40],
  ])
  assert.deepEqual(
    found.map(({ traceId, durationMs, status }) => [traceId, durationMs, status]),
    [
      ['failed', 5, '502'],
      ['slower', 91, undefined],
      ['slow', 90, undefined],
      ['quick', 0.001, undefined],
    ],
  )
})

test('nothing is asked where no run attribute is promised, and a store that does not answer leaves none', async () => {
  const { jaeger } = fakeWorld()
  jaeger.tagged = () => Promise.reject(new Error('refused'))
  assert.deepEqual(await alertTraces(ASKED, SPEC, jaeger), [])
  jaeger.tagged = () => assert.fail('asked')
  assert.deepEqual(await alertTraces(ASKED, emptySpec, jaeger), [])
})
