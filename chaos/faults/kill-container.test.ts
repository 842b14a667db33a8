import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerState, dockerEngine, execReplies, ID, inspect, inspectByName } from '../../testing/chaos/fake-docker.ts'
import { carryOut, settled, stillWrong } from '../undo.ts'
import { killContainerFault } from './kill-container.ts'

const context = { token: 't', step: async () => {}, signal: new AbortController().signal }

test('kill-container kills by id, sees it dead; its undo ends when it runs, and its health is awaited apart', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false, 'healthy')],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, containerState(false, false)],
    [inspect, 200, containerState(false, false)],
    [`POST /containers/${ID}/start`, 204],
    [inspect, 200, containerState(true, false, 'starting')],
    [inspect, 200, containerState(true, false, 'starting')],
    [inspect, 200, containerState(true, false, 'starting')],
    [inspect, 200, containerState(true, false, 'healthy')],
  ])
  const { undo, apply } = await killContainerFault.prepare(part, {}, context)
  assert.match((await apply()).detail, /moalog-redis \(4f66ad9a0b2e\) is dead/)
  await carryOut(undo)
  assert.equal(await settled(undo), null)
})

test('a fault is over when the program of the health check succeeds, which is run at once and not every 5 s', async (t) => {
  const { Config, ...state } = containerState(false, false)
  const dead = { ...state, Config: { ...Config, Healthcheck: { Test: ['CMD-SHELL', 'redis-cli ping'] } } }
  const asked: string[] = []
  const part = await dockerEngine(
    t,
    [
      [inspect, 200, dead],
      [`POST /containers/${ID}/start`, 204],
      [inspect, 200, containerState(true, false, 'starting')],
      ...execReplies('a1', 1, '', 'LOADING Redis is loading the dataset in memory'),
      [inspect, 200, containerState(true, false, 'starting')],
      ...execReplies('a2', 0, 'PONG'),
      [inspect, 200, containerState(true, false, 'starting')],
    ],
    (body) => asked.push(body),
  )
  await carryOut({ driver: 'docker', state: 'running', socket: part.docker.socket, container: 'moalog-redis', id: ID })
  assert.deepEqual(
    asked.filter((body) => body.includes('Cmd')).map((body) => (JSON.parse(body) as { Cmd: string[] }).Cmd),
    [
      ['/bin/sh', '-c', 'redis-cli ping'],
      ['/bin/sh', '-c', 'redis-cli ping'],
    ],
  )
})

test('stop asks the container to end', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false, 'healthy')],
    [`POST /containers/${ID}/stop?t=10`, 204],
    [inspect, 200, containerState(false, false)],
  ])
  const { apply } = await killContainerFault.prepare(part, { how: 'stop' }, context)
  assert.match((await apply()).detail, /is dead/)
})

test('kill-container says so when a supervisor brings the container back', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(true, false)],
    [`POST /containers/${ID}/kill?signal=SIGKILL`, 204],
    [inspect, 200, containerState(true, false)],
  ])
  const { apply } = await killContainerFault.prepare(part, {}, context)
  await assert.rejects(apply(), /yet it runs/)
})

test('a container that does not run is not harmed, and one that was removed cannot be undone', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, containerState(false, false)],
    [inspect, 404, { message: `No such container: ${ID}` }],
    [inspectByName, 404, { message: 'No such container: moalog-redis' }],
  ])
  await assert.rejects(killContainerFault.prepare(part, {}, context), { code: 'FAULT_NOT_STEADY', message: /not running/ })
  assert.match(
    (await stillWrong({ driver: 'docker', state: 'running', socket: part.docker.socket, container: 'moalog-redis', id: ID })) ?? '',
    /moalog-redis was removed/,
  )
})

test('a container of another compose project, or none of that name, is not harmed', async (t) => {
  const part = await dockerEngine(t, [
    [inspectByName, 200, { ...containerState(true, false), Config: { Labels: { 'com.docker.compose.project': 'shop' } } }],
    [inspectByName, 200, { ...containerState(true, false), Config: { Labels: {} } }],
    [inspectByName, 404, { message: 'No such container: moalog-redis' }],
    [inspectByName, 200, { ...containerState(true, false), Config: { Labels: {} } }],
  ])
  const code = 'FAULT_NOT_POSSIBLE'
  await assert.rejects(killContainerFault.prepare(part, {}, context), { code, message: /of the compose project shop, not of moalog/ })
  await assert.rejects(killContainerFault.prepare(part, {}, context), { code, message: /of no compose project/ })
  await assert.rejects(killContainerFault.prepare(part, {}, context), {
    code: 'FAULT_NOT_STEADY',
    message: /there is no container moalog-redis/,
  })
  const { socket, container } = part.docker
  const anyProject = await killContainerFault.prepare({ name: 'redis', docker: { socket, container } }, {}, context)
  assert.deepEqual(anyProject.undo, { driver: 'docker', state: 'running', socket, container, id: ID })
})

test('a container that was recreated under its name while the fault lasted leaves nothing to undo', async (t) => {
  const undo = { driver: 'docker', state: 'running', container: 'moalog-redis', id: ID } as const
  const other = { ...containerState(true, false), Id: 'f'.repeat(64) }
  const gone: [string, number, object] = [inspect, 404, { message: `No such container: ${ID}` }]
  const renamed = { ...containerState(false, false), Name: `/${ID.slice(0, 12)}_moalog-redis` }
  const part = await dockerEngine(t, [
    gone,
    [inspectByName, 200, other],
    gone,
    [inspectByName, 200, other],
    // Between rename and removal both are there; the old one must not be started beside the new one.
    [inspect, 200, renamed],
    [inspectByName, 200, other],
    [inspect, 200, renamed],
    [inspectByName, 200, other],
    gone,
    [inspectByName, 200, { ...other, State: { ...other.State, Running: false } }],
    [inspect, 500, { message: 'engine trouble' }],
  ])
  const { socket } = part.docker
  await carryOut({ ...undo, socket })
  await carryOut({ ...undo, socket })
  assert.equal(await stillWrong({ ...undo, socket }), 'container moalog-redis, which replaced the one of the fault, is not running')
  assert.match((await stillWrong({ ...undo, socket })) ?? '', /engine trouble/)
})
