import { configGet, info, withRedis } from '../drivers/redis-driver.ts'
import { defineFault, notPossible, notSteady, offered } from '../fault.ts'

const VALUE_BYTES = 64 * 1024
/** 1 MiB a batch: between two batches the memory is read again, so it never overshoots by more. */
const KEYS_PER_BATCH = 16

export const fillRedisMemoryFault = defineFault({
  meta: {
    id: 'fill-redis-memory',
    title: 'Fill Redis to a share of maxmemory with keys of its own',
    needs: ['redis'],
    blastRadius: "The Redis server's memory; no key of others is touched or evicted. Refuses where maxmemory is 0: no setting is changed.",
    undone: 'Its own keys are gone and the settings are as they were.',
    params: {
      share: { kind: 'number', default: 0.87, min: 0.05, max: 0.95, title: 'used_memory / maxmemory to reach' },
      maxFillMb: { kind: 'integer', default: 512, min: 1, max: 4_096, title: 'refuses when more would have to be written' },
      expirySeconds: { kind: 'integer', default: 3_600, min: 30, max: 86_400, title: 'the keys expire by themselves after this' },
    },
  },
  async prepare(part, params, context) {
    const address = offered(part, 'redis')
    const before = await withRedis(address, async (redis) => ({
      used: Number((await info(redis, 'memory')).used_memory),
      maxmemory: await configGet(redis, 'maxmemory'),
    }))
    // A limit set for the drill would let an alert fire that never can on this server.
    if (before.maxmemory === '0') throw notPossible(`${part.name} has maxmemory 0, which is no limit: there is no share of it to fill`)
    const limit = Number(before.maxmemory)
    const goal = Math.ceil(limit * params.share)
    if (before.used >= goal)
      throw notSteady(`${part.name} already uses ${before.used} of ${limit} bytes, at or above the share ${params.share}`)
    if (goal - before.used > params.maxFillMb * 1024 * 1024)
      throw notPossible(
        `${part.name} would need ${Math.ceil((goal - before.used) / 1024 / 1024)} MB more to reach the share ${params.share}, above maxFillMb ${params.maxFillMb}`,
      )
    const prefix = `firedrill:${context.token}:`
    // Each value takes at least its own bytes, so this many keys always suffice; undo removes them by name, without a SCAN.
    const count = Math.ceil((goal - before.used) / VALUE_BYTES) + KEYS_PER_BATCH
    return {
      undo: {
        driver: 'redis',
        address,
        prefix,
        count,
        config: {},
        ...(part.process === undefined ? {} : { recordFile: part.process.recordFile }),
      },
      apply: () =>
        withRedis(address, async (redis) => {
          const evictedBefore = (await info(redis, 'stats')).evicted_keys
          const value = Buffer.alloc(VALUE_BYTES, 'f')
          let used = before.used
          for (let next = 0; used < goal; used = Number((await info(redis, 'memory')).used_memory)) {
            context.signal.throwIfAborted()
            if (next >= count) throw new Error(`wrote ${next} keys of ${VALUE_BYTES} bytes, yet used_memory is ${used} of ${goal}`)
            const batch = redis.pipeline()
            const size = Math.min(KEYS_PER_BATCH, Math.ceil((goal - used) / VALUE_BYTES), count - next)
            for (let index = 0; index < size; index++) batch.set(`${prefix}${next++}`, value, 'EX', params.expirySeconds)
            const failed = (await batch.exec())?.find(([error]) => error !== null)
            if (failed !== undefined) throw failed[0] as Error
            await context.step('apply:batch')
          }
          const { evicted_keys: evicted } = await info(redis, 'stats')
          if (evicted !== evictedBefore) throw new Error(`${Number(evicted) - Number(evictedBefore)} keys were evicted while filling`)
          return {
            detail: `${part.name} uses ${used} of ${limit} bytes (${(used / limit).toFixed(3)})`,
          }
        }),
    }
  },
})
