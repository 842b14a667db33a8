import type { Redis } from 'ioredis'
import { setTimeout as delay } from 'node:timers/promises'
import { FiredrillError } from '../../verify/model/error.ts'
import type { TargetPart } from '../../verify/model/target.ts'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { labIsGone } from './process-undo.ts'

type RedisUndo = Extract<Undo, { driver: 'redis' }>
type Address = NonNullable<TargetPart['redis']>

/** Connects for the time of `work`. Never retries and never queues: a fault must not act later than it was asked to. */
export async function withRedis<T>(address: Address, work: (redis: Redis) => Promise<T>): Promise<T> {
  const password = readPassword(address.passwordEnv)
  // Here and not above: commands that only read a fault's meta start without its client.
  const client = await import('ioredis')
  const redis = new client.Redis({
    host: address.host,
    port: address.port,
    ...(password === undefined ? {} : { password }),
    connectTimeout: 3_000,
    commandTimeout: 10_000,
    lazyConnect: true,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  })
  let cause: Error | undefined
  redis.on('error', (error) => {
    cause = error
  })
  try {
    await redis.connect()
    return await work(redis)
  } catch (error) {
    const said = (cause ?? (error as Error)).message
    const why = said.startsWith('Unknown RESP type') ? 'what answers there is no Redis (its answer is not in the Redis protocol)' : said
    throw new Error(`Redis at ${address.host}:${address.port}: ${why}`, { cause: error })
  } finally {
    redis.disconnect()
  }
}

/** The named fields of INFO as text: https://redis.io/docs/latest/commands/info/ */
export async function info(redis: Redis, section: 'memory' | 'stats'): Promise<Record<string, string>> {
  const lines = (await redis.info(section)).split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

export async function configGet(redis: Redis, name: string): Promise<string> {
  const [, value] = (await redis.config('GET', name)) as string[]
  if (value === undefined) throw new Error(`CONFIG GET ${name} answers nothing`)
  return value
}

export const redisUndo: UndoDriver<RedisUndo> = {
  async restore(undo, signal) {
    if (labIsGone(undo.recordFile)) return
    await withRedis(undo.address, async (redis) => {
      for (const keys of batches(undo)) await redis.unlink(...keys)
      for (const [name, value] of Object.entries(undo.config)) await redis.config('SET', name, value)
      // UNLINK frees memory in the background; the share has fallen only when nothing is pending.
      while (Number((await info(redis, 'memory')).lazyfree_pending_objects ?? 0) > 0 && !signal.aborted) await delay(20)
    })
  },
  async readBack(undo) {
    if (labIsGone(undo.recordFile)) return null
    return withRedis(undo.address, async (redis) => {
      let left = 0
      for (const keys of batches(undo)) left += await redis.exists(...keys)
      if (left > 0) return `${left} keys ${undo.prefix}* are still there`
      for (const [name, value] of Object.entries(undo.config)) {
        const now = await configGet(redis, name)
        if (now !== value) return `${name} is ${now}, and was ${value}`
      }
      return null
    })
  },
}

function* batches(undo: RedisUndo): Generator<string[]> {
  for (let from = 0; from < undo.count; from += 500) {
    yield Array.from({ length: Math.min(500, undo.count - from) }, (_, index) => `${undo.prefix}${from + index}`)
  }
}

/** The value of the named variable. Only the name is ever written to a file or a message. */
export function readPassword(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined
  const value = process.env[variable]
  if (value === undefined)
    throw new FiredrillError('SECRET_MISSING', `the environment variable ${variable} is not set`, {
      exitCode: 2,
      next: `set ${variable} to the password`,
    })
  return value
}
