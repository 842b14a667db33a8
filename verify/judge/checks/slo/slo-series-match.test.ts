import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal, JournalEntry } from '../../../model/journal.ts'
import { promisingNothing, recorded } from '../../../../testing/journals/slo-journal.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

type Panel = Extract<JournalEntry, { kind: 'panel' }>
const TITLES = {
  'availability': 'Availability by service',
  'latency-p95': 'Latency p95 by service',
  'error-rate': 'Error rate by service',
} as const
/** What the recorded counters of moalog-server and the samples of up give over the 66 s of the drill. */
const RIGHT = {
  'Availability by service': 58 / 66,
  'Latency p95 by service': 0.004914934407154987,
  'Error rate by service': 0.4835299393106698,
}

/** The recorded drill, with three promised panels by service that were asked over the whole of it. */
function bySeries(values: Partial<Record<keyof typeof RIGHT, number>> = {}, change: (panel: Panel) => Panel = (panel) => panel): Journal {
  const journal = alter(recorded(), 'header', (entry) => ({
    ...entry,
    spec: {
      ...entry.spec,
      slo: {
        ...entry.spec.slo,
        services: [
          { ...entry.spec.slo.measured!, service: 'moalog-server' },
          { service: 'rate-limiter', requests: 'nobody_counted_total', durations: 'nobody_counted' },
        ],
        panels: [
          ...entry.spec.slo.panels,
          ...Object.entries(TITLES).map(([measures, title]) => ({
            title,
            measures: measures as keyof typeof TITLES,
            by: 'service' as const,
          })),
        ],
      },
    },
  }))
  const untilMs = 1_795_363_425_180
  const asked = Object.entries({ ...RIGHT, ...values }).map(([title, value]): Panel =>
    change({
      seq: 0,
      atMs: 0,
      kind: 'panel',
      title,
      panelType: 'timeseries',
      refId: 'A',
      expr: 'x',
      query: 'x',
      form: 'drill',
      fromMs: untilMs,
      untilMs,
      windowMs: 66_000,
      series: [{ metric: { job: 'moalog-server' }, values: [[untilMs / 1000, String(value)]] }],
    }),
  )
  return withEntries(journal, ...asked)
}

const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'slo-series-match')

test('lines that show what the service counted pass', () => {
  const verdict = judged(bySeries())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('another quantile, another status, another window: the line and the service are named, and no other panel is', () => {
  const cases: [Partial<typeof RIGHT>, RegExp][] = [
    [{ 'Latency p95 by service': 0.0051 }, /^Latency p95 by service of moalog-server: 0\.0051$/],
    [{ 'Error rate by service': 0 }, /^Error rate by service of moalog-server: 0$/],
    [{ 'Availability by service': 58 / 66 + 0.005 }, /^Availability by service of moalog-server: 0\.8837/],
    [{ 'Availability by service': 1 }, /^Availability by service of moalog-server: 1$/],
  ]
  for (const [values, observed] of cases) {
    const verdict = judged(bySeries(values))
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, observed)
    assert.match(verdict.diagnosis ?? '', /^In the SLO dashboard, correct the query of [\w ]+ by service \(.*\)\. It is x\.$/)
  }
})

test('a label of another name that names the service will do; the unit of the panel counts', () => {
  assert.equal(
    judged(bySeries({}, (panel) => ({ ...panel, series: panel.series.map((one) => ({ ...one, metric: { service: 'moalog-server' } })) })))
      .status,
    'pass',
  )
  const percent = alter(bySeries({ 'Error rate by service': 48.353 }), 'dashboard', (entry) => ({
    ...entry,
    panels: entry.panels.map((panel) => (panel.title === 'Error rate by service' ? { ...panel, unit: 'percent' } : panel)),
  }))
  assert.equal(judged(percent).status, 'pass', JSON.stringify(judged(percent)))
})

test('a refused query fails; not asked, changed on the way or without a request is unknown; nothing promised is skipped', () => {
  assert.equal(
    judged(bySeries({}, (panel) => (panel.title === 'Error rate by service' ? { ...panel, series: [], error: 'parse error' } : panel)))
      .status,
    'fail',
  )
  assert.equal(
    judged(alter(bySeries(), 'panel', (entry) => (entry.title === 'Error rate by service' && entry.form === 'drill' ? undefined : entry)))
      .status,
    'unknown',
  )
  assert.match(
    judged(
      alter(bySeries(), 'dashboard', (entry) => ({
        ...entry,
        panels: entry.panels.map((panel) => ({ ...panel, computed: ['transformation reduce'] })),
      })),
    ).observed,
    /changed by transformation reduce/,
  )
  assert.equal(judged(bySeries({}, (panel) => ({ ...panel, series: [] }))).cause, 'load-short')
  assert.deepEqual(
    [recorded(), promisingNothing()].map((journal) => judged(journal).status),
    ['skipped', 'skipped'],
  )
})

test('over a window that nobody knows nothing is said', () => {
  const journal = alter(bySeries(), 'dashboard', (entry) => ({
    ...entry,
    panels: [
      ...entry.panels,
      { title: 'Error rate by service', type: 'timeseries', queries: 1, thresholds: { mode: 'absolute', steps: [] } },
    ],
  }))
  const deployed: Panel = {
    seq: 0,
    atMs: 0,
    kind: 'panel',
    title: 'Error rate by service',
    panelType: 'timeseries',
    refId: 'A',
    expr: 'x',
    query: 'x',
    form: 'deployed',
    fromMs: 1,
    untilMs: 1,
    series: [],
  }
  assert.equal(judged(withEntries(journal, { ...deployed, rangesMs: [300_000] })).status, 'pass')
  assert.deepEqual(
    [
      judged(withEntries(journal, { ...deployed, rangesMs: [0] })).status,
      judged(withEntries(journal, { ...deployed, rangesMs: [0] })).cause,
    ],
    ['unknown', 'evidence-missing'],
  )
})

test('a share of counters that were born with all they have is no number, and nobody is blamed', () => {
  const risen = bySeries({ 'Error rate by service': NaN })
  assert.equal(judged(risen).status, 'fail')
  const born = alter(risen, 'counters', (entry) =>
    entry.metric.endsWith('_total')
      ? {
          ...entry,
          series: entry.series.map((one) => ({
            ...one,
            values: one.values.slice(-2).map(([timeS], index): [number, string] => [timeS - index, '7']),
          })),
        }
      : entry,
  )
  assert.deepEqual([judged(born).status, judged(born).observed.includes('Error rate')], ['pass', false], JSON.stringify(judged(born)))
})
