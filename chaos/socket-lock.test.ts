import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, symlink } from 'node:fs/promises'
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

const FILE = JSON.stringify(new URL('./socket-lock.ts', import.meta.url).href)
/** Takes the lock and keeps it; says what it got. */
const taker = (path: string): string[] => [
  process.execPath,
  '--input-type=module',
  '-e',
  `import { tryLock } from ${FILE}; console.log(await tryLock(${JSON.stringify(path)}) === null ? 'refused' : 'held'); setInterval(() => {}, 1000)`,
]
const UNSHARED = ['unshare', '--net', '--map-root-user']
const cannot = spawnSync(UNSHARED[0] ?? '', [...UNSHARED.slice(1), 'true']).status === 0 ? false : 'no network namespace can be made here'

test('one holder in all network namespaces, and a file that a killed one left is no holder', { skip: cannot }, async (t) => {
  const directory = await temporaryDirectory(t)
  // A path longer than that of a socket may be.
  const folder = join(directory, 'x'.repeat(120))
  await mkdir(folder)
  const path = join(folder, 'lock')
  const [program = '', ...argv] = [...UNSHARED, ...taker(path)]
  const said = async (): Promise<[string, ChildProcess]> => {
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    return [String((await once(child.stdout, 'data'))[0]).trim(), child]
  }
  const [first, holder] = await said()
  assert.equal(first, 'held')
  assert.equal(await tryLock(path), null)
  assert.equal((await said())[0], 'refused')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const held = await lock(path, 1_000)
  assert.equal((await said())[0], 'refused')
  assert.equal((await readdir(folder)).length, 1, 'of the killed and of those refused no file is left')
  await held.release()
  assert.deepEqual(await readdir(folder), [])
})

test('a holder that is killed holds no more', async (t) => {
  const directory = await temporaryDirectory(t)
  const [program = '', ...argv] = taker(join(directory, 'lock'))
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  assert.equal(await tryLock(join(directory, 'lock')), null)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await lock(join(directory, 'lock'), 1_000)).release()
})
