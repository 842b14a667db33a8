import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../../model/journal.ts'
import type { RuleSpec } from '../../../model/spec.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard, withPanel, withValue } from '../../../../testing/journals/slo-journal.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'slo-panel-has-data')

function fails(journal: Journal, observed: RegExp): void {
  const verdict = judged(journal)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, observed)
}

test('the recorded drill: eight panels with data, five alerts and states listed', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /Active alerts listed 5/)
})

test('empty, not a number, refused, missing', () => {
  fails(
    withPanel('Availability', (entry) => ({ ...entry, series: [] }), 'deployed'),
    /Availability is empty \(avg\(avg_over_time\(up\[24h\]\)\)\)/,
  )
  fails(
    withValue('Latency p95', () => Number.NaN, 'deployed'),
    /Latency p95 is not a number/,
  )
  fails(
    withPanel('Error rate', (entry) => ({ ...entry, series: [], error: 'HTTP 400 parse error' }), 'deployed'),
    /Error rate: .*HTTP 400 parse error/,
  )
  fails(
    alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: entry.panels.filter(({ title }) => title !== 'Error budget') })),
    /there is no panel Error budget/,
  )
  fails(
    alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: entry.panels.map((panel) => ({ ...panel, queries: 0 })) })),
    /Availability has no query/,
  )
})

test('what to change names the panel where all of it is about one', () => {
  const { diagnosis, part } = judged(withPanel('Latency p95', (entry) => ({ ...entry, series: [] }), 'deployed'))
  assert.equal(part, 'Latency p95')
  assert.equal(diagnosis, 'In the SLO dashboard, correct the query, data source or filter of Latency p95.')
})

test('a service that is missing from a panel by service', () => {
  fails(
    withPanel(
      'Latency p95 by service',
      (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['job'] !== 'fluxpay-engine') }),
      'deployed',
    ),
    /Latency p95 by service has no series of fluxpay-engine/,
  )
})

test('the list of alerts has all that were active, and no other', () => {
  fails(
    withPanel('Active alerts', (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['alertstate'] === 'pending') })),
    /never listed \{alertname="(HighErrorRate|ServiceDown)".*firing/,
  )
  fails(
    withPanel('Active alerts', (entry) => ({
      ...entry,
      series: [...entry.series, { metric: { alertname: 'Ghost', alertstate: 'firing' }, values: [[1, '1']] }],
    })),
    /listed \{alertname="Ghost", alertstate="firing"\}, which ALERTS never had/,
  )
  fails(
    withPanel('Active alerts', (entry) => ({
      ...entry,
      series: entry.series.map((series) => ({ ...series, values: [[entry.fromMs / 1000 - 60, '1'], ...series.values] })),
    })),
    /when it was not/,
  )
})

test('an alert that was active when an earlier Prometheus ended is listed until the lookback is over', () => {
  const labels = { alertname: 'ServiceDown', instance: 'x:1', job: 'x', severity: 'critical' }
  const fromMs =
    recorded().entries.flatMap((entry) =>
      entry.kind === 'panel' && entry.title === 'Active alerts' && entry.form === 'drill' ? [entry.fromMs] : [],
    )[0] ?? 0
  const left = (endedMs: number, listedMs: number): Journal =>
    alter(
      alter(recorded(), 'alerts-series', (entry) =>
        entry.metric === 'ALERTS'
          ? {
              ...entry,
              series: [
                ...entry.series,
                { metric: { __name__: 'ALERTS', ...labels, alertstate: 'firing' }, values: [[(fromMs - endedMs) / 1000, '1']] },
              ],
            }
          : entry,
      ),
      'panel',
      (entry) =>
        entry.title === 'Active alerts' && entry.form === 'drill'
          ? {
              ...entry,
              series: [
                ...entry.series,
                { metric: { __name__: 'ALERTS', ...labels, alertstate: 'firing' }, values: [[(fromMs + listedMs) / 1000, '1']] },
              ],
            }
          : entry,
    )
  assert.equal(judged(left(60_000, 0)).status, 'pass', JSON.stringify(judged(left(60_000, 0))))
  assert.equal(judged(left(60_000, 120_000)).status, 'pass')
  fails(left(60_000, 250_000), /when it was not firing/)
})

test('one that was over before the drill began is in no history, and may be listed as long', () => {
  const labels = { __name__: 'ALERTS', alertname: 'ServiceDown', instance: 'x:1', job: 'x', severity: 'critical', alertstate: 'firing' }
  const course = recorded().entries.flatMap((entry) =>
    entry.kind === 'panel' && entry.title === 'Active alerts' && entry.form === 'drill' ? [entry] : [],
  )[0]
  assert.ok(course)
  const { fromMs } = course
  const listed = (...listedMs: number[]): Journal =>
    alter(recorded(), 'panel', (entry) =>
      entry.title === 'Active alerts' && entry.form === 'drill'
        ? {
            ...entry,
            series: [...entry.series, { metric: labels, values: listedMs.map((ms): [number, string] => [(fromMs + ms) / 1000, '1']) }],
          }
        : entry,
    )
  const left = (journal: Journal, agoMs: number): Journal =>
    withEntries(journal, {
      kind: 'counters',
      metric: 'ALERTS',
      fromMs: fromMs - 300_000,
      untilMs: fromMs,
      series: [{ metric: labels, values: [[(fromMs - agoMs) / 1000, '1']], count: 1 }],
    })
  assert.equal(judged(left(listed(0, 60_000), 200_000)).status, 'pass', JSON.stringify(judged(left(listed(0, 60_000), 200_000))))
  fails(left(listed(0, 60_000), 290_000), /which ALERTS never had/)
  fails(listed(0, 60_000), /which ALERTS never had/)
})

test('one that was over before the drill began and is active again later is listed all the while', () => {
  const labels = { __name__: 'ALERTS', alertname: 'ServiceDown', instance: 'x:1', job: 'x', severity: 'critical', alertstate: 'pending' }
  const fromMs =
    recorded().entries.flatMap((entry) =>
      entry.kind === 'panel' && entry.title === 'Active alerts' && entry.form === 'drill' ? [entry.fromMs] : [],
    )[0] ?? 0
  const at = (...ms: number[]) => ({ metric: labels, values: ms.map((each): [number, string] => [(fromMs + each) / 1000, '1']) })
  const story = (agoMs: number, active: number[], listed: number[]): Journal =>
    withEntries(
      alter(
        alter(recorded(), 'alerts-series', (entry) =>
          entry.metric === 'ALERTS' ? { ...entry, series: [...entry.series, at(...active)] } : entry,
        ),
        'panel',
        (entry) =>
          entry.title === 'Active alerts' && entry.form === 'drill' ? { ...entry, series: [...entry.series, at(...listed)] } : entry,
      ),
      { kind: 'counters', metric: 'ALERTS', fromMs: fromMs - 300_000, untilMs: fromMs, series: [{ ...at(-agoMs), count: 1 }] },
    )
  assert.equal(judged(story(23_000, [90_000], [0, 60_000, 90_000])).status, 'pass')
  fails(story(270_000, [90_000], [0, 60_000, 90_000]), /when it was not pending/)
  // Its staleness marker ends the series for both.
  fails(story(23_000, [30_000], [0, 30_000, 90_000]), /when it was not pending/)
})

test('without traffic of its own a drill does not blame the panel', () => {
  const verdict = judged(
    alter(
      withValue('Latency p95', () => Number.NaN, 'deployed'),
      'load',
      () => undefined,
    ),
  )
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
})

test('without evidence nothing is said', () => {
  const answers = [
    withoutDashboard(),
    unreadable(),
    withPanel('Active alerts', () => undefined),
    alter(recorded(), 'alerts-series', () => undefined),
  ].map((journal) => judged(journal).status)
  assert.deepEqual(answers, ['unknown', 'unknown', 'unknown', 'unknown'])
  assert.equal(judged(promisingNothing()).status, 'skipped')
})

test("Grafana's own list of alerts is read by its filters", () => {
  const rule = { alert: 'HighErrorRate', labels: { severity: 'critical' } } as unknown as RuleSpec
  const spoken = alter(recorded(), 'header', (entry) => ({ ...entry, spec: { ...entry.spec, rules: [rule] } }))
  const list = (alertList: { firing: boolean; labels: string; name: string }): Journal =>
    alter(spoken, 'dashboard', (entry) => ({
      ...entry,
      panels: entry.panels.map((panel) =>
        panel.title === 'Active alerts' ? { ...panel, type: 'alertlist', queries: 0, alertList } : panel,
      ),
    }))
  assert.equal(judged(list({ firing: true, labels: '', name: '' })).status, 'pass')
  assert.equal(judged(list({ firing: true, labels: '{severity=~"critical|warning|info", instance="a"}', name: '' })).status, 'pass')
  fails(list({ firing: false, labels: '', name: '' }), /Active alerts leaves out what is firing/)
  fails(list({ firing: true, labels: '{severity!="critical"}', name: '' }), /Active alerts leaves out HighErrorRate/)
  fails(list({ firing: true, labels: '', name: 'redis' }), /leaves out HighErrorRate/)
})

test('a panel that is not promised may be of some services, and count no alert; a transformation before the eye is not judged', () => {
  const byService = (journal: Journal): Journal =>
    alter(journal, 'header', (entry) => ({
      ...entry,
      spec: {
        ...entry.spec,
        slo: {
          ...entry.spec.slo,
          panels: [...entry.spec.slo.panels, { title: 'Error rate by service', measures: 'error-rate', by: 'service' }],
        },
      },
    }))
  assert.equal(
    judged(
      byService(
        withPanel(
          'Latency p95 by service',
          (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['job'] !== 'moalog-server') }),
          'deployed',
        ),
      ),
    ).status,
    'pass',
  )
  fails(
    byService(
      withPanel(
        'Error rate by service',
        (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['job'] !== 'moalog-server') }),
        'deployed',
      ),
    ),
    /Error rate by service has no series of moalog-server/,
  )
  fails(
    byService(
      withPanel(
        'Error rate by service',
        (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['job'] === 'moalog-server') }),
        'deployed',
      ),
    ),
    /Error rate by service has no series of rate-limiter, fluxpay-engine/,
  )
  const counting = alter(
    alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: [...entry.panels, { ...entry.panels[0]!, title: 'Firing' }] })),
    'panel',
    (entry) => ({
      ...entry,
      panel: [
        'Availability',
        'Latency p95',
        'Error rate',
        'Error budget',
        'Availability by service',
        'Latency p95 by service',
        'Error rate by service',
        'Active alerts',
      ].indexOf(entry.title),
    }),
  )
  fails(counting, /Firing is empty \(never queried\)/)
  const asked = alter(counting, 'panel', (entry) =>
    entry.title === 'Active alerts' && entry.form === 'deployed'
      ? { ...entry, title: 'Firing', panel: 8, query: 'count(ALERTS{alertstate="firing"})', series: [] }
      : entry,
  )
  assert.equal(judged(asked).status, 'pass', JSON.stringify(judged(asked)))
  assert.equal(
    judged(
      alter(recorded(), 'dashboard', (entry) => ({
        ...entry,
        panels: entry.panels.map((panel) =>
          panel.title === 'Active alerts' ? { ...panel, computed: ['transformation filterByValue'] } : panel,
        ),
      })),
    ).status,
    'unknown',
  )
})

test('a query that takes one severity is found even when no other alert was active', () => {
  const rules = ['HighErrorRate', 'HighLatency'].map(
    (alert, index) => ({ alert, labels: { severity: index === 0 ? 'critical' : 'warning' } }) as unknown as RuleSpec,
  )
  const spoken = (query: string): Journal =>
    alter(
      alter(recorded(), 'header', (entry) => ({ ...entry, spec: { ...entry.spec, rules } })),
      'panel',
      (entry) => (entry.title === 'Active alerts' && entry.form === 'deployed' ? { ...entry, query } : entry),
    )
  fails(spoken('ALERTS{alertstate="firing",severity="critical"}'), /^Active alerts leaves out HighLatency$/)
  assert.match(
    judged(spoken('ALERTS{severity="critical"}')).diagnosis ?? '',
    /^In the SLO dashboard, take the matcher or filter .* out of Active alerts away\. Its query is ALERTS\{severity="critical"\}\.$/,
  )
  fails(spoken('ALERTS{alertstate="pending"}'), /leaves out HighErrorRate; Active alerts leaves out HighLatency/)
  for (const query of [
    'ALERTS',
    'ALERTS{alertstate=~"pending|firing", job=~"x|y"}',
    'ALERTS{severity="critical"} or ALERTS{severity="warning"}',
    'sort(ALERTS{alertname!~"Watchdog"} > 0)',
  ])
    assert.equal(judged(spoken(query)).status, 'pass', query)
})
