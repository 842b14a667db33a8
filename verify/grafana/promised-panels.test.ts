import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SloSpec } from '../model/spec.ts'
import { parseDashboard, promisesOf } from './index.ts'

const PROMISED: SloSpec['panels'] = [
  { title: 'Availability', measures: 'availability' },
  { title: 'Latency p95', measures: 'latency-p95' },
  { title: 'Error rate', measures: 'error-rate' },
  { title: 'Error budget', measures: 'error-budget' },
  { title: 'Availability by service', measures: 'availability', by: 'service' },
  { title: 'Active alerts', measures: 'active-alerts' },
]

function kept(...panels: [title: string, type: string, expr: string][]): Record<string, string> {
  const dashboard = parseDashboard(
    JSON.stringify({ panels: panels.map(([title, type, expr]) => ({ title, type, targets: expr === '' ? [] : [{ expr }] })) }),
    'd.json',
  )
  return Object.fromEntries(
    [...promisesOf(dashboard, { panels: PROMISED })].map(([panel, promise]) => [promise.title, `${panel.title}/${panel.type}`]),
  )
}

const RATE = 'sum(rate(x_total{status=~"5.."}[24h])) / sum(rate(x_total[24h]))'

test('by title, and where there is none by what is measured, in any language', () => {
  assert.deepEqual(
    kept(
      ['가용성', 'stat', 'avg(avg_over_time(up[24h]))'],
      ['p95 응답 지연', 'gauge', 'histogram_quantile(0.95, sum by (le) (rate(x_bucket[24h])))'],
      ['에러율', 'stat', RATE],
      ['에러 버짓', 'gauge', `(1 - (${RATE}) / 0.001) * 100`],
      ['활성 알림', 'alertlist', ''],
      ['서비스별 가용성', 'timeseries', 'avg by (job) (up)'],
    ),
    {
      'Availability': '가용성/stat',
      'Latency p95': 'p95 응답 지연/gauge',
      'Error rate': '에러율/stat',
      'Error budget': '에러 버짓/gauge',
      'Active alerts': '활성 알림/alertlist',
      'Availability by service': '서비스별 가용성/timeseries',
    },
  )
  assert.deepEqual(kept(['AVAILABILITY (24h)', 'gauge', 'x']), { Availability: 'AVAILABILITY (24h)/gauge' })
})

test('of two panels of one title each gets its own', () => {
  assert.deepEqual(kept(['Availability', 'timeseries', 'avg by (job) (up)'], ['Availability', 'gauge', 'avg(avg_over_time(up[24h]))']), {
    'Availability': 'Availability/gauge',
    'Availability by service': 'Availability/timeseries',
  })
})

test('a promised panel that is missing is not given to a neighbour', () => {
  assert.deepEqual(kept(['Error rate', 'gauge', RATE]), { 'Error rate': 'Error rate/gauge' })
  assert.deepEqual(kept(['Error budget', 'gauge', `1 - (${RATE}) / 0.001`]), { 'Error budget': 'Error budget/gauge' })
  assert.deepEqual(kept(['Uptime', 'stat', 'process_start_time_seconds'], ['p99', 'stat', 'histogram_quantile(0.99, sum by (le) (x))']), {})
})
