import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { tcpServerRecord, temporaryDirectory, waitUntil } from '../../testing/chaos/processes.ts'
import { adoptProcess, unitOf, type Adoption } from './adopt-process.ts'
import { procInfo } from './proc.ts'
import { processUndo } from './process-undo.ts'
import { isRunning, killProcess, processState, startProcess, waitHealthy } from './process.ts'

/** A server that runs, and what adopts it. */
async function running(t: TestContext, program = 'process.title'): Promise<{ adoption: Adoption; logFile: string; first: number }> {
  const server = await tcpServerRecord(t)
  await rewritten(server.file, program)
  const { pid } = await startProcess(server.file)
  await waitHealthy(server.file)
  let recordFile = ''
  // Before its folder is removed: what is started again by the record is known by it alone.
  t.after(() => (existsSync(recordFile) ? killProcess(recordFile) : undefined))
  recordFile = join(await temporaryDirectory(t), 'run/shop.json')
  const health = { kind: 'tcp', host: '127.0.0.1', port: server.port } as const
  return { adoption: { pid: pid ?? 0, recordFile, health, env: {} }, logFile: server.logFile, first: pid ?? 0 }
}

/** The same program with a statement before it, and a variable whose value has a sign of equality and a line break. */
async function rewritten(file: string, statement: string): Promise<void> {
  const record = JSON.parse(await readFile(file, 'utf8')) as { argv: string[]; env: Record<string, string> }
  record.argv[2] = `${statement};${record.argv[2]}`
  record.env['OPTIONS'] = 'a=b\nc'
  await writeFile(file, JSON.stringify(record))
}

test('a process that another has started is killed, and started again as it was', async (t) => {
  const { adoption, logFile, first } = await running(t)
  const record = await adoptProcess(adoption)
  assert.equal(record.env['OPTIONS'], 'a=b\nc')
  assert.equal(record.logFile, logFile)
  assert.equal((await stat(adoption.recordFile)).mode & 0o777, 0o600)
  const undo = { driver: 'process', state: 'running', recordFile: adoption.recordFile } as const
  await killProcess(adoption.recordFile)
  assert.equal(procInfo(first)?.state ?? 'Z', 'Z')
  assert.match((await processUndo.readBack(undo, new AbortController().signal)) ?? '', /is dead/)
  await processUndo.restore(undo, new AbortController().signal)
  assert.equal(await processUndo.readBack(undo, new AbortController().signal), null)
  assert.equal(await processState(adoption.recordFile), 'running')
})

test('a program that has written over its command needs to be given it', async (t) => {
  const { adoption } = await running(t, `process.title = 'shop: master process'`)
  await waitUntil(async () => (await readFile(`/proc/${adoption.pid}/cmdline`, 'utf8')).startsWith('shop: master'))
  await assert.rejects(adoptProcess(adoption), {
    code: 'PROCESS_NOT_ADOPTED',
    message: /and "shop: master.*" is no program$/,
    next: /behind --/,
  })
  const command = [process.execPath, '-e', 'setInterval(() => {}, 1000)']
  await assert.rejects(adoptProcess({ ...adoption, command: ['/bin/sh', '-c', 'true'] }), { message: /"\/bin\/sh" is/ })
  const { argv, env } = await adoptProcess({ ...adoption, command, env: { PATH: '/bin' } })
  assert.deepEqual({ argv, env }, { argv: command, env: { PATH: '/bin' } })
})

test('what could not be started again the same is not adopted', async (t) => {
  const { adoption } = await running(t)
  const rejects = (given: Partial<Adoption>, message: RegExp): Promise<void> =>
    assert.rejects(adoptProcess({ ...adoption, ...given }), { code: 'PROCESS_NOT_ADOPTED', exitCode: 3, message })
  await rejects({ pid: 2 ** 22 + 1 }, /^no process has the pid 4194305$/)
  await rejects({ pid: process.pid }, /firedrill runs below process/)
  await rejects({ health: { kind: 'tcp', host: '127.0.0.1', port: 1 } }, /--health does not answer/)
  assert.equal(existsSync(adoption.recordFile), false)
  await adoptProcess(adoption)
  assert.equal(await isRunning(adoption.recordFile), true)
})

test('a service of systemd is known by its control group and its parent', () => {
  const unified = '0::/system.slice/redis-server.service\n'
  assert.equal(unitOf(unified, 'systemd'), 'redis-server.service')
  assert.equal(unitOf('5:cpu:/system.slice\n1:name=systemd:/system.slice/redis.service\n0::/\n', 'systemd'), 'redis.service')
  assert.equal(unitOf('0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service\n', 'systemd'), 'shop.service')
  // Left by its shell, of a session; started by a job of CI.
  assert.equal(unitOf('0::/user.slice/user-1000.slice/session-3.scope\n', 'systemd'), undefined)
  assert.equal(unitOf('0::/system.slice/actions.runner.service\n', 'bash'), undefined)
})
