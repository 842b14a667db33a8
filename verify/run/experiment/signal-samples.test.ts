import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'
import type { SampledSelector, Sample, Series } from '../../model/journal.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import { unpackSeries } from '../../text/packed-series.ts'
import { DEADLINE_MS, MOST_SAMPLES, MOST_SERIES, recordSignalSamples, watchingLegs } from './signal-samples.ts'

const REDIS = { ...plannedExperiment('redis-killed'), expr: 'redis_up == 0', subject: { job: 'redis-exporter' } }
const ERRORS = {
  ...plannedExperiment('error-burst'),
  expr: 'sum(rate(http_total{status=~"5.."}[20s])) / sum(rate(http_total{job!="x"}[20s])) > 0.05 and max_over_time(sum(http_total)[1m:5s]) > 1',
  subject: { job: 'api' },
}

/** `seconds` samples a second from unix second 1,000 on. */
function series(metric: Record<string, string>, seconds = 3): Series {
  return { metric, values: Array.from({ length: seconds }, (_, n): Sample => [1_000 + n, String(n)]) }
}

async function recorded(
  experiments: PlannedExperiment[],
  query: (expr: string, timeMs?: number) => Promise<Series[]>,
  walked = experiments,
): Promise<{
  world: ReturnType<typeof fakeWorld>
  asked: string[]
  entries: { experiment: string; selectors: SampledSelector[]; error?: string }[]
}> {
  const world = fakeWorld()
  const asked: string[] = []
  world.prometheus.query = (expr, timeMs) => {
    asked.push(expr)
    return query(expr, timeMs)
  }
  const legs = watchingLegs(world)
  const walk = async (): Promise<void> => {
    for (const { id } of walked) {
      for (const leg of ['before', 'fire']) {
        legs.journal.append({ kind: 'leg', experiment: id, leg, phase: 'begin' })
        await world.clock.sleep(30_000)
        legs.journal.append({ kind: 'leg', experiment: id, leg, phase: 'end', ended: 'held' })
      }
    }
    await world.clock.sleep(600_000)
    await recordSignalSamples(planOf(experiments), legs.walked, world)
  }
  await world.clock.drive(walk())
  const entries = world.entries.flatMap((entry) => (entry.kind === 'signal-samples' ? [entry] : []))
  return { world, asked, entries }
}

const counted = (count: number): Series[] => [{ metric: {}, values: [[1_000, String(count)]] }]

test("a condition's series are recorded from the first leg to the last, those of the drilled subject alone", async () => {
  const own = series({ __name__: 'redis_up', job: 'redis-exporter' })
  const { world, asked, entries } = await recorded([REDIS], (expr) => Promise.resolve(expr.startsWith('count(') ? counted(1) : [own]))
  const [entry] = entries
  const legs = world.entries.filter(({ kind }) => kind === 'leg')
  assert.equal(entry?.experiment, 'redis-killed')
  assert.deepEqual(
    world.entries.flatMap((each) => (each.kind === 'signal-samples' ? [each.fromMs, each.untilMs] : [])),
    [legs[0]!.atMs, legs.at(-1)!.atMs + planOf([]).timing.scrapeIntervalMs + planOf([]).timing.evaluationIntervalMs],
  )
  const selector = entry.selectors[0]!
  assert.equal(selector.selector, 'redis_up')
  assert.match(selector.query, /^redis_up\{job="redis-exporter"\}\[\d+s\]$/)
  assert.equal(asked.at(-1), selector.query)
  assert.deepEqual(selector.series.map(unpackSeries), [own])
  assert.deepEqual([selector.taken, selector.cut, selector.error], [[], undefined, undefined])
})

test('each selector is asked once, with all its matchers, over what its range and a subquery around it look back', async () => {
  const { entries } = await recorded([ERRORS], (expr) => Promise.resolve(expr.startsWith('count(') ? counted(0) : []))
  const selectors = entries[0]!.selectors
  assert.deepEqual(
    selectors.map(({ selector, taken }) => ({ selector, taken })),
    [
      { selector: 'http_total{status=~"5.."}', taken: [{ by: 'rate', rangeMs: 20_000 }] },
      { selector: 'http_total{job!="x"}', taken: [{ by: 'rate', rangeMs: 20_000 }] },
      { selector: 'http_total', taken: [] },
    ],
  )
  assert.match(selectors[1]!.query, /^http_total\{job="api",job!="x"\}\[/)
  const seconds = selectors.map(({ query }) => Number(/\[(\d+)s\]$/.exec(query)?.[1]))
  assert.equal(seconds[2]! - seconds[0]!, 40, 'the subquery looks back 60 s, the rate 20 s')
})

test('of too many series those that changed most are kept, and what was left out is said', async () => {
  const most = Array.from({ length: MOST_SERIES }, (_, n) => ({ ...series({ job: 'redis-exporter', path: `/${n}` }), values: [] }))
  const { asked, entries } = await recorded([REDIS], (expr) => {
    if (expr.startsWith('count(')) return Promise.resolve(counted(500))
    if (expr.startsWith('topk(')) return Promise.resolve(most)
    return Promise.resolve([series({ path: /path="([^"]*)"/.exec(expr)?.[1] ?? '' }, MOST_SAMPLES + 5)])
  })
  const selector = entries[0]!.selectors[0]!
  assert.equal(selector.series.length, MOST_SERIES)
  assert.deepEqual(selector.cut, {
    series: 500 - MOST_SERIES,
    samples: 5 * MOST_SERIES,
    because: `kept: those that changed most, the newest ${MOST_SAMPLES} samples of each`,
  })
  assert.deepEqual(unpackSeries(selector.series[3]!).values.at(-1), [1_000 + MOST_SAMPLES + 4, String(MOST_SAMPLES + 4)])
  assert.equal(unpackSeries(selector.series[3]!).values.length, MOST_SAMPLES)
  assert.ok(!asked.includes(selector.query), 'all 500 were never asked for')
})

test('of a histogram the buckets next to the threshold and all requests', async () => {
  const latency = {
    ...REDIS,
    expr: 'histogram_quantile(0.95, sum by (le) (rate(seconds_bucket[20s]))) > 0.5',
    threshold: 0.5,
  }
  const { asked } = await recorded([latency], (expr) => {
    if (expr.startsWith('count by (le)')) return Promise.resolve(['0.1', '2.5', '+Inf', '0.25', '1.0'].map((le) => series({ le })))
    return Promise.resolve(expr.startsWith('count(') ? counted(99) : [])
  })
  assert.ok(
    asked.some((expr) => expr.startsWith('topk(') && expr.includes(String.raw`le=~"0\\.25|1\\.0|\\+Inf"`)),
    asked.join('\n'),
  )
})

test('a query that fails is recorded as such, beside those that do not', async () => {
  const { entries } = await recorded([ERRORS, REDIS], (expr) => {
    if (expr.includes('5..')) return Promise.reject(new Error('503 Service Unavailable'))
    return Promise.resolve(expr.startsWith('count(') ? counted(1) : [series({ job: 'api' })])
  })
  assert.deepEqual(
    entries[0]!.selectors.map(({ error, series: kept }) => [error, kept.length]),
    [
      ['503 Service Unavailable', 0],
      [undefined, 1],
      [undefined, 1],
    ],
  )
  assert.equal(entries[1]!.selectors.length, 1)
})

test('a slow Prometheus does not make the drill longer: what was not read is named', async () => {
  const slow = { ...REDIS, id: 'second' }
  const fake = fakeWorld()
  const legs = watchingLegs(fake)
  for (const { id } of [REDIS, slow]) legs.journal.append({ kind: 'leg', experiment: id, leg: 'fire', phase: 'begin' })
  fake.prometheus.query = async () => {
    await fake.clock.sleep(DEADLINE_MS)
    return []
  }
  await fake.clock.drive(recordSignalSamples(planOf([REDIS, slow]), legs.walked, fake))
  const [first, second] = fake.entries.filter(({ kind }) => kind === 'signal-samples')
  assert.ok(first?.kind === 'signal-samples' && first.selectors.length === 1)
  assert.ok(second?.kind === 'signal-samples' && /took more than/.test(second.error ?? ''))
})

test('an experiment that was never walked has no samples, one whose condition is no PromQL says so', async () => {
  const broken = { ...REDIS, id: 'broken', expr: 'redis_up ==' }
  const { entries } = await recorded([REDIS, broken], () => Promise.resolve([]), [broken])
  assert.deepEqual(
    entries.map(({ experiment }) => experiment),
    ['broken'],
  )
  assert.match(entries[0]?.error ?? '', /could not be parsed/)
})
