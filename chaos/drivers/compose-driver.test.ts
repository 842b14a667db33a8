import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { dockerEngine, type Reply } from '../../testing/chaos/fake-docker.ts'
import { temporaryDirectory } from '../../testing/chaos/processes.ts'
import { compressedConfiguration } from '../compressed-configuration.ts'
import { carryOut } from '../undo.ts'
import { composeUp, differsFromDeployed, overrideFile } from './compose-driver.ts'

const CONTAINERS = [{ service: 'prometheus', container: 'moalog-prometheus-1', hash: 'as deployed' }]

/** A docker command that writes down how it is called, and whether `marker` is there at that moment. */
async function place(t: TestContext, repliesFor: (folder: string) => Reply[], ends = 0) {
  const root = await temporaryDirectory(t)
  const folder = join(root, 'files')
  const { docker } = await dockerEngine(t, repliesFor(folder))
  const program = join(root, 'docker')
  const calls = join(root, 'calls')
  writeFileSync(
    program,
    `#!/bin/sh\n[ -e ${root}/marker ] && echo marker >> ${calls}\necho "$DOCKER_HOST $*" >> ${calls}\necho "first line" >&2\necho "no such service" >&2\nexit ${ends}\n`,
  )
  chmodSync(program, 0o755)
  const undo = {
    driver: 'compose',
    state: 'as-deployed',
    socket: docker.socket,
    program,
    project: 'moalog',
    directory: root,
    files: ['/srv/a.yaml', '/srv/b.yaml'],
    envFiles: ['/srv/.env'],
    containers: CONTAINERS,
    folder,
  } as const
  return {
    undo: { ...undo, files: [...undo.files], envFiles: [...undo.envFiles] },
    root,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  }
}

const inspected = (Sources: string[], hash = 'as deployed', Running = true): Reply => [
  'GET /containers/moalog-prometheus-1/json',
  200,
  {
    Mounts: Sources.map((Source) => ({ Source })),
    State: { Running, Paused: false },
    Config: { Labels: { 'com.docker.compose.config-hash': hash } },
  },
]

test('the services alone are made, from the files that made them and the override, by the engine of the target', async (t) => {
  const { undo, calls } = await place(t, () => [])
  await composeUp(undo, '/state/override.yaml', new AbortController().signal)
  assert.deepEqual(calls(), [
    `unix://${undo.socket} compose --project-name moalog --project-directory ${undo.directory} --file /srv/a.yaml --file /srv/b.yaml --file /state/override.yaml --env-file /srv/.env up --detach --wait --no-deps --no-build --pull never prometheus`,
  ])
})

test('what docker compose says last is the reason of its failure', async (t) => {
  const { undo } = await place(t, () => [], 1)
  await assert.rejects(composeUp(undo, undefined, new AbortController().signal), /compose up prometheus: first line; no such service/)
  await assert.rejects(composeUp({ ...undo, program: '/nowhere/docker' }, undefined, new AbortController().signal), /ENOENT/)
})

test('as deployed is: running, no file of the drill, and the configuration that Docker Compose knew before', async (t) => {
  const { undo } = await place(t, () => [
    ['GET /containers/moalog-prometheus-1/json', 404, { message: 'No such container' }],
    inspected(['/srv/monitoring/prometheus.yml'], 'as deployed', false),
    inspected(['/srv/monitoring/prometheus.yml'], 'another one'),
    inspected(['/srv/monitoring/prometheus.yml']),
  ])
  assert.equal(await differsFromDeployed(undo), 'container moalog-prometheus-1 was removed')
  assert.equal(await differsFromDeployed(undo), 'container moalog-prometheus-1 is not running')
  assert.match((await differsFromDeployed(undo)) ?? '', /another compose configuration than before the drill/)
  assert.equal(await differsFromDeployed(undo), null)
})

test('the undo deploys the files again, reads the mounts back and removes what the drill had written; twice is once', async (t) => {
  const deployed = inspected(['/srv/prometheus.yml'])
  const { undo, calls } = await place(t, (folder) => [inspected([join(folder, 'prometheus.yml')]), deployed, deployed, deployed])
  mkdirSync(undo.folder)
  writeFileSync(overrideFile(undo), '{}')
  await carryOut(undo)
  assert.match(calls().join(), /--file \/srv\/b\.yaml --env-file .* prometheus$/)
  assert.equal(existsSync(undo.folder), false)
  await carryOut(undo)
  assert.equal(calls().length, 1)
})

test('a container that still has the compressed files is not undone', async (t) => {
  const { undo } = await place(t, (folder) => [inspected([join(folder, 'prometheus.yml')]), inspected([join(folder, 'prometheus.yml')])])
  await assert.rejects(carryOut(undo), /moalog-prometheus-1 has the compressed configuration/)
})

test('the fault writes its files where the containers can read them, and proves that they are mounted', async (t) => {
  const { undo, calls } = await place(t, (folder) => [
    inspected([]),
    inspected([join(folder, 'prometheus.yml')]),
    inspected([]),
    inspected([]),
  ])
  const { driver: _driver, state: _state, ...part } = undo
  const composeConfiguration = {
    ...part,
    texts: { 'prometheus.yml': 'global: {}' },
    memories: ['alertmanager-data'],
    override: '{"services": {}}',
  }
  const context = { token: 't', step: async () => {}, signal: new AbortController().signal }
  const prepare = () => compressedConfiguration.prepare({ name: 'monitoring', composeConfiguration }, {}, context)
  const prepared = await prepare()
  assert.deepEqual(prepared.undo, undo)
  assert.equal(existsSync(undo.folder), false, 'nothing is written before the undo is in the ledger')
  await prepared.apply()
  assert.equal(readFileSync(join(undo.folder, 'prometheus.yml'), 'utf8'), 'global: {}')
  assert.equal(statSync(join(undo.folder, 'prometheus.yml')).mode & 0o777, 0o644)
  assert.equal(statSync(join(undo.folder, 'alertmanager-data')).mode & 0o777, 0o777, "its user is the image's")
  assert.match(calls()[0] ?? '', /files\/override\.yaml --env-file/)
  await assert.rejects((await prepare()).apply(), /moalog-prometheus-1 still has the deployed files/)
})

test('an undo waits for the docker compose of a killed drill', async (t) => {
  const { undo, root, calls } = await place(t, () => [inspected(['/srv/prometheus.yml'], 'another one'), inspected([])])
  const program = `process.stdin.resume().on('end', () => setTimeout(() => require('fs').writeFileSync(${JSON.stringify(join(root, 'marker'))}, ''), 1_000))`
  const other = spawn(process.execPath, ['-e', program, 'compose', overrideFile(undo)], { stdio: ['pipe', 'ignore', 'inherit'] })
  t.after(() => other.kill('SIGKILL'))
  const ended = once(other, 'exit')
  const undone = carryOut(undo)
  other.stdin.end()
  await undone
  await ended
  assert.equal(calls()[0], 'marker', 'docker compose was called before the other one had ended')
})
