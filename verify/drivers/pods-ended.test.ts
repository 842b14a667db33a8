import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadSummary } from '../model/journal.ts'
import { endedLoad, type LoadTimes, type PodEnd } from './pods-ended.ts'

const BEGUN = 1_000_000
const TIMES: LoadTimes = { begunMs: BEGUN, overMs: [BEGUN + 9_000, BEGUN + 10_000], stopped: true }

function summary(requests: number): LoadSummary {
  return {
    iterations: requests,
    droppedIterations: 0,
    requests,
    failedRequests: 0,
    ratePerS: requests / 10,
    durationP95Ms: 9,
    statuses: requests === 0 ? {} : { 200: requests },
  }
}

function pod(index: number, change: Partial<PodEnd> = {}): PodEnd {
  return {
    index,
    pod: `load-${index}-x`,
    node: `node-${index}`,
    exitCode: 103,
    summary: summary(50),
    counted: { requests: 50, statuses: { 200: 50 }, firstSentMs: BEGUN + 100, lastMs: BEGUN + 9_500 },
    slices: [{ fromMs: BEGUN, service: 'shop', statuses: { 200: 50 }, latency: { 10.83: 50 } }],
    rows: [],
    lastWords: '',
    lagMs: 40,
    ...change,
  }
}

const four = (change: Partial<PodEnd> = {}, times = TIMES): ReturnType<typeof endedLoad> =>
  endedLoad([pod(0), pod(1), pod(2, change), pod(3)], times)

test('four that delivered are one load', () => {
  const ended = four()
  assert.equal(ended.error, undefined)
  assert.equal(ended.exitCode, 105)
  assert.equal(ended.summary?.requests, 200)
  assert.equal(ended.summary?.ratePerS, 20)
  assert.deepEqual(ended.summary?.slices, [{ fromMs: BEGUN, service: 'shop', statuses: { 200: 200 }, latency: { 10.83: 200 } }])
  assert.deepEqual(
    ended.summary?.pods?.map(({ requests }) => requests),
    [50, 50, 50, 50],
  )
  assert.equal(ended.summary?.incomplete, undefined)
  assert.deepEqual(ended.overMs, TIMES.overMs)
})

test('that all ended by themselves is no stop', () => {
  const ended = endedLoad([pod(0, { exitCode: 0 }), pod(1, { exitCode: 0 })], { ...TIMES, stopped: false })
  assert.deepEqual([ended.exitCode, ended.error], [0, undefined])
})

const CUT = { summary: null, counted: { requests: 12, statuses: { 0: 2, 200: 10 }, firstSentMs: BEGUN, lastMs: BEGUN + 3_000 } }

test('a pod that did not deliver its share is named, with why and how much of it is known', () => {
  const cases: [change: Partial<PodEnd>, text: RegExp, incomplete: boolean, stopped?: false][] = [
    [
      { ...CUT, because: 'Evicted: The node was low on resource: memory.' },
      /pod 2 \(load-2-x on node-2\) was lost after 12 requests: Evicted: The node/,
      true,
    ],
    [{ ...CUT, exitCode: 107, lastWords: 'GoError' }, /exit code 107 and without a summary after 12 requests \(GoError\)/, true],
    [
      { counted: { requests: 47, statuses: { 200: 47 }, firstSentMs: BEGUN, lastMs: BEGUN } },
      /sent 50 requests, and its log has 47: it was cut/,
      true,
    ],
    [{ exitCode: 107, lastWords: 'script' }, /ended with exit code 107: script/, false],
    [
      { because: 'it was deleted', counted: { requests: 50, statuses: { 200: 50 }, firstSentMs: BEGUN + 100, lastMs: BEGUN + 9_000 } },
      /^1 of 4 pods did not deliver: pod 2 \(load-2-x on node-2\) was stopped by another after 50 requests: it was deleted/,
      false,
      false,
    ],
    [{ replacedBy: 'load-2-y' }, /was replaced by load-2-y/, false],
    [{ summary: summary(0), counted: { requests: 0, statuses: {}, firstSentMs: Infinity, lastMs: -Infinity } }, /sent nothing/, false],
    [{ lagMs: 4_200 }, /began 4\.2 s after the common start/, false],
    [{ counted: { requests: 50, statuses: {}, firstSentMs: BEGUN - 60_000, lastMs: BEGUN } }, /at least 60\.0 s behind/, false],
    [{ counted: { requests: 50, statuses: {}, firstSentMs: BEGUN + 1, lastMs: BEGUN + 40_000 } }, /at least 30\.0 s ahead of/, false],
  ]
  for (const [change, text, incomplete, stopped = true] of cases) {
    const others = stopped ? {} : { exitCode: 0 }
    const ended = endedLoad([pod(0, others), pod(1, others), pod(2, change), pod(3, others)], { ...TIMES, stopped })
    assert.equal(ended.exitCode, -1, String(text))
    assert.match(ended.error ?? '', text)
    assert.match(ended.error ?? '', /^1 of 4 pods did not deliver/)
    assert.equal(ended.summary?.incomplete === true, incomplete, String(text))
  }
})

test('a pod of which nothing is known in the end has not delivered', () => {
  const { exitCode: _, ...unknown } = pod(2, { ...CUT, unreachable: 'connect ETIMEDOUT' })
  const ended = endedLoad([pod(0), unknown], TIMES)
  assert.match(ended.error ?? '', /has not been heard of any more after 12 requests: connect ETIMEDOUT/)
  assert.equal(ended.summary?.incomplete, true)
})

test('a start that was never confirmed is no delivery', () => {
  const { lagMs: _, ...unconfirmed } = pod(2)
  const ended = endedLoad([pod(0), unconfirmed], TIMES)
  assert.match(ended.error ?? '', /never confirmed/)
})

test('what a lost pod is known to have sent counts, and the Job that ended the others is no second trouble', () => {
  const ended = endedLoad([pod(0, { exitCode: 105 }), pod(1, { ...CUT, because: 'it was deleted' })], { ...TIMES, stopped: false })
  assert.equal(ended.summary?.requests, 62)
  assert.deepEqual(ended.summary?.statuses, { 0: 2, 200: 60 })
  assert.match(ended.error ?? '', /^1 of 2 pods did not deliver: pod 1 .* 62 requests of all are known$/)
})

test('a pod that never was', () => {
  const { pod: _, node: __, ...nothing } = pod(1, { ...CUT, because: 'exceeded quota: load' })
  assert.match(endedLoad([pod(0), nothing], TIMES).error ?? '', /pod 1 was never there: exceeded quota: load/)
})
