import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from '../../grafana/derived-fields.ts'
import type { JournalEntry, Series } from '../../model/journal.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { firedAlerts, recordAlertLogs, servicesOf, watchingCauses, type Cause } from './alert-logs.ts'
import { byLine, emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'

const log = (service: string): Spec['logs'][number] => ({
  service,
  because: '',
  request: { service, method: 'GET', path: '/', headers: {}, expectStatus: 200 },
  contains: '{stamp}',
  labels: {},
  format: 'json',
  fields: {},
  linksToTrace: true,
  maxDelayMs: 1_000,
})
const SPEC: Spec = {
  ...emptySpec,
  logs: [log('shop'), log('stock')],
  platform: {
    ...emptySpec.platform,
    targets: [
      { job: 'shop', address: 'shop:80' },
      { job: 'jmx-shop', address: 'shop:9404' },
      { job: 'redis-exporter', address: 'redis-exporter:9121' },
    ],
    services: [
      { name: 'shop', container: 'shop-1', job: 'shop', runtime: 'jvm' },
      { name: 'stock', container: 'stock-1', runtime: 'jvm' },
      { name: 'redis', container: 'redis-1', runtime: 'redis' },
    ],
  },
}
const alerts = (state: string, times: number[], labels: Record<string, string> = { job: 'shop' }): Series => ({
  metric: { __name__: 'ALERTS', alertname: 'RedisConnectionFailed', alertstate: state, ...labels },
  values: times.map((time) => [time, '1']),
})

test('an alert that fired is one row from its first sample to its last firing one', () => {
  assert.deepEqual(
    firedAlerts([alerts('pending', [10, 11]), alerts('firing', [12, 13, 14]), alerts('pending', [10], { job: 'other' })], 1_000),
    [{ alert: 'RedisConnectionFailed', labels: { job: 'shop' }, activeAtMs: 10_000, lastMs: 14_000 }],
  )
})

test('each time that it fired is a row; a time that it did not, is none', () => {
  const series = [alerts('pending', [10, 11, 30, 31, 60, 62]), alerts('firing', [32, 33, 61])]
  assert.deepEqual(
    firedAlerts(series, 1_000).map(({ activeAtMs, lastMs }) => [activeAtMs, lastMs]),
    [
      [30_000, 33_000],
      [60_000, 61_000],
    ],
  )
})

test('a group that is evaluated more rarely than others, and an evaluation that was missed, end nothing', () => {
  assert.deepEqual(
    firedAlerts([alerts('pending', [10]), alerts('firing', [20, 30, 50])], 1_000).map(({ activeAtMs, lastMs }) => [activeAtMs, lastMs]),
    [[10_000, 50_000]],
  )
})

test("the lines of a job are those of the service behind it; of a part without lines, everybody's", () => {
  assert.deepEqual(servicesOf({ job: 'shop' }, SPEC), ['shop'])
  assert.deepEqual(servicesOf({ job: 'jmx-shop' }, SPEC), ['shop'])
  assert.deepEqual(servicesOf({ job: 'redis-exporter' }, SPEC), ['shop', 'stock'])
  assert.deepEqual(servicesOf({}, SPEC), ['shop', 'stock'])
})

async function record(
  lines: { line: string }[],
  options: { series?: Series[]; experiments?: PlannedExperiment[]; causes?: Cause[] } = {},
): Promise<{ entries: JournalEntry[]; asked: unknown[] }> {
  const world = fakeWorld()
  const asked: unknown[] = []
  world.loki.queryRange = (query, fromMs, untilMs, limit) => {
    asked.push([query, fromMs, untilMs, limit])
    return Promise.resolve(lines.map(({ line }, index) => ({ timeNs: String(index), line, labels: { service: 'shop', level: 'ERROR' } })))
  }
  const series = options.series ?? [alerts('pending', [30]), alerts('firing', [31, 32])]
  await recordAlertLogs(
    planOf(options.experiments ?? [plannedExperiment('shop')]),
    SPEC,
    series,
    options.causes ?? [{ experiment: 'shop', fromMs: 26_500 }],
    world,
    byLine('trace_id=([0-9a-f]+)'),
    'r1',
  )
  return { entries: world.entries, asked }
}

/** Experiment and window of each entry. */
async function windows(options: Parameters<typeof record>[1]): Promise<unknown[]> {
  return (await record([], options)).entries.map((entry) => entry.kind === 'alert-logs' && [entry.experiment, entry.fromMs, entry.untilMs])
}

test('the first three lines are recorded with their trace, all are counted, from the cause to the last firing sample', async () => {
  const { entries, asked } = await record(Array.from({ length: 5 }, (_, index) => ({ line: `boom ${index} trace_id=ab${index}` })))
  assert.deepEqual(asked, [
    [
      '{service=~"shop"} | level=~"(?i)warn|warning|error|fatal|critical|panic" or detected_level=~"(?i)warn|warning|error|fatal|critical|panic"',
      26_500,
      34_000,
      1_000,
    ],
  ])
  const [entry] = entries
  assert.ok(entry?.kind === 'alert-logs')
  assert.deepEqual(
    [entry.experiment, entry.count, entry.more, entry.lines.map(({ traceId }) => traceId)],
    ['shop', 5, false, ['ab0', 'ab1', 'ab2']],
  )
})

test('what was pending in the near miss is no part of it: the cause is the fire leg', async () => {
  assert.deepEqual(
    await windows({
      series: [alerts('pending', [10, 11, 30]), alerts('firing', [31, 32])],
      causes: [
        { experiment: 'shop', fromMs: 8_000 },
        { experiment: 'shop', fromMs: 28_000 },
      ],
    }),
    [['shop', 28_000, 34_000]],
  )
})

test('an alert that goes off in the near miss has that for its cause', async () => {
  assert.deepEqual(
    await windows({
      series: [alerts('firing', [10, 11])],
      causes: [
        { experiment: 'shop', fromMs: 8_000 },
        { experiment: 'shop', fromMs: 28_000 },
      ],
    }),
    [['shop', 8_000, 13_000]],
  )
})

test('several experiments of one alert and subject each explain their own time, and a second attempt its own', async () => {
  const experiments = [
    plannedExperiment('killed', { subject: { job: 'shop' } }),
    plannedExperiment('hung', { subject: { job: 'shop' } }),
    plannedExperiment('other', { subject: { job: 'stock' } }),
  ]
  const causes = [
    { experiment: 'hung', fromMs: 58_000 },
    { experiment: 'killed', fromMs: 28_000 },
    { experiment: 'other', fromMs: 59_000 },
    { experiment: 'killed', fromMs: 88_000 },
  ]
  assert.deepEqual(await windows({ series: [alerts('pending', [30, 60, 90]), alerts('firing', [31, 61, 62, 91])], experiments, causes }), [
    ['killed', 28_000, 33_000],
    ['hung', 58_000, 64_000],
    ['killed', 88_000, 93_000],
  ])
})

test("a side effect is nobody's, and its window begins a little before it", async () => {
  assert.deepEqual(await windows({ experiments: [plannedExperiment('other')], causes: [{ experiment: 'other', fromMs: 28_000 }] }), [
    [null, 26_000, 34_000],
  ])
})

test('clocks that differ a little do not lose the cause', async () => {
  assert.deepEqual(await windows({ causes: [{ experiment: 'shop', fromMs: 30_400 }] }), [['shop', 30_000, 34_000]])
})

test('the journal remembers when near misses and fire legs began', () => {
  const world = fakeWorld()
  const { journal, causes } = watchingCauses(world)
  for (const leg of ['before', 'quiet', 'fire', 'clear']) journal.append({ kind: 'leg', experiment: 'shop', leg, phase: 'begin' })
  journal.append({ kind: 'leg', experiment: 'shop', leg: 'fire', phase: 'end' })
  assert.deepEqual(causes, [
    { experiment: 'shop', fromMs: world.clock.now() },
    { experiment: 'shop', fromMs: world.clock.now() },
  ])
  assert.equal(world.entries.length, 5)
})

test('a line that lies is cut, and more lines than were counted are said to be more', async () => {
  const line = `\ud800\u0000<script>${'x'.repeat(1_000_000)}`
  const { entries } = await record(Array.from({ length: 1_000 }, () => ({ line })))
  const [entry] = entries
  assert.ok(entry?.kind === 'alert-logs')
  assert.equal(entry.more, true)
  assert.ok(JSON.stringify(entry).length < 20_000)
})

test('a store that does not answer is in the entry', async () => {
  const world = fakeWorld()
  world.loki.queryRange = () => Promise.reject(new Error('503'))
  await recordAlertLogs(planOf([]), SPEC, [alerts('firing', [40])], [], world, null, 'r1')
  assert.ok(world.entries[0]?.kind === 'alert-logs' && world.entries[0].error === '503')
})

test("lines about the experiment's own requests are shown first, with those requests; another experiment's last", async () => {
  const [mine, slow, far] = ['a', 'b', 'c'].map((letter) => letter.repeat(32))
  const world = fakeWorld()
  const lines = [
    'request_id=r1.other.fire',
    'nobody says whose',
    'request_id=r1.shop.fire',
    `"trace_id":"${mine ?? ''}"`,
    `trace_id=${far ?? ''}`,
  ]
  world.loki.queryRange = () => Promise.resolve(lines.map((line, index) => ({ timeNs: String(index), line, labels: {} })))
  world.jaeger.tagged = () =>
    Promise.resolve(
      [slow, 'd'.repeat(32), 'e'.repeat(32), mine].map((traceId, index) => ({
        traceId: traceId ?? '',
        spans: [
          {
            spanId: '1',
            service: 'shop',
            kind: 'server',
            operation: 'GET /',
            startUs: 1,
            durationUs: 10 - index,
            error: false,
            attributes: {},
            links: [],
          },
        ],
      })) as never,
    )
  const spec = { ...SPEC, traces: [{ runAttribute: 'drill.run' } as Spec['traces'][number]] }
  await recordAlertLogs(
    planOf([plannedExperiment('shop'), plannedExperiment('other', { subject: { job: 'x' } })]),
    spec,
    [alerts('pending', [30]), alerts('firing', [31])],
    [{ experiment: 'shop', fromMs: 26_500 }],
    world,
    {
      file: 'd.yml',
      fields: fieldsOf(
        [{ name: 'Trace', matcherRegex: '"trace_id":"([0-9a-f]+)', datasourceUid: 'jaeger', url: '$${__value.raw}' }],
        [{ type: 'jaeger', uid: 'jaeger' }],
      ),
    },
    'r1',
  )
  const [entry] = world.entries
  assert.ok(entry?.kind === 'alert-logs')
  assert.deepEqual(
    entry.lines.map(({ line }) => lines.indexOf(line)),
    [2, 3, 1],
  )
  assert.deepEqual(
    entry.traces?.map(({ traceId }) => traceId[0]),
    ['a', 'b', 'd'],
  )
})
