/** kill -9 of the tool, of the watchdog, of both: afterwards the target is as it was. On real processes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { recover } from '../../chaos/controller.ts'
import { procInfo } from '../../chaos/drivers/proc.ts'
import { healthAnswers, processState, readRecord, startProcess, waitHealthy } from '../../chaos/drivers/process.ts'
import { hasLeftover, ledgerFiles } from '../../chaos/ledger.ts'
import type { TargetPart } from '../../verify/model/target.ts'
import { tcpServerRecord, temporaryDirectory, waitUntil } from './processes.ts'

export const TOOL = fileURLToPath(new URL('./tool.ts', import.meta.url))
const WATCHDOG = fileURLToPath(new URL('./dying-watchdog.ts', import.meta.url))

/** What the undo must bring back: everything about the target but the pid; one that runs answers as well. */
export async function snapshot(recordFile: string): Promise<object> {
  const { pid: _pid, startTicks: _ticks, ...rest } = await readRecord(recordFile)
  const state = await processState(recordFile)
  // A try of the health check lasts a second, for which a busy machine may keep this process waiting.
  if (state === 'running') await waitUntil(() => healthAnswers(rest.health))
  return { ...rest, state }
}

export async function setUp(t: TestContext) {
  const server = await tcpServerRecord(t)
  await startProcess(server.file)
  await waitHealthy(server.file)
  return { recordFile: server.file, ledgerDir: join(server.directory, 'ledger'), before: await snapshot(server.file) }
}

/** Runs the tool to its end. */
export async function runTool(t: TestContext, at: { ledgerDir: string; recordFile: string; fault: string; env: Record<string, string> }) {
  // Into a file: of a pipe the rest may come after 'exit', and 'close' would wait for the watchdog, were it to hold the same pipe.
  const file = `${at.ledgerDir}.out`
  const out = openSync(file, 'w')
  const child = spawn(process.execPath, [TOOL, at.ledgerDir, at.recordFile, at.fault], {
    env: { ...process.env, ...at.env },
    cwd: dirname(at.ledgerDir),
    stdio: ['ignore', out, 'inherit'],
  })
  closeSync(out)
  t.after(() => child.kill('SIGKILL'))
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  const output = readFileSync(file, 'utf8')
  const watchdogPid = Number(/watchdog (\d+)/.exec(output)?.[1])
  return { output, signal, watchdogPid }
}

export const isGone = (pid: number) => [undefined, 'Z'].includes(procInfo(pid)?.state)

export const STEPS = [
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

/** kill -9 of the tool at these steps: the watchdog undoes. */
export function toolKilled(fault: 'kill-process' | 'pause-process', steps: readonly string[]): void {
  describe(`the tool is killed: the watchdog undoes ${fault}`, { concurrency: 3 }, () => {
    for (const step of steps) {
      test(`${fault} at ${step}`, async (t) => {
        const { ledgerDir, recordFile, before } = await setUp(t)
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile, fault, env: { CRASH_AT: step } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        assert.deepEqual(await snapshot(recordFile), before)
        assert.equal(await hasLeftover(ledgerDir), false)
      })
    }
  })
}

/** kill -9 of both: the next start undoes. */
export function bothKilled(steps: readonly string[]): void {
  describe('tool and watchdog are killed: the next start undoes', { concurrency: 3 }, () => {
    for (const step of steps) {
      test(`kill-process at ${step}`, async (t) => {
        const { ledgerDir, recordFile, before } = await setUp(t)
        const { signal, watchdogPid } = await runTool(t, {
          ledgerDir,
          recordFile,
          fault: 'kill-process',
          env: { CRASH_AT: `both:${step}` },
        })
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
}

/** kill -9 of the tool, then of the watchdog at these steps of its undo. */
export function watchdogKilled(steps: readonly string[]): void {
  describe('the tool is killed, then the watchdog while it undoes: the next start undoes', { concurrency: 3 }, () => {
    for (const step of steps) {
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
}

/** A fault that leaves something of its own behind, instead of changing a process: a folder, processes. */
export interface OwnTraces {
  fault: string
  params: object
  /** The part that it may touch, in a folder of the test. */
  part(folder: string): TargetPart
  /** What is left of it now. */
  traces(folder: string): string[]
  /** Names of its own steps, between `intended:synced` and `applied`. */
  steps: readonly string[]
}

/** kill -9 of the tool at these steps, and of tool and watchdog: the watchdog or the next start removes all that the fault left. */
export function tracesRemoved(own: OwnTraces, steps: readonly string[]): void {
  const mayBeThere = [...own.steps, 'applied', 'applied:written', 'applied:synced', 'undo:begin']
  describe(`killed at each step: nothing of ${own.fault} is left`, { concurrency: 3 }, () => {
    for (const [both, step] of steps.flatMap((each): [boolean, string][] => [
      [false, each],
      [true, each],
    ])) {
      test(`${both ? 'tool and watchdog' : 'the tool'} at ${step}`, async (t) => {
        const folder = await temporaryDirectory(t)
        const ledgerDir = join(folder, 'ledger')
        mkdirSync(join(folder, 'part'))
        const { signal, watchdogPid } = await runTool(t, {
          ledgerDir,
          recordFile: JSON.stringify(own.part(join(folder, 'part'))),
          fault: own.fault,
          env: { CRASH_AT: both ? `both:${step}` : step, PARAMS: JSON.stringify(own.params) },
        })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        if (!both) assert.equal(await hasLeftover(ledgerDir), false)
        else {
          if (!mayBeThere.includes(step)) assert.deepEqual(own.traces(join(folder, 'part')), [])
          assert.deepEqual((await recover(ledgerDir)).notUndone, [])
        }
        assert.deepEqual(own.traces(join(folder, 'part')), [])
      })
    }
  })
}
