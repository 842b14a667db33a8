import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { killProcess, pauseProcess } from '../chaos/drivers/process.ts'
import { procInfo } from '../chaos/drivers/proc.ts'
import type { CommandOverride, Overrides } from './overrides.ts'
import { LAB_PARTS } from './parts/lab-parts.ts'
import { PORTS, PORT_NAMES } from './parts/part-ports.ts'
import { labDown, labLogs, labStatus, labUp, selectParts } from './stack.ts'
import type { LabOptions } from './stack.ts'
import { labTarget } from './lab-target.ts'
import { freePorts } from '../testing/chaos/processes.ts'

/** Two parts, played by programs of a few lines; all else is the real thing. */
const SERVER =
  'require("node:net").createServer((s) => s.end()).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("serving", process.env.MARK))'

function server(mark: string): CommandOverride {
  return { kind: 'command', argv: [process.execPath, '-e', SERVER, '{port}'], env: { MARK: mark } }
}

const ONLY = ['redis', 'toxiproxy']

async function lab(t: TestContext): Promise<LabOptions & { env: NodeJS.ProcessEnv; overrides: Overrides }> {
  const state = await mkdtemp(path.join(tmpdir(), 'firedrill-lab-'))
  const ports = await freePorts(PORT_NAMES.length)
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], XDG_STATE_HOME: state }
  PORT_NAMES.forEach((name, index) => {
    env[PORTS[name].env] = String(ports[index])
  })
  const overrides: Overrides = {
    redis: server('one'),
    toxiproxy: { ...server('one'), health: { kind: 'tcp', host: '127.0.0.1', port: ports[PORT_NAMES.indexOf('toxiproxy')] ?? 0 } },
  }
  t.after(async () => {
    await labDown({ env })
    await rm(state, { recursive: true, force: true })
  })
  return { speed: 15, monitoringDir: 'monitoring', only: ONLY, overrides, env }
}

const pidsOf = async (env: NodeJS.ProcessEnv) => Object.fromEntries((await labStatus(env)).parts.map(({ id, pid }) => [id, pid]))

test('up, up again, status, logs and down: nothing remains', async (t) => {
  const options = await lab(t)
  const first = await labUp(options)
  assert.equal(first.reused, false)
  assert.deepEqual([...first.changed].sort(), ONLY)
  const pids = await pidsOf(options.env)
  const second = await labUp(options)
  assert.deepEqual([second.reused, second.changed], [true, []])
  assert.deepEqual(await pidsOf(options.env), pids)
  const { parts } = await labStatus(options.env)
  assert.ok(parts.every(({ state, healthy, rssBytes }) => state === 'running' && healthy && (rssBytes ?? 0) > 1_000_000))
  assert.equal(await labLogs('redis', 1, options.env), 'serving one')
  await assert.rejects(labLogs('loki', 1, options.env), { code: 'UNKNOWN_PART' })

  assert.deepEqual([...(await labDown(options)).stopped].sort(), ONLY)
  for (const pid of Object.values(pids)) assert.ok([undefined, 'Z'].includes(procInfo(pid ?? 0)?.state))
  assert.equal(existsSync(first.state.labDir), false)
  await assert.rejects(labStatus(options.env), { code: 'LAB_DOWN', exitCode: 3 })
  assert.deepEqual(await labDown(options), { stopped: [], strays: 0 })
})

test('what differs is restarted, what is dead is started, what is paused goes on, the rest stays', async (t) => {
  const options = await lab(t)
  const { state } = await labUp(options)
  const before = await pidsOf(options.env)
  const changed = await labUp({ ...options, overrides: { ...options.overrides, redis: server('two') } })
  assert.deepEqual(changed.changed, ['redis'])
  assert.match(await labLogs('redis', 1, options.env), /serving two/)
  const after = await pidsOf(options.env)
  assert.equal(after['toxiproxy'], before['toxiproxy'])
  assert.notEqual(after['redis'], before['redis'])

  const record = (id: string) => state.parts.find((part) => part.id === id)?.recordFile ?? ''
  await killProcess(record('redis'))
  await pauseProcess(record('toxiproxy'))
  const mended = await labUp({ ...options, overrides: { ...options.overrides, redis: server('two') } })
  assert.deepEqual([...mended.changed].sort(), ONLY)
  assert.equal((await pidsOf(options.env))['toxiproxy'], before['toxiproxy'])
})

test('a part that does not come up is named with the end of its log, and all is down again', async (t) => {
  const options = await lab(t)
  const broken: CommandOverride = {
    kind: 'command',
    argv: [process.execPath, '-e', 'console.error("no such configuration"); process.exit(7)'],
    env: {},
  }
  const failing = labUp({ ...options, overrides: { ...options.overrides, redis: broken } })
  await assert.rejects(failing, {
    code: 'PART_NOT_READY',
    exitCode: 3,
    message: /^Redis did not come up[^]*redis\.log:\n {4}no such configuration$/,
  })
  assert.deepEqual(await readdir(options.env['XDG_STATE_HOME'] ?? ''), [])
})

test('a change that a part refuses leaves the lab as it was', async (t) => {
  const options = await lab(t)
  await labUp(options)
  const broken: CommandOverride = { kind: 'command', argv: [process.execPath, '-e', 'process.exit(7)'], env: {} }
  await assert.rejects(labUp({ ...options, overrides: { ...options.overrides, redis: broken } }), { code: 'PART_NOT_READY' })
  const { parts } = await labStatus(options.env)
  assert.deepEqual(
    parts.map(({ state, healthy }) => [state, healthy]),
    [
      ['running', true],
      ['running', true],
    ],
  )
  assert.equal((await labUp(options)).reused, true)
})

test('a busy port: its holder is named and nothing is started', async (t) => {
  const options = await lab(t)
  const port = Number(options.env['REDIS_PORT'])
  const holder = createServer().listen(port, '127.0.0.1')
  await once(holder, 'listening')
  t.after(() => holder.close())
  await assert.rejects(labUp(options), {
    code: 'PORT_BUSY',
    exitCode: 3,
    message: new RegExp(`port ${port} \\(Redis, REDIS_PORT\\) is in use by process ${process.pid}: `),
  })
  await assert.rejects(labStatus(options.env), { code: 'LAB_DOWN' })
})

test('interrupted while it starts: all is down again', async (t) => {
  const options = await lab(t)
  const interruption = new AbortController()
  const never: CommandOverride = { kind: 'command', argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], env: {} }
  await assert.rejects(
    labUp({
      ...options,
      overrides: { ...options.overrides, redis: never },
      signal: interruption.signal,
      progress: ({ part, event }) => {
        if (part === 'toxiproxy' && event === 'ready') interruption.abort()
      },
    }),
    { code: 'INTERRUPTED', exitCode: 130 },
  )
  await assert.rejects(labStatus(options.env), { code: 'LAB_DOWN' })
})

test('one that runs already is used, and neither stopped nor offered to faults', async (t) => {
  const options = await lab(t)
  const elsewhere = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  t.after(() => elsewhere.close())
  const address = { host: '127.0.0.1', port: (elsewhere.address() as AddressInfo).port }
  const external = (allowFaults: boolean): Overrides => ({
    ...options.overrides,
    redis: { kind: 'address', addresses: { redis: address }, allowFaults },
  })
  const { state } = await labUp({ ...options, overrides: external(false) })
  assert.deepEqual(Object.keys(labTarget(state, {}).parts), ['otlp'])
  assert.equal((await labStatus(options.env)).parts.find(({ id }) => id === 'redis')?.state, 'external')
  const allowed = await labUp({ ...options, overrides: external(true) })
  assert.deepEqual(labTarget(allowed.state, {}).parts['redis']?.redis, address)
  assert.equal(labTarget(allowed.state, {}).parts['redis']?.process, undefined)
  await labDown(options)
  assert.equal(elsewhere.listening, true)
})

test('the receiver hears below a path of this lab alone, and everywhere where Alertmanager is not started by the lab', async (t) => {
  const options = await lab(t)
  const secretOf = async (overrides: Overrides = {}): Promise<string | undefined> =>
    labTarget((await labUp({ ...options, overrides: { ...options.overrides, ...overrides } })).state, {}).endpoints.receiver.secret
  const first = await secretOf()
  assert.match(first ?? '', /^[0-9a-f]{32}$/)
  assert.equal(await secretOf(), first)
  assert.equal(await secretOf({ alertmanager: { kind: 'address', addresses: {}, allowFaults: false } }), undefined)
  await labDown(options)
  assert.notEqual(await secretOf(), first)
  assert.equal(await secretOf({ alertmanager: server('two') }), undefined)
})

test('two starters do not meet in one lab', async (t) => {
  const options = await lab(t)
  const [first, second] = await Promise.allSettled([labUp(options), labUp(options)])
  const refused = [first, second].filter((outcome) => outcome.status === 'rejected')
  assert.deepEqual(
    refused.map(({ reason }) => (reason as { code: string }).code),
    ['LAB_BUSY'],
  )
})

test('a lab whose state file cannot be read is taken down all the same', async (t) => {
  const options = await lab(t)
  const { state } = await labUp(options)
  const pids = await pidsOf(options.env)
  await writeFile(path.join(state.labDir, 'lab.json'), '{"version":')
  await writeFile(path.join(state.labDir, 'records', 'redis.json'), '{')
  await assert.rejects(labUp(options), { code: 'LAB_STATE' })
  const { strays } = await labDown(options)
  assert.equal(strays, 1)
  for (const pid of Object.values(pids)) assert.ok([undefined, 'Z'].includes(procInfo(pid ?? 0)?.state))
})

test('a chosen part brings what it needs', () => {
  assert.deepEqual(
    selectParts(LAB_PARTS, ['moalog-server']).map(({ id }) => id),
    ['toxiproxy', 'mysql', 'moalog-server'],
  )
  assert.throws(() => selectParts(LAB_PARTS, ['redsi']), { code: 'UNKNOWN_PART' })
})
