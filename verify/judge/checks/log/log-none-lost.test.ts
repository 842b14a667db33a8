import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { FlowRow, Journal } from '../../../model/journal.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { LOG_SPEC, alter, logRun, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'

const FLOW = { steady: 40, ratePerS: 10, burst: 60 }

function rows(): FlowRow[] {
  return Array.from({ length: 100 }, (_, index): FlowRow => {
    const sentMs = index < 40 ? index * 100 : 4_000
    // Of a burst some are in flight at once, and the service answers one after the other.
    const answeredMs = sentMs + 5 + (index < 40 ? 0 : (index - 40) * 4)
    return [sentMs, answeredMs, 200, answeredMs - 1, sentMs + 300 + index, 1, 0]
  })
}

function flowRun(all: FlowRow[] | null, more: { error?: string; flow?: typeof FLOW | undefined } = {}): Journal {
  const journal = withSpec(logRun(), { logs: ['flow' in more ? LOG_SPEC : { ...LOG_SPEC, flow: FLOW }] })
  if (all === null) return journal
  return withEntries(journal, {
    kind: 'log-flow',
    spec: 'shop',
    prefix: 'p-',
    query: '{}',
    startedMs: 0,
    steady: 40,
    burst: 60,
    rows: all,
    pages: 1,
    ...(more.error === undefined ? {} : { error: more.error }),
  })
}

const judged = (all: FlowRow[] | null, more?: Parameters<typeof flowRun>[1]): Verdict => verdictOf(flowRun(all, more), 'log-none-lost')

function without(lost: (index: number) => boolean): FlowRow[] {
  return rows().map((row, index): FlowRow => (lost(index) ? [row[0], row[1], row[2], -1, -1, 0, 0] : row))
}

test('all there, with the distribution of their delays', () => {
  const verdict = judged(rows())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(
    verdict.observed,
    /100 of 100 lines arrived: 0 lost, 0 duplicated, 0 out of order; delay min 0\.3 s, median 0\.349 s, p99 0\.398 s/,
  )
})

test('one lost line of a hundred fails', () => {
  const verdict = judged(without((index) => index === 57))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /99 of 100 lines arrived: 1 lost/)
})

const holes: { story: string; lost: (index: number) => boolean; names: RegExp }[] = [
  { story: 'only the burst points at a limit', lost: (index) => index >= 90, names: /rate limits of the store/ },
  { story: 'a stretch points at a standstill', lost: (index) => index >= 10 && index < 30, names: /one stretch \(10 to 29\)/ },
  {
    story: 'here and there points at a drop stage',
    lost: (index) => index % 7 === 0,
    names: /here and there \(rows 0, 7, 14, 21, 28 \.\.\.\)/,
  },
  {
    story: 'a few in the middle of the burst, and the next ones came: no limit and no standstill',
    lost: (index) => index >= 45 && index < 50,
    names: /here and there \(rows 45-49\).*drop, match/,
  },
  { story: 'one alone', lost: (index) => index === 20, names: /here and there \(rows 20\)|rejected one by one/ },
  { story: 'all of them at the stream', lost: () => true, names: /Its stream is not read/ },
]
for (const { story, lost, names } of holes) test(`holes: ${story}`, () => assert.match(judged(without(lost)).diagnosis ?? '', names))

test('copies are tolerated and counted', () => {
  const verdict = judged(rows().map((row, index): FlowRow => (index < 5 ? [row[0], row[1], row[2], row[3], row[4], 3, 1] : row)))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /10 duplicated/)
})

test('order is that of the requests: one line stored two seconds late makes the next 18 early (those within the allowance are not)', () => {
  const verdict = judged(rows().map((row, index): FlowRow => (index === 10 ? [row[0], row[1], row[2], row[3] + 2_000, row[4], 1, 0] : row)))
  assert.match(verdict.observed, /18 out of order/)
})

test('the lines of a burst have no order among themselves', () => {
  assert.match(
    judged(rows().map((row, index): FlowRow => (index >= 40 ? [4_000, 4_900, 200, 4_900 - (index % 7) * 120, row[4], 1, 0] : row)))
      .observed,
    /0 out of order/,
  )
})

test('a line that comes after the deadline fails', () => {
  const verdict = judged(rows().map((row, index): FlowRow => (index === 3 ? [row[0], row[1], row[2], row[3], row[0] + 9_000, 1, 0] : row)))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /1 late/)
})

test('requests that nobody answered are not counted as lost, unless they are most of them', () => {
  const dead = (share: number): FlowRow[] => rows().map((row, index): FlowRow => (index < share ? [row[0], row[1], 0, -1, -1, 0, 0] : row))
  assert.equal(judged(dead(10)).status, 'pass')
  assert.match(judged(dead(10)).observed, /10 requests not answered/)
  assert.deepEqual([judged(dead(60)).status, judged(dead(60)).cause], ['unknown', 'not-injected'])
})

test('of a flow that is recorded in part, or not at all, nothing is said', () => {
  for (const few of [[], rows().slice(0, 99)]) assert.deepEqual([judged(few).status, judged(few).cause], ['unknown', 'evidence-missing'])
})

test('what was not recorded, could not be read or is not asked for', () => {
  assert.deepEqual([judged(null).status, judged(null).cause], ['unknown', 'evidence-missing'])
  assert.deepEqual([judged(rows(), { error: '503' }).status, judged(rows(), { error: '503' }).cause], ['unknown', 'source-unreachable'])
  assert.equal(judged(rows(), { flow: undefined }).status, 'skipped')
  assert.equal(
    verdictOf(
      alter(flowRun(rows()), 'log-flow', () => undefined),
      'log-none-lost',
    ).status,
    'unknown',
  )
})

test('every line twice is no retry', () => {
  const twice = rows().map((row): FlowRow => [row[0], row[1], row[2], row[3], row[4], 2, 0])
  const verdict = judged(twice)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /100 duplicated.*100 lines more than once/)
  assert.match(verdict.diagnosis ?? '', /same stream at other times.*positions/)
  const streams = verdictOf(
    alter(flowRun(twice), 'log-flow', (entry) => ({
      ...entry,
      twice: {
        lines: 100,
        labels: [
          { service: 'shop', job: 'a' },
          { service: 'shop', job: 'b' },
        ],
      },
    })),
    'log-none-lost',
  )
  assert.match(streams.diagnosis ?? '', /Two scrape configs.*100 lines are in two streams\. job is "b", not "a"/)
})

test('all lost is all lost, also when one request had no answer', () => {
  assert.match(
    judged(rows().map((row, index): FlowRow => [row[0], row[1], index === 3 ? 0 : row[2], -1, -1, 0, 0])).diagnosis ?? '',
    /Not one line of shop came/,
  )
})

test('lines that are inside others point at the multiline stage', () => {
  const journal = alter(flowRun(without((index) => index % 3 === 1)), 'log-flow', (entry) => ({ ...entry, glued: 30 }))
  assert.match(verdictOf(journal, 'log-none-lost').diagnosis ?? '', /30 of the missing lines .*multiline stage/)
})

/** One line seen 2 s too late, and how long the drill process stood still before it saw it. */
function lateLine(stallMs: number, change: (row: FlowRow, index: number) => FlowRow = (row) => row): Journal {
  const lateAtMs = LOG_SPEC.maxDelayMs + 1_000 + 2_000
  const all = rows().map((row, index): FlowRow =>
    index === 12 ? [row[0], row[1], row[2], row[3], row[0] + lateAtMs, 1, 0] : change(row, index),
  )
  return withEntries(flowRun(all), {
    kind: 'health',
    metric: 'firedrill_stall_seconds',
    series: [{ metric: {}, values: [[((all[12]?.[0] ?? 0) + lateAtMs) / 1_000, String(stallMs / 1_000)]] }],
  })
}

test('a line that was seen late by no more than the drill process itself stalled is no failure of the pipeline', () => {
  const verdict = verdictOf(lateLine(2_500), 'log-none-lost')
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'verifier-stalled'], verdict.observed)
  assert.match(verdict.observed, /1 late, but the drill process itself stalled for 2\.5 s meanwhile/)
})

test('late by more than the stall, late beside it, or lost: the stall excuses nothing', () => {
  const late = (row: FlowRow, index: number): FlowRow => (index === 90 ? [row[0], row[1], row[2], row[3], row[0] + 60_000, 1, 0] : row)
  const lost = (row: FlowRow, index: number): FlowRow => (index === 90 ? [row[0], row[1], row[2], -1, -1, 0, 0] : row)
  for (const journal of [lateLine(1_500), lateLine(2_500, late), lateLine(2_500, lost)])
    assert.equal(verdictOf(journal, 'log-none-lost').status, 'fail')
})
