/** What a part says of itself, past Prometheus and every exporter: reads, and changes nothing. */
import { dirname, join } from 'node:path'
import type { PartMeasure } from '../verify/model/spec.ts'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { jdkInContainer } from './drivers/container-jvm.ts'
import { attach } from './drivers/jvm-driver.ts'
import { connectMysql, longQueryTimeS, slowQueries } from './drivers/mysql-driver.ts'
import { liveProcess, readRecord } from './drivers/process.ts'
import { configGet, info, withRedis } from './drivers/redis-driver.ts'
import { offered } from './fault.ts'

type Figures = Record<string, number>

/** A JVM that does not answer its attach socket must not stop the drill. */
const JCMD_LIMIT_MS = 20_000

const MEASURES: Record<PartMeasure, (part: TargetPart) => Promise<Figures>> = {
  'redis-answers': (part) =>
    withRedis(offered(part, 'redis'), (redis) => redis.ping()).then(
      () => ({ answers: 1 }),
      (error: Error) => {
        // Anything else, such as a wrong password, says nothing of the server.
        if (/ECONNREFUSED|ETIMEDOUT|timed out/i.test(error.message)) return { answers: 0 }
        throw error
      },
    ),
  'redis-memory-share': (part) =>
    withRedis(offered(part, 'redis'), async (redis) => ({
      used: Number((await info(redis, 'memory')).used_memory),
      max: Number(await configGet(redis, 'maxmemory')),
    })),
  'slow-queries': async (part) => {
    const connection = await connectMysql(offered(part, 'mysql'))
    try {
      return { count: await slowQueries(connection), longQueryTimeS: await longQueryTimeS(connection) }
    } finally {
      connection.destroy()
    }
  },
  'jvm-heap-share': async (part) => {
    if (part.containerJvm !== undefined) return containerHeap(part)
    const { java } = offered(part, 'jvm')
    const process = await readRecord(offered(part, 'process').recordFile)
    const live = liveProcess(process)
    if (live === undefined || live.state === 'T') throw new Error(`${part.name} does not run`)
    const ask = (command: string): Promise<string> =>
      attach(join(dirname(java), 'jcmd'), [String(live.pid), command], process, JCMD_LIMIT_MS)
    return { used: heapUsed(await ask('GC.heap_info')), max: heapMax(await ask('VM.flags')) }
  },
}

async function containerHeap(part: TargetPart): Promise<Figures> {
  const { socket, container } = offered(part, 'docker')
  const { pid } = offered(part, 'containerJvm')
  const ask = (command: string): Promise<string> => jdkInContainer({ socket, id: container }, ['jcmd', String(pid), command])
  return { used: heapUsed(await ask('GC.heap_info')), max: heapMax(await ask('VM.flags')) }
}

export async function measurePart(target: Pick<Target, 'name' | 'parts'>, what: PartMeasure, part: string): Promise<Figures> {
  const found = Object.hasOwn(target.parts, part) ? target.parts[part] : undefined
  if (found === undefined) throw new Error(`the target ${target.name} has no part ${part}`)
  return MEASURES[what](found)
}

/** Bytes in use over the heap's generations (Serial, Parallel) or in the whole (G1), as `jcmd PID GC.heap_info` prints them. */
export function heapUsed(text: string): number {
  const used = text
    .split('\n')
    .filter((line) => /generation|PSYoungGen|ParOldGen|garbage-first heap|ZHeap|Shenandoah/.test(line))
    .map((line) => /used\s+(\d+)([KM])/.exec(line))
    .map((match) => (match === null ? 0 : Number(match[1]) * (match[2] === 'M' ? 1024 ** 2 : 1024)))
  const total = used.reduce((sum, bytes) => sum + bytes, 0)
  if (total === 0) throw new Error(`jcmd GC.heap_info names no heap in use: ${text.slice(0, 200)}`)
  return total
}

/** The heap's limit in bytes, of `jcmd PID VM.flags`. A JVM always has one: without -Xmx a quarter of its memory. */
export function heapMax(text: string): number {
  const max = Number(/-XX:MaxHeapSize=(\d+)/.exec(text)?.[1])
  if (!Number.isFinite(max)) throw new Error(`jcmd VM.flags names no MaxHeapSize: ${text.slice(0, 200)}`)
  return max
}
