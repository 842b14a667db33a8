import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import { judge } from '../judge.ts'
import { parseJournal } from '../record/parse-journal.ts'
import { recordOf } from '../record/recorder.ts'
import { alter } from '../../../testing/journals/honest-run.ts'
import { allWell, namedText } from '../../../testing/journals/named-journal.ts'
import { goneIn } from './platform-gone.ts'

/** The Docker engine was stopped while Redis was dead; nothing answered from then on. */
const STOPPED = parseJournal(namedText('engine-restarted'))

test('what nothing of the platform answered says nothing of a single service', () => {
  const keeps = judge(STOPPED).find(({ check }) => check === 'keeps-answering') ?? assert.fail('not judged')
  assert.equal(`${keeps.status} ${keeps.cause}`, 'unknown source-unreachable')
  assert.match(keeps.observed, /But no service and no Prometheus was there from 08:52:08\.615 to the end: the engine or machine/)
  assert.deepEqual(
    judge(STOPPED).filter(({ status }) => status === 'fail'),
    [],
  )
})

test('an undo that failed and was done by the last sweep is no fault left behind, whatever means it had', () => {
  const left = judge(STOPPED).find(({ check }) => check === 'nothing-left-behind')
  assert.equal(left?.status, 'pass')
  const unswept = alter(STOPPED, 'footer', (entry) => ({ ...entry, undone: [] }))
  assert.equal(judge(unswept).find(({ check }) => check === 'nothing-left-behind')?.status, 'fail')
  const another = alter(STOPPED, 'footer', (entry) => ({ ...entry, undone: ['kill-container redis (experiment another)'] }))
  assert.equal(judge(another).find(({ check }) => check === 'nothing-left-behind')?.status, 'fail')
})

/** The drill in which all is well, told with 10 s in which these services answer nothing. */
function silent(services: 'all' | 'one', prometheus: 'restarted' | 'silent' | 'there'): { journal: Journal; fromMs: number } {
  const whole = allWell()
  // While Redis is dead rate-limiter must keep answering.
  const [fromMs] = whole.entries.flatMap((entry) =>
    entry.kind === 'fault' && entry.experiment === 'redis-killed' && entry.leg === 'fire' && entry.phase === 'inject'
      ? [entry.effectiveMs]
      : [],
  )
  assert.ok(fromMs !== undefined)
  const during = (atMs: number): boolean => atMs >= fromMs && atMs < fromMs + 10_000
  const answers = alter(whole, 'answers', (entry) => ({
    ...entry,
    rows: entry.rows.map((row): typeof row => {
      const [index, sentMs, tookMs] = row
      const own = services === 'all' || entry.requests[index % entry.requests.length]?.service === 'rate-limiter'
      return own && during(entry.startedMs + sentMs) ? [index, sentMs, tookMs, 0] : row
    }),
  }))
  const samples = alter(answers, 'raw', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) => ({
      metric,
      values: prometheus === 'silent' && metric['job'] === 'prometheus' ? values.filter(([atS]) => !during(atS * 1_000)) : values,
    })),
  }))
  const journal = alter(samples, 'health', (entry) =>
    prometheus !== 'restarted' || entry.metric !== 'process_start_time_seconds'
      ? entry
      : {
          ...entry,
          series: entry.series.map(({ metric, values }) => ({
            metric,
            values: values.map(([atS, text]): [number, string] => [
              atS,
              atS * 1_000 > fromMs && metric['job'] === 'prometheus' ? String(fromMs / 1_000 + 5) : text,
            ]),
          })),
        },
  )
  return { journal, fromMs }
}

for (const prometheus of ['restarted', 'silent'] as const)
  test(`all services silent and Prometheus ${prometheus}: the platform was gone for that time`, () => {
    const { journal, fromMs } = silent('all', prometheus)
    const [gone, ...more] = goneIn(recordOf(journal))
    assert.deepEqual(more, [])
    assert.ok(gone !== undefined && gone.fromMs >= fromMs && gone.untilMs <= fromMs + 12_000, JSON.stringify(gone))
    const keeps = judge(journal).filter(({ check }) => check === 'keeps-answering')
    assert.deepEqual(
      keeps.filter(({ status }) => status === 'fail'),
      [],
    )
    assert.ok(keeps.some(({ subject, cause }) => subject === 'redis-killed' && cause === 'source-unreachable'))
  })

test('services that do not answer while Prometheus goes on are not excused, nor is a single one', () => {
  for (const [services, prometheus] of [
    ['all', 'there'],
    ['one', 'restarted'],
    ['one', 'silent'],
  ] as const) {
    const { journal } = silent(services, prometheus)
    assert.deepEqual(goneIn(recordOf(journal)), [], `${services} ${prometheus}`)
    assert.ok(
      judge(journal).some(({ status, check }) => status === 'fail' && check === 'keeps-answering'),
      `${services} ${prometheus}`,
    )
  }
})
