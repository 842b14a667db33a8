import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { faults } from '../../chaos/fault-registry.ts'
import type { JournalEntry } from '../model/journal.ts'
import { fakeWorld } from '../../testing/virtual/fake-ports.ts'
import { plannedExperiment, planOf } from '../../testing/virtual/fake-ports.ts'
import { asInjected } from './gameday-choices.ts'
import { gameday, type SessionOptions } from './gameday-session.ts'
import type { Line } from './gameday-input.ts'

const PARTS = {
  redis: { name: 'redis', process: { recordFile: '/r' }, toxiproxy: { api: 'http://t', proxy: 'redis' } },
  mysql: { name: 'mysql', docker: { container: 'm', socket: '/s' }, toxiproxy: { api: 'http://t', proxy: 'mysql' } },
  watched: { name: 'watched' },
}

/** The fake world notifies of RedisConnectionFailed whatever is injected. */
const KILLED = plannedExperiment('redis-killed', { subject: {} })

/** Types the lines one after the other; a number is a pause in ms. */
async function session(
  lines: (string | number | Line)[],
  more: Partial<SessionOptions> = {},
  change: (world: ReturnType<typeof fakeWorld>) => void = () => undefined,
): Promise<{ said: string; ended: string; world: ReturnType<typeof fakeWorld>; entries: JournalEntry[] }> {
  const world = fakeWorld({ noticedMs: 3_000 })
  change(world)
  let said = ''
  async function* typed(): AsyncGenerator<string | Line> {
    for (const line of lines) {
      if (typeof line === 'number') await world.clock.sleep(line)
      else yield line
    }
  }
  const ended = await world.clock.drive(
    gameday(typed(), world, {
      faults: faults.map(({ meta }) => meta),
      scripts: OWN_PLATFORM.scripts,
      parts: PARTS,
      services: ['fluxpay-engine', 'moalog-server', 'rate-limiter'],
      plan: asInjected(planOf([KILLED]), { faults: faults.map(({ meta }) => meta), parts: PARTS, scripts: OWN_PLATFORM.scripts }),
      runId: 'gameday-1',
      yes: true,
      write: (text) => {
        said += text
      },
      prompt: () => undefined,
      signal: new AbortController().signal,
      ...more,
    }),
  )
  return { said, ended, world, entries: world.entries }
}

const faultsOf = (entries: JournalEntry[]): string[] =>
  entries.flatMap((entry) => (entry.kind === 'fault' ? [`${entry.phase} ${entry.fault} ${entry.target} ${entry.ok}`] : []))

test('it begins with two lines, and says on demand what can be done to which part, containers by their own means', async () => {
  assert.equal((await session([])).said.split('\n').length, 2)
  const { said, ended } = await session(['faults'])
  assert.match(said, /^kill-process +redis, mysql$/m)
  assert.match(said, /^pause-container +redis, mysql$/m)
  assert.doesNotMatch(said, /watched/)
  assert.equal(ended, 'completed')
})

test('a fault by hand: applied, noticed live, shown in the status, undone, all of it in the journal', async () => {
  const { said, entries, world } = await session(['inject kill-process redis', 5_000, 'status', 'undo 1', 'status', 'quit'])
  assert.match(
    said,
    /1: killed\n[\s\S]*critical notified: firing RedisConnectionFailed\{job="redis-killed--1", severity="critical"\}\n1: kill-process redis, for 5 s\n[\s\S]*1: runs\nnothing is in effect\n/,
  )
  assert.deepEqual(faultsOf(entries), ['inject kill-process redis true', 'undo kill-process redis true'])
  assert.equal(
    entries.some(({ kind }) => kind === 'notification'),
    true,
  )
  assert.deepEqual(world.calls, ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1', 'undo all'])
})

test('before each fault its blast radius is shown, and only yes does it', async () => {
  const { said, world } = await session(['inject kill-process redis', 'y', 'inject kill-process redis', 'yes'], { yes: false })
  assert.match(
    said,
    /Kill or stop a native process and keep it dead \(redis\)\. The process and its children.*\nIt is judged as redis-killed:\n {2}RedisConnectionFailed \(critical\) fires 0 to 10 s after the injection.*\nType yes to do it: nothing was done\n/,
  )
  assert.deepEqual(world.calls, ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1', 'undo all'])
})

test('the end of the input takes everything back, newest first', async () => {
  const { entries } = await session(['inject kill-process redis', 'inject add-latency mysql latencyMs=800'])
  assert.deepEqual(faultsOf(entries), [
    'inject kill-process redis true',
    'inject add-latency mysql true',
    'undo add-latency mysql true',
    'undo kill-process redis true',
  ])
})

test('Ctrl-C takes everything back too, also in the middle of an injection', async () => {
  const stop = new AbortController()
  const { said, ended, world } = await session(
    ['inject kill-process redis', 'inject pause-process redis'],
    { signal: stop.signal },
    (fake) => {
      const inject = fake.chaos.inject
      // The second one hangs until everything is undone.
      fake.chaos.inject = async (use, experiment) => {
        if (use.id !== 'pause-process') return inject(use, experiment)
        stop.abort(new Error('Ctrl-C'))
        return new Promise(() => undefined)
      }
      fake.chaos.undoAll = () => {
        fake.calls.push('undo all')
        return Promise.resolve({ undone: ['pause-process redis'], notUndone: [] })
      }
    },
  )
  assert.equal(ended, 'interrupted')
  assert.deepEqual(world.calls, ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1', 'undo all'])
  assert.match(said, /taking everything back\n[\s\S]*undone: pause-process redis\n$/)
})

test('what is misspelt or refused harms nothing and says what to type', async () => {
  const { said, world, entries } = await session([
    'injct kill-process redis',
    'inject kil-process redis',
    'inject kill-process rediss',
    'inject kill-process redis now',
    'inject',
    'undo 7',
    'toString',
    '',
  ])
  for (const hint of [
    'Did you mean "inject"',
    'Did you mean "kill-process"',
    'Did you mean "redis"',
    '"now" is no name=value',
    'nothing is in effect',
    'there is no command "toString"',
  ])
    assert.ok(said.includes(hint), hint)
  assert.deepEqual(world.calls, ['undo all'])
  assert.deepEqual(entries, [])
  const refused = await session(['inject kill-process redis'], {}, (fake) => {
    fake.chaos.inject = () => Promise.reject(new Error('redis is dead, so it cannot be killed'))
  })
  assert.match(refused.said, /redis is dead, so it cannot be killed/)
  assert.deepEqual(faultsOf(refused.entries), ['inject kill-process redis false'])
})

test('numbers and texts are passed as what they are, and what is not given has its default', async () => {
  let params: unknown
  const { said } = await session(
    ['inject add-latency redis latencyMs=800 stream=upstream', 'inject add-latency redis latencyMs=no', 'inject add-latency redis delay=1'],
    {},
    (fake) => {
      const inject = fake.chaos.inject
      fake.chaos.inject = (use, experiment) => {
        params = use.params
        return inject(use, experiment)
      }
    },
  )
  assert.deepEqual(params, { latencyMs: 800, stream: 'upstream', jitterMs: 0, share: 1 })
  assert.match(said, /latencyMs is "no" it may be a whole number from 1 to 60000/)
  assert.match(said, /add-latency has no parameter "delay"/)
})

test('a scenario is sent with its parameters, and what it needs is asked for', async () => {
  const { said, entries, world } = await session([
    'inject error-burst',
    'inject error-burst errorShare=2',
    'inject error-burst errorShare=0.5 service=elsewhere',
    'inject error-burst errorShare=0.5',
    2_000,
    'undo 1',
    'quit',
  ])
  assert.match(said, /scenario error-burst needs errorShare \(share of the payments that fail\)/)
  assert.match(said, /errorShare=2 is not a number from 0 to 1/)
  assert.match(said, /service=elsewhere is not one of fluxpay-engine, moalog-server/)
  assert.deepEqual(world.calls, ['load error-burst error-burst--1 fire', 'stop error-burst error-burst--1 fire', 'undo all'])
  const load = entries.find((entry) => entry.kind === 'load')
  assert.deepEqual(load?.kind === 'load' && load.params, { ratePerS: 20, errorShare: 0.5, service: 'fluxpay-engine' })
})

test('a scenario that k6 ends by itself is over, and that is said', async () => {
  const { said, world } = await session(['inject steady', 5_000, 'status', 'quit'], {}, (fake) => {
    const start = fake.load.start
    fake.load.start = async (use, options) => ({
      ...(await start(use, options)),
      done: fake.clock.sleep(1_000).then(() => ({ exitCode: 1, summary: null })),
    })
  })
  assert.match(said, /1: k6 ended by itself\n[\s\S]*nothing is in effect/)
  assert.deepEqual(world.calls, ['load steady steady--1 fire', 'stop steady steady--1 fire', 'undo all'])
})

test('a colleague takes over under names that are data', async () => {
  const handed: string[] = []
  const { said } = await session(['hand-over', 'hand-over Kim to Park Min', 'hand-over \u001b[31mEve\u202e', 'quit'], {
    handOver: (from, to) => void handed.push(`${from} > ${to}`),
  })
  assert.match(said, /hand over to whom\?/)
  assert.deepEqual(handed, ['Kim > Park Min', 'Park Min > \\x1b[31mEve'])
  assert.match((await session(['hand-over Lee', 'quit'])).said, /there is no page/)
})

test('a question is answered by the one who was asked, and a page that is gone confirms nothing', async () => {
  const page = (text: string): Line => ({ text, by: 'page' })
  const { said, world } = await session(
    [page('inject kill-process redis'), 'yes', page('no'), page('inject kill-process redis'), { text: 'undo page', by: 'firedrill' }],
    { yes: false },
  )
  assert.deepEqual(world.calls, ['undo all'])
  assert.equal(said.match(/nothing was done/g)?.length, 2)
  assert.match(said, /there is no command "yes"/)
  assert.match(said, /nothing is in effect/)
})

test('an undo that fails leaves the fault in the list, and is tried again at the end', async () => {
  let tries = 0
  const { said } = await session(['inject kill-process redis', 'undo 1', 'status'], {}, (fake) => {
    const inject = fake.chaos.inject
    fake.chaos.inject = async (use, experiment) => ({
      ...(await inject(use, experiment)),
      undo: () => {
        tries += 1
        return Promise.resolve({ startedMs: 0, effectiveMs: 0, ok: tries > 1, detail: tries > 1 ? 'runs' : 'it does not start' })
      },
    })
  })
  assert.equal(tries, 2)
  assert.match(said, /it does not start\n1: kill-process redis, for 0 s[\s\S]*taking everything back\n[\s\S]*1: runs/)
})

test('again repeats the last injection, and a note is a journal entry', async () => {
  const { said, entries } = await session([
    'again',
    'inject kill-process redis',
    'undo 1',
    'again',
    'note the pager rang  twice',
    'note',
    'quit',
  ])
  assert.match(said, /nothing was injected yet/)
  assert.deepEqual(faultsOf(entries), [
    'inject kill-process redis true',
    'undo kill-process redis true',
    'inject kill-process redis true',
    'undo kill-process redis true',
  ])
  assert.deepEqual(
    entries.flatMap((entry) => (entry.kind === 'note' ? [entry.message] : [])),
    ['the pager rang twice'],
  )
  assert.match(said, /note what\?/)
})

test('a fault is undone by itself after its time limit, once, and what is in effect is shown', async () => {
  const shown: string[] = []
  const changed: SessionOptions['changed'] = ({ active }) =>
    shown.push(active.map(({ number, id, target }) => `${number} ${id} ${target}`).join(', '))
  const { said, entries } = await session(['inject kill-process redis', 61_000, 'status', 'quit'], { undoAfterMs: 60_000, changed })
  assert.match(said, /1: in effect for 60 s, the limit; it is undone/)
  assert.deepEqual(faultsOf(entries), ['inject kill-process redis true', 'undo kill-process redis true'])
  assert.match(said, /nothing is in effect/)
  assert.deepEqual(shown, ['1 kill-process redis', ''])
})
