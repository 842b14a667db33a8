import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createChaos, recover, type ChaosController, type ChaosOptions } from './controller.ts'
import { liveProcess, processState, readRecord, startProcess, waitHealthy } from './drivers/process.ts'
import { defineFault, type Fault } from './fault.ts'
import { killProcessFault } from './faults/kill-process.ts'
import { pauseProcessFault } from './faults/pause-process.ts'
import { hasLeftover, Ledger, ledgerFiles, newLedgerFile } from './ledger.ts'
import { tcpServerRecord, waitUntil } from '../testing/chaos/processes.ts'

async function setUp(t: TestContext, registry: Fault[] = [killProcessFault, pauseProcessFault]) {
  // Registered first, so it runs before the server's folder, in which the ledger is, is removed.
  const opened: ChaosController[] = []
  t.after(async () => {
    for (const chaos of opened) await chaos.close()
  })
  const server = await tcpServerRecord(t)
  await startProcess(server.file)
  await waitHealthy(server.file)
  const options: ChaosOptions = {
    target: {
      name: 'test',
      kind: 'lab',
      endpoints: {
        prometheus: '',
        alertmanager: '',
        loki: '',
        jaeger: '',
        otlp: '',
        receiver: { host: '127.0.0.1', port: 0 },
        services: {},
      },
      parts: { server: { name: 'server', process: { recordFile: server.file } }, watched: { name: 'watched' } },
    },
    ledgerDir: join(server.directory, 'ledger'),
    registry,
  }
  const open = async () => {
    const chaos = await createChaos(options)
    opened.push(chaos)
    return chaos
  }
  return { options, recordFile: server.file, open }
}

test('a fault is in effect between inject and undo, with times that bracket it', async (t) => {
  const { recordFile, open } = await setUp(t)
  const chaos = await open()
  const beforeMs = Date.now()
  const fault = await chaos.inject({ id: 'kill-process', target: 'server', params: {} }, 'e')
  assert.equal(await processState(recordFile), 'dead')
  assert.ok(beforeMs <= fault.startedMs && fault.startedMs <= fault.effectiveMs && fault.effectiveMs <= Date.now())
  assert.match(fault.detail, /refuses connections/)
  const [first, second] = await Promise.all([fault.undo(), fault.undo()])
  assert.equal(first, second)
  assert.ok(first.ok && first.startedMs <= first.effectiveMs)
  assert.equal(await processState(recordFile), 'running')
})

test('what something else has brought back before the undo is said', async (t) => {
  const { recordFile, open } = await setUp(t)
  const chaos = await open()
  const killed = await chaos.inject({ id: 'kill-process', target: 'server', params: {} }, 'e')
  await startProcess(recordFile)
  await waitHealthy(recordFile)
  const { ok, endedBefore, detail } = await killed.undo()
  assert.deepEqual([ok, endedBefore], [true, true])
  assert.match(detail, /kill-process server \(experiment e\) was over before it was to be undone: something else had ended it/)
  const paused = await chaos.inject({ id: 'pause-process', target: 'server', params: {} }, 'e')
  process.kill((await readRecord(recordFile).then(liveProcess))?.pid ?? NaN, 'SIGCONT')
  assert.equal((await paused.undo()).endedBefore, true)
  const held = await (await chaos.inject({ id: 'pause-process', target: 'server', params: {} }, 'e')).undo()
  assert.deepEqual([held.ok, held.endedBefore], [true, undefined])
})

test('undoAll undoes the newest first and lets faults be injected afterwards', async (t) => {
  const { options, recordFile, open } = await setUp(t)
  const chaos = await open()
  await chaos.inject({ id: 'pause-process', target: 'server', params: {} }, 'older')
  await assert.rejects(chaos.inject({ id: 'kill-process', target: 'server', params: {} }, 'refused'), {
    code: 'FAULT_NOT_STEADY',
    exitCode: 3,
  })
  assert.deepEqual(await chaos.undoAll(), { undone: ['pause-process server (experiment older)'], notUndone: [] })
  assert.deepEqual(await chaos.undoAll(), { undone: [], notUndone: [] })
  await chaos.inject({ id: 'kill-process', target: 'server', params: {} }, 'later')
  await chaos.close()
  assert.equal(await processState(recordFile), 'running')
  assert.deepEqual(await ledgerFiles(options.ledgerDir), [])
})

test('undoAll in the middle of an injection waits for it and undoes it', async (t) => {
  const entered = Promise.withResolvers<void>()
  const slow = defineFault({
    meta: { ...killProcessFault.meta, id: 'slow-kill' },
    async prepare(part, _params, context) {
      const prepared = await killProcessFault.prepare(part, {}, context)
      return {
        ...prepared,
        async apply() {
          entered.resolve()
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }))
          return prepared.apply()
        },
      }
    },
  })
  const { recordFile, open } = await setUp(t, [slow])
  const chaos = await open()
  const injected = assert.rejects(chaos.inject({ id: 'slow-kill', target: 'server', params: {} }, 'e'), {
    code: 'FAULT_NOT_APPLIED',
    message: /everything is being undone; it is undone/,
  })
  await entered.promise
  assert.deepEqual((await chaos.undoAll()).notUndone, [])
  await injected
  assert.equal(await processState(recordFile), 'running')
})

test('a fault that fails while being applied is undone and says so', async (t) => {
  const failing = defineFault({
    meta: { ...killProcessFault.meta, id: 'failing' },
    async prepare(part, _params, context) {
      const prepared = await killProcessFault.prepare(part, {}, context)
      return {
        ...prepared,
        apply: async () => {
          await prepared.apply()
          throw new Error('half way')
        },
      }
    },
  })
  const { recordFile, open } = await setUp(t, [failing])
  const chaos = await open()
  await assert.rejects(chaos.inject({ id: 'failing', target: 'server', params: {} }, 'e'), {
    code: 'FAULT_NOT_APPLIED',
    message: /half way; it is undone/,
  })
  assert.equal(await processState(recordFile), 'running')
})

test('what a fault did not reach is asked before its undo, and stands in its result', async (t) => {
  const looks = ['web-2 was not harmed', undefined, new Error('no answer')]
  const seen: string[] = []
  const partly = defineFault({
    meta: { ...killProcessFault.meta, id: 'partly' },
    async prepare(part, _params, context) {
      const prepared = await killProcessFault.prepare(part, {}, context)
      return {
        ...prepared,
        apply: async () => ({
          ...(await prepared.apply()),
          missed: async () => {
            seen.push(await processState(recordFile))
            const look = looks.shift()
            if (look instanceof Error) throw look
            return look
          },
        }),
      }
    },
  })
  const { recordFile, open } = await setUp(t, [partly])
  const chaos = await open()
  const said: (string | undefined)[] = []
  for (let at = 0; at < 3; at += 1) {
    const { ok, missed } = await (await chaos.inject({ id: 'partly', target: 'server', params: {} }, 'e')).undo()
    assert.equal(ok, true)
    said.push(missed)
  }
  assert.deepEqual(said, ['web-2 was not harmed', undefined, 'what happened to it meanwhile is not known: no answer'])
  assert.deepEqual(seen, ['dead', 'dead', 'dead'])
})

test('only what the target lists may be touched', async (t) => {
  const { options, recordFile, open } = await setUp(t)
  const chaos = await open()
  const inject = (id: string, target: string, params = {}) => chaos.inject({ id, target, params }, 'e')
  await assert.rejects(inject('kill-process', 'other'), {
    code: 'FAULT_NOT_ALLOWED',
    exitCode: 2,
    message: /does not list the part "other"/,
    next: 'parts that allow it: server',
  })
  await assert.rejects(inject('kill-process', 'watched'), {
    code: 'FAULT_NOT_ALLOWED',
    exitCode: 2,
    message: /"watched" of target test offers no process/,
  })
  await assert.rejects(inject('kill-process', 'constructor'), { code: 'FAULT_NOT_ALLOWED' })
  await assert.rejects(inject('format-disk', 'server'), { code: 'FAULT_UNKNOWN', exitCode: 2 })
  await assert.rejects(inject('kill-process', 'server', { force: true }), { code: 'FAULT_PARAM', exitCode: 2 })
  assert.equal(await processState(recordFile), 'running')
  assert.equal(await hasLeftover(options.ledgerDir), false)
})

test('a part that offers a container instead of a process gets the fault for containers', async (t) => {
  const contained = defineFault({
    meta: { ...killProcessFault.meta, id: 'kill-container', needs: ['docker'] },
    prepare: (_part, params, context) => killProcessFault.prepare({ name: 'server', process: { recordFile } }, params, context),
  })
  const { options, recordFile, open } = await setUp(t, [contained, killProcessFault])
  options.target.parts['contained'] = { name: 'contained', docker: { container: 'c', socket: '/nowhere' } }
  const chaos = await open()
  await chaos.inject({ id: 'kill-process', target: 'contained', params: {} }, 'e')
  assert.deepEqual((await chaos.undoAll()).undone, ['kill-container contained (experiment e)'])
  await assert.rejects(chaos.inject({ id: 'kill-process', target: 'watched', params: {} }, 'e'), {
    code: 'FAULT_NOT_ALLOWED',
    next: 'parts that allow it: server, contained',
  })
})

test('a second drill is refused and told who is there; a drill after it is welcome', async (t) => {
  const { options, open } = await setUp(t)
  const chaos = await open()
  await assert.rejects(createChaos(options), {
    code: 'DRILL_RUNNING',
    exitCode: 3,
    message: new RegExp(`held by a drill \\(pid ${process.pid}, since 2`),
  })
  await assert.rejects(recover(options.ledgerDir), { code: 'DRILL_RUNNING' })
  await chaos.close()
  await (await createChaos(options)).close()
})

test('a leftover is undone at the start, and one that cannot be undone refuses the drill', async (t) => {
  const { options, recordFile } = await setUp(t)
  const broken = await tcpServerRecord(t, { program: '/nonexistent/program' })
  const leave = async (file: string) => {
    const ledger = await Ledger.open(newLedgerFile(options.ledgerDir))
    await ledger.append({
      state: 'intended',
      id: 'x',
      atMs: 1,
      subject: { fault: 'kill-process', target: 'server', experiment: 'before' },
      undo: { driver: 'process', state: 'running', recordFile: file },
    })
    await ledger.close()
  }
  await leave(recordFile)
  const chaos = await createChaos(options)
  assert.deepEqual(chaos.recovered, { undone: ['kill-process server (experiment before)'], notUndone: [] })
  await chaos.close()
  await leave(broken.file)
  await assert.rejects(createChaos(options), { code: 'LEFTOVER', exitCode: 3, message: /kill-process server \(experiment before\)/ })
  // The refusal has freed the folder again.
  assert.equal((await recover(options.ledgerDir)).notUndone.length, 1)
})

test('without a watchdog nothing is harmed', async (t) => {
  const { options, recordFile } = await setUp(t)
  const broken = { ...options, seams: { ...options.seams, watchdogProgram: '/nonexistent/watchdog.ts' } }
  await assert.rejects(createChaos(broken), { code: 'WATCHDOG', exitCode: 3 })
  assert.equal(await processState(recordFile), 'running')
  assert.deepEqual(await ledgerFiles(options.ledgerDir), [])
})

test('Ctrl-C of the terminal does not reach the watchdog', async (t) => {
  const { options, recordFile } = await setUp(t)
  const program = fileURLToPath(new URL('../testing/chaos/tool.ts', import.meta.url))
  const tool = spawn(process.execPath, [program, options.ledgerDir, recordFile, 'pause-process'], {
    detached: true,
    env: { ...process.env, HOLD: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => tool.kill('SIGKILL'))
  let output = ''
  tool.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await waitUntil(() => output.includes('in effect'))
  // A terminal sends SIGINT to the whole foreground group; this tool has no handler and dies of it.
  process.kill(-(tool.pid ?? 0), 'SIGINT')
  await waitUntil(async () => (await processState(recordFile)) === 'running')
  await waitUntil(async () => !(await hasLeftover(options.ledgerDir)))
})
