import assert from 'node:assert/strict'
import { appendFile, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { forget, recover } from './controller.ts'
import { processState, startProcess, waitHealthy } from './drivers/process.ts'
import {
  encodeLine,
  forgetLedger,
  hasLeftover,
  Ledger,
  ledgerFiles,
  newLedgerFile,
  readLedger,
  readLedgerText,
  recoverLedger,
  type LedgerLine,
} from './ledger.ts'
import { tcpServerRecord, temporaryDirectory } from '../testing/chaos/processes.ts'

const subject = { fault: 'kill-process', target: 'redis', experiment: 'redis-killed' }
const undo = { driver: 'process', state: 'running', recordFile: '/nowhere/records/gone.json' } as const
const intended = (id: string, recordFile: string = undo.recordFile): LedgerLine => ({
  state: 'intended',
  id,
  atMs: 1,
  subject,
  undo: { ...undo, recordFile },
})
const applied = (id: string): LedgerLine => ({ state: 'applied', id, atMs: 2 })
const undone = (id: string): LedgerLine => ({ state: 'undone', id, atMs: 3, by: 'drill' })

test('states follow one another, and an undone entry stays undone', () => {
  const text = [intended('a'), intended('b'), applied('a'), undone('a'), applied('a')].map(encodeLine).join('')
  assert.deepEqual(
    readLedgerText(text).entries.map(({ id, state }) => [id, state]),
    [
      ['a', 'undone'],
      ['b', 'intended'],
    ],
  )
  assert.deepEqual(readLedgerText(text).problems, [])
})

test('torn at any byte, the ledger says what had happened until then', () => {
  const lines = [intended('a'), applied('a'), undone('a')].map(encodeLine)
  const text = lines.join('')
  const reached = [undefined, 'intended', 'applied', 'undone']
  for (let length = 0; length <= text.length; length++) {
    const { entries, problems } = readLedgerText(text.slice(0, length))
    // A line counts from its last brace on: the newline adds nothing.
    const whole = lines.filter((_, index) => length >= lines.slice(0, index + 1).join('').length - 1).length
    assert.equal(entries[0]?.state, reached[whole], `cut after ${length} bytes`)
    assert.deepEqual(problems, [])
  }
})

test('a torn tail does not swallow what is appended after it', async (t) => {
  const file = newLedgerFile(await temporaryDirectory(t))
  const first = encodeLine(intended('a'))
  for (const tail of [encodeLine(applied('a')).slice(0, 30), encodeLine(applied('a')).trimEnd()]) {
    await writeFile(file, first + tail)
    const ledger = await Ledger.open(file)
    await ledger.append(undone('a'))
    await ledger.close()
    const { entries, problems } = await readLedger(file)
    assert.deepEqual([entries[0]?.state, problems], ['undone', []])
  }
})

test('a changed byte is noticed and keeps the ledger', async (t) => {
  const dir = await temporaryDirectory(t)
  const file = newLedgerFile(dir)
  await writeFile(file, encodeLine(intended('a')).replace('redis-killed', 'redis-filled') + encodeLine(intended('b')))
  const recovery = await recoverLedger(dir, { by: 'test' })
  assert.equal(recovery.undone.length, 1)
  assert.match(recovery.notUndone[0] ?? '', /line 1 is damaged/)
  assert.equal(await hasLeftover(dir), true)
  await forgetLedger(dir)
  assert.equal(await hasLeftover(dir), false)
})

test('the file and its folder are private', async (t) => {
  const dir = join(await temporaryDirectory(t), 'ledger')
  const ledger = await Ledger.open(newLedgerFile(dir))
  await ledger.append(intended('a'))
  await ledger.close()
  assert.equal((await stat(dir)).mode & 0o777, 0o700)
  assert.equal((await stat(ledger.file)).mode & 0o777, 0o600)
})

test('concurrent appends never mix', async (t) => {
  const ledger = await Ledger.open(newLedgerFile(await temporaryDirectory(t)))
  await Promise.all(Array.from({ length: 50 }, (_, index) => ledger.append(intended(String(index)))))
  await ledger.close()
  assert.deepEqual(
    (await readLedger(ledger.file)).entries.map(({ id }) => id),
    Array.from({ length: 50 }, (_, index) => String(index)),
  )
})

test('undoing what was never applied changes nothing', async (t) => {
  const server = await tcpServerRecord(t)
  const { pid } = await startProcess(server.file)
  await waitHealthy(server.file)
  const dir = join(server.directory, 'ledger')
  const ledger = await Ledger.open(newLedgerFile(dir))
  await ledger.append(intended('a', server.file))
  await ledger.close()
  const before = await readFile(server.file, 'utf8')
  assert.deepEqual(await recover(dir), { undone: ['kill-process redis (experiment redis-killed)'], notUndone: [] })
  assert.equal(await readFile(server.file, 'utf8'), before)
  assert.equal(await processState(server.file), 'running')
  assert.equal((JSON.parse(before) as { pid: number }).pid, pid)
})

test('newest first, bounded tries, and what cannot be undone stays on file until it is forgotten', async (t) => {
  const server = await tcpServerRecord(t, { program: '/nonexistent/program' })
  const dir = join(server.directory, 'ledger')
  const ledger = await Ledger.open(newLedgerFile(dir))
  for (const line of [intended('old'), applied('old'), intended('broken', server.file), applied('broken'), intended('new'), applied('new')])
    await ledger.append(line)
  await ledger.close()
  const steps: string[] = []
  const recovery = await recoverLedger(dir, {
    by: 'test',
    attempts: 2,
    atStep: (step) => {
      steps.push(step)
    },
  })
  assert.equal(recovery.undone.length, 2)
  assert.match(recovery.notUndone.join(), /kill-process redis.*cannot be started/)
  assert.equal(steps.filter((step) => step === 'undo:begin').length, 4)
  assert.equal(await hasLeftover(dir), true)
  assert.equal((await forget(dir)).notUndone.length, 1)
  assert.deepEqual(await ledgerFiles(dir), [])
})

test('a folder that was never used has no leftover', async (t) => {
  const dir = join(await temporaryDirectory(t), 'none')
  assert.equal(await hasLeftover(dir), false)
  assert.deepEqual(await recover(dir), { undone: [], notUndone: [] })
})

test('a ledger torn by hand in the middle of a line is recovered up to there', async (t) => {
  const file = newLedgerFile(await temporaryDirectory(t))
  await writeFile(file, encodeLine(intended('a')))
  await appendFile(file, encodeLine(applied('a')))
  await truncate(file, (await stat(file)).size - 5)
  assert.equal((await readLedger(file)).entries[0]?.state, 'intended')
})

test('a ledger that is removed while one looks is no leftover', async (t) => {
  const dir = await temporaryDirectory(t)
  // Listed and gone: so looks what the watchdog removes in between.
  await symlink(join(dir, 'gone'), newLedgerFile(dir))
  assert.equal((await ledgerFiles(dir)).length, 1)
  assert.equal(await hasLeftover(dir), false)
})
