import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CHECKOUT } from '../tools/cache.ts'
import { engineEnvironment, engineFolder, enginePid, nameServerPid } from './engine-folder.ts'
import { debianRelease } from './engine-programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-engine-'))
after(() => {
  rmSync(folder, { recursive: true })
})

test('the engine lies in the cache, or where FIREDRILL_ENGINE_DIR says, and all its files with it', () => {
  assert.equal(engineFolder({ HOME: '/home/me' }).root, '/home/me/.cache/firedrill/engine')
  const { root, nameServer, group, ...files } = engineFolder({ FIREDRILL_ENGINE_DIR: folder })
  assert.equal(root, folder)
  for (const file of [...Object.values(files), ...Object.values(nameServer)]) assert.ok(file.startsWith(`${folder}/`), file)
  assert.match(group, /^firedrill-engine-[0-9a-f]{8}$/)
  assert.notEqual(group, engineFolder({ FIREDRILL_ENGINE_DIR: `${folder}2` }).group, "two engines do not remove one another's group")
})

test('docker, compose and Promtail find the engine by their environment', () => {
  const env = engineEnvironment(engineFolder({ FIREDRILL_ENGINE_DIR: folder }), { PATH: '/usr/bin', HOME: '/home/me' })
  assert.deepEqual(env, {
    HOME: '/home/me',
    PATH: `${folder}/bin:/usr/bin`,
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    DOCKER_SOCKET: `${folder}/docker.sock`,
    DOCKER_CONFIG: `${folder}/config`,
  })
})

test('a pid file of an engine that is gone, or whose number another program has, names no engine', () => {
  const at = engineFolder({ FIREDRILL_ENGINE_DIR: folder })
  assert.equal(enginePid(at), undefined)
  for (const pid of [process.pid, 4_194_305]) {
    writeFileSync(at.pidFile, String(pid))
    writeFileSync(at.nameServer.pidFile, String(pid))
    assert.equal(enginePid(at), undefined)
    assert.equal(nameServerPid(at), undefined)
  }
})

test('Debian alone has the packages; another system is refused with what to do', () => {
  assert.equal(debianRelease('ID=debian\nVERSION_CODENAME=bookworm\n'), 'bookworm')
  for (const text of ['ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04"\nVERSION_CODENAME=noble\n', ''])
    assert.throws(() => debianRelease(text), { code: 'ENGINE_PLATFORM', exitCode: 3, next: /Install Docker/ })
})

test('the command: an engine that DOCKER_HOST names and that is silent is an error, none is made beside it; a wrong word is exit code 2', () => {
  const type = (...words: string[]) =>
    spawnSync(process.execPath, [join(CHECKOUT, 'lab/engine/engine.ts'), ...words], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        FIREDRILL_ENGINE_DIR: folder,
        DOCKER_HOST: `unix://${folder}/silent.sock`,
      },
    })
  const silent = type('up')
  assert.equal(silent.status, 1)
  assert.match(silent.stderr, /no engine answers there \[ENGINE_SILENT\]/)
  assert.equal(type('upp').status, 2)
  const down = type('down')
  assert.deepEqual([down.status, type('status').status], [0, 3])
  assert.match(down.stderr, /no engine of firedrill runs/)
})
