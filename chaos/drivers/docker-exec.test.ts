import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerState, dockerEngine, execReplies, ID, recorded, type Reply } from '../../testing/chaos/fake-docker.ts'
import { outputsOf, programsIn, putFile, runInContainer } from './docker-exec.ts'
import { inspectContainer } from './docker-driver.ts'

const limitMs = 60_000

test('a program that runs in a container gives its code and both outputs, as a real engine sent them', async (t) => {
  const execs = recorded.filter(([request]) => request.endsWith('/exec') || request.includes('/exec/'))
  const created = execs.filter(([, status]) => status !== 409)
  const { docker } = await dockerEngine(t, created)
  const run = (...argv: string[]) => runInContainer(docker.socket, ID, { argv, limitMs })
  assert.deepEqual(await run('sh', '-c', 'echo out; echo err >&2; exit 3'), { code: 3, stdout: 'out\n', stderr: 'err\n' })
  const missing = await run('nosuch')
  assert.equal(missing.code, 126)
  assert.match(missing.stdout, /OCI runtime exec failed: .*"nosuch": executable file not found/)
  assert.deepEqual(await run('true'), { code: 0, stdout: '', stderr: '' })
})

test('a paused container and one that does not run take no program', async (t) => {
  const { docker } = await dockerEngine(
    t,
    recorded.filter(([request, status]) => request.endsWith('/exec') && status === 409),
  )
  await assert.rejects(runInContainer(docker.socket, ID, { argv: ['true'], limitMs }), /is paused, unpause the container before exec/)
  await assert.rejects(runInContainer(docker.socket, ID, { argv: ['true'], limitMs }), /is not running/)
})

test('a file goes into a folder that the container has', async (t) => {
  const { docker } = await dockerEngine(
    t,
    recorded.filter(([request]) => request.startsWith('PUT ')),
  )
  await assert.rejects(putFile(docker.socket, ID, '/nowhere', 'a', Buffer.from('a')), /Could not find the file \/nowhere/)
  await putFile(docker.socket, ID, '/tmp', 'a', Buffer.from('a'))
})

test('a container is seen running, paused, dead and gone, and what runs in it besides', async (t) => {
  const inspections = recorded.filter(([request]) => request === `GET /containers/${ID}/json`)
  const { docker } = await dockerEngine(t, [...inspections, ...inspections.slice(0, 1)])
  const seen: unknown[] = []
  for (const [, status] of inspections.slice(0, -1)) {
    assert.equal(status, 200)
    const { running, paused, project } = await inspectContainer(docker.socket, ID)
    seen.push([running, paused, project])
  }
  const dead = [false, false, 'moalog']
  assert.deepEqual(seen, [[true, false, 'moalog'], [true, true, 'moalog'], dead, dead, dead])
  await assert.rejects(inspectContainer(docker.socket, ID), { statusCode: 404 })
  assert.deepEqual(await programsIn(docker.socket, ID), [])
})

test('an output that was cut short is read as far as it goes', () => {
  assert.deepEqual(outputsOf(Buffer.from('\x01\0\0\0\0\0\0\x05ab')), { stdout: 'ab', stderr: '' })
  assert.deepEqual(outputsOf(Buffer.from('\x01\0\0')), { stdout: '', stderr: '' })
})

/** Every value of the stand-in is one of the record's at that place; a string that differs from run to run has its form. */
function like(made: unknown, real: unknown, at: string): void {
  if (typeof made === 'object' && made !== null) {
    assert.ok(typeof real === 'object' && real !== null, at)
    for (const [key, value] of Object.entries(made)) {
      assert.ok(key in real, `${at}.${key} is in no reply of a real engine`)
      like(value, (real as Record<string, unknown>)[key], `${at}.${key}`)
    }
  } else if (/Name$|service$|\.Id$|StartedAt$/.test(at)) assert.equal(typeof made, typeof real, at)
  else assert.equal(made, real, at)
}

test("the stand-in's own replies have the form of the recorded ones", () => {
  const states = recorded
    .filter(([request, status]) => request === `GET /containers/${ID}/json` && status === 200)
    .map(([, , body]) => body)
  const { Config: _running, ...running } = containerState(true, false)
  const { Config: _paused, ...paused } = containerState(true, true)
  const { Config: _dead, ...dead } = containerState(false, false)
  like(running, states[0], 'running')
  like(paused, states[1], 'paused')
  like(dead, states[2], 'dead')
  const at = recorded.findIndex(([request, status]) => request.endsWith('/exec') && status === 201)
  const made: Reply[] = execReplies('x', 3, 'out\n', 'err\n')
  assert.deepEqual(made[1]?.[2], recorded[at + 1]?.[2])
  made.forEach(([, status], index) => {
    assert.equal(status, recorded[at + index]?.[1])
  })
})
