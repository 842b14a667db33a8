import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probePort, processState, startProcess, waitHealthy } from '../drivers/process.ts'
import { tcpServerRecord } from '../../testing/chaos/processes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { pauseProcessFault } from './pause-process.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

test('a paused process still accepts connections, and the undo lets it go on as the same process', async (t) => {
  const { file, port } = await tcpServerRecord(t)
  const part = { name: 'server', process: { recordFile: file } }
  const { pid } = await startProcess(file)
  await waitHealthy(file)
  const { undo, apply } = await pauseProcessFault.prepare(part, {}, context)
  assert.match((await apply()).detail, new RegExp(`pid ${pid}`))
  assert.equal(await stillWrong(undo), 'server is paused')
  assert.equal(await probePort('127.0.0.1', port), 'open')
  await assert.rejects(pauseProcessFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /server is paused/ })
  await carryOut(undo)
  await carryOut(undo)
  assert.equal(await processState(file), 'running')
})
