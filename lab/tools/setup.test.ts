import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { FiredrillError } from '../../verify/model/error.ts'
import { cachedPart } from './cache.ts'
import type { Surroundings } from './cache.ts'
import { CommandFailed } from './child.ts'
import type { Command, RunCommand } from './child.ts'
import { lockSetup } from './setup-lock.ts'
import { partOf } from './parts.ts'
import type { ToolId } from './parts.ts'
import { parseToolIds, runSetup, setup } from './setup.ts'
import type { SetupOptions } from './setup.ts'
import { makeSurroundings, writeProgram } from '../../testing/machine/fake-recipes.ts'

/** A compiler that makes a program at once, and the list of its arguments. */
function compiler(says: Record<string, string>, hook: (command: Command) => void = () => undefined) {
  const commands: Command[] = []
  const run: RunCommand = (command, _log, signal) => {
    commands.push(command)
    signal.throwIfAborted()
    hook(command)
    const out = command.args[command.args.indexOf('-o') + 1]
    if (command.args[0] === 'build' && out !== undefined) writeProgram(out, says[path.basename(out)] ?? '')
    return Promise.resolve('')
  }
  return { run, commands, builds: () => commands.filter((command) => command.args[0] === 'build').length }
}

const SAYS = { toxiproxy: 'toxiproxy-server version 2.5.0', mysqld_exporter: 'mysqld_exporter, version 0.16.0' }
const ONLY: readonly ToolId[] = ['toxiproxy', 'mysqld-exporter']

function begin(around: Surroundings, run: RunCommand, more: Partial<SetupOptions> = {}) {
  const lines: string[] = []
  const progress = {
    line: (text: string) => {
      lines.push(text)
    },
    live: () => undefined,
    end: () => undefined,
  }
  const report = setup({ only: ONLY, progress, ...more, ports: { around, run, prerequisites: () => [], cores: 1, ...more.ports } })
  return { lines, report }
}

const isReady = (around: Surroundings) => ONLY.map((tool) => cachedPart(partOf(tool), around) !== undefined)

describe('setup', () => {
  test('says what it will do before it does it, makes it, and does nothing the second time', async (context) => {
    const around = makeSurroundings(context)
    const first = compiler(SAYS)
    const { lines, report } = begin(around, first.run)
    assert.ok(
      lines.some((line) => line.startsWith('takes about ')),
      'the plan comes before the first command',
    )
    assert.equal(first.commands.length, 0)
    assert.deepEqual(
      (await report).parts.map((part) => [part.id, part.state]),
      [
        ['toxiproxy', 'made'],
        ['mysqld-exporter', 'made'],
      ],
    )
    assert.deepEqual(isReady(around), [true, true])
    assert.match(lines.at(-1) ?? '', /^everything is ready after /)

    const second = compiler(SAYS)
    const again = begin(around, second.run)
    assert.deepEqual(
      (await again.report).parts.map((part) => part.state),
      ['ready', 'ready'],
    )
    assert.equal(second.commands.length, 0)
    assert.equal(again.lines.at(-1), 'nothing to do')
  })

  test('a dry run starts nothing and writes nothing', async (context) => {
    const around = makeSurroundings(context)
    const { run, commands } = compiler(SAYS)
    const { report, lines } = begin(around, run, { dryRun: true })
    await report
    assert.equal(commands.length, 0)
    assert.equal(existsSync(around.cacheRoot), false)
    assert.ok(lines.includes('to be made:'))
  })

  test('a failed part shows its command, its last words and its log; the other is kept and not made again', async (context) => {
    const around = makeSurroundings(context)
    const broken = compiler(SAYS, (command) => {
      if (command.args[0] === 'build' && command.args.some((word) => word.includes('toxiproxy')))
        throw new CommandFailed(command, 'ended with code 1', '/logs/toxiproxy.log', ['x.go:1: no space left on device'])
    })
    await assert.rejects(begin(around, broken.run).report, (error) => {
      assert.ok(error instanceof FiredrillError)
      assert.deepEqual([error.code, error.exitCode], ['SETUP_FAILED', 3])
      const lines = error.message.split('\n')
      assert.equal(lines[0], 'toxiproxy could not be made (compiling): go ended with code 1')
      assert.match(lines[1] ?? '', /^ {2}command: CGO_ENABLED=0 go build -trimpath .*'-gcflags=all=-dwarf=false -N -l'/)
      assert.deepEqual(lines.slice(2), ['  | x.go:1: no space left on device', '  log: /logs/toxiproxy.log'])
      return true
    })
    assert.deepEqual(isReady(around), [false, true])

    const mended = compiler(SAYS)
    await begin(around, mended.run).report
    assert.equal(mended.builds(), 1)
    assert.deepEqual(isReady(around), [true, true])
  })

  test('a half-made part of a killed setup is never used, and its rest is removed', async (context) => {
    const around = makeSurroundings(context)
    const abort = new AbortController()
    // Killed while the program is being written.
    const killed = compiler(SAYS, (command) => {
      if (command.args[0] !== 'build') return
      writeFileSync(command.args[command.args.indexOf('-o') + 1] ?? '', 'half a prog')
      abort.abort(new FiredrillError('INTERRUPTED', 'setup was interrupted', { exitCode: 130 }))
      abort.signal.throwIfAborted()
    })
    await assert.rejects(begin(around, killed.run, { signal: abort.signal }).report, /interrupted/)
    assert.deepEqual(isReady(around), [false, false])
    const partial = () =>
      ['toxiproxy', 'mysqld-exporter']
        .flatMap((part) => (existsSync(path.join(around.cacheRoot, part)) ? readdirSync(path.join(around.cacheRoot, part)) : []))
        .filter((name) => name.endsWith('.partial'))
    assert.equal(partial().length > 0, true)

    await begin(around, compiler(SAYS).run).report
    assert.deepEqual(isReady(around), [true, true])
    assert.deepEqual(partial(), [])
  })

  test('a missing prerequisite is named before anything is begun', async (context) => {
    const around = makeSurroundings(context)
    const { run, commands } = compiler(SAYS)
    await assert.rejects(
      begin(around, run, { ports: { prerequisites: () => ['Go 1.26 or newer is missing; type: this'] } }).report,
      (error) =>
        error instanceof FiredrillError &&
        error.code === 'SETUP_PREREQUISITE' &&
        error.exitCode === 3 &&
        error.message === 'Go 1.26 or newer is missing; type: this',
    )
    assert.equal(commands.length, 0)
    assert.equal(existsSync(around.cacheRoot), false)
  })

  test('a cache that cannot be written is reported in one line', async (context) => {
    const around = makeSurroundings(context)
    writeProgram(around.cacheRoot, 'a file where the folder should be')
    await assert.rejects(
      begin({ ...around, cacheRoot: path.join(around.cacheRoot, 'firedrill') }, compiler(SAYS).run).report,
      (error) =>
        error instanceof FiredrillError &&
        error.code === 'SETUP_CACHE' &&
        error.exitCode === 3 &&
        /^cannot write to the cache folder .*firedrill: ENOTDIR/.test(error.message),
    )
  })

  test('a program that turns out as another version is not accepted', async (context) => {
    const around = makeSurroundings(context)
    await assert.rejects(
      begin(around, compiler({ ...SAYS, toxiproxy: 'toxiproxy-server version git' }).run).report,
      /toxiproxy does not start, or does not say its version/,
    )
    assert.deepEqual(isReady(around), [false, true])
  })

  test('the second of two waits, says for whom, and finds the work done', async (context) => {
    const around = makeSurroundings(context)
    const waits = Promise.withResolvers<void>()
    const holding = await lockSetup(
      around.cacheRoot,
      { pid: 4711, checkout: '/home/me/firedrill', startedAt: '2026-11-22T15:00:00.000Z' },
      holderOptions(context),
    )
    const second = compiler(SAYS)
    const lines: string[] = []
    const line = (text: string) => {
      lines.push(text)
      if (text.startsWith('another setup')) waits.resolve()
    }
    const { report } = begin(around, second.run, { progress: { line, live: () => undefined, end: () => undefined } })
    await waits.promise
    assert.equal(
      lines.at(-1),
      'another setup is running (process 4711, begun 2026-11-22T15:00:00.000Z, from /home/me/firedrill); waiting for it to end',
    )
    assert.equal(second.commands.length, 0)
    await makeWithoutLock(around)
    await holding()
    assert.deepEqual(
      (await report).parts.map((part) => [part.id, part.state]),
      [
        ['toxiproxy', 'ready'],
        ['mysqld-exporter', 'ready'],
      ],
    )
    assert.equal(second.commands.length, 0)
  })
})

function holderOptions(context: TestContext) {
  const abort = new AbortController()
  context.after(() => {
    abort.abort()
  })
  return {
    waiting: () => undefined,
    lost: (error: Error) => {
      throw error
    },
    signal: abort.signal,
  }
}

/** As the holder of the lock would. */
async function makeWithoutLock(around: Surroundings): Promise<void> {
  const { publishPart } = await import('./publish.ts')
  for (const [tool, program] of [
    ['toxiproxy', 'toxiproxy'],
    ['mysqld-exporter', 'mysqld_exporter'],
  ] as const) {
    const out = path.join(around.cacheRoot, tool, 'holder.partial')
    writeProgram(path.join(out, program), SAYS[program])
    publishPart(partOf(tool), around, out, 1)
  }
}

test('parseToolIds refuses an unknown tool and lists the known', () => {
  assert.deepEqual(parseToolIds(['k6', 'promtool']), ['k6', 'promtool'])
  assert.throws(
    () => parseToolIds(['k7']),
    (error) => error instanceof FiredrillError && error.exitCode === 2 && error.next?.includes('k6') === true,
  )
})

test('runSetup answers with the exit code and a readable line', async () => {
  let written = ''
  assert.equal(
    await runSetup(
      { only: ['k7'] },
      {
        stderr: {
          write: (text) => {
            written += text
          },
        },
      },
    ),
    2,
  )
  assert.match(written, /^unknown tool "k7" \[UNKNOWN_TOOL\]\n {2}tools are: prometheus, /)
})
