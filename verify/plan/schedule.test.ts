import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { schedule } from './schedule.ts'
import type { Conflict, Schedule, Task } from './schedule.ts'

const both = (a: string, b: string, aThenBMs: number, bThenAMs: number): Conflict => ({ a, b, aThenBMs, bThenAMs })
const name = (i: number): string => `t${i}`

/** Random tasks and conflicts. A separation is the whole of the first task or a part of it, as plan/conflicts.ts has it. */
function problem(maxTasks: number): fc.Arbitrary<{ tasks: Task[]; conflicts: Conflict[] }> {
  return fc
    .record({
      durations: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: maxTasks }),
      edges: fc.array(
        fc.record({
          i: fc.nat(maxTasks),
          j: fc.nat(maxTasks),
          there: fc.integer({ min: 1, max: 4 }),
          back: fc.integer({ min: 1, max: 4 }),
        }),
        { maxLength: maxTasks * 2 },
      ),
    })
    .map(({ durations, edges }) => {
      const tasks = durations.map((durationMs, i) => ({ id: name(i), durationMs }))
      const part = (i: number, quarters: number): number => Math.ceil(((durations[i] ?? 0) * quarters) / 4)
      const seen = new Set<string>()
      const conflicts = edges
        .map(({ i, j, there, back }) => ({ i: i % durations.length, j: j % durations.length, there, back }))
        .filter(({ i, j }) => {
          const key = [i, j].sort().join()
          if (i === j || seen.has(key)) return false
          seen.add(key)
          return true
        })
        .map(({ i, j, there, back }) => both(name(i), name(j), part(i, there), part(j, back)))
      return { tasks, conflicts }
    })
}

function assertValid({ startMs, makespanMs }: Schedule, tasks: Task[], conflicts: Conflict[]): void {
  for (const { a, b, aThenBMs, bThenAMs } of conflicts) {
    const distance = (startMs[b] ?? 0) - (startMs[a] ?? 0)
    assert.ok(distance >= aThenBMs || -distance >= bThenAMs, `${a} at ${startMs[a]} and ${b} at ${startMs[b]} are too near`)
  }
  assert.equal(makespanMs, Math.max(...tasks.map(({ id, durationMs }) => (startMs[id] ?? Number.NaN) + durationMs)))
}

/** All orders, each task at its earliest start. */
function bruteForce(tasks: Task[], conflicts: Conflict[]): number {
  let best = Number.POSITIVE_INFINITY
  const place = (left: Task[], starts: Map<string, number>): void => {
    if (left.length === 0) best = Math.min(best, Math.max(...tasks.map(({ id, durationMs }) => (starts.get(id) ?? 0) + durationMs)))
    for (const task of left) {
      let start = 0
      for (const { a, b, aThenBMs, bThenAMs } of conflicts) {
        if (b === task.id) start = Math.max(start, (starts.get(a) ?? Number.NEGATIVE_INFINITY) + aThenBMs)
        if (a === task.id) start = Math.max(start, (starts.get(b) ?? Number.NEGATIVE_INFINITY) + bThenAMs)
      }
      place(
        left.filter((each) => each !== task),
        new Map([...starts, [task.id, start]]),
      )
    }
  }
  place(tasks, new Map())
  return best
}

test('as short as the best of all orders, and never with two conflicting tasks too near', () => {
  fc.assert(
    fc.property(problem(6), ({ tasks, conflicts }) => {
      const found = schedule(tasks, conflicts)
      assertValid(found, tasks, conflicts)
      assert.equal(found.makespanMs, bruteForce(tasks, conflicts))
      assert.ok(found.optimal)
      assert.ok(found.lowerBoundMs <= found.makespanMs, 'a lower bound above the optimum is none')
    }),
    { numRuns: 200 },
  )
})

test('up to eight tasks are searched to the end, however they exclude one another', () => {
  const dense = fc
    .record({
      durations: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 8, maxLength: 8 }),
      parts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 56, maxLength: 56 }),
    })
    .map(({ durations, parts }) => ({
      tasks: durations.map((durationMs, i) => ({ id: name(i), durationMs })),
      conflicts: durations.flatMap((own, i) =>
        durations
          .slice(0, i)
          .map((other, j) =>
            both(name(i), name(j), Math.ceil((own * (parts[i * 7 + j] ?? 4)) / 4), Math.ceil((other * (parts[j * 7 + i] ?? 4)) / 4)),
          ),
      ),
    }))
  fc.assert(
    fc.property(fc.oneof(dense, problem(8)), ({ tasks, conflicts }) => {
      const found = schedule(tasks, conflicts)
      assertValid(found, tasks, conflicts)
      assert.ok(found.optimal)
    }),
    { numRuns: 40 },
  )
})

for (const size of [12, 30, 60]) {
  test(`${size} tasks: valid, and never below the bound`, () => {
    fc.assert(
      fc.property(problem(size), ({ tasks, conflicts }) => {
        const found = schedule(tasks, conflicts)
        assertValid(found, tasks, conflicts)
        assert.ok(found.lowerBoundMs <= found.makespanMs)
      }),
      { numRuns: size === 12 ? 60 : 10 },
    )
  })
}

test('equal input gives equal output', () => {
  fc.assert(
    fc.property(problem(8), ({ tasks, conflicts }) => assert.deepEqual(schedule(tasks, conflicts), schedule(tasks, conflicts))),
    { numRuns: 20 },
  )
})

test('what waits only for the undo of the other begins before it has ended, so that order is chosen', () => {
  const tasks = [
    { id: 'slow-queries', durationMs: 100 },
    { id: 'mysql-killed', durationMs: 70 },
  ]
  const found = schedule(tasks, [both('slow-queries', 'mysql-killed', 100, 40)])
  assert.deepEqual(found.startMs, { 'slow-queries': 40, 'mysql-killed': 0 })
  assert.equal(found.makespanMs, 140)
  assert.equal(found.lowerBoundMs, 140)
  assert.deepEqual(found.criticalPath, ['mysql-killed', 'slow-queries'])
})

test('an odd cycle takes longer than its heaviest clique, and the bound says so', () => {
  const ids = [0, 1, 2, 3, 4].map(name)
  const ring = ids.map((id, i) => both(id, ids[(i + 1) % 5] ?? '', 10, 10))
  const found = schedule(
    ids.map((id) => ({ id, durationMs: 10 })),
    ring,
  )
  assert.equal(found.lowerBoundMs, 20)
  assert.equal(found.makespanMs, 30)
  assert.ok(found.optimal)
})

test('nothing to do takes no time', () => {
  assert.deepEqual(schedule([], []), { startMs: {}, makespanMs: 0, lowerBoundMs: 0, optimal: true, criticalPath: [] })
})
