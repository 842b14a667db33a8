import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lint } from '../../lint.ts'
import { change, deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { check } from './routing-timing-matches.ts'

finds(
  'routing-timing-matches',
  'times and grouping',
  { file: 'alertmanager/alertmanager.yml', from: 'group_wait: 15s', to: 'group_wait: 30s', expected: '15s', observed: '30s' },
  { file: 'alertmanager/alertmanager.yml', from: 'group_by: [alertname, job]', to: 'group_by: [alertname]', expected: 'alertname, job' },
)

const CRITICAL = /( {4}- receiver: critical\n)/

test('routing-timing-matches: a route with a promise of its own is held to that, and the others to theirs', async () => {
  const { texts, options } = await deployment()
  const routes = options.spec.routing.routes.map((route) =>
    route.receiver === 'critical' ? { ...route, groupWaitMs: 5_000, groupBy: ['alertname'] } : route,
  )
  const spec = { ...options.spec, routing: { ...options.spec.routing, routes } }
  const found = async (own: string): Promise<string[]> => {
    const changed = own === '' ? texts : change(texts, 'alertmanager/alertmanager.yml', CRITICAL, `$1${own}`)
    return (await lint(changed, { ...options, spec, checks: [check] })).findings
      .map(({ subject, expected, observed }) => `${subject}: ${observed} instead of ${expected}`)
      .sort()
  }
  assert.deepEqual(await found('      group_wait: 5s\n      group_by: [alertname]\n'), [])
  assert.deepEqual(await found(''), [
    'critical: group_by: [alertname, job] instead of group_by: [alertname]',
    'critical: group_wait: 15s instead of group_wait: 5s',
  ])
  assert.deepEqual(await found('      group_wait: 5s\n      group_by: [alertname]\n      repeat_interval: 1h\n'), [
    'critical: repeat_interval: 1h instead of repeat_interval: 4h',
  ])
})
