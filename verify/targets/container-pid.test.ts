import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFileSync } from 'node:fs'
import { dockerEngine, type Reply } from '../../testing/chaos/fake-docker.ts'
import { containerPids } from './container-pid.ts'

/** This process in the place of a container's: its control group is the id. */
const own = readFileSync('/proc/self/cgroup', 'utf8').split('\n')[0]?.split(':')[2] ?? '/'
const state = (Pid: number, Id = own): Reply => ['GET /containers/redis/json', 200, { Id, State: { Pid } }]

test("a container's process is asked for once, and again only when it is gone", async (t) => {
  const gone = state(4_194_305)
  const { docker } = await dockerEngine(t, [
    gone,
    state(0),
    ['GET /containers/redis/json', 404, { message: 'No such container: redis' }],
    state(process.pid),
  ])
  const pidOf = containerPids()
  const place = { socket: docker.socket, container: 'redis' }
  for (const why of ['no such process', 'it does not run', 'there is none']) assert.equal(await pidOf(place), undefined, why)
  assert.equal(await pidOf(place), process.pid)
  assert.equal(await pidOf(place), process.pid)
})

test('a process of that number in another control group is not the one of the container: the engine runs elsewhere', async (t) => {
  const { docker } = await dockerEngine(t, [state(process.pid, 'f'.repeat(64))])
  assert.equal(await containerPids()({ socket: docker.socket, container: 'redis' }), undefined)
})

test('an engine that does not answer knows no process', async () => {
  assert.equal(await containerPids()({ socket: '/nowhere/docker.sock', container: 'redis' }), undefined)
})
