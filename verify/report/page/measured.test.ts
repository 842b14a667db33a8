import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allWell } from '../../../testing/journals/named-journal.ts'
import type { LoadSlice } from '../../model/journal.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import { courseOf, measuredOf, slicesOf } from './measured.ts'

const { entries } = allWell()
const header = entries.find((entry) => entry.kind === 'header')!
const planned = (id: string): PlannedExperiment => {
  const found = header.plan.experiments.find((experiment) => experiment.id === id)
  assert.ok(found !== undefined, id)
  return found
}

test('what k6 measured of a share of errors is counted over the window of the rule, second by second', () => {
  const experiment = planned('error-burst')
  const [curve, ...others] = measuredOf(entries, experiment, header.spec)
  assert.ok(curve !== undefined && others.length === 0)
  assert.equal(curve.label, '5xx share by k6, fluxpay-engine')
  const slices = slicesOf(entries, 'fluxpay-engine')
  const windowMs = 1_000 * Number(/\[(\d+)s\]/.exec(experiment.valueExpr)?.[1])
  let compared = 0
  for (const [atMs, share] of curve.points) {
    const within = slices
      .filter(({ fromMs }) => fromMs >= atMs - windowMs && fromMs < atMs)
      .flatMap(({ statuses }) => Object.entries(statuses))
    const count = (pattern: RegExp): number => within.reduce((sum, [status, times]) => sum + (pattern.test(status) ? times : 0), 0)
    if (share === null) continue
    assert.equal(share, count(/^5/) / count(/^[1-9]/), `at ${atMs}`)
    compared += 1
  }
  assert.ok(compared > 20, `${compared} seconds`)
})

test('a rule about what k6 does not see has no such curve; a range in minutes or hours is a window as well', () => {
  assert.deepEqual(measuredOf(entries, planned('redis-killed'), header.spec), [])
  const over = (range: string): number => {
    const experiment = { ...planned('error-burst'), valueExpr: `rate(x[${range}])` }
    return measuredOf(entries, experiment, header.spec)[0]!.points.findLast(([, share]) => share !== null)?.[1] ?? NaN
  }
  assert.equal(over('1h'), over('60m'))
  assert.notEqual(over('1h'), over('1m'), 'the drill is longer than a minute')
  assert.equal(over('1m30s'), over('90s'))
})

test('a window that moves has the answers of its own seconds alone', () => {
  const seconds = fc.array(fc.record({ ok: fc.nat(20), bad: fc.nat(5), none: fc.nat(3), ms: fc.constantFrom(10, 100, 1_000) }), {
    minLength: 1,
    maxLength: 40,
  })
  fc.assert(
    fc.property(seconds, fc.integer({ min: 1, max: 12 }), (all, windowS) => {
      const slices = all.map(({ ok, bad, none, ms }, second): LoadSlice => ({
        fromMs: second * 1_000,
        service: 'shop',
        statuses: { 0: none, 200: ok, 502: bad, 429: none },
        latency: { [ms]: ok + bad + none },
      }))
      const instants = slices.map(({ fromMs }) => fromMs + 1_000)
      for (const what of ['error-share', 'rejections', 'latency'] as const)
        for (const [index, [, value]] of courseOf(what, slices, windowS * 1_000, instants).entries()) {
          const own = all.slice(Math.max(0, index + 1 - windowS), index + 1)
          const sum = (of: (one: (typeof all)[number]) => number): number => own.reduce((total, one) => total + of(one), 0)
          const answers = sum(({ ok, bad, none }) => ok + bad + none)
          const sorted = own.flatMap(({ ok, bad, none, ms }) => Array.from({ length: ok + bad + none }, () => ms)).sort((a, b) => a - b)
          const want = {
            'error-share': answers < 5 ? null : sum(({ bad }) => bad) / answers,
            'rejections': (sum(({ none }) => none) * 60) / windowS,
            'latency': answers < 5 ? null : sorted[Math.ceil(answers * 0.95) - 1]! / 1_000,
          }[what]
          assert.equal(value, want, `${what} at second ${index + 1}`)
        }
    }),
    { numRuns: 60 },
  )
})
