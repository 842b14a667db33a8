import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { processState, readRecord, startProcess, waitHealthy, writeRecord } from '../drivers/process.ts'
import { freePort, tcpServerRecord } from '../../testing/chaos/processes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { killProcessFault } from './kill-process.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

test('the process stays dead until the undo, which waits until it answers', async (t) => {
  const { file } = await tcpServerRecord(t)
  const part = { name: 'server', process: { recordFile: file } }
  await assert.rejects(killProcessFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /server is dead/ })
  await startProcess(file)
  await waitHealthy(file)
  const { undo, apply } = await killProcessFault.prepare(part, {}, context)
  assert.equal(await stillWrong(undo), null)
  await apply()
  assert.equal(await stillWrong(undo), 'server is dead')
  await carryOut(undo)
  await carryOut(undo)
  assert.equal(await processState(file), 'running')
})

test('stop asks the process to end, and it is as dead as after a kill', async (t) => {
  const { file } = await tcpServerRecord(t)
  await startProcess(file)
  await waitHealthy(file)
  const { undo, apply } = await killProcessFault.prepare({ name: 'server', process: { recordFile: file } }, { how: 'stop' }, context)
  await apply()
  assert.equal(await stillWrong(undo), 'server is dead')
  await carryOut(undo)
  assert.equal(await processState(file), 'running')
})

test('a port that still answers means that the fault did not take hold', async (t) => {
  const { file } = await tcpServerRecord(t)
  await startProcess(file)
  const port = await freePort()
  const stranger = createServer().listen(port, '127.0.0.1')
  t.after(() => {
    stranger.close()
  })
  await writeRecord(file, { ...(await readRecord(file)), health: { kind: 'tcp', host: '127.0.0.1', port } })
  const { apply } = await killProcessFault.prepare({ name: 'server', process: { recordFile: file } }, {}, context)
  await assert.rejects(apply(), /was killed, yet 127\.0\.0\.1:\d+ is open/)
})
