import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { tracesRemoved } from '../../testing/chaos/crashes.ts'
import { temporaryDirectory, waitUntil } from '../../testing/chaos/processes.ts'
import { FILL_DISK } from '../../testing/chaos/own-traces.ts'
import { freeBytes, MEGABYTE } from '../drivers/disk-driver.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { fillDiskFault } from './fill-disk.ts'

const context = (signal = new AbortController().signal) => ({ token: 'abc', step: async () => {}, signal })
const part = (folder: string, bounds: object = {}) => ({
  name: 'machine',
  disk: { folder, maxMegabytes: 20, freeMegabytes: 1, ...bounds },
})
const GROWS = { megabytesPerS: 50, megabytes: 5 }

test('a file grows to its size and no further, and the undo takes it away; twice is once', async (t) => {
  const folder = await temporaryDirectory(t)
  const { undo, apply } = await fillDiskFault.prepare(part(folder), GROWS, context())
  assert.equal(await stillWrong(undo), null, 'nothing is there before')
  const { detail, stop } = await apply()
  assert.match(detail, /fill grows by 50 MB a second, to 5 MB at most$/)
  const size = (): number => statSync(join(folder, 'firedrill-abc/fill')).size
  await waitUntil(() => size() === 5 * MEGABYTE)
  await delay(250)
  assert.equal(size(), 5 * MEGABYTE)
  assert.match((await stillWrong(undo)) ?? '', /firedrill-abc is still there/)
  await stop?.()
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual(readdirSync(folder), [])
})

test('it grows at its rate: never more than is due', async (t) => {
  const folder = await temporaryDirectory(t)
  const { undo, apply } = await fillDiskFault.prepare(part(folder), { megabytesPerS: 2, megabytes: 20 }, context())
  const fromMs = performance.now()
  const { stop } = await apply()
  const file = join(folder, 'firedrill-abc/fill')
  await waitUntil(() => statSync(file).size >= 1 * MEGABYTE)
  const { size } = statSync(file)
  const dueMs = performance.now() - fromMs + 100
  assert.ok(size <= (dueMs / 1_000) * 2 * MEGABYTE + 1, `${size} bytes after ${dueMs} ms`)
  await stop?.()
  await carryOut(undo)
})

test('it stops when everything is to be undone, and when its file has no name any more', async (t) => {
  const folder = await temporaryDirectory(t)
  const stopping = new AbortController()
  const first = await fillDiskFault.prepare(part(folder), { megabytesPerS: 1, megabytes: 20 }, context(stopping.signal))
  const { stop } = await first.apply()
  stopping.abort()
  await stop?.()
  await carryOut(first.undo)
  const second = await fillDiskFault.prepare(part(folder), { megabytesPerS: 1, megabytes: 20 }, context())
  const applied = await second.apply()
  // As the watchdog does while this process hangs.
  await carryOut(second.undo)
  await delay(250)
  assert.deepEqual(readdirSync(folder), [])
  await applied.stop?.()
})

test('what the part does not allow is refused before anything is written', async (t) => {
  const folder = await temporaryDirectory(t)
  const refused = (bounds: object, params: object, message: RegExp, at = folder, code = 'FAULT_NOT_POSSIBLE') =>
    assert.rejects(fillDiskFault.prepare(part(at, bounds), { ...GROWS, ...params }, context()), { code, message })
  await refused({}, { megabytes: 21 }, /machine allows 20 MB, not 21/)
  const free = Math.floor((await freeBytes(folder)) / MEGABYTE)
  await refused({ freeMegabytes: free + 1_000 }, {}, /MB free: with 5 MB more, less than \d+ MB would be left/, folder, 'FAULT_NOT_STEADY')
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  await refused({}, {}, /link is no folder/, join(folder, 'link'))
  mkdirSync(join(folder, 'real/below'))
  await refused({}, {}, /leads by a symbolic link to .*real\/below/, join(folder, 'link/below'))
  await refused({}, {}, /nowhere: ENOENT/, join(folder, 'nowhere'))
  assert.deepEqual(readdirSync(join(folder, 'real')), ['below'])
})

test('a folder that is there already is not taken, and the undo removes nothing of others', async (t) => {
  const folder = await temporaryDirectory(t)
  mkdirSync(join(folder, 'firedrill-abc'))
  writeFileSync(join(folder, 'firedrill-abc/theirs'), 'precious')
  const { undo, apply } = await fillDiskFault.prepare(part(folder), GROWS, context())
  await assert.rejects(apply(), /EEXIST/)
  await assert.rejects(carryOut(undo), /ENOTEMPTY/)
  assert.deepEqual(readdirSync(join(folder, 'firedrill-abc')), ['theirs'])
})

test('a link in the place of its folder is left alone with what it leads to', async (t) => {
  const folder = await temporaryDirectory(t)
  const { undo, apply } = await fillDiskFault.prepare(part(folder), GROWS, context())
  const { stop } = await apply()
  await stop?.()
  renameSync(join(folder, 'firedrill-abc'), join(folder, 'moved'))
  symlinkSync(join(folder, 'moved'), join(folder, 'firedrill-abc'))
  await assert.rejects(carryOut(undo), /nothing was removed/)
  assert.deepEqual(readdirSync(join(folder, 'moved')), ['fill'])
})

tracesRemoved(FILL_DISK, ['apply:folder', 'apply:growing', 'undo:done'])
