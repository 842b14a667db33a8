import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chainSeconds, estimateSeconds, runTasks } from './tasks.ts'
import type { Lane, Task } from './tasks.ts'

interface Controlled extends Task {
  finish(): void
  fail(error: Error): void
}

function task(id: string, lane: Lane, seconds: number, more: Partial<Pick<Task, 'after' | 'exclusive' | 'rank'>> = {}): Controlled {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return {
    id,
    part: id.split(':')[0] ?? id,
    doing: 'working',
    lane,
    seconds,
    after: [],
    rank: 1,
    ...more,
    run: () => promise,
    finish: resolve,
    fail: reject,
  }
}

/** Starts the tasks and notes in which order they start and end. */
function begin(tasks: readonly Task[], lanes = { network: 1, cpu: 1 }) {
  const events: string[] = []
  const abort = new AbortController()
  const result = runTasks(tasks, {
    lanes,
    now: () => 0,
    signal: abort.signal,
    watcher: {
      started: (one) => {
        events.push(`+${one.id}`)
      },
      ended: (outcome) => {
        events.push(`${outcome.state === 'done' ? '-' : outcome.state === 'failed' ? '!' : '~'}${outcome.task.id}`)
      },
    },
  })
  return { events, abort, result }
}

const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })

describe('runTasks', () => {
  test('downloads while it compiles, and compiles only what is downloaded', async () => {
    const a0 = task('a:0', 'network', 1)
    const a1 = task('a:1', 'cpu', 1, { after: ['a:0'] })
    const b0 = task('b:0', 'network', 1, { rank: 2 })
    const { events, result } = begin([a0, a1, b0])
    assert.deepEqual(events, ['+a:0'])
    a0.finish()
    await settled()
    assert.deepEqual(events, ['+a:0', '-a:0', '+a:1', '+b:0'])
    a1.finish()
    b0.finish()
    await result
  })

  test('begins with the lowest rank, then with the longest way to go', () => {
    const tasks = [task('short', 'cpu', 5), task('long', 'cpu', 50), task('quick', 'cpu', 1, { rank: 0 })]
    const { events } = begin(tasks, { network: 1, cpu: 2 })
    assert.deepEqual(events, ['+quick', '+long'])
  })

  test('never runs two tasks with the same exclusive word, but lets others pass', () => {
    const tasks = [
      task('a', 'network', 9, { exclusive: 'maven' }),
      task('b', 'network', 8, { exclusive: 'maven' }),
      task('c', 'network', 1),
    ]
    assert.deepEqual(begin(tasks, { network: 3, cpu: 1 }).events, ['+a', '+c'])
  })

  test('goes on with the others when one fails, and skips what waits for it', async () => {
    const a0 = task('a:0', 'network', 9)
    const a1 = task('a:1', 'cpu', 1, { after: ['a:0'] })
    const b0 = task('b:0', 'network', 1)
    const { events, result } = begin([a0, a1, b0])
    a0.fail(new Error('no space left'))
    await settled()
    b0.finish()
    const outcomes = await result
    assert.deepEqual(events, ['+a:0', '!a:0', '+b:0', '-b:0', '~a:1'])
    assert.match(String(outcomes[0]?.error), /no space left/)
  })

  test('starts nothing after an abort, and ends when what runs has ended', async () => {
    const a = task('a', 'cpu', 9)
    const b = task('b', 'cpu', 1)
    const { events, abort, result } = begin([a, b])
    abort.abort(new Error('interrupted'))
    a.fail(new Error('killed'))
    const outcomes = await result
    assert.deepEqual(events, ['+a', '~a', '~b'])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.state),
      ['skipped', 'skipped'],
    )
  })

  test('refuses tasks that wait for one another', () => {
    assert.throws(
      () => chainSeconds([task('a', 'cpu', 1, { after: ['b'] }), task('b', 'cpu', 1, { after: ['a'] })]),
      /a -> b -> a|b -> a -> b/,
    )
  })
})

describe('estimateSeconds', () => {
  const tasks = [
    task('a:0', 'network', 10),
    task('a:1', 'cpu', 100, { after: ['a:0'] }),
    task('b:0', 'network', 20),
    task('b:1', 'cpu', 50, { after: ['b:0'] }),
  ]

  test('is the time of the same schedule: one download runs beside the compiler', () => {
    assert.equal(estimateSeconds(tasks, { lanes: { network: 1, cpu: 2 }, cores: 2 }), 10 + 100 + 50)
  })

  test('halves compiling, not downloading, on four cores', () => {
    assert.equal(estimateSeconds(tasks, { lanes: { network: 1, cpu: 4 }, cores: 4 }), 10 + 50 + 25)
  })

  test('is scaled by what was seen so far, and counts what running tasks still take', () => {
    const left = tasks.filter((one) => one.id.startsWith('b'))
    const options = { lanes: { network: 1, cpu: 1 }, cores: 2, factor: { network: 2, cpu: 3 } }
    assert.equal(estimateSeconds(left, { ...options, rest: new Map([['b:0', 25]]) }), 25 + 150)
  })
})
