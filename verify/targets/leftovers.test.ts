import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { processState, pauseProcess } from '../../chaos/drivers/process.ts'
import { hasLeftover, Ledger, ledgerFiles, newLedgerFile } from '../../chaos/ledger.ts'
import { setUp } from '../../testing/chaos/crashes.ts'
import { COMPOSE_CONFIGURATION, ledgerFolder, targetsWithLedger } from './ledger-folder.ts'
import { forgetLeftovers, undoBeforeDrill, undoLeftovers } from './leftovers.ts'

/** A paused process whose undo is in the ledger of that name. */
async function leftOn(t: Parameters<typeof setUp>[0], name: string) {
  const { recordFile } = await setUp(t)
  const env = { XDG_STATE_HOME: dirname(recordFile) }
  const ledger = await Ledger.open(newLedgerFile(ledgerFolder(name, env)))
  const subject = { fault: 'pause-process', target: 'server', experiment: 'e' }
  await ledger.append({ state: 'intended', id: 'a', atMs: 1, subject, undo: { driver: 'process', state: 'running', recordFile } })
  await ledger.close()
  await pauseProcess(recordFile)
  return { env, state: () => processState(recordFile) }
}

test('what is undone on compose is its compressed configuration as well, whichever way asks', async (t) => {
  const { env, state } = await leftOn(t, COMPOSE_CONFIGURATION)
  assert.deepEqual(await undoLeftovers('lab', env), { undone: [], notUndone: [] })
  assert.equal(await state(), 'paused')
  const lines: string[] = []
  await undoBeforeDrill('compose', { line: (text) => lines.push(text), update: () => {} }, env)
  assert.deepEqual(lines, ['undone, left by an earlier drill: pause-process server (experiment e)'])
  assert.equal(await state(), 'running')
  assert.equal(await hasLeftover(ledgerFolder(COMPOSE_CONFIGURATION, env)), false)
  assert.deepEqual(targetsWithLedger(env), [COMPOSE_CONFIGURATION], 'a bare undo looks there as well')
})

test('giving up on compose gives up both of its ledgers', async (t) => {
  const { env } = await leftOn(t, COMPOSE_CONFIGURATION)
  await forgetLeftovers('compose', env)
  assert.deepEqual(await ledgerFiles(ledgerFolder(COMPOSE_CONFIGURATION, env)), [])
})
