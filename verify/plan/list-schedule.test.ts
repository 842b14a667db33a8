import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inOrder, listSchedule } from './list-schedule.ts'

interface Problem {
  durations: number[]
  /** The resources that each task needs for itself alone. */
  needs: number[][]
}

const problem = (tasks: number, most: number): fc.Arbitrary<Problem> =>
  fc.integer({ min: 1, max: tasks }).chain((n) =>
    fc.record({
      durations: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: n, maxLength: n }),
      needs: fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: most }), { minLength: n, maxLength: n }),
    }),
  )

/** Two tasks that need the same resource exclude one another for their whole length. */
const apart = ({ durations, needs }: Problem): number[][] =>
  needs.map((mine, i) => needs.map((other, j) => (i !== j && mine.some((each) => other.includes(each)) ? (durations[i] ?? 0) : -1)))

const makespan = (starts: readonly number[], durations: readonly number[]): number =>
  Math.max(...starts.map((start, i) => start + (durations[i] ?? 0)))

/** What one resource is needed for, all together: no schedule is shorter. */
const heaviest = ({ durations, needs }: Problem): number =>
  Math.max(
    ...Array.from({ length: 10 }, (_, r) => durations.reduce((sum, each, i) => sum + (needs[i]?.includes(r) === true ? each : 0), 0)),
  )

for (const most of [1, 2, 3]) {
  test(`tasks that need at most ${most} of the resources take at most ${most} times as long as the most needed one, in any order`, () => {
    fc.assert(
      fc.property(problem(30, most), fc.infiniteStream(fc.nat()), (given, random) => {
        const order = given.durations.map((_, i) => ({ i, at: random.next().value })).sort((a, b) => a.at - b.at || a.i - b.i)
        const starts = inOrder(
          order.map(({ i }) => i),
          apart(given),
        )
        assert.ok(makespan(starts, given.durations) <= most * heaviest(given))
        assert.ok(makespan(listSchedule(given.durations, apart(given), 0), given.durations) <= most * heaviest(given))
      }),
      { numRuns: 150 },
    )
  })
}

test('no task waits while nothing that it excludes is under way, and none begins too near', () => {
  fc.assert(
    fc.property(problem(20, 3), (given) => {
      const separation = apart(given)
      const starts = listSchedule(given.durations, separation, 0)
      starts.forEach((start, j) => {
        const before = starts.flatMap((other, i) => {
          const gap = separation[i]?.[j] ?? -1
          return gap >= 0 && (other < start || (other === start && i !== j)) ? [{ from: other, to: other + gap }] : []
        })
        assert.ok(
          before.every(({ to }) => to <= start),
          'too near',
        )
        for (let ms = 0; ms < start; ms += 1)
          assert.ok(
            before.some(({ from, to }) => from <= ms && ms < to),
            `${j} is idle at ${ms}`,
          )
      })
    }),
    { numRuns: 60 },
  )
})

test('a wait that is shorter than the task before it is used', () => {
  assert.deepEqual(
    inOrder(
      [0, 1],
      [
        [-1, 4],
        [10, -1],
      ],
    ),
    [0, 4],
  )
  assert.deepEqual(
    inOrder(
      [1, 0],
      [
        [-1, 4],
        [10, -1],
      ],
    ),
    [10, 0],
  )
  assert.deepEqual(
    listSchedule(
      [10, 10],
      [
        [-1, 4],
        [10, -1],
      ],
      14,
    ),
    [0, 4],
  )
})

test('what a schedule ends with is moved to the front of its order, where both first orders are no shortest ones', () => {
  const durations = [3, 1, 3, 4, 1]
  const excludes = [
    [2, 4],
    [2, 3],
    [0, 1],
    [1, 4],
    [0, 3],
  ]
  const separation = excludes.map((those, i) => durations.map((_, j) => (those.includes(j) ? (durations[i] ?? 0) : -1)))
  for (const order of [
    [0, 2, 3, 1, 4],
    [3, 0, 2, 1, 4],
  ])
    assert.equal(makespan(inOrder(order, separation), durations), 7)
  assert.equal(makespan(listSchedule(durations, separation, 0), durations), 6)
})
