import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillRedisMemoryFault } from './fill-redis-memory.ts'
import { freePort } from '../../testing/chaos/processes.ts'
import { redis } from '../../testing/chaos/fake-redis.ts'
import { carryOut, stillWrong } from '../undo.ts'
import type { Undo } from '../undo-record.ts'
import { readPassword, withRedis } from '../drivers/redis-driver.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }
const params = { share: 0.5, maxFillMb: 64, expirySeconds: 60 }

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
    code: 'FAULT_NOT_POSSIBLE',
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
  await assert.rejects(fillRedisMemoryFault.prepare(big.part, params, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /above maxFillMb 64/,
  })
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
