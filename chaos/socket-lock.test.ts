import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lock, tryLock } from './socket-lock.ts'
import { temporaryDirectory } from '../testing/chaos/processes.ts'

test('one holder at a time, in one process and by any name of the path', async (t) => {
  const directory = await temporaryDirectory(t)
  await symlink(directory, `${directory}-link`)
  t.after(() => import('node:fs/promises').then(({ rm }) => rm(`${directory}-link`)))
  const held = await tryLock(join(directory, 'lock'))
  assert.notEqual(held, null)
  assert.equal(await tryLock(join(`${directory}-link`, 'lock')), null)
  await assert.rejects(lock(join(directory, 'lock'), 50), /still locked/)
  await held?.release()
  const again = await tryLock(join(directory, 'lock'))
  assert.notEqual(again, null)
  await again?.release()
})

test('a holder that is killed holds no more', async (t) => {
  const directory = await temporaryDirectory(t)
  const program = `import { tryLock } from ${JSON.stringify(new URL('./socket-lock.ts', import.meta.url).href)}; await tryLock(${JSON.stringify(join(directory, 'lock'))}); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  assert.equal(await tryLock(join(directory, 'lock')), null)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await lock(join(directory, 'lock'), 1_000)).release()
})
