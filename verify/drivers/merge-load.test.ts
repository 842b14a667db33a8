import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoadSummary } from '../model/journal.ts'
import { K6Slices } from './k6-slices.ts'
import { histogramQuantile, mergeSummaries } from './merge-load.ts'

const SERVICES = { shop: 'http://shop', gateway: 'http://gateway' }
interface Answer {
  atMs: number
  durationMs: number
  status: string
  service: keyof typeof SERVICES
  row: number | undefined
}
const answer: fc.Arbitrary<Answer> = fc.record({
  atMs: fc.integer({ min: 0, max: 5_000 }),
  durationMs: fc.oneof(fc.double({ min: 0.01, max: 5, noNaN: true }), fc.integer({ min: 1, max: 60_000 })),
  status: fc.constantFrom('0', '200', '429', '500'),
  service: fc.constantFrom('shop', 'gateway'),
  row: fc.option(fc.nat(1_000), { nil: undefined }),
})

/** What one k6 that had these answers in `lastedS` writes, its p95 aside: no k6 can merge its own. */
function written(answers: readonly Answer[], lastedS: number): LoadSummary {
  const slices = new K6Slices(SERVICES)
  slices.write('metric_name,timestamp,metric_value,status,url,extra_tags,metadata\n')
  const statuses: Record<string, number> = {}
  for (const { atMs, durationMs, status, service, row } of answers) {
    const tags = row === undefined ? '' : `row=${row}`
    slices.write(`http_req_duration,${atMs},${durationMs},${status},${SERVICES[service]}/x,${tags},\n`)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  const rows = slices.finishRows()
  return {
    iterations: answers.length,
    droppedIterations: answers.length % 3,
    requests: answers.length,
    failedRequests: statuses['0'] ?? 0,
    ratePerS: answers.length / lastedS,
    durationP95Ms: 0,
    statuses,
    slices: slices.finish(),
    ...(rows.length === 0 ? {} : { rows }),
  }
}

const comparable = ({ ratePerS, rows, ...rest }: LoadSummary): unknown => ({
  ...rest,
  ratePerS: Number(ratePerS.toPrecision(9)),
  // Of the same instant any order is right.
  rows: (rows ?? []).toSorted((a, b) => a[1] - b[1] || a[0] - b[0] || a[2] - b[2] || a[3] - b[3]),
})

test('what several pods counted is what one would have counted, however it is shared out and put together', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(answer, fc.nat(3)), { maxLength: 60 }), fc.integer({ min: 1, max: 100 }), (shared, lastedS) => {
      const parts = [0, 1, 2, 3].map((pod) =>
        written(
          shared.filter(([, owner]) => owner === pod).map(([one]) => one),
          lastedS,
        ),
      )
      const one = written(
        shared.map(([each]) => each),
        lastedS,
      )
      const whole = mergeSummaries([{ ...one, droppedIterations: parts.reduce((sum, part) => sum + part.droppedIterations, 0) }])
      const [a, b, c, d] = parts as [LoadSummary, LoadSummary, LoadSummary, LoadSummary]
      assert.deepEqual(comparable(mergeSummaries(parts)), comparable(whole))
      assert.deepEqual(comparable(mergeSummaries([mergeSummaries([a, b]), mergeSummaries([c, d])])), comparable(whole))
      assert.deepEqual(comparable(mergeSummaries([d, mergeSummaries([c, mergeSummaries([b, a])])])), comparable(whole))
    }),
  )
})

test('the p95 is at most one bound, 10 %, above that of the answers themselves, and never below', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 200 }), (answers) => {
      const answered = answers.filter(({ status }) => status !== '0').map(({ durationMs }) => Math.max(1, durationMs))
      fc.pre(answered.length > 0)
      const exact = answered.toSorted((x, y) => x - y)[Math.ceil(0.95 * answered.length) - 1] ?? NaN
      const { durationP95Ms } = mergeSummaries([written(answers, 1)])
      // Bounds are written with four digits.
      assert.ok(durationP95Ms >= exact * 0.9995 && durationP95Ms <= exact * 1.1 * 1.0005, `${durationP95Ms} for ${exact}`)
    }),
  )
})

test('the p95 of uneven pods is not the mean of theirs', () => {
  const of = (count: number, durationMs: number): LoadSummary =>
    written(
      Array.from({ length: count }, () => ({ atMs: 1, durationMs, status: '200', service: 'shop' as const, row: undefined })),
      1,
    )
  const [quick, slow] = [of(99, 10), of(1, 1_000)]
  assert.ok(mergeSummaries([slow]).durationP95Ms >= 1_000)
  assert.ok(mergeSummaries([quick, slow]).durationP95Ms < 12)
})

test('a pod that sent for a shorter time adds its requests and no rate of its own', () => {
  const merged = mergeSummaries([
    { ...written([], 1), requests: 100, ratePerS: 10 },
    { ...written([], 1), requests: 50, ratePerS: 10 },
  ])
  assert.equal(merged.ratePerS, 15)
})

test('nothing has no percentile', () => {
  assert.equal(histogramQuantile({}, 0.95), 0)
  assert.equal(mergeSummaries([]).ratePerS, 0)
})
