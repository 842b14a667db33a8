import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { fillRedisMemoryFault } from './fill-redis-memory.ts'
import { freePort } from '../../testing/chaos/processes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import type { Undo } from '../undo-record.ts'
import { readPassword, withRedis } from '../drivers/redis.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }
const params = { share: 0.5, maxFillMb: 64, expirySeconds: 60 }

/** The commands that are used, on a Map; an unknown command is an error, as in Redis. */
async function redis(t: TestContext, given: { maxmemory: number; evicting?: boolean }) {
  const port = await freePort()
  const state = {
    keys: new Map<string, number>([['theirs', 1_000_000]]),
    maxmemory: String(given.maxmemory),
    evicted: 0,
    expiries: new Set<string>(),
  }
  const used = () => [...state.keys.values()].reduce((sum, size) => sum + size, 0)
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`
  const answer = ([command = '', ...rest]: string[]): string => {
    const [first = '', second = '', third = ''] = rest
    switch (`${command} ${first}`.toLowerCase()) {
      // The client asks before it calls the connection ready.
      case 'info ':
        return bulk('# Persistence\r\nloading:0\r\n')
      case 'info memory':
        return bulk(`# Memory\r\nused_memory:${used()}\r\nlazyfree_pending_objects:0\r\n`)
      case 'info stats':
        return bulk(`# Stats\r\nevicted_keys:${state.evicted}\r\n`)
      case 'config get':
        return `*2\r\n${bulk(second)}${bulk(state.maxmemory)}`
      case 'config set':
        state.maxmemory = third
        return '+OK\r\n'
    }
    if (command === 'set') {
      if (given.evicting === true) state.evicted++
      state.expiries.add(`${rest[2]} ${rest[3]}`)
      state.keys.set(first, second.length)
      return '+OK\r\n'
    }
    if (command === 'unlink') return `:${rest.filter((key) => state.keys.delete(key)).length}\r\n`
    if (command === 'exists') return `:${rest.filter((key) => state.keys.has(key)).length}\r\n`
    return `-ERR unknown command '${command}'\r\n`
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let input = ''
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (chunk) => {
      input += chunk.toString()
      for (let parsed = readCommand(input); parsed !== undefined; parsed = readCommand(input)) {
        input = input.slice(parsed.length)
        socket.write(answer(parsed.words))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { state, part: { name: 'redis', redis: { host: '127.0.0.1', port } } }
}

/** One RESP array of bulk strings from the start of the input: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function readCommand(input: string): { words: string[]; length: number } | undefined {
  let at = input.indexOf('\r\n')
  if (at < 0) return undefined
  const words: string[] = []
  const count = Number(input.slice(1, at))
  at += 2
  for (let word = 0; word < count; word++) {
    const end = input.indexOf('\r\n', at)
    if (end < 0) return undefined
    const length = Number(input.slice(at + 1, end))
    if (input.length < end + 2 + length + 2) return undefined
    words.push(input.slice(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return { words: [words[0]?.toLowerCase() ?? '', ...words.slice(1)], length: at }
}

test('fills to the share with expiring keys of its own, and the undo leaves the keys of others', async (t) => {
  const { state, part } = await redis(t, { maxmemory: 16 * 1024 * 1024 })
  const { undo, apply } = await fillRedisMemoryFault.prepare(part, params, context)
  assert.match((await apply()).detail, /\(0\.50\d\)/)
  assert.deepEqual([...state.expiries], ['EX 60'])
  assert.ok([...state.keys.keys()].every((key) => key === 'theirs' || key.startsWith('firedrill:abc:')))
  assert.match((await stillWrong(undo)) ?? '', /keys firedrill:abc:\* are still there/)
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual([...state.keys.keys()], ['theirs'])
  assert.equal(state.maxmemory, String(16 * 1024 * 1024))
})

test('a server without maxmemory is refused, and its settings stay as they are', async (t) => {
  const { state, part } = await redis(t, { maxmemory: 0 })
  await assert.rejects(fillRedisMemoryFault.prepare(part, params, context), {
    code: 'FAULT_NOT_STEADY',
    message: 'redis has maxmemory 0, which is no limit: there is no share of it to fill',
  })
  assert.equal(state.maxmemory, '0')
  assert.deepEqual([...state.keys.keys()], ['theirs'])
})

test('a drill of an older version that set maxmemory is still undone', async (t) => {
  const { state, part } = await redis(t, { maxmemory: 8_388_608 })
  const undo: Undo = { driver: 'redis', address: part.redis, prefix: 'firedrill:abc:', count: 0, config: { maxmemory: '0' } }
  assert.match((await stillWrong(undo)) ?? '', /maxmemory is 8388608, and was 0/)
  await carryOut(undo)
  assert.equal(state.maxmemory, '0')
})

test('refuses when it is full already, and when too much would have to be written', async (t) => {
  const { part } = await redis(t, { maxmemory: 1_500_000 })
  await assert.rejects(fillRedisMemoryFault.prepare(part, params, context), { code: 'FAULT_NOT_STEADY', message: /already uses 1000000/ })
  const big = await redis(t, { maxmemory: 1024 ** 3 })
  await assert.rejects(fillRedisMemoryFault.prepare(big.part, params, context), { code: 'FAULT_NOT_STEADY', message: /above maxFillMb 64/ })
})

test('an eviction while filling fails the fault', async (t) => {
  const { part } = await redis(t, { maxmemory: 16 * 1024 * 1024, evicting: true })
  const { apply } = await fillRedisMemoryFault.prepare(part, params, context)
  await assert.rejects(apply(), /keys were evicted while filling/)
})

test('a server that is not there, and a password that is not set, are said plainly', async () => {
  const port = await freePort()
  await assert.rejects(
    withRedis({ host: '127.0.0.1', port }, async () => {}),
    new RegExp(`Redis at 127.0.0.1:${port}: .*ECONNREFUSED`),
  )
  assert.throws(() => readPassword('FIREDRILL_NO_SUCH_PASSWORD'), {
    code: 'SECRET_MISSING',
    message: /FIREDRILL_NO_SUCH_PASSWORD is not set/,
  })
})
