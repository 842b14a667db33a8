import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from '../../chaos/registry.ts'
import type { JournalEntry } from '../model/journal.ts'
import { fakeWorld } from '../../testing/fake-ports.ts'
import { loadSpec } from '../spec/load.ts'
import { choicesOf, gameday, type SessionOptions } from './gameday-session.ts'

const PARTS = {
  redis: { name: 'redis', process: { recordFile: '/r' } },
  mysql: { name: 'mysql', docker: { container: 'm', socket: '/s' } },
  watched: { name: 'watched' },
}

/** Types the lines one after the other; a number is a pause in ms. */
async function session(
  lines: (string | number)[],
  more: Partial<SessionOptions> = {},
  change: (world: ReturnType<typeof fakeWorld>) => void = () => undefined,
): Promise<{ said: string; ended: string; world: ReturnType<typeof fakeWorld>; entries: JournalEntry[] }> {
  const world = fakeWorld({ noticedMs: 3_000 })
  change(world)
  let said = ''
  async function* typed(): AsyncGenerator<string> {
    for (const line of lines) {
      if (typeof line === 'number') await world.clock.sleep(line)
      else yield line
    }
  }
  const ended = await world.clock.drive(
    gameday(typed(), world, {
      faults: faults.map(({ meta }) => meta),
      parts: PARTS,
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

test('it begins with what can be done to which part, containers by their own means', async () => {
  const { said, ended } = await session([])
  assert.match(said, /^kill-process +redis, mysql$/m)
  assert.match(said, /^pause-container +redis, mysql$/m)
  assert.doesNotMatch(said, /watched/)
  assert.equal(ended, 'completed')
})

test('a fault by hand: applied, noticed live, shown in the status, undone, all of it in the journal', async () => {
  const { said, entries, world } = await session(['inject kill-process redis', 5_000, 'status', 'undo 1', 'status', 'quit'])
  assert.match(
    said,
    /1: killed\n[\s\S]*critical notified: firing RedisConnectionFailed\{job="gameday", severity="critical"\}\n1: kill-process redis, for 5 s\n[\s\S]*1: runs\nno fault is in effect\n/,
  )
  assert.deepEqual(faultsOf(entries), ['inject kill-process redis true', 'undo kill-process redis true'])
  assert.equal(
    entries.some(({ kind }) => kind === 'notification'),
    true,
  )
  assert.deepEqual(world.calls, ['inject kill-process gameday', 'undo kill-process gameday', 'undo all'])
})

test('before each fault its blast radius is shown, and only yes does it', async () => {
  const { said, world } = await session(['inject kill-process redis', 'y', 'inject kill-process redis', 'yes'], { yes: false })
  assert.match(
    said,
    /Kill or stop a native process and keep it dead \(redis\)\. The process and its children.*\nType yes to do it: nothing was done\n/,
  )
  assert.deepEqual(world.calls, ['inject kill-process gameday', 'undo kill-process gameday', 'undo all'])
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
  assert.deepEqual(world.calls, ['inject kill-process gameday', 'undo kill-process gameday', 'undo all'])
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

test('numbers and texts are passed as what they are', async () => {
  let params: unknown
  await session(['inject add-latency redis latencyMs=800 direction=downstream'], {}, (fake) => {
    const inject = fake.chaos.inject
    fake.chaos.inject = (use, experiment) => {
      params = use.params
      return inject(use, experiment)
    }
  })
  assert.deepEqual(params, { latencyMs: 800, direction: 'downstream' })
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
  const changed: SessionOptions['changed'] = (active) =>
    shown.push(active.map(({ number, fault, target }) => `${number} ${fault} ${target}`).join(', '))
  const { said, entries } = await session(['inject kill-process redis', 61_000, 'status', 'quit'], { undoAfterMs: 60_000, changed })
  assert.match(said, /1: in effect for 60 s, the limit; it is undone/)
  assert.deepEqual(faultsOf(entries), ['inject kill-process redis true', 'undo kill-process redis true'])
  assert.match(said, /no fault is in effect/)
  assert.deepEqual(shown, ['1 kill-process redis', ''])
})

test('each choice says what the specification lets fire, and only what the parts can take is one', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  const choices = choicesOf({ faults: faults.map(({ meta }) => meta), parts: PARTS, spec })
  const killed = choices.find(({ fault }) => fault === 'kill-process')!
  assert.match(killed.parts.find(({ name }) => name === 'redis')!.fires.join('\n'), /^RedisConnectionFailed \(critical\) after 30 s of it/m)
  assert.ok(choices.every(({ parts }) => parts.every(({ name }) => name !== 'watched')))
})
