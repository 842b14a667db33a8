import type { Connection } from 'mysql2/promise'
import { connectMysql, longQueryTimeS, QUERY_LIMIT_MS, slowQueries } from '../drivers/mysql-driver.ts'
import { defineFault, notPossible, offered } from '../fault.ts'

/** A query lasts so much longer than long_query_time: it must be above, and a busy server must not make much of it. */
const LONGER_S = 0.1

export const slowQueriesFault = defineFault({
  meta: {
    id: 'slow-queries',
    title: 'Run slow queries on MySQL at a steady rate',
    needs: ['mysql'],
    blastRadius: "A few connections that sleep; tables and global settings are untouched. The server's Slow_queries counter grows.",
    undone: 'No query of its own runs.',
    params: {
      ratePerMin: { kind: 'number', default: 30, min: 0.5, max: 1_200, title: 'slow queries per minute' },
      maxSeconds: { kind: 'number', default: 15, min: 0.05, max: 60, title: "refuses where the server's own long_query_time is longer" },
    },
  },
  async prepare(part, params, context) {
    const address = offered(part, 'mysql')
    const probe = await connectMysql(address)
    const longS = await longQueryTimeS(probe).finally(() => {
      probe.destroy()
    })
    if (longS > params.maxSeconds)
      throw notPossible(
        `long_query_time of ${part.name} is ${longS} s: each slow query would have to last longer (maxSeconds ${params.maxSeconds})`,
      )
    const seconds = longS + LONGER_S
    const marker = `firedrill-${context.token}`
    return {
      undo: { driver: 'mysql', address, marker, ...(part.process === undefined ? {} : { recordFile: part.process.recordFile }) },
      async apply() {
        const lanes = Math.ceil((params.ratePerMin / 60) * seconds) + 1
        const connections: Connection[] = []
        try {
          for (let lane = 0; lane < lanes; lane++) connections.push(await connectMysql(address))
          // No limit is set, in no session: what the server itself calls slow is what is counted. The counter moves with the slow log off,
          // on MySQL (https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html#sysvar_long_query_time) and on
          // MariaDB 10.11 (tried).
          const before = await slowQueries(connections[0] as Connection)
          const pump = startPump(
            connections,
            { sql: `SELECT /* ${marker} */ SLEEP(${seconds})`, limitMs: seconds * 1_000 + QUERY_LIMIT_MS },
            60_000 / params.ratePerMin,
          )
          const pumpedMs = Date.now()
          await pump.firstDone
          const after = await slowQueries(connections[0] as Connection)
          if (after <= before) {
            await pump.stop()
            throw new Error(`a query of ${seconds} s ended, and long_query_time is ${longS} s, yet Slow_queries stays ${before}`)
          }
          return {
            // None is counted before the first has lasted that long.
            startedMs: pumpedMs + longS * 1_000,
            detail: `${part.name}: ${params.ratePerMin} queries a minute longer than its long_query_time of ${longS} s, Slow_queries ${before} -> ${after}`,
            stop: pump.stop,
          }
        } catch (error) {
          for (const connection of connections) connection.destroy()
          throw error
        }
      },
    }
  },
})

/** Starts the query every periodMs on the connections in turn, by absolute times so that the rate does not drift. */
function startPump(
  connections: Connection[],
  query: { sql: string; limitMs: number },
  periodMs: number,
): { firstDone: Promise<void>; stop(): Promise<void> } {
  const begin = performance.now()
  let started = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const first = Promise.withResolvers<void>()
  // The client's own limit of a query would outlive the connection, and keep the process alive until then.
  const limit = setTimeout(() => first.reject(new Error(`no query ended within ${query.limitMs} ms`)), query.limitMs)
  // A query that fails while the fault is held (the server killed by another fault) shows in the counter, which is the fault's proof.
  const next = () => {
    if (stopped) return
    const connection = connections[started++ % connections.length] as Connection
    connection.query(query.sql).then(() => first.resolve(), first.reject)
    timer = setTimeout(next, Math.max(0, begin + started * periodMs - performance.now()))
  }
  next()
  return {
    firstDone: first.promise.finally(() => {
      clearTimeout(limit)
    }),
    async stop() {
      stopped = true
      clearTimeout(timer)
      for (const connection of connections) connection.destroy()
    },
  }
}
