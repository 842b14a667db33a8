import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { procInfo } from '../chaos/drivers/proc.ts'
import { takeDown } from './take-down.ts'

test('a process of the lab that no record names is found by its output; one that only stands in the folder is left alone', async (t) => {
  const base = await mkdtemp(path.join(tmpdir(), 'firedrill-down-'))
  const labDir = path.join(base, 'firedrill', 'lab-1')
  await mkdir(path.join(labDir, 'logs'), { recursive: true })
  const log = await open(path.join(labDir, 'logs', 'redis.log'), 'a')
  const idle = ['-e', 'setInterval(() => {}, 1000)']
  const stray = spawn(process.execPath, idle, { detached: true, stdio: ['ignore', log.fd, log.fd] })
  const visitor = spawn(process.execPath, idle, { cwd: labDir, stdio: 'ignore' })
  await log.close()
  t.after(async () => {
    stray.kill('SIGKILL')
    visitor.kill('SIGKILL')
    await rm(base, { recursive: true, force: true })
  })
  assert.deepEqual(await takeDown(labDir), { stopped: [], strays: 1 })
  assert.ok([undefined, 'Z'].includes(procInfo(stray.pid ?? 0)?.state))
  assert.notEqual(procInfo(visitor.pid ?? 0), undefined)
  assert.equal(existsSync(labDir), false)
})

test('a folder that is no lab is never removed', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-down-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await assert.rejects(takeDown(folder), { code: 'LAB_STATE' })
  assert.equal(existsSync(folder), true)
})
