import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { killProcess, startProcess } from '../../chaos/drivers/process.ts'
import { temporaryDirectory, tcpServerRecord } from '../../testing/chaos/processes.ts'
import { requireOwnProcesses } from './own-processes.ts'

test('a process that no fault could kill is named before the drill', async (t) => {
  const { file } = await tcpServerRecord(t)
  const of = (recordFile: string) => ({ kind: 'file' as const, parts: { shop: { name: 'shop', process: { recordFile } } } })
  await startProcess(file)
  await requireOwnProcesses(of(file))
  await killProcess(file)
  await assert.rejects(requireOwnProcesses(of(file)), {
    code: 'PROCESS_OTHER',
    exitCode: 3,
    message: /^parts\.shop\.process: the process of this record \(pid \d+\) is gone$/,
  })
  const none = join(await temporaryDirectory(t), 'shop.json')
  await assert.rejects(requireOwnProcesses(of(none)), { code: 'PROCESS_RECORD', next: /firedrill adopt PID/, place: { file: none } })
  await writeFile(none, '{}')
  await assert.rejects(requireOwnProcesses(of(none)), { code: 'PROCESS_RECORD', message: /not a process record/ })
  // The lab starts what is dead.
  await requireOwnProcesses({ ...of(file), kind: 'lab' })
})
