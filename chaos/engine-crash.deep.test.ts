/**
 * kill -9 at every step, of the tool and of both, with faults on a container of a real engine. For the engine that DOCKER_HOST names (unix
 * socket; `npm run engine:docker -- up` prints it); skipped without one. Touches containers that it makes itself.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { isGone, runTool, STEPS } from '../testing/chaos/crashes.ts'
import { temporaryDirectory, waitUntil } from '../testing/chaos/processes.ts'
import { recover } from './controller.ts'
import { engine, inspectContainer } from './drivers/docker-driver.ts'
import { hasLeftover, ledgerFiles } from './ledger.ts'

const { DOCKER_HOST: host = '', FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
const socket = host.replace('unix://', '')
const skip = host.startsWith('unix://') ? false : 'DOCKER_HOST names no engine with a Unix socket'
/** A container has no step between the engine's kill and its answer. */
const steps = STEPS.filter((step) => step !== 'apply:killed')

async function setUp(t: TestContext, restart: string) {
  const docker = await engine(socket)
  const name = `firedrill-crash-${randomBytes(4).toString('hex')}`
  const container = await docker.createContainer({
    name,
    Image: image,
    Cmd: ['sleep', '3600'],
    HostConfig: { RestartPolicy: { Name: restart } },
  })
  t.after(() => container.remove({ force: true }).catch(() => undefined))
  await container.start()
  const state = async (): Promise<string> => {
    const { running, paused } = await inspectContainer(socket, name)
    return paused ? 'paused' : running ? 'running' : 'dead'
  }
  const part = JSON.stringify({ name: 'server', docker: { socket, container: name } })
  return { ledgerDir: join(await temporaryDirectory(t), 'ledger'), part, state, container }
}

for (const fault of ['kill-container', 'pause-container'])
  for (const restart of ['no', 'always']) {
    describe(`the tool is killed: the watchdog undoes ${fault}, restart policy ${restart}`, { skip, concurrency: 4 }, () => {
      for (const step of steps)
        test(`at ${step}`, async (t) => {
          const { ledgerDir, part, state } = await setUp(t, restart)
          const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: step } })
          assert.equal(signal, 'SIGKILL')
          await waitUntil(() => isGone(watchdogPid))
          assert.equal(await state(), 'running')
          assert.equal(await hasLeftover(ledgerDir), false)
        })
    })
    describe(`tool and watchdog are killed: the next start undoes ${fault}, restart policy ${restart}`, { skip, concurrency: 4 }, () => {
      for (const step of steps)
        test(`at ${step}`, async (t) => {
          const { ledgerDir, part, state } = await setUp(t, restart)
          const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: `both:${step}` } })
          assert.equal(signal, 'SIGKILL')
          await waitUntil(() => isGone(watchdogPid))
          const harmed = steps.indexOf(step) >= steps.indexOf('applied') && steps.indexOf(step) <= steps.indexOf('undo:begin')
          assert.equal(await state(), !harmed ? 'running' : fault === 'kill-container' ? 'dead' : 'paused')
          assert.deepEqual((await recover(ledgerDir)).notUndone, [])
          assert.equal(await state(), 'running')
          assert.deepEqual(await ledgerFiles(ledgerDir), [])
        })
    })
  }

for (const restart of ['on-failure', 'unless-stopped'])
  test(`a kill by request holds under restart policy ${restart}, and is undone`, { skip }, async (t) => {
    const { ledgerDir, part, state } = await setUp(t, restart)
    const { watchdogPid } = await runTool(t, {
      ledgerDir,
      recordFile: part,
      fault: 'kill-container',
      env: { CRASH_AT: 'both:applied:synced' },
    })
    await waitUntil(() => isGone(watchdogPid))
    assert.equal(await state(), 'dead')
    assert.deepEqual((await recover(ledgerDir)).notUndone, [])
    assert.equal(await state(), 'running')
  })

test('a container whose log is full is killed and brought back', { skip }, async (t) => {
  const docker = await engine(socket)
  const name = `firedrill-crash-${randomBytes(4).toString('hex')}`
  const container = await docker.createContainer({
    name,
    Image: image,
    // Each line fills the log's one file anew.
    Cmd: ['sh', '-c', 'while :; do head -c 3000 /dev/zero | tr "\\0" x; echo; done'],
    HostConfig: { RestartPolicy: { Name: 'always' }, LogConfig: { Type: 'json-file', Config: { 'max-size': '1k', 'max-file': '1' } } },
  })
  t.after(() => container.remove({ force: true }).catch(() => undefined))
  await container.start()
  const ledgerDir = join(await temporaryDirectory(t), 'ledger')
  const part = JSON.stringify({ name: 'server', docker: { socket, container: name } })
  const { watchdogPid } = await runTool(t, {
    ledgerDir,
    recordFile: part,
    fault: 'kill-container',
    env: { CRASH_AT: 'both:applied:synced' },
  })
  await waitUntil(() => isGone(watchdogPid))
  assert.equal((await inspectContainer(socket, name)).running, false)
  assert.deepEqual((await recover(ledgerDir)).notUndone, [])
  assert.equal((await inspectContainer(socket, name)).running, true)
  assert.deepEqual(await ledgerFiles(ledgerDir), [])
})

test('a container that is removed, and one that is made again, while both are dead', { skip }, async (t) => {
  const { ledgerDir, part, container, state } = await setUp(t, 'no')
  await runTool(t, { ledgerDir, recordFile: part, fault: 'pause-container', env: { CRASH_AT: 'both:applied:synced' } })
  const { name } = await inspectContainer(socket, container.id)
  await container.remove({ force: true })
  assert.match((await recover(ledgerDir)).notUndone.join(), new RegExp(`container ${name} was removed`))
  const again = await (await engine(socket)).createContainer({ name, Image: image, Cmd: ['sleep', '3600'] })
  t.after(() => again.remove({ force: true }))
  await again.start()
  assert.deepEqual((await recover(ledgerDir)).notUndone, [])
  assert.equal(await state(), 'running')
})
