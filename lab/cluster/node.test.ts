import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeGroups } from './node.ts'

function hierarchies(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'firedrill-groups-'))
  t.after(() => {
    rmSync(root, { recursive: true })
  })
  return root
}

test('of version 1 there is a group in every hierarchy, and that of cpuset has the CPUs and the memory of its parent', (t) => {
  const root = hierarchies(t)
  for (const name of ['cpu', 'cpuset', 'memory']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'cpuset/cpuset.cpus'), '0-1\n')
  writeFileSync(join(root, 'cpuset/cpuset.mems'), '0\n')
  makeGroups(root, 'own')
  for (const name of ['cpu', 'memory']) assert.deepEqual(readdirSync(join(root, name)), ['own'])
  assert.equal(readFileSync(join(root, 'cpuset/own/cpuset.cpus'), 'utf8'), '0-1\n')
  assert.equal(readFileSync(join(root, 'cpuset/own/cpuset.mems'), 'utf8'), '0\n')
})

test('of version 2 there is one group', (t) => {
  const root = hierarchies(t)
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu memory\n')
  mkdirSync(join(root, 'system.slice'))
  makeGroups(root, 'own')
  assert.deepEqual(readdirSync(root).sort(), ['cgroup.controllers', 'own', 'system.slice'])
  assert.deepEqual(readdirSync(join(root, 'own')), [])
})
