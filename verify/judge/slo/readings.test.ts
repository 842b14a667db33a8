import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CounterSeries } from '../../model/journal.ts'
import { readingsOf } from './readings.ts'

const series = ['/api', '/health', '/metrics'].map(
  (endpoint) => ({ metric: { endpoint, status: '200' }, values: [] }) as unknown as CounterSeries,
)
const notes = (query: string, all = series): string[] =>
  readingsOf(query, 'requests_total', all).map(({ note }) => note.replace(/^, (\w+).*/, '$1'))

test('a query counts what its matchers of paths keep, and nothing that another one would', () => {
  assert.deepEqual(notes('sum(rate(requests_total{endpoint!="/metrics"}[5m]))'), [''])
  assert.deepEqual(notes('sum(rate(requests_total[5m]))'), ['Prometheus'])
  assert.deepEqual(
    notes(
      'sum(rate(requests_total{endpoint!~"/metrics|/health.*",status=~"5.."}[5m])) / sum(rate(requests_total{endpoint!~`/(metrics|health)`}[5m]))',
    ),
    ['health'],
  )
  assert.deepEqual(notes("sum(rate(requests_total{endpoint=~'/api.*'}[5m]))"), ['health'])
})

test('errors of all and answers without scrapes: either side is a reading', () =>
  assert.deepEqual(notes('sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total{endpoint!="/metrics"}[5m]))'), [
    '',
    'Prometheus',
  ]))

test("paths that nothing of the platform's own has make no difference", () =>
  assert.deepEqual(notes('rate(requests_total{endpoint!="/metrics"}[5m])', series.slice(0, 1)), ['', 'Prometheus', 'health']))

test('some other choice of paths is compared with all requests', () =>
  assert.deepEqual(notes('rate(requests_total{endpoint="/elsewhere"}[5m])'), ['']))

test('a query that does not name the metric may make any', () => {
  assert.equal(notes('slo:errors:ratio').length, 3)
  assert.equal(notes('rate(other_requests_total[5m])').length, 3)
})
