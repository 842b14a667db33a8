/** kill -9 at every step, of the tool, of the watchdog, of both: afterwards the target is as it was. On real processes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { recover } from './controller.ts'
import { procInfo } from './drivers/proc.ts'
import { healthAnswers, processState, readRecord, startProcess, waitHealthy } from './drivers/process.ts'
import { hasLeftover, ledgerFiles } from './ledger.ts'
import { tcpServerRecord, waitUntil } from '../testing/chaos/processes.ts'

const TOOL = fileURLToPath(new URL('../testing/chaos/tool.ts', import.meta.url))
const WATCHDOG = fileURLToPath(new URL('../testing/chaos/watchdog.ts', import.meta.url))

/** What the undo must bring back: everything about the target but the pid. */
async function snapshot(recordFile: string): Promise<object> {
  const { pid: _pid, startTicks: _ticks, ...rest } = await readRecord(recordFile)
  return { ...rest, state: await processState(recordFile), answers: await healthAnswers(rest.health) }
}

async function setUp(t: TestContext) {
  const server = await tcpServerRecord(t)
  await startProcess(server.file)
  await waitHealthy(server.file)
  return { recordFile: server.file, ledgerDir: join(server.directory, 'ledger'), before: await snapshot(server.file) }
}

/** Runs the tool to its end. */
async function runTool(t: TestContext, at: { ledgerDir: string; recordFile: string; fault: string; env: Record<string, string> }) {
  const child = spawn(process.execPath, [TOOL, at.ledgerDir, at.recordFile, at.fault], {
    env: { ...process.env, ...at.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  // 'close' would wait for the watchdog, were it to hold the same pipe.
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  const watchdogPid = Number(/watchdog (\d+)/.exec(output)?.[1])
  return { output, signal, watchdogPid }
}

const isGone = (pid: number) => [undefined, 'Z'].includes(procInfo(pid)?.state)

const STEPS = [
  'prepared',
  'intended:written',
  'intended:synced',
  'apply:killed',
  'applied',
  'applied:written',
  'applied:synced',
  'undo:begin',
  'undo:done',
  'undone:written',
  'undone:synced',
  'closing',
  'ledger:removed',
]

test('the list of steps is complete: a drill without a crash passes exactly these', async (t) => {
  const { ledgerDir, recordFile, before } = await setUp(t)
  const { output, signal } = await runTool(t, { ledgerDir, recordFile, fault: 'kill-process', env: {} })
  assert.equal(signal, null)
  assert.deepEqual(
    output.split('\n').flatMap((line) => /^step (.*)/.exec(line)?.[1] ?? []),
    STEPS,
  )
  assert.match(output, /closed/)
  assert.deepEqual(await snapshot(recordFile), before)
  assert.deepEqual(await ledgerFiles(ledgerDir), [])
})

describe('the tool is killed: the watchdog undoes', { concurrency: 3 }, () => {
  for (const fault of ['kill-process', 'pause-process']) {
    for (const step of STEPS.filter((each) => fault === 'kill-process' || each !== 'apply:killed')) {
      test(`${fault} at ${step}`, async (t) => {
        const { ledgerDir, recordFile, before } = await setUp(t)
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile, fault, env: { CRASH_AT: step } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        assert.deepEqual(await snapshot(recordFile), before)
        assert.equal(await hasLeftover(ledgerDir), false)
      })
    }
  }
})

describe('tool and watchdog are killed: the next start undoes', { concurrency: 3 }, () => {
  for (const step of STEPS) {
    test(`kill-process at ${step}`, async (t) => {
      const { ledgerDir, recordFile, before } = await setUp(t)
      const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile, fault: 'kill-process', env: { CRASH_AT: `both:${step}` } })
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      const harmed = STEPS.indexOf(step) >= STEPS.indexOf('apply:killed') && STEPS.indexOf(step) <= STEPS.indexOf('undo:begin')
      assert.equal(await processState(recordFile), harmed ? 'dead' : 'running')
      assert.equal((await recover(ledgerDir)).notUndone.length, 0)
      assert.deepEqual(await snapshot(recordFile), before)
      assert.deepEqual(await ledgerFiles(ledgerDir), [])
    })
  }
})

describe('the tool is killed, then the watchdog while it undoes: the next start undoes', { concurrency: 3 }, () => {
  for (const step of ['watchdog:died', 'undo:begin', 'undo:done', 'undone:written', 'undone:synced']) {
    test(`watchdog at ${step}`, async (t) => {
      const { ledgerDir, recordFile, before } = await setUp(t)
      const { watchdogPid } = await runTool(t, {
        ledgerDir,
        recordFile,
        fault: 'kill-process',
        env: { CRASH_AT: 'applied:synced', WATCHDOG_CRASH_AT: step, WATCHDOG_PROGRAM: WATCHDOG },
      })
      await waitUntil(() => isGone(watchdogPid))
      assert.equal((await ledgerFiles(ledgerDir)).length, 1)
      assert.equal((await recover(ledgerDir)).notUndone.length, 0)
      assert.deepEqual(await snapshot(recordFile), before)
      assert.deepEqual(await ledgerFiles(ledgerDir), [])
    })
  }
})

test('the watchdog alone is killed: another one takes its place, and still undoes when the tool dies', async (t) => {
  const { ledgerDir, recordFile, before } = await setUp(t)
  const tool = spawn(process.execPath, [TOOL, ledgerDir, recordFile, 'pause-process'], {
    env: { ...process.env, HOLD: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => tool.kill('SIGKILL'))
  let output = ''
  tool.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await waitUntil(() => output.includes('in effect'))
  const first = Number(/watchdog (\d+)/.exec(output)?.[1])
  process.kill(first, 'SIGKILL')
  const watchdogs = async () => {
    const { stdout } = spawn('pgrep', ['-P', String(tool.pid), '-f', 'watchdog.ts'])
    return (await stdout.setEncoding('utf8').toArray())
      .join('')
      .split('\n')
      .filter((line) => line !== '' && Number(line) !== first)
      .map(Number)
  }
  await waitUntil(async () => (await watchdogs()).length === 1)
  const [second = 0] = await watchdogs()
  // Ready when it waits on its stdin: only then is the kill a test of it.
  await waitUntil(async () => (await readFile(`/proc/${second}/wchan`, 'utf8').catch(() => 'ep_poll')) !== '')
  assert.equal(await processState(recordFile), 'paused')
  tool.kill('SIGKILL')
  await waitUntil(() => isGone(second))
  assert.deepEqual(await snapshot(recordFile), before)
})

test('a tool that hangs loses its lease: the watchdog undoes, and the tool may harm nothing more', async (t) => {
  const { ledgerDir, recordFile, before } = await setUp(t)
  const tool = spawn(process.execPath, [TOOL, ledgerDir, recordFile, 'kill-process'], {
    env: { ...process.env, HOLD: '1', LEASE_MS: '900' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => tool.kill('SIGKILL'))
  let output = ''
  tool.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  let errors = ''
  tool.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  await waitUntil(() => output.includes('in effect'))
  tool.kill('SIGSTOP')
  await waitUntil(async () => (await processState(recordFile)) === 'running')
  await waitUntil(async () => JSON.stringify(await snapshot(recordFile)) === JSON.stringify(before))
  tool.kill('SIGCONT')
  tool.kill('SIGUSR2')
  await waitUntil(() => errors.includes('CHAOS_LEASE_LOST'))
  assert.equal(await processState(recordFile), 'running')
})
