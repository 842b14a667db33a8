import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { procInfo } from './proc.ts'
import { processUndo } from './process-undo.ts'
import {
  healthAddress,
  isRunning,
  killProcess,
  pauseProcess,
  probePort,
  processState,
  readRecord,
  resumeProcess,
  startProcess,
  stopProcess,
  waitHealthy,
  writeRecord,
} from './process.ts'
import { temporaryDirectory, tcpServerRecord, waitUntil } from '../../testing/chaos/processes.ts'

test('a process is started, healthy, killed and started again with a new pid', async (t) => {
  const record = await tcpServerRecord(t)
  assert.equal(await processState(record.file), 'dead')
  const first = await startProcess(record.file)
  await waitHealthy(record.file)
  assert.equal(await processState(record.file), 'running')
  assert.equal((await stat(record.file)).mode & 0o777, 0o600)
  await killProcess(record.file)
  assert.equal(await isRunning(record.file), false)
  assert.equal(await probePort('127.0.0.1', record.port), 'refused')
  const second = await startProcess(record.file)
  await waitHealthy(record.file)
  assert.notEqual(second.pid, first.pid)
  assert.equal((await readRecord(record.file)).pid, second.pid)
})

test('starting what runs is a no-op, also when many start it at once', async (t) => {
  const record = await tcpServerRecord(t)
  const pids = await Promise.all([1, 2, 3].map(async () => (await startProcess(record.file)).pid))
  assert.equal(new Set(pids).size, 1)
})

test('pause stops and resume continues the process', async (t) => {
  const record = await tcpServerRecord(t)
  await startProcess(record.file)
  await waitHealthy(record.file)
  await pauseProcess(record.file)
  assert.equal(await processState(record.file), 'paused')
  assert.equal(await isRunning(record.file), true)
  await resumeProcess(record.file)
  assert.equal(await processState(record.file), 'running')
  await resumeProcess(record.file)
})

test('stop sends the stop signal, and a paused process obeys it too', async (t) => {
  const record = await tcpServerRecord(t)
  await startProcess(record.file)
  await waitHealthy(record.file)
  await pauseProcess(record.file)
  await stopProcess(record.file)
  assert.equal(await processState(record.file), 'dead')
  assert.match(await readFile(record.logFile, 'utf8'), /bye on SIGTERM/)
})

test('a process that ignores its stop signal is killed after the grace time', async (t) => {
  const record = await tcpServerRecord(t, { stopSignal: 'SIGUSR2' })
  await startProcess(record.file)
  await waitHealthy(record.file)
  const { pid } = await readRecord(record.file)
  await stopProcess(record.file, 100)
  assert.equal(await processState(record.file), 'dead')
  await waitUntil(() => [undefined, 'Z'].includes(procInfo(pid ?? 0)?.state))
})

test('a pid that now belongs to another process is neither running nor killed', async (t) => {
  const record = await tcpServerRecord(t)
  await startProcess(record.file)
  await killProcess(record.file)
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  t.after(() => stranger.kill('SIGKILL'))
  await once(stranger, 'spawn')
  await writeFile(record.file, JSON.stringify({ ...(await readRecord(record.file)), pid: stranger.pid }))
  assert.equal(await isRunning(record.file), false)
  await killProcess(record.file)
  await assert.rejects(pauseProcess(record.file), { code: 'PROCESS_DEAD' })
  assert.notEqual(procInfo(stranger.pid ?? 0), undefined)
})

test('a process whose starter died before writing the record is adopted, not started twice', async (t) => {
  const record = await tcpServerRecord(t)
  const before = await readFile(record.file, 'utf8')
  const started = await startProcess(record.file)
  await writeFile(record.file, before)
  assert.equal((await startProcess(record.file)).pid, started.pid)
})

test('killing takes descendants in groups of their own along', async (t) => {
  const record = await tcpServerRecord(t, { forks: true })
  await startProcess(record.file)
  await waitHealthy(record.file)
  const child = Number(/child (\d+)/.exec(await readFile(record.logFile, 'utf8'))?.[1])
  assert.notEqual(procInfo(child), undefined)
  await killProcess(record.file)
  await waitUntil(() => [undefined, 'Z'].includes(procInfo(child)?.state))
})

test('a process that ends before it is healthy is reported with the end of its log', async (t) => {
  const directory = await temporaryDirectory(t)
  const file = `${directory}/broken.json`
  await writeRecord(file, {
    name: 'broken',
    argv: [process.execPath, '-e', 'console.error("no such config"); process.exit(1)'],
    env: {},
    cwd: directory,
    logFile: `${directory}/broken.log`,
    stopSignal: 'SIGTERM',
    health: { kind: 'tcp', host: '127.0.0.1', port: 1 },
    readyTimeoutMs: 5_000,
  })
  await startProcess(file)
  await assert.rejects(waitHealthy(file), { code: 'PROCESS_EXITED', message: /broken ended before it was healthy[^]*no such config/ })
})

test('a missing program and a missing record are said plainly', async (t) => {
  const record = await tcpServerRecord(t, { program: '/nonexistent/program' })
  await assert.rejects(startProcess(record.file), { code: 'PROCESS_SPAWN' })
  await assert.rejects(readRecord(`${record.file}.none`), { code: 'PROCESS_RECORD' })
})

test('an http health check has an address to watch', () => {
  assert.deepEqual(healthAddress({ kind: 'http', url: 'http://127.0.0.1:8090/health' }), { host: '127.0.0.1', port: 8090 })
  assert.equal(healthAddress({ kind: 'none' }), undefined)
})

test('what is slow to answer was put back all the same; what never answers was not', async (t) => {
  const record = await tcpServerRecord(t)
  await startProcess(record.file)
  await waitHealthy(record.file)
  // Longer than one try of a health check that is repeated may take.
  const slow = createServer((_, response) => setTimeout(() => response.end(), 1_200)).listen(0, '127.0.0.1')
  t.after(() => slow.close())
  await once(slow, 'listening')
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`
  await writeRecord(record.file, { ...(await readRecord(record.file)), health: { kind: 'http', url } })
  const undo = { driver: 'process', state: 'running', recordFile: record.file } as const
  assert.equal(await processUndo.readBack(undo, new AbortController().signal), null)
  await writeRecord(record.file, { ...(await readRecord(record.file)), health: { kind: 'http', url, status: 204 } })
  assert.match((await processUndo.readBack(undo, new AbortController().signal)) ?? '', /health check does not answer/)
})

test('a missing record is no lab that is gone: its process is not taken for restored', async (t) => {
  const folder = await temporaryDirectory(t)
  const { signal } = new AbortController()
  const missing = { driver: 'process', state: 'running', recordFile: join(folder, 'shop.json') } as const
  await assert.rejects(processUndo.restore(missing, signal), { code: 'PROCESS_RECORD' })
  await assert.rejects(processUndo.readBack(missing, signal), { code: 'PROCESS_RECORD' })
  // As an earlier version wrote it, from a target file with a relative path; what carries it out works elsewhere.
  await assert.rejects(processUndo.restore({ ...missing, recordFile: 'records/shop.json' }, signal), { code: 'PROCESS_RECORD' })
  const ofLab = { ...missing, recordFile: join(folder, 'records/redis.json') }
  await processUndo.restore(ofLab, signal)
  assert.equal(await processUndo.readBack(ofLab, signal), null)
})
