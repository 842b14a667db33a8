import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equivalentFor } from './equivalents.ts'
import { faults } from './fault-registry.ts'

const container = { name: 'redis', docker: { container: 'moalog-redis', socket: '/var/run/docker.sock' } }
const native = { name: 'redis', process: { recordFile: '/tmp/redis.json' } }

test('what kills or pauses a process does it to a container, and the other way round', () => {
  assert.equal(equivalentFor('kill-process', container), 'kill-container')
  assert.equal(equivalentFor('pause-process', container), 'pause-container')
  assert.equal(equivalentFor('kill-container', native), 'kill-process')
  assert.equal(equivalentFor('pause-container', native), 'pause-process')
})

test('a part without other means, and a fault without an equivalent, have none', () => {
  assert.equal(equivalentFor('kill-process', { name: 'watched' }), undefined)
  assert.equal(equivalentFor('kill-process', native), undefined)
  assert.equal(equivalentFor('add-latency', container), undefined)
})

test('every equivalent is a fault of the registry that takes the same parameters and needs just that means', () => {
  const jvm = { ...container, containerJvm: { heapAgentJar: '/heap-agent.jar', pid: 1 } }
  for (const [one, other, ...needs] of [
    ['kill-process', equivalentFor('kill-process', container), 'docker'],
    ['pause-process', equivalentFor('pause-process', container), 'docker'],
    ['heap-pressure', equivalentFor('heap-pressure', jvm), 'containerJvm', 'docker'],
  ]) {
    const [a, b] = [one, other].map((id) => faults.find(({ meta }) => meta.id === id)?.meta)
    assert.deepEqual(b?.needs, needs)
    assert.deepEqual(a?.params, b?.params)
  }
})

test('where the target file says that Chaos Mesh is there, it kills and hangs; where not, the workload itself is', () => {
  const workload = { name: 'redis', kubernetes: { context: 'c', namespace: 'n', kind: 'statefulset' as const, name: 'redis' } }
  const ids = ['kill-process', 'pause-process']
  assert.deepEqual(
    ids.map((id) => equivalentFor(id, workload)),
    ['scale-away', 'freeze-pods'],
  )
  assert.deepEqual(
    ids.map((id) => equivalentFor(id, { ...workload, chaosMesh: true })),
    ['fail-pods-mesh', 'partition-pods-mesh'],
  )
})
