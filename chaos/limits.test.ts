/** A fault that lasts too long although the tool lives, and a ledger that cannot be written. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { setUp, snapshot, TOOL } from '../testing/chaos/crashes.ts'
import { temporaryDirectory, waitUntil } from '../testing/chaos/processes.ts'
import { pauseProcess, processState } from './drivers/process.ts'
import { hasLeftover, Ledger, newLedgerFile, readLedger } from './ledger.ts'
import { watchdogClient } from './watchdog-client.ts'
import { watch } from './watchdog.ts'

const HOUR_MS = 3_600_000

test('a fault that outlasts its limit is undone by the watchdog, and the tool may harm nothing more', async (t) => {
  const { ledgerDir, recordFile, before } = await setUp(t)
  const ledgerFile = newLedgerFile(ledgerDir)
  const ledger = await Ledger.open(ledgerFile)
  t.after(() => ledger.close())
  const subject = { fault: 'pause-process', target: 'server', experiment: 'e' }
  await ledger.append({ state: 'intended', id: 'a', atMs: 1, subject, undo: { driver: 'process', state: 'running', recordFile } })
  await pauseProcess(recordFile)
  assert.equal(await processState(recordFile), 'paused')
  const input = new PassThrough()
  const said: string[] = []
  const watched = watch({ input, ledgerFile, leaseMs: HOUR_MS, log: (line) => said.push(line) })
  input.write('alive\nlimit a 1\nalive\n')
  assert.deepEqual((await watched)?.undone, ['pause-process server (experiment e)'])
  assert.deepEqual(said, ['a fault has lasted longer than its limit: undoing'])
  assert.deepEqual(await snapshot(recordFile), before)
  assert.equal((await readLedger(ledgerFile)).takenOver, true)
})

test('a fault that is over has no limit any more', async (t) => {
  const input = new PassThrough()
  const watched = watch({ input, ledgerFile: join(await temporaryDirectory(t), 'none'), leaseMs: HOUR_MS, log: assert.fail })
  input.write('limit a 300\nover a\n')
  await delay(1_000)
  input.write('done\n')
  assert.equal(await watched, null)
})

for (const [way, byMs] of [
  ['ahead', 2 * HOUR_MS],
  ['back', -2 * HOUR_MS],
] as const)
  test(`a wall clock that is set ${way} by two hours neither ends a lease or a limit nor lengthens one`, async (t) => {
    const now = Date.now.bind(Date)
    const ledgerFile = join(await temporaryDirectory(t), 'none')
    const said: string[] = []
    const input = new PassThrough()
    const watched = watch({ input, ledgerFile, leaseMs: HOUR_MS, log: (line) => said.push(line) })
    input.write(`alive\nlimit a ${HOUR_MS}\n`)
    await delay(50)
    t.mock.method(Date, 'now', () => now() + byMs)
    await delay(500)
    assert.deepEqual(said, [])
    input.write('limit b 1\n')
    await watched
    assert.deepEqual(said, ['a fault has lasted longer than its limit: undoing'])
  })

test('a watchdog that takes the place of a dead one is given the limits of the faults in force', async (t) => {
  const folder = await temporaryDirectory(t)
  const program = join(folder, 'watchdog.mjs')
  writeFileSync(
    program,
    `import { appendFileSync } from 'node:fs'
process.stdin.on('data', (text) => appendFileSync(process.argv[2] + '.' + process.pid, text)).on('end', () => process.exit(0))
process.stdout.write('ready')`,
  )
  const client = watchdogClient(join(folder, 'ledger'), HOUR_MS, program)
  t.after(() => client.dismiss())
  await client.ensure()
  const first = client.pid() ?? 0
  client.limit('a', HOUR_MS)
  client.limit('b', HOUR_MS)
  client.over('b')
  process.kill(first, 'SIGKILL')
  await waitUntil(() => client.pid() !== undefined && client.pid() !== first)
  const file = join(folder, `ledger.${client.pid()}`)
  await waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  const [, left = ''] = /^limit a (\d+)\n$/.exec(readFileSync(file, 'utf8')) ?? []
  assert.ok(Number(left) > 0 && Number(left) <= HOUR_MS, readFileSync(file, 'utf8'))
})

/** A file may have 512 bytes, and what would be more is an error instead of a signal: as on a disk with little room left. */
function withLittleRoom(argv: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('sh', ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$@"', 'sh', ...argv], { encoding: 'utf8' })
}

test('a line that the disk has room for in part leaves nothing before the next one', async (t) => {
  const folder = await temporaryDirectory(t)
  const file = join(folder, 'ledger-1.ndjson')
  const ledgerModule = pathToFileURL(join(import.meta.dirname, 'ledger.ts')).href
  const program = `const { Ledger } = await import(${JSON.stringify(ledgerModule)})
const ledger = await Ledger.open(${JSON.stringify(file)})
const line = (id, recordFile) => ({ state: 'intended', id, atMs: 1, subject: {}, undo: { driver: 'process', state: 'running', recordFile } })
await ledger.append(line('a', '/a'))
console.log(await ledger.append(line('b', '/' + 'b'.repeat(1000))).then(() => 'written', (error) => error.code))
await ledger.append(line('c', '/c'))`
  const { stdout, stderr } = withLittleRoom([process.execPath, '--input-type=module', '-e', program])
  assert.deepEqual([stdout, stderr], ['EFBIG\n', ''])
  const { entries, problems } = await readLedger(file)
  assert.deepEqual([entries.map(({ id }) => id), problems], [['a', 'c'], []])
})

test('a fault whose undo cannot be written down is not applied', async (t) => {
  const { ledgerDir, recordFile, before } = await setUp(t)
  const long = `${dirname(recordFile)}${'/.'.repeat(400)}/${basename(recordFile)}`
  const { stdout, stderr, status } = withLittleRoom([process.execPath, TOOL, ledgerDir, long, 'kill-process'])
  assert.match(stderr, /kill-process server \(experiment test\) was not applied: its undo cannot be written down in .*EFBIG/)
  assert.ok(
    status !== 0 && stdout.includes('step prepared') && !stdout.includes('step applied') && !stdout.includes('intended:synced'),
    stdout,
  )
  await waitUntil(async () => !(await hasLeftover(ledgerDir)))
  assert.deepEqual(await snapshot(recordFile), before)
})
