import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { heapPressureFault } from './heap-pressure.ts'
import { tcpServerRecord, waitUntil } from '../../testing/chaos/processes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { procInfo } from '../drivers/proc.ts'
import { killProcess, startProcess, waitHealthy } from '../drivers/process.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }
const params = { share: 0.87, expirySeconds: 60 }

/** Takes `-jar JAR PID ORDER,status=FILE` as chaos/heap-agent does, keeps a log of the orders, and answers as the agent in a JVM. */
const JAVA = `#!${process.execPath}
const fs = require('node:fs')
const [, , , jar, pid, text] = process.argv
const [, order, file] = /^(.*),status=(.*)$/.exec(text)
fs.appendFileSync(file + '.orders', order + ' env:' + Object.keys(process.env).filter((name) => name.includes('JAVA')).length + '\\n')
if (fs.existsSync(file + '.hang')) return setInterval(() => {}, 1000)
if (fs.existsSync(file + '.refuse')) { console.error('heap-agent: cannot attach to JVM ' + pid); process.exit(1) }
const hold = Number(/hold=([0-9.]+)/.exec(order)?.[1] ?? 0)
const share = Math.min(hold, fs.existsSync(file + '.limit') ? 0.5 : 1)
const status = JSON.stringify({ pid: Number(pid), hold, held_bytes: hold > 0 ? 1000 : 0, share, limited: share < hold })
fs.writeFileSync(file, status)
console.log(status)
`

async function jvm(t: TestContext) {
  const server = await tcpServerRecord(t)
  await startProcess(server.file)
  await waitHealthy(server.file)
  const java = join(server.directory, 'java')
  const statusFile = join(server.directory, 'heap.json')
  await writeFile(java, JAVA, { mode: 0o755 })
  const orders = async () => (await readFile(`${statusFile}.orders`, 'utf8')).trim().split('\n')
  return {
    server,
    orders,
    statusFile,
    java,
    part: { name: 'jvm', process: { recordFile: server.file }, jvm: { java, heapAgentJar: '/agent.jar', statusFile } },
  }
}

test('heap pressure is held, read back and released; the tracing agent is kept out of the attach', async (t) => {
  const { part, orders } = await jvm(t)
  process.env.JAVA_TOOL_OPTIONS = '-javaagent:tracing.jar'
  t.after(() => {
    delete process.env.JAVA_TOOL_OPTIONS
  })
  const { undo, apply } = await heapPressureFault.prepare(part, params, context)
  assert.match((await apply()).detail, /heap share of 0\.87, 1000 bytes/)
  assert.match((await stillWrong(undo)) ?? '', /still holds 1000 bytes/)
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual(await orders(), ['hold=0.87,expiry_ms=60000 env:0', 'release env:0', 'release env:0'])
})

test('a heap without room, and an attach that fails, fail the fault', async (t) => {
  const { part, statusFile } = await jvm(t)
  const { apply } = await heapPressureFault.prepare(part, params, context)
  await writeFile(`${statusFile}.limit`, '')
  await assert.rejects(apply(), /only 0\.5 of 0\.87: no room for more/)
  await writeFile(`${statusFile}.refuse`, '')
  await assert.rejects(apply(), /heap-agent: cannot attach to JVM/)
})

test('an attach that a killed drill left behind is ended before the release', async (t) => {
  const { part, statusFile, java, orders } = await jvm(t)
  const { undo } = await heapPressureFault.prepare(part, params, context)
  if (undo.driver !== 'jvm') throw new Error('another driver')
  await writeFile(`${statusFile}.hang`, '')
  const attach = spawn(java, ['-jar', '/agent.jar', String(undo.pid), `hold=0.87,expiry_ms=60000,status=${statusFile}`], {
    stdio: 'ignore',
  })
  t.after(() => attach.kill('SIGKILL'))
  await waitUntil(async () => (await orders().catch(() => [])).length === 1)
  await rm(`${statusFile}.hang`)
  await carryOut(undo)
  await waitUntil(() => [undefined, 'Z'].includes(procInfo(attach.pid ?? 0)?.state))
})

test('the memory of a JVM that is dead or was restarted needs no release', async (t) => {
  const { part, server, statusFile } = await jvm(t)
  const { undo } = await heapPressureFault.prepare(part, params, context)
  await killProcess(server.file)
  await carryOut(undo)
  await assert.rejects(heapPressureFault.prepare(part, params, context), { code: 'FAULT_NOT_STEADY' })
  await startProcess(server.file)
  await carryOut(undo)
  await assert.rejects(readFile(`${statusFile}.orders`), { code: 'ENOENT' })
})
