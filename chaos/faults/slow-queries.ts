import type { Connection } from 'mysql2/promise'
import { connectMysql, QUERY_LIMIT_MS, slowQueries } from '../drivers/mysql.ts'
import { defineFault, offered } from '../fault.ts'

export const slowQueriesFault = defineFault({
  meta: {
    id: 'slow-queries',
    title: 'Run slow queries on MySQL at a steady rate',
    needs: ['mysql'],
    blastRadius: "A few connections that sleep; tables and global settings are untouched. The server's Slow_queries counter grows.",
    params: {
      ratePerMin: { kind: 'number', default: 30, min: 0.5, max: 1_200, title: 'slow queries per minute' },
      seconds: { kind: 'number', default: 0.2, min: 0.05, max: 5, title: 'how long each takes' },
    },
  },
  async prepare(part, params, context) {
    const address = offered(part, 'mysql')
    const probe = await connectMysql(address)
    probe.destroy()
    const marker = `firedrill-${context.token}`
    return {
      undo: { driver: 'mysql', address, marker, ...(part.process === undefined ? {} : { recordFile: part.process.recordFile }) },
      async apply() {
        const lanes = Math.ceil((params.ratePerMin / 60) * params.seconds) + 1
        const connections: Connection[] = []
        try {
          for (let lane = 0; lane < lanes; lane++) connections.push(await connectMysql(address))
          // The session's own limit decides for its queries, so no global has to change. The counter moves with the slow log off,
          // on MySQL (https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html#sysvar_long_query_time) and on MariaDB 10.11
          // (tried).
          for (const connection of connections)
            await connection.query({ sql: 'SET SESSION long_query_time = ?', values: [params.seconds / 2], timeout: QUERY_LIMIT_MS })
          const before = await slowQueries(connections[0] as Connection)
          const pump = startPump(
            connections,
            { sql: `SELECT /* ${marker} */ SLEEP(${params.seconds})`, timeout: params.seconds * 1_000 + QUERY_LIMIT_MS },
            60_000 / params.ratePerMin,
          )
          await pump.firstDone
          const after = await slowQueries(connections[0] as Connection)
          if (after <= before) {
            await pump.stop()
            throw new Error(`a query of ${params.seconds} s ended, yet Slow_queries stays ${before}`)
          }
          return { detail: `${part.name}: ${params.ratePerMin} slow queries a minute, Slow_queries ${before} -> ${after}`, stop: pump.stop }
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
  query: { sql: string; timeout: number },
  periodMs: number,
): { firstDone: Promise<void>; stop(): Promise<void> } {
  const begin = performance.now()
  let started = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const first = Promise.withResolvers<void>()
  // A query that fails while the fault is held (the server killed by another fault) shows in the counter, which is the fault's proof.
  const next = () => {
    if (stopped) return
    const connection = connections[started++ % connections.length] as Connection
    connection.query(query).then(() => first.resolve(), first.reject)
    timer = setTimeout(next, Math.max(0, begin + started * periodMs - performance.now()))
  }
  next()
  return {
    firstDone: first.promise,
    async stop() {
      stopped = true
      clearTimeout(timer)
      for (const connection of connections) connection.destroy()
    },
  }
}
