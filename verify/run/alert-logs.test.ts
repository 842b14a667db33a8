import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry, Series } from '../model/journal.ts'
import type { Spec } from '../model/spec.ts'
import { firedAlerts, recordAlertLogs, servicesOf } from './alert-logs.ts'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from './testing.ts'

const log = (service: string): Spec['logs'][number] => ({ service, because: '', request: { service, method: 'GET', path: '/', headers: {}, expectStatus: 200 }, contains: '{stamp}', labels: {}, format: 'json', fields: {}, linksToTrace: true, maxDelayMs: 1_000 })
const SPEC: Spec = {
  ...emptySpec, logs: [log('shop'), log('stock')],
  platform: {
    ...emptySpec.platform,
    targets: [{ job: 'shop', address: 'shop:80' }, { job: 'jmx-shop', address: 'shop:9404' }, { job: 'redis-exporter', address: 'redis-exporter:9121' }],
    services: [{ name: 'shop', container: 'shop-1', job: 'shop', runtime: 'jvm' }, { name: 'stock', container: 'stock-1', runtime: 'jvm' }, { name: 'redis', container: 'redis-1', runtime: 'redis' }],
  },
}
const alerts = (state: string, times: number[], labels: Record<string, string> = { job: 'shop' }): Series => ({ metric: { __name__: 'ALERTS', alertname: 'RedisConnectionFailed', alertstate: state, ...labels }, values: times.map((time) => [time, '1']) })

test('an alert that fired is one row from its first sample to its last firing one', () => {
  assert.deepEqual(firedAlerts([alerts('pending', [10, 11]), alerts('firing', [12, 20]), alerts('pending', [10], { job: 'other' })]), [
    { alert: 'RedisConnectionFailed', labels: { job: 'shop' }, activeAtMs: 10_000, lastMs: 20_000 },
  ])
})

test('the lines of a job are those of the service behind it; of a part without lines, everybody\'s', () => {
  assert.deepEqual(servicesOf({ job: 'shop' }, SPEC), ['shop'])
  assert.deepEqual(servicesOf({ job: 'jmx-shop' }, SPEC), ['shop'])
  assert.deepEqual(servicesOf({ job: 'redis-exporter' }, SPEC), ['shop', 'stock'])
  assert.deepEqual(servicesOf({}, SPEC), ['shop', 'stock'])
})

async function record(lines: { line: string }[], series: Series[] = [alerts('pending', [30]), alerts('firing', [40, 50])]): Promise<{ entries: JournalEntry[], asked: unknown[] }> {
  const world = fakeWorld()
  const asked: unknown[] = []
  world.loki.queryRange = (query, fromMs, untilMs, limit) => {
    asked.push([query, fromMs, untilMs, limit])
    return Promise.resolve(lines.map(({ line }, index) => ({ timeNs: String(index), line, labels: { service: 'shop', level: 'ERROR' } })))
  }
  await recordAlertLogs(planOf([plannedExperiment('shop')]), SPEC, series, world, { file: 'd.yml', regexes: ['trace_id=([0-9a-f]+)'] })
  return { entries: world.entries, asked }
}

test('the first three lines are recorded with their trace, all are counted, from the cause to the last firing sample', async () => {
  const { entries, asked } = await record(Array.from({ length: 5 }, (_, index) => ({ line: `boom ${index} trace_id=ab${index}` })))
  assert.deepEqual(asked, [['{service=~"shop"} | level=~"(?i)warn|warning|error|fatal|critical|panic"', 20_000, 52_000, 1_000]])
  const [entry] = entries
  assert.ok(entry?.kind === 'alert-logs')
  assert.deepEqual([entry.experiment, entry.count, entry.more, entry.lines.map(({ traceId }) => traceId)], ['shop', 5, false, ['ab0', 'ab1', 'ab2']])
})

test('a line that lies is cut, and more lines than were counted are said to be more', async () => {
  const { entries } = await record(Array.from({ length: 1_000 }, () => ({ line: `\ud800\u0000<script>${'x'.repeat(1_000_000)}` })))
  const [entry] = entries
  assert.ok(entry?.kind === 'alert-logs')
  assert.equal(entry.more, true)
  assert.ok(JSON.stringify(entry).length < 20_000)
})

test('a store that does not answer is in the entry', async () => {
  const world = fakeWorld()
  world.loki.queryRange = () => Promise.reject(new Error('503'))
  await recordAlertLogs(planOf([]), SPEC, [alerts('firing', [40])], world, null)
  assert.ok(world.entries[0]?.kind === 'alert-logs' && world.entries[0].error === '503')
})
