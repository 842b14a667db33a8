import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDashboard } from '../../grafana/index.ts'
import type { JournalEntry, LoadedGroup, Series } from '../../model/journal.ts'
import type { Spec } from '../../model/spec.ts'
import { recordPanels, thinned } from './record-panels.ts'
import { runDrill } from '../run.ts'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'

const DASHBOARD = parseDashboard(
  JSON.stringify({
    title: 'SLO',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ name: 'window', type: 'custom', query: '24h' }] },
    panels: [
      {
        title: 'Error rate',
        type: 'gauge',
        fieldConfig: { defaults: { unit: 'percentunit', max: 1 } },
        targets: [{ refId: 'A', expr: 'errors[$window]' }],
      },
      {
        type: 'row',
        collapsed: true,
        panels: [{ title: 'By service', type: 'timeseries', targets: [{ refId: 'B', expr: 'x[$__rate_interval]' }] }],
      },
      { title: 'Broken', type: 'stat', targets: [{ refId: 'C', expr: 'x{job="$nobody"}' }] },
    ],
  }),
  'slo.json',
)

const SPEC: Spec = {
  ...emptySpec,
  platform: { ...emptySpec.platform, services: [{ name: 'shop', container: 'shop', job: 'shop-job', runtime: 'rust' }] },
  slo: {
    ...emptySpec.slo,
    measured: { service: 'shop', requests: 'requests_total', durations: 'duration_seconds' },
    panels: [{ title: 'Error rate', measures: 'error-rate' }],
  },
}
const DEPLOYED = { file: 'slo.json', dashboard: DASHBOARD, timeInterval: '15s' }

function ofKind<K extends JournalEntry['kind']>(entries: JournalEntry[], kind: K): Extract<JournalEntry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind)
}

test('each query is asked as deployed, the promised ones inside the known load and along it', async () => {
  const world = fakeWorld()
  const asked: string[] = []
  world.prometheus.query = (expr, timeMs) => {
    asked.push(`${expr} @${timeMs}`)
    return Promise.resolve([{ metric: {}, values: [[1, '2']] }])
  }
  world.prometheus.queryRange = (expr, startMs, endMs, stepMs) => {
    asked.push(`${expr} @${startMs}-${endMs}/${stepMs}`)
    return Promise.resolve([])
  }
  await recordPanels(planOf([]), SPEC, DEPLOYED, world, { fromMs: 100_000, untilMs: 160_700 })
  assert.deepEqual(asked, [
    'errors[24h] @160700',
    'errors[1m] @160700',
    'errors[8s] @108000-160700/1000',
    'x[1m] @160700',
    'requests_total{job="shop-job"}[60s] @160700',
    'duration_seconds_bucket{job="shop-job"}[60s] @160700',
  ])
  const panels = ofKind(world.entries, 'panel')
  assert.deepEqual(
    panels.map(({ title, form, windowMs, stepMs }) => [title, form, windowMs, stepMs]),
    [
      ['Error rate', 'deployed', undefined, undefined],
      ['Error rate', 'drill', 60_000, undefined],
      ['Error rate', 'drill', 8_000, 1_000],
      ['By service', 'deployed', undefined, undefined],
      ['Broken', 'deployed', undefined, undefined],
    ],
  )
  assert.match(panels.at(-1)?.error ?? '', /no variable \$nobody/)
  assert.deepEqual(ofKind(world.entries, 'dashboard')[0]?.panels[0], {
    title: 'Error rate',
    type: 'gauge',
    queries: 1,
    thresholds: { mode: 'absolute', steps: [] },
    unit: 'percentunit',
    max: 1,
    promise: 'Error rate',
  })
  assert.deepEqual(
    ofKind(world.entries, 'counters').map(({ metric, fromMs, untilMs }) => [metric, fromMs, untilMs]),
    [
      ['requests_total', 100_700, 160_700],
      ['duration_seconds_bucket', 100_700, 160_700],
    ],
  )
})

test("a refused query is the panel's, counters that cannot be read are the source's, and too many are not kept", async () => {
  const world = fakeWorld()
  world.prometheus.query = (expr) =>
    expr.startsWith('requests_total')
      ? Promise.resolve(Array.from({ length: 5_001 }, (): Series => ({ metric: {}, values: [] })))
      : Promise.reject(new Error(`refused ${expr}`))
  await recordPanels(planOf([]), SPEC, DEPLOYED, world, { fromMs: 0, untilMs: 10_000 })
  assert.equal(ofKind(world.entries, 'panel')[0]?.error, 'refused errors[24h]')
  assert.match(ofKind(world.entries, 'note')[0]?.message ?? '', /5001 series/)
  assert.match(ofKind(world.entries, 'source-error')[0]?.message ?? '', /duration_seconds_bucket/)
})

test('a dashboard that could not be read is one entry that says so', async () => {
  const world = fakeWorld()
  await recordPanels(planOf([]), SPEC, { file: 'slo.json', dashboard: null, error: 'not JSON' }, world, { fromMs: 0, untilMs: 10_000 })
  assert.deepEqual(
    world.entries.map((entry) => [entry.kind, 'error' in entry && entry.error]),
    [['dashboard', 'not JSON']],
  )
})

test('thinned counters keep all that an increase depends on', () => {
  const values = [
    [1, '5'],
    [2, '6'],
    [3, '9'],
    [4, '1'],
    [5, '1'],
    [6, '4'],
  ] satisfies Series['values']
  assert.deepEqual(thinned({ metric: { a: 'b' }, values }), {
    metric: { a: 'b' },
    values: [
      [1, '5'],
      [3, '9'],
      [4, '1'],
      [6, '4'],
    ],
    count: 6,
  })
  assert.deepEqual(thinned({ metric: {}, values: [] }), { metric: {}, values: [], count: 0 })
})

test('a drill asks after its experiments, and not when it was interrupted', async () => {
  const options = {
    runId: 'r',
    tool: 't',
    target: 'fake',
    components: {},
    steadyDeadlineMs: 10_000,
    derivedFields: null,
    dashboard: DEPLOYED,
  }
  const world = fakeWorld()
  await world.clock.drive(
    runDrill(planOf([plannedExperiment('redis-killed')]), SPEC, world, { ...options, signal: new AbortController().signal }),
  )
  const legs = ofKind(world.entries, 'leg')
  const [panel] = ofKind(world.entries, 'panel')
  assert.ok((panel?.seq ?? 0) > (legs.at(-1)?.seq ?? Infinity))
  assert.equal(panel?.untilMs, legs.at(-1)?.atMs)
  assert.equal(world.entries.at(-1)?.kind, 'footer')

  const interrupted = fakeWorld()
  const stop = new AbortController()
  void interrupted.clock.sleep(20_000).then(() => {
    stop.abort(new Error('stop'))
  })
  await interrupted.clock.drive(
    runDrill(
      planOf([plannedExperiment('redis-killed', { legs: [{ name: 'before', atMs: 0, holdMs: 60_000, because: 'test' }] })]),
      SPEC,
      interrupted,
      { ...options, signal: stop.signal },
    ),
  )
  assert.deepEqual(ofKind(interrupted.entries, 'panel'), [])
})

const boardOf = (...panels: object[]): typeof DEPLOYED => ({
  ...DEPLOYED,
  dashboard: parseDashboard(JSON.stringify({ title: 'SLO', time: { from: 'now-1h', to: 'now' }, panels }), 'slo.json'),
})

async function askedOf(
  deployed: typeof DEPLOYED,
  spec: Spec = SPEC,
  groups: LoadedGroup[] = [],
): Promise<{ asked: string[]; entries: JournalEntry[] }> {
  const world = fakeWorld()
  const asked: string[] = []
  world.prometheus.rules = () => Promise.resolve(groups)
  world.prometheus.query = (expr, timeMs) => {
    asked.push(`${expr} @${timeMs}`)
    return Promise.resolve([])
  }
  world.prometheus.queryRange = (expr, startMs, endMs, stepMs) => {
    asked.push(`${expr} @${startMs}-${endMs}/${stepMs}`)
    return Promise.resolve([])
  }
  await recordPanels(planOf([]), spec, deployed, world, { fromMs: 100_000, untilMs: 160_000 })
  return { asked: asked.filter((text) => !/^(requests_total|duration_seconds)/.test(text)), entries: world.entries }
}

test('a panel that makes one number of a course is asked for the course, and says over what it looks', async () => {
  const { asked, entries } = await askedOf(
    boardOf({
      title: 'Error rate',
      type: 'stat',
      options: { reduceOptions: { calcs: ['mean'] } },
      timeFrom: '24h',
      targets: [{ expr: 'x', range: true }],
    }),
  )
  assert.deepEqual(asked, ['x @160000', 'x @101000-160000/1000', 'x @108000-160000/1000'])
  assert.deepEqual(
    ofKind(entries, 'panel').map(({ calc, rangesMs }) => [calc, rangesMs]),
    [
      [undefined, [86_400_000]],
      ['mean', undefined],
      [undefined, undefined],
    ],
  )
})

test('a recording rule is opened, so that its window can be cut; one that is recorded twice is not', async () => {
  const rule = (name: string, query: string): LoadedGroup['rules'][number] => ({
    name,
    query,
    type: 'recording',
    forMs: 0,
    keepFiringForMs: 0,
    labels: {},
    annotations: {},
    health: 'ok',
    lastError: '',
  })
  const groups = (...rules: LoadedGroup['rules']): LoadedGroup[] => [{ name: 'g', file: 'f', intervalMs: 1_000, rules }]
  const panel = boardOf({ title: 'Error rate', type: 'stat', targets: [{ expr: 'slo:errors:ratio', instant: true }] })
  const { asked, entries } = await askedOf(panel, SPEC, groups(rule('slo:errors:ratio', 'errors[24h]')))
  assert.deepEqual(asked, ['slo:errors:ratio @160000', '(errors[1m]) @160000', '(errors[8s]) @108000-160000/1000'])
  assert.deepEqual(ofKind(entries, 'panel')[0]?.rangesMs, [86_400_000])
  const twice = await askedOf(panel, SPEC, groups(rule('slo:errors:ratio', 'a[24h]'), rule('slo:errors:ratio', 'b[24h]')))
  assert.equal(twice.asked[1], 'slo:errors:ratio @160000')
  assert.deepEqual(ofKind(twice.entries, 'panel')[0]?.rangesMs, [0], 'over what time it looks is not known')
})

test('where alerts are listed, what an earlier Prometheus left is recorded as well', async () => {
  const { asked, entries } = await askedOf(boardOf({ title: 'Alerts', type: 'table', targets: [{ expr: 'ALERTS', instant: true }] }), {
    ...SPEC,
    slo: { ...SPEC.slo, panels: [{ title: 'Alerts', measures: 'active-alerts' }] },
  })
  assert.ok(asked.includes('ALERTS[300s] @108000'), asked.join('\n'))
  assert.deepEqual(
    ofKind(entries, 'panel')
      .filter(({ stepMs }) => stepMs !== undefined)
      .map(({ fromMs }) => fromMs),
    [108_000],
  )
})

test('another day is asked of a promised panel alone', async () => {
  const { asked, entries } = await askedOf(
    boardOf(
      { title: 'Error rate', type: 'stat', timeShift: '1d', targets: [{ expr: 'x', instant: true }] },
      { title: 'Yesterday', type: 'stat', timeShift: '1d', targets: [{ expr: 'y' }] },
    ),
  )
  assert.deepEqual(
    asked.map((text) => text.split(' ')[1]),
    ['@-86240000', '@-86240000', '@-86292000--86240000/1000'],
  )
  assert.deepEqual(
    ofKind(entries, 'dashboard')[0]?.panels.map(({ queries }) => queries),
    [1, 0],
  )
})

test('panels by service are asked over their own range, and what each service counted over the same', async () => {
  const spec: Spec = {
    ...SPEC,
    slo: {
      ...SPEC.slo,
      services: [
        { service: 'shop', requests: 'r', durations: 'd' },
        { service: 'till', requests: 'r', durations: 'e' },
      ],
      panels: [
        { title: 'Latency', measures: 'latency-p95', by: 'service' },
        { title: 'Errors', measures: 'error-rate', by: 'service' },
      ],
    },
  }
  const { asked } = await askedOf(
    boardOf(
      { title: 'Latency', type: 'timeseries', targets: [{ expr: 'x[$__rate_interval]' }] },
      { title: 'Errors', type: 'timeseries', targets: [{ expr: 'x[30s]' }] },
    ),
    spec,
  )
  assert.deepEqual(asked, [
    'x[1m] @160000',
    'x[1m] @160000',
    'x[30s] @160000',
    'x[30s] @160000',
    'd_bucket{job="shop-job"}[60s] @160000',
    'e_bucket{job="till"}[60s] @160000',
    'r{job=~"shop-job|till"}[30s] @160000',
  ])
})
