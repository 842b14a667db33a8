import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { withRedis } from './redis-driver.ts'

test('another server at the address of Redis is named as such', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await assert.rejects(
    withRedis({ host: '127.0.0.1', port }, (redis) => redis.ping()),
    new RegExp(`^Error: Redis at 127.0.0.1:${port}: what answers there is no Redis`),
  )
})
