import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { busyPorts, listeningInodes, portBusyError } from './busy-ports.ts'
import { freePort } from '../testing/chaos/processes.ts'

test('a busy port is reported with the process that holds it, a free one is not', async (t) => {
  const script = 'require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })'
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const address = { host: '127.0.0.1', port: Number(line.toString()) }

  const busy = await busyPorts([address, { host: '127.0.0.1', port: await freePort() }])
  assert.deepEqual(
    busy.map(({ address: { port }, holder }) => [port, holder?.pid]),
    [[address.port, child.pid]],
  )
  assert.match(busy[0]?.holder?.command ?? '', /node.* -e require/)

  const error = portBusyError(busy, () => ({ what: 'Redis', env: 'REDIS_PORT' }))
  assert.equal(error.exitCode, 3)
  assert.match(error.message, new RegExp(`^port ${address.port} \\(Redis, REDIS_PORT\\) is in use by process ${child.pid}: `))
  assert.match(error.next ?? '', /nothing was started.*REDIS_PORT=\.\.\./)
})

test('a program that listens on every address holds the port on loopback too', async (t) => {
  const server = createServer().listen(0, '::')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  assert.deepEqual(
    (await busyPorts([{ host: '127.0.0.1', port }])).map(({ holder }) => holder?.pid),
    [process.pid],
  )
})

test('only listening sockets count', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:18EE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0',
    '   1: 0100007F:18EE 0100007F:A0B2 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1',
  ].join('\n')
  assert.deepEqual(listeningInodes(table, 6382), ['4711'])
  assert.deepEqual(listeningInodes(table, 6383), [])
})
