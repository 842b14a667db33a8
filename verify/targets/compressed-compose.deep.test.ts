/**
 * kill -9 of a compressed drill while its configuration is deployed, on a real engine with Docker Compose. For the engine that DOCKER_HOST
 * names (unix socket; `npm run engine:docker -- up` prints it); skipped without one. A compose project of its own, of busybox alone.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { engine } from '../../chaos/drivers/docker-driver.ts'
import { hasLeftover } from '../../chaos/ledger.ts'
import { temporaryDirectory, waitUntil } from '../../testing/chaos/processes.ts'
import { COMPOSE_CONFIGURATION, ledgerFolder } from './ledger-folder.ts'
import { undoLeftovers } from './leftovers.ts'

const { DOCKER_HOST: host = '', FIREDRILL_TEST_IMAGE: image = 'busybox:1.36' } = process.env
const socket = host.replace('unix://', '')
const skip = host.startsWith('unix://') ? false : 'DOCKER_HOST names no engine with a Unix socket'

/** A compressed drill reduced to its configuration. argv: SOCKET PROJECT. Says what it has reached; with END=1 it ends by itself. */
const TOOL = `
import { writeSync } from 'node:fs'
import { inCompressedCompose } from ${JSON.stringify(new URL('./compressed-compose.ts', import.meta.url).href)}
const [socket, project] = process.argv.slice(2)
const say = (line) => writeSync(1, line + '\\n')
const containers = Object.fromEntries(['prometheus', 'alertmanager'].map((name) => [name, { socket, container: project + '-' + name + '-1' }]))
const target = { name: 'compose', endpoints: { receiver: {} }, parts: {}, containers }
const io = { env: process.env, signal: new AbortController().signal }
await inCompressedCompose(target, 15, io, { line: say, update: () => {} }, async () => {
  say('deployed')
  if (process.env.END !== '1') await new Promise((resolve) => setTimeout(resolve, 3_600_000))
})
say('put back')
`

async function setUp(t: TestContext) {
  const root = await temporaryDirectory(t)
  const project = `firedrill-crash-${randomBytes(4).toString('hex')}`
  const env = { ...process.env, XDG_STATE_HOME: join(root, 'state') }
  mkdirSync(join(root, 'deployed'))
  const file = (name: string, text: string): void => {
    writeFileSync(join(root, 'deployed', name), text)
  }
  file('prometheus.yml', 'global: { scrape_interval: 30s }\n')
  file('alertmanager.yml', 'route: { receiver: a, group_wait: 30s }\nreceivers: [{ name: a }]\n')
  const config = (name: string): string => `/etc/${name}/${name}.yml`
  const service = (name: string): object => ({
    image,
    command: ['sh', '-c', 'trap exit TERM; sleep 3600 & wait', `--config.file=${config(name)}`],
    volumes: [`./deployed/${name}.yml:${config(name)}:ro`, `${name}:/data`],
  })
  writeFileSync(
    join(root, 'compose.yaml'),
    JSON.stringify({
      name: project,
      services: { prometheus: service('prometheus'), alertmanager: service('alertmanager') },
      volumes: { prometheus: {}, alertmanager: {} },
    }),
  )
  const compose = (...args: string[]): void => {
    execFileSync('docker', ['compose', '--project-name', project, ...args], { env, cwd: '/', stdio: 'ignore' })
  }
  t.after(() => {
    compose('down', '--volumes', '--timeout', '1')
  })
  compose('--file', join(root, 'compose.yaml'), 'up', '--detach', '--wait')
  const docker = await engine(socket)
  const seen = async (): Promise<string> => {
    const found = await Promise.all(
      ['prometheus', 'alertmanager'].map(async (name) => {
        // Docker lists mounts in any order.
        const { Config, Mounts, State } = await docker.getContainer(`${project}-${name}-1`).inspect()
        return [Config.Labels['com.docker.compose.config-hash'], State.Running, Config.Cmd, Mounts.map(({ Source }) => Source).sort()]
      }),
    )
    return JSON.stringify(found)
  }
  const ledger = ledgerFolder(COMPOSE_CONFIGURATION, env)
  const program = join(root, 'tool.mjs')
  writeFileSync(program, TOOL)
  const run = (more: Record<string, string> = {}): { tool: ChildProcessByStdio<null, Readable, null>; said: () => string } => {
    const tool = spawn(process.execPath, [program, socket, project], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => tool.kill('SIGKILL'))
    let text = ''
    tool.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    return { tool, said: () => text }
  }
  return { run, seen, ledger, env, before: await seen() }
}

test('without a crash the compressed files are deployed and the delivered ones put back', { skip }, async (t) => {
  const { run, seen, ledger, before } = await setUp(t)
  const { tool, said } = run({ END: '1' })
  const [code] = (await once(tool, 'exit')) as [number]
  assert.match(said(), /deployed\n.*put back\n$/s)
  assert.deepEqual([code, await seen(), await hasLeftover(ledger)], [0, before, false])
})

/** The moment of the kill: an event that is awaited, and whether the compressed files are surely deployed by then. */
const MOMENTS: Record<string, (world: { said: () => string; ledger: string }) => boolean> = {
  'as docker compose is deploying them': ({ ledger }) => existsSync(join(ledger, 'files', 'override.yaml')),
  'while they are deployed': ({ said }) => said().includes('deployed\n'),
}

for (const [moment, reached] of Object.entries(MOMENTS)) {
  test(`kill -9 ${moment}: the watchdog puts the delivered files back`, { skip }, async (t) => {
    const { run, seen, ledger, before } = await setUp(t)
    const { tool, said } = run()
    await waitUntil(() => reached({ said, ledger }))
    tool.kill('SIGKILL')
    await waitUntil(async () => !(await hasLeftover(ledger)))
    assert.equal(await seen(), before)
    assert.equal(existsSync(join(ledger, 'files')), false)
  })
}

test('kill -9 of tool and watchdog: the next start puts the delivered files back', { skip }, async (t) => {
  const { run, seen, ledger, env, before } = await setUp(t)
  const { tool, said } = run()
  await waitUntil(() => said().includes('deployed\n'))
  const watchdogs = execFileSync('pgrep', ['-P', String(tool.pid), '-f', 'watchdog.ts'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)
  assert.equal(watchdogs.length, 1)
  // Stopped, or it would start another watchdog.
  tool.kill('SIGSTOP')
  for (const pid of watchdogs) process.kill(pid, 'SIGKILL')
  tool.kill('SIGKILL')
  await once(tool, 'exit')
  assert.notEqual(await seen(), before)
  assert.deepEqual(await undoLeftovers('compose', env), {
    undone: ['compressed-configuration monitoring (experiment speed 15)'],
    notUndone: [],
  })
  assert.deepEqual([await seen(), await hasLeftover(ledger)], [before, false])
})
