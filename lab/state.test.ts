import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { unprivilegedUser } from './context.ts'
import { labDirectory, readState } from './state.ts'

test('a lab lives in the state folder, named by the port of its Prometheus', () => {
  assert.equal(labDirectory({ HOME: '/home/ada' }, 9091, false), '/home/ada/.local/state/firedrill/lab-9091')
  assert.equal(labDirectory({ HOME: '/home/ada', XDG_STATE_HOME: '/state' }, 9091, false), '/state/firedrill/lab-9091')
  assert.equal(labDirectory({ HOME: '/home/ada', XDG_STATE_HOME: 'relative' }, 9091, false), '/home/ada/.local/state/firedrill/lab-9091')
  assert.equal(labDirectory({ HOME: '/root' }, 9091, true), '/var/lib/firedrill/lab-9091')
})

test('no lab is no state', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-state-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  assert.equal(await readState(path.join(folder, 'lab-1')), undefined)
})

test('only root needs another user', () => {
  assert.equal(unprivilegedUser(false), undefined)
  assert.notEqual(unprivilegedUser(true)?.uid ?? 0, 0)
})
