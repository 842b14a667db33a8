import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { weighGroup } from './daemon.ts'

test('the containers together have the CPU of several processes, in the hierarchy that shares the CPU', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'firedrill-cgroups-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [hierarchy, file, text] of [
    ['cpu', 'cpu.shares', '1024'],
    ['memory', 'memory.limit_in_bytes', '1'],
    ['unified', 'cgroup.subtree_control', 'cpuset cpu io'],
    ['undelegated', 'cgroup.subtree_control', 'cpuset io'],
  ] as const) {
    mkdirSync(join(root, hierarchy))
    writeFileSync(join(root, hierarchy, file), text)
  }
  weighGroup(root, 'engine')
  assert.equal(readFileSync(join(root, 'cpu/engine/cpu.shares'), 'utf8'), '8192')
  assert.equal(readFileSync(join(root, 'unified/engine/cpu.weight'), 'utf8'), '800')
  assert.equal(existsSync(join(root, 'memory/engine')), false)
  assert.equal(existsSync(join(root, 'undelegated/engine')), false)
  // The engine's own groups are in there already.
  weighGroup(root, 'engine')
})
