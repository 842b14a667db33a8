import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal, Series } from '../../../model/journal.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { alter, LOG_SPEC, run, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'
import { rows, seenRun } from '../../../../testing/journals/seen-run.ts'
import { inVain, judge } from '../../judge.ts'

const CHECK = 'rule-sees-subject'
const of = (journal: Journal): Verdict => verdictOf(journal, CHECK)
const BUCKETS = 'histogram_quantile(0.95, sum by (job, le) (rate(http_seconds_bucket{uri!="/metrics"}[20s])))'
const LATENCY = {
  condition: { kind: 'quantile', quantile: 0.95, threshold: 0.5, windowMs: 300_000 },
  measuredBy: { what: 'latency' },
  expr: BUCKETS,
} as const
const SELECTOR = 'http_seconds_bucket{uri!="/metrics"}'

test('a rule that sees each of its subjects passes, with the value beside the own measurement', () => {
  const verdict = of(seenRun({ ...LATENCY, series: rows('0.0059'), needs: [{ selector: SELECTOR, series: rows('4') }] }))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'probed p95 0.0059 s (k6 measured a p95 of 6 ms); other p95 0.0059 s (k6 measured a p95 of 6 ms)')
})

test('a service that exports no buckets fails, drilled or not', () => {
  const needs = [{ selector: SELECTOR, series: rows('4', ['probed']), any: rows('9', ['probed']), counts: rows('2') }]
  const verdict = of(seenRun({ ...LATENCY, series: rows('0.0059', ['probed']), needs }))
  assert.equal(verdict.status, 'fail')
  assert.equal(
    verdict.observed,
    'Probed can never fire for other: no series http_seconds_bucket{job="other"}: the service exports no histogram buckets',
  )
  assert.match(verdict.diagnosis ?? '', /^Let other export http_seconds_bucket, or take it out of holds-for of Probed/)
})

test('series that were asked for while their target was down say nothing; what was down before or after does not excuse', () => {
  const needs = [{ selector: SELECTOR, series: rows('4', ['probed']), any: rows('9', ['probed']), counts: rows('2') }]
  const missing = seenRun({ ...LATENCY, series: rows('0.0059', ['probed']), needs })
  const targets = missing.entries.find(({ kind }) => kind === 'targets')?.atMs ?? NaN
  const seen = missing.entries.find(({ kind }) => kind === 'subjects')?.atMs ?? NaN
  const down = (jobs: string[], atMs: number, journal = missing): Verdict => {
    const series = jobs.map((job): Series => ({ metric: { __name__: 'up', job, instance: 'i' }, values: [[atMs / 1_000, '0']] }))
    return of(withEntries(journal, { kind: 'raw', experiment: null, query: 'up[1m]', series }))
  }
  assert.ok(targets < seen)
  const { status, cause, observed } = down(['other'], seen - 1)
  assert.deepEqual([status, cause], ['unknown', 'unhealthy-start'])
  assert.match(
    observed,
    /exports no histogram buckets\. But its target was down at \d\d:\d\d:\d\d\.\d{3}, while its series were asked for$/,
  )
  assert.equal(down(['probed'], seen - 1).status, 'fail')
  for (const atMs of [targets - 1, seen + 1]) assert.equal(down(['other'], atMs).status, 'fail')
  const own = [{ what: 'redis-memory-share' as const, part: 'redis', values: { used: 2_000_000, max: 0 } }]
  const redis = seenRun({ measuredBy: { what: 'redis-memory-share', part: 'redis' }, own, series: [] })
  assert.equal(down(['probed', 'other'], seen - 1, redis).status, 'fail', 'what the drill measured itself needs no series')
})

test('a Redis without maxmemory fails, whatever its value is', () => {
  const own = [{ what: 'redis-memory-share' as const, part: 'redis', values: { used: 2_000_000, max: 0 } }]
  const verdict = of(seenRun({ measuredBy: { what: 'redis-memory-share', part: 'redis' }, own, series: [] }))
  assert.equal(verdict.status, 'fail')
  assert.equal(verdict.observed, 'Probed can never fire on this Redis: maxmemory is 0')
  assert.match(verdict.diagnosis ?? '', /^Set maxmemory of redis/)
})

test('a rule that waits for a series to go has no value while it is there: that is as it must be, unless its alert is active', () => {
  const needs = [{ selector: 'node_uname_info', series: rows('1') }]
  const absence = {
    condition: { kind: 'gauge', threshold: 1, comparator: '==' },
    expr: 'absent(node_uname_info)',
    series: [],
    needs,
  } as const
  const verdict = of(seenRun(absence))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /^probed: the series that absent\(\) asks for is there, so it has no value; other: /)
  const active = [{ labels: { alertname: 'Probed', job: 'other' }, state: 'pending' }]
  assert.equal(of(seenRun({ ...absence, active })).status, 'unknown')
  assert.notEqual(
    of(seenRun({ ...absence, needs: [{ selector: 'node_uname_info', series: rows('1', ['probed']), any: [] }] })).status,
    'pass',
  )
  assert.equal(of(seenRun({ ...absence, expr: 'node_uname_info == 0' })).status, 'unknown', 'a filter says nothing of what it leaves out')
})

const FIRING = [{ labels: { alertname: 'Probed', job: 'probed' }, state: 'firing' }]
const SLOW = { ...LATENCY, series: rows('9.8'), needs: [{ selector: SELECTOR, series: rows('4') }], active: FIRING, steady: false } as const

test('an alert that fires while k6 measured nothing of the kind fails', () => {
  const verdict = of(seenRun(SLOW))
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /^Probed is firing for probed \(p95 9\.8 s\) while k6 measured a p95 of 6 ms;/)
  assert.match(verdict.diagnosis ?? '', /^Look at the bucket boundaries \(le\) .* that probed exports\. Without one below 0\.5 s/)
})

test('which alert fires without a cause is known of that moment alone', () => {
  assert.equal(inVain(seenRun(SLOW).entries), 'Probed fires without a cause')
  assert.equal(inVain(seenRun({ ...SLOW, load: { tookMs: 9_500 } }).entries), undefined)
  assert.equal(inVain(seenRun().entries), undefined)
})

for (const [what, change] of [
  ['k6 measured the same', { load: { tookMs: 9_500 } }],
  ['k6 asked in a part of the window alone', { load: { fromS: 15 } }],
  ['others than k6 send requests', { alone: false }],
  ['k6 asked nothing', { load: null }],
  ['a service that may ask it was slow', { load: { elsewhereMs: 9_500 } }],
] as const)
  test(`an alert that fires is no failure of the rule where ${what}`, () => {
    const verdict = of(seenRun({ ...SLOW, ...change }))
    assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
    assert.equal(verdict.cause, 'unhealthy-start')
    assert.match(verdict.observed, /Probed is firing for probed \(p95 9\.8 s\)/)
  })

test('NaN without traffic is unknown, and with traffic a rule that sees nothing', () => {
  const nan = { ...LATENCY, series: rows('NaN'), needs: [{ selector: SELECTOR, series: rows('4') }] }
  assert.equal(of(seenRun({ ...nan, load: null })).status, 'unknown')
  assert.match(of(seenRun(nan)).observed, /Probed can never fire for probed: its value is NaN while k6 measured a p95 of 6 ms/)
})

test('NaN before the first request is no doubt where the experiment of the rule itself gave the subject a value', () => {
  const any = rows('3').map((row) => ({ ...row, metric: { ...row.metric, status: '200' } }))
  const none = seenRun({
    condition: { kind: 'ratio', threshold: 0.01, windowMs: 300_000 },
    expr: 'sum by (job) (rate(http_total{status=~"5.."}[20s])) / sum by (job) (rate(http_total[20s]))',
    series: rows('NaN'),
    needs: [
      { selector: 'http_total{status=~"5.."}', series: rows('1'), any },
      { selector: 'http_total', series: rows('3') },
    ],
    load: null,
  })
  assert.match(of(none).observed, /^other: NaN, no traffic in the window \(not measured: .*\)$/, 'probed is drilled, other is not')
  const valued = (value: string): Journal =>
    alter(none, 'evaluated', (entry) =>
      entry.what === 'value' ? { ...entry, series: [...entry.series, ...rows(value, ['other'])] } : entry,
    )
  const both = of(valued('0.2'))
  assert.equal(both.status, 'pass', JSON.stringify(both))
  assert.match(both.observed, /other: NaN, no traffic in the window; it has a value while probed-broken runs/)
  assert.equal(of(valued('NaN')).status, 'unknown')
})

test('a status that was never answered is no missing series; one that k6 counted is', () => {
  const expr = 'sum by (job) (rate(http_total{status=~"5.."}[20s])) / sum by (job) (rate(http_total[20s]))'
  const any = rows('3').map((row) => ({ ...row, metric: { ...row.metric, status: '200' } }))
  const needs = [
    { selector: 'http_total{status=~"5.."}', series: [], any },
    { selector: 'http_total', series: rows('3') },
  ]
  const errors = {
    condition: { kind: 'ratio', threshold: 0.01, windowMs: 300_000 },
    measuredBy: { what: 'error-share' },
    expr,
    needs,
    series: [],
  } as const
  const quiet = of(seenRun(errors))
  assert.equal(quiet.status, 'pass', JSON.stringify(quiet))
  assert.match(quiet.observed, /other: no series http_total\{job="other",status=~"5\.\."\} yet \(k6 counted 0 of 40 answers with 5xx\)/)
  const blind = of(seenRun({ ...errors, load: { statuses: { 200: 1, 502: 1 } } }))
  assert.equal(blind.status, 'fail')
  assert.match(blind.observed, /can never fire for other: no series http_total\{job="other",status=~"5\.\."\}, while k6 counted 20 of 40/)
  const named = of(seenRun({ ...errors, needs: [{ selector: 'http_total{status=~"5.."}', series: [], any: rows('3') }, needs[1]!] }))
  assert.match(named.observed, /no series http_total\{job="other"\} has a label: status/)
})

test('a metric that is not there at all fails where the drill sent requests, and is unknown where it did not', () => {
  const gone = { ...LATENCY, series: [], needs: [{ selector: SELECTOR, series: [], any: [], counts: [] }] }
  assert.match(of(seenRun(gone)).observed, /can never fire for other: no series http_seconds_bucket\{job="other"\}$/)
  const idle = of(seenRun({ ...gone, load: null }))
  assert.equal(idle.status, 'unknown')
  assert.match(idle.observed, /other: no series http_seconds_bucket\{job="other"\}, and not measured: k6 had 0 answers/)
})

test('a metric that its first event makes is judged by what was there after the experiments', () => {
  const expr = 'sum by (job) (rate(http_total{status=~"5.."}[20s])) / sum by (job) (rate(http_total[20s]))'
  const reading = (any: readonly Series[]) => [
    { selector: 'http_total{status=~"5.."}', series: [], any: [...any] },
    { selector: 'http_total', series: [...any] },
  ]
  const unborn = { condition: { kind: 'ratio', threshold: 0.01, windowMs: 300_000 }, expr, series: [], needs: reading([]) } as const
  assert.match(of(seenRun(unborn)).observed, /other: no series http_total\{job="other"\}, and not measured/)
  const still = of(seenRun({ ...unborn, afterwards: reading([]) }))
  assert.equal(still.status, 'unknown', 'nothing made it')
  const blind = of(seenRun({ ...unborn, afterwards: reading(rows('3')) }))
  assert.equal(blind.status, 'fail', JSON.stringify(blind))
  assert.match(blind.observed, /can never fire for other: no series http_total\{job="other"\} has a label: status/)
  const labelled = rows('3').map((row) => ({ ...row, metric: { ...row.metric, status: '200' } }))
  const born = of(seenRun({ ...unborn, afterwards: reading(labelled) }))
  assert.equal(born.status, 'pass', JSON.stringify(born))
})

test('an alternative of the value is enough', () => {
  const expr = 'axum_seconds or http_seconds'
  const needs = [
    { selector: 'axum_seconds', series: rows('1', ['probed']) },
    { selector: 'http_seconds', series: rows('1', ['other']) },
  ]
  assert.equal(of(seenRun({ expr, needs })).status, 'pass')
})

test('parts are asked themselves: PING, slow queries, heap', () => {
  const firing = { active: FIRING, steady: false }
  const up = {
    ...firing,
    condition: { comparator: '==', threshold: 0 },
    measuredBy: { what: 'redis-answers', part: 'redis' },
    series: rows('0'),
  } as const
  const ping = (answers: number) => [{ what: 'redis-answers' as const, part: 'redis', values: { answers } }]
  const dead = of(seenRun({ ...up, own: ping(1) }))
  assert.match(dead.observed, /is firing for probed \(0\) while redis answered PING/)
  assert.match(dead.diagnosis ?? '', /^Look at what probed is set to in docker-compose\.yaml/)
  assert.equal(of(seenRun({ ...up, own: ping(0) })).status, 'unknown')
  const slow = (count: number, overMs: number) => [
    { what: 'slow-queries' as const, part: 'mysql', values: { count, longQueryTimeS: 1 }, overMs },
  ]
  const queries = { ...firing, measuredBy: { what: 'slow-queries', part: 'mysql' }, series: rows('40') } as const
  assert.match(of(seenRun({ ...queries, own: slow(0, 90_000) })).observed, /SHOW STATUS of mysql counted 0 slow queries in 90 s/)
  assert.equal(of(seenRun({ ...queries, own: slow(0, 9_000) })).status, 'unknown')
  assert.equal(of(seenRun({ ...queries, own: slow(3, 90_000) })).status, 'unknown')
  const heap = (used: number) => [{ what: 'jvm-heap-share' as const, part: 'jvm', values: { used, max: 100 } }]
  const full = {
    ...firing,
    condition: { threshold: 0.8 },
    measuredBy: { what: 'jvm-heap-share', part: 'jvm' },
    series: rows('0.9'),
  } as const
  assert.equal(of(seenRun({ ...full, own: heap(30) })).status, 'fail')
  assert.equal(of(seenRun({ ...full, own: heap(70) })).status, 'unknown')
})

test('the exporter of another Redis is found', () => {
  const own = [{ what: 'redis-memory-share' as const, part: 'redis', values: { used: 60, max: 100 } }]
  const memory = { condition: { threshold: 0.8 }, measuredBy: { what: 'redis-memory-share', part: 'redis' }, own } as const
  assert.match(of(seenRun({ ...memory, series: rows('0.03') })).observed, /Probed has 0\.03 for probed while INFO memory of redis has/)
  assert.equal(of(seenRun({ ...memory, series: rows('0.58') })).status, 'pass')
  const blind = of(seenRun({ ...memory, series: [], needs: [{ selector: 'probed', series: [], any: [] }] }))
  assert.match(blind.observed, /Probed can never fire for probed: no series probed\{job="probed"\}/)
  assert.match(blind.diagnosis ?? '', /^Look at what probed is set to in docker-compose\.yaml .* metric_relabel_configs of its job\.$/)
  assert.equal(blind.part, 'probed')
})

test('a subject whose target is down, or that was not recorded, is unknown', () => {
  const down = alter(seenRun(), 'targets', (entry) => ({ ...entry, targets: entry.targets.map((each) => ({ ...each, health: 'down' })) }))
  assert.equal(of(down).cause, 'unhealthy-start')
  assert.equal(of(alter(seenRun(), 'subjects', () => undefined)).cause, 'evidence-missing')
})

test('a journal from before has no such verdict', () => {
  assert.equal(
    judge(run()).some(({ check }) => check === CHECK),
    false,
  )
})

/** As a run is written down whose steady state never came. */
function neverSteady(journal: Journal): Journal {
  const begun = alter(journal, 'leg', () => undefined)
  return alter(begun, 'footer', (entry) => ({ ...entry, ended: 'unhealthy-before', detail: 'not steady after 90 s: alerts active' }))
}

test('what an alert without a cause kept from being drilled is skipped, and fails once', () => {
  const verdicts = judge(neverSteady(seenRun(SLOW)))
  const by = (status: string): Verdict[] => verdicts.filter((each) => each.status === status)
  assert.deepEqual(
    by('fail').map(({ check }) => check),
    [CHECK],
  )
  assert.deepEqual(by('unknown'), [])
  const fired = verdicts.find(({ check }) => check === 'alert-fired')
  assert.equal(fired?.status, 'skipped')
  assert.match(fired?.observed ?? '', /^not drilled: rule-sees-subject fails for Probed\. not steady after 90 s/)
  assert.match(fired?.title ?? '', /^Does not apply/)
})

/** Of a log stream that was to be looked at as well. */
function statusOfLogs(journal: Journal): string | undefined {
  const withLogs = alter(withSpec(journal, { logs: [LOG_SPEC] }), 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, logs: ['shop'] },
  }))
  return judge(withLogs).find(({ check }) => check === 'log-line-found')?.status
}

test('where the trouble is real, or a target is down too, nothing is skipped', () => {
  const real = judge(neverSteady(seenRun({ ...SLOW, load: { tookMs: 9_500 } })))
  assert.equal(real.find(({ check }) => check === 'alert-fired')?.status, 'unknown')
  assert.equal(
    real.some(({ status }) => status === 'fail'),
    false,
  )
  const down = alter(neverSteady(seenRun(SLOW)), 'targets', (entry) => ({
    ...entry,
    targets: [...entry.targets, { job: 'third', instance: 'x', health: 'down', lastError: '' }],
  }))
  assert.equal(statusOfLogs(down), 'unknown')
  assert.equal(statusOfLogs(neverSteady(seenRun(SLOW))), 'skipped')
})

test('a fault that had nothing to work with is skipped with the rule that says why', () => {
  const own = [{ what: 'redis-memory-share' as const, part: 'redis', values: { used: 2_000_000, max: 0 } }]
  const journal = seenRun({ measuredBy: { what: 'redis-memory-share', part: 'redis' }, own, series: [] })
  const failed = alter(journal, 'leg', (entry) =>
    entry.phase === 'end' && entry.leg === 'fire' ? { ...entry, ended: 'failed', detail: 'redis has maxmemory 0' } : entry,
  )
  const verdicts = judge(failed)
  assert.equal(verdicts.find(({ check }) => check === 'alert-fired')?.status, 'skipped')
  assert.deepEqual(
    verdicts.filter(({ status }) => status === 'fail').map(({ check }) => check),
    [CHECK],
  )
  const healthy = judge(
    alter(seenRun(), 'leg', (entry) => (entry.phase === 'end' && entry.leg === 'fire' ? { ...entry, ended: 'failed' } : entry)),
  )
  assert.equal(healthy.find(({ check }) => check === 'alert-fired')?.status, 'unknown')
})
