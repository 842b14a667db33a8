import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { CommandFailed, formatCommand, runCommand } from './child.ts'
import { makeSurroundings } from '../../testing/machine/fake-recipes.ts'

const node = process.execPath
const never = new AbortController().signal

describe('runCommand', () => {
  test('resolves with stdout and logs the command and both its streams', async (context) => {
    const log = path.join(makeSurroundings(context).cacheRoot, 'logs', 'x.log')
    assert.equal(await runCommand({ program: node, args: ['-e', 'console.log("out"); console.error("err")'] }, log, never), 'out\n')
    const text = readFileSync(log, 'utf8')
    assert.match(text, /^\n\$ .*-e 'console\.log/)
    assert.ok(text.includes('out\n') && text.includes('err\n'))
  })

  test('rejects with the last 20 lines that say something', async (context) => {
    const log = path.join(makeSurroundings(context).cacheRoot, 'x.log')
    await assert.rejects(
      runCommand(
        { program: node, args: ['-e', 'for (let i = 0; i < 30; i++) console.error("line " + i + "\\n"); process.exitCode = 7'] },
        log,
        never,
      ),
      (error) => {
        assert.ok(error instanceof CommandFailed)
        assert.match(error.message, /ended with code 7$/)
        assert.deepEqual([error.tail.length, error.tail[0], error.tail.at(-1), error.log], [20, 'line 10', 'line 29', log])
        return true
      },
    )
  })

  test('rejects when there is no such program', async (context) => {
    await assert.rejects(
      runCommand({ program: '/nowhere/go', args: [] }, path.join(makeSurroundings(context).cacheRoot, 'x.log'), never),
      /did not start: .*ENOENT/,
    )
  })

  test('an abort ends the grandchildren too', { timeout: 20_000 }, async (context) => {
    const log = path.join(makeSurroundings(context).cacheRoot, 'x.log')
    const abort = new AbortController()
    context.after(() => {
      abort.abort(new Error('the test is over'))
    })
    // The grandchild holds stdout open: were it left alive, `close` would not come and this test would hang.
    const script =
      'require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => 0, 1000); console.log(process.pid)"], { stdio: "inherit" }); setInterval(() => 0, 1000)'
    const ended = runCommand({ program: node, args: ['-e', script] }, log, abort.signal)
    const grandchild = await firstNumber(log)
    abort.abort(new Error('interrupted'))
    await assert.rejects(ended, /interrupted/)
    // Killed, but the kernel may still be at it; the test's own timeout bounds the wait.
    while (isRunning(grandchild)) await delay(10)
  })
})

/** An orphan that ended but was not waited for (a container without an init) does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function firstNumber(log: string): Promise<number> {
  for (;;) {
    const match = /^(\d+)$/m.exec(readFileSync(log, 'utf8'))
    if (match !== null) return Number(match[1])
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

test('formatCommand leaves out what the environment has anyway: a password would be in the log', () => {
  process.env['FIREDRILL_TEST_PASSWORD'] = 'geheim'
  const env = { FIREDRILL_TEST_PASSWORD: 'geheim', CGO_ENABLED: '0' }
  assert.equal(formatCommand({ program: 'go', args: ['build'], env }), 'CGO_ENABLED=0 go build')
  delete process.env['FIREDRILL_TEST_PASSWORD']
  assert.equal(formatCommand({ program: 'go', args: [], env }), 'FIREDRILL_TEST_PASSWORD=geheim CGO_ENABLED=0 go')
})

test('formatCommand quotes what a shell would split', () => {
  assert.equal(
    formatCommand({ program: 'go', args: ['build', '-gcflags=all=-N -l', "it's"], env: { CGO_ENABLED: '0' } }),
    `CGO_ENABLED=0 go build '-gcflags=all=-N -l' 'it'\\''s'`,
  )
})
