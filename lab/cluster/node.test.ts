import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { clusterFolder, clusterPid } from './cluster-folder.ts'
import { makeGroups, startNode } from './node.ts'

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

test('a cluster that runs is used, unless it is to enforce NetworkPolicies and does not', async (t) => {
  const folder = clusterFolder({ FIREDRILL_CLUSTER_DIR: hierarchies(t) })
  const holder = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)', '--', folder.root], { argv0: 'unshare', stdio: 'ignore' })
  const ended = once(holder, 'exit')
  t.after(async () => {
    holder.kill('SIGKILL')
    await ended
  })
  await once(holder, 'spawn')
  mkdirSync(folder.node)
  writeFileSync(folder.pidFile, String(holder.pid))
  writeFileSync(folder.ready, '')
  const programs = { kube: '/no/kube', usr: '/no/usr' }
  const enforcing = { ...programs, policies: '/no/policies' }
  await startNode(folder, programs)
  await assert.rejects(startNode(folder, enforcing), {
    code: 'CLUSTER_POLICIES',
    exitCode: 2,
    next: 'npm run engine:kubernetes -- down, then up --policies',
  })
  writeFileSync(folder.policies, '')
  await startNode(folder, enforcing)
  assert.equal(clusterPid(folder), holder.pid)
})
