/** kill -9 at some steps; crash.deep.test.ts does it at every step. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { processState } from './drivers/process.ts'
import { ledgerFiles } from './ledger.ts'
import { bothKilled, isGone, runTool, setUp, snapshot, STEPS, TOOL, toolKilled, watchdogKilled } from '../testing/chaos/crashes.ts'
import { waitUntil } from '../testing/chaos/processes.ts'

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

toolKilled('kill-process', ['intended:synced', 'applied', 'undo:done'])
toolKilled('pause-process', ['applied'])
bothKilled(['intended:synced', 'applied', 'undone:written'])
watchdogKilled(['undo:done'])

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
    // Long enough for a busy machine, on which the tool may be kept waiting for its turn, to hold it until the fault is in effect.
    env: { ...process.env, HOLD: '1', LEASE_MS: '5000' },
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
  // While it lives it starts watchdogs, which write beside the ledger.
  tool.kill('SIGKILL')
  if (tool.signalCode === null) await once(tool, 'exit')
})
