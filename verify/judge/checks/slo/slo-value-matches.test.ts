import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal, JournalEntry } from '../../../model/journal.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard, withPanel, withValue } from '../../../../testing/journals/slo-journal.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

type PanelEntry = Extract<JournalEntry, { kind: 'panel' }>

function judged(journal: Journal): Verdict {
  return verdictOf(journal, 'slo-value-matches')
}

function fails(journal: Journal, observed: RegExp): void {
  const verdict = judged(journal)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, observed)
}

test('the recorded drill: all four panels show what was counted', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.expected, /Availability: 0\.97643, from 594 samples of up of 9 targets/)
  assert.match(verdict.expected, /523 errors among 1062 answers by the samples; k6 counted 523 to \d+ errors/)
})

test('a number that is a little off fails', () => {
  fails(
    withValue('Error rate', (value) => value * 1.05),
    /Error rate: 0\.50771/,
  )
  fails(
    withValue('Error rate', () => 0),
    /Error rate: 0$/,
  )
  fails(
    withValue('Error rate', () => Number.NaN),
    /NaN/,
  )
  fails(
    withValue('Error budget', (value) => value - 2_000),
    /Error budget: -50253/,
  )
  fails(
    withValue('Latency p95', (value) => value * 2),
    /Latency p95: 0\.009829/,
  )
  fails(
    withValue('Availability', (value) => value + 0.001),
    /Availability: 0\.97743/,
  )
  fails(
    withValue('Availability', () => 1),
    /Availability: 1$/,
  )
})

test('what to change names the panel and its query', () => {
  const verdict = judged(withValue('Latency p95', (value) => value * 2))
  assert.match(
    verdict.diagnosis ?? '',
    /^In the SLO dashboard, correct the query of Latency p95 \(metric, status, quantile, labels\)\. It is histogram_quantile\(0\.95, .*\.$/,
  )
  assert.equal(verdict.part, 'Latency p95')
})

test('the unit of the panel counts', () => {
  const percent = alter(
    withValue('Error rate', (value) => value * 100),
    'dashboard',
    (entry) => ({ ...entry, panels: entry.panels.map((panel) => (panel.title === 'Error rate' ? { ...panel, unit: 'percent' } : panel)) }),
  )
  assert.equal(judged(percent).status, 'pass')
  fails(
    withValue('Error rate', (value) => value * 100),
    /48\.353/,
  )
})

test('scrapes counted with the answers are allowed where the query counts them, and told', () => {
  const scrapes = 57
  const less = withValue('Error rate', (value) => (value * 1_040) / (1_040 + scrapes))
  fails(less, /^Error rate: /)
  const verdict = judged(
    alter(less, 'panel', (entry) =>
      entry.title === 'Error rate' ? { ...entry, query: entry.query.replaceAll(/,?endpoint!="\/metrics"/g, '') } : entry,
    ),
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /own scrapes counted with the answers/)
})

test('counters that miss answers accuse the panel however well it computes', () => {
  const half = alter(recorded(), 'counters', (entry) => ({
    ...entry,
    series: entry.series.map((series) => ({
      ...series,
      values: series.values.map(([timeS, value]) => [timeS, String(Number(value) / 2)]),
    })),
  }))
  const verdict = judged(half)
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.expected, /as k6 counted/)
  assert.match(verdict.observed, /261\.5/)
})

test('a server that counts more than a lone k6 sent is wrong, beside other users it is not', () => {
  const more = alter(recorded(), 'counters', (entry) => ({
    ...entry,
    series: entry.series.map((series) => ({
      ...series,
      values: series.values.map(([timeS, value]) => [timeS, String(Number(value) * 2)]),
    })),
  }))
  assert.equal(judged(more).status, 'fail')
  assert.equal(judged(alter(more, 'load', (entry) => ({ ...entry, leg: entry.leg === 'background' ? 'other' : entry.leg }))).status, 'pass')
})

test('where a pod of k6 was lost nothing is known of what it was answered: no panel is wrong by that', () => {
  const lost = alter(recorded(), 'load', (entry) =>
    entry.phase === 'end' && entry.summary !== undefined
      ? { ...entry, error: '1 of 4 pods did not deliver', summary: { ...entry.summary, slices: [], incomplete: true as const } }
      : entry,
  )
  const verdict = judged(lost)
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
  assert.match(verdict.observed, /1 of 4 pods did not deliver/)
})

test('nor where a k6 ended without a summary: what it sent, the server has counted', () => {
  const crashed = alter(recorded(), 'load', ({ summary, ...entry }) =>
    entry.phase === 'end' && entry.leg === 'fire'
      ? { ...entry, exitCode: -1, error: 'k6 ended with exit code -1 and no summary: ' }
      : { ...entry, ...(summary === undefined ? {} : { summary }) },
  )
  const verdict = judged(crashed)
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
  assert.ok(verdict.observed.includes('and no summary'), verdict.observed)
})

test('clients that wait much longer than the panel says accuse it', () => {
  const slow = alter(recorded(), 'load', (entry) =>
    entry.summary?.slices === undefined
      ? entry
      : {
          ...entry,
          summary: {
            ...entry.summary,
            slices: entry.summary.slices.map((slice) => ({
              ...slice,
              latency: { 900: Object.values(slice.latency).reduce((sum, count) => sum + count, 0) },
            })),
          },
        },
  )
  fails(slow, /Latency p95: 0\.0049/)
  assert.match(judged(slow).expected, /what clients saw, 0\.9 s/)
})

test('no number, several numbers or a refused query fail', () => {
  fails(
    withPanel('Availability', (entry) => ({ ...entry, series: [] })),
    /Availability: 0 series/,
  )
  fails(
    withPanel('Availability', (entry) => ({ ...entry, series: [...entry.series, ...entry.series] })),
    /Availability: 2 series/,
  )
  fails(
    withPanel('Error rate', (entry) => ({ ...entry, series: [], error: 'parse error' })),
    /parse error/,
  )
})

test('without evidence nothing is said', () => {
  const causes = [
    withoutDashboard(),
    unreadable(),
    alter(recorded(), 'counters', () => undefined),
    withPanel('Latency p95', () => undefined),
    alter(recorded(), 'load', () => undefined),
  ].map((journal) => {
    const { status, cause } = judged(journal)
    return [status, cause]
  })
  assert.deepEqual(causes, [
    ['unknown', 'evidence-missing'],
    ['unknown', 'evidence-missing'],
    ['unknown', 'evidence-missing'],
    ['unknown', 'evidence-missing'],
    ['unknown', 'load-short'],
  ])
  assert.equal(judged(promisingNothing()).status, 'skipped')
})

/** The deployed form of a panel as a newer drill records it: over what time it looks. */
function looksOver(title: string, ...rangesMs: number[]): Journal {
  return withPanel(title, (entry) => ({ ...entry, rangesMs }), 'deployed')
}

test('a window that is not the promised one fails, although both are cut to the same', () => {
  assert.equal(judged(looksOver('Availability', 86_400_000)).status, 'pass')
  fails(looksOver('Availability', 3_600_000), /^Availability: 1h \(/)
  const { diagnosis = '' } = judged(looksOver('Availability', 3_600_000))
  assert.match(diagnosis, /^In the SLO dashboard, let Availability look over 1d\. Its query is avg\(.*\.$/)
  fails(looksOver('Error rate', 86_400_000, 3_600_000), /^Error rate: 1h \(/)
  fails(looksOver('Error budget'), /^Error budget: the value of one instant/)
  fails(looksOver('Error budget', 0, 3_600_000), /^Error budget: 1h \(/)
  assert.deepEqual(
    [judged(looksOver('Error budget', 0)).status, judged(looksOver('Error budget', 0)).cause],
    ['unknown', 'evidence-missing'],
    'a series that a rule records under matchers',
  )
})

test('p99 fails although it lies in the bucket of p95, and is named', () => {
  const p95 = 0.004914934407154987
  fails(
    withValue('Latency p95', (value) => value * 1.02),
    /^Latency p95: 0\.005013/,
  )
  // All but a few requests are in the first bucket here, so that every quantile is.
  const verdict = judged(withValue('Latency p95', () => (p95 * 0.9) / 0.95))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /which is the quantile 0\.9$/)
})

test('the course of a panel that shows one number of it is reduced as the panel does', () => {
  const course = (calc: string): Journal =>
    withPanel('Error rate', (entry) =>
      entry.stepMs !== undefined
        ? entry
        : {
            ...entry,
            calc,
            stepMs: 1_000,
            series: entry.series.map(({ metric, values: [[timeS, value] = [0, '']] }) => ({
              metric,
              values: [
                [timeS - 2, '0'],
                [timeS - 1, value],
                [timeS, value],
              ],
            })),
          },
    )
  assert.equal(judged(course('median')).status, 'pass')
  assert.equal(judged(course('max')).status, 'pass')
  // A name that every object has is no reduction.
  for (const calc of ['__proto__', 'constructor', 'whatever']) fails(course(calc), /^Error rate: NaN/)
  fails(course('mean'), /^Error rate: 0\.32235, the mean of its course$/)
  fails(course('min'), /^Error rate: 0, the min/)
})

test('every query of a panel is looked at; a line at the objective is no measurement', () => {
  const second = (query: string, value: string): Journal => {
    const journal = recorded()
    const [first] = journal.entries.filter((entry) => entry.kind === 'panel' && entry.title === 'Availability' && entry.form === 'drill')
    return withEntries(journal, { ...(first as PanelEntry), refId: '0', query, series: [{ metric: {}, values: [[1, value]] }] })
  }
  fails(second('avg(up)', '1'), /^Availability \(0\): 1$/)
  assert.equal(judged(second('vector(0.999)', '0.999')).status, 'pass')
})

test('a panel of another name is found by what it was recorded to promise; its namesakes are not asked', () => {
  const named = alter(recorded(), 'dashboard', (entry) => ({
    ...entry,
    panels: [
      { ...entry.panels[0]!, queries: 0 },
      ...entry.panels.map((panel) => ({ ...panel, ...(panel.title === 'Availability' ? { title: '가용성' } : {}), promise: panel.title })),
    ],
  }))
  const indexed = alter(named, 'panel', (entry) => ({
    ...entry,
    title: entry.title === 'Availability' ? '가용성' : entry.title,
    panel: ['', 'Availability', 'Latency p95', 'Error rate', 'Error budget'].indexOf(entry.title),
  }))
  assert.equal(judged(indexed).status, 'pass', JSON.stringify(judged(indexed)))
})

test('numbers that are changed on the way to the eye are not judged', () => {
  const changed = judged(
    alter(recorded(), 'dashboard', (entry) => ({
      ...entry,
      panels: entry.panels.map((panel) =>
        panel.title === 'Error rate' ? { ...panel, computed: ['transformation calculateField'] } : panel,
      ),
    })),
  )
  assert.deepEqual(
    [changed.status, changed.observed],
    ['unknown', 'Error rate: changed by transformation calculateField, which is not calculated here'],
  )
})

test('answers without health checks are allowed where the query leaves them out, and told; elsewhere their value is a coincidence', () => {
  const health = alter(recorded(), 'counters', (entry) =>
    entry.metric !== 'axum_http_requests_total'
      ? entry
      : {
          ...entry,
          series: [
            ...entry.series,
            {
              metric: { job: 'moalog-server', endpoint: '/health', status: '200' },
              values: [
                [entry.fromMs / 1000 + 1, '0'],
                [entry.untilMs / 1000 - 1, '400'],
              ],
              count: 60,
            },
          ],
        },
  )
  fails(health, /^Error rate: /)
  const asked = alter(health, 'panel', (entry) =>
    /^Error (rate|budget)$/.test(entry.title)
      ? { ...entry, query: entry.query.replaceAll('endpoint!="/metrics"', 'endpoint!~"/metrics|/health"') }
      : entry,
  )
  assert.match(judged(asked).observed, /health checks and the like left out/)
  assert.equal(judged(asked).status, 'pass')
})
