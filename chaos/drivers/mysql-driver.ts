import type { Connection, RowDataPacket } from 'mysql2/promise'
import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { labIsGone } from './process-undo.ts'
import { readPassword } from './redis-driver.ts'

type MysqlUndo = Extract<Undo, { driver: 'mysql' }>
type Address = NonNullable<TargetPart['mysql']>

/** A server that hangs must fail a fault, not stop the drill. */
export const QUERY_LIMIT_MS = 10_000

/** The caller ends it. */
export async function connectMysql(address: Address): Promise<Connection> {
  const password = readPassword(address.passwordEnv)
  try {
    // Here and not above: commands that only read a fault's meta start without its client.
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection({
      host: address.host,
      port: address.port,
      user: address.user,
      connectTimeout: 3_000,
      ...(password === undefined ? {} : { password }),
      ...(address.database === undefined ? {} : { database: address.database }),
    })
    // Without a listener a connection that the server closes would end the whole program.
    connection.on('error', () => {})
    return connection
  } catch (error) {
    throw new Error(`MySQL at ${address.host}:${address.port}: ${(error as Error).message}`, { cause: error })
  }
}

/** The counter that mysqld_exporter reads (mysql_global_status_slow_queries). */
export async function slowQueries(connection: Connection): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: "SHOW GLOBAL STATUS LIKE 'Slow_queries'", timeout: QUERY_LIMIT_MS })
  return Number(rows[0]?.Value)
}

/** From how many seconds on the server counts a query as slow, as new sessions have it. */
export async function longQueryTimeS(connection: Connection): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: "SHOW GLOBAL VARIABLES LIKE 'long_query_time'", timeout: QUERY_LIMIT_MS })
  const seconds = Number(rows[0]?.Value)
  if (!Number.isFinite(seconds)) throw new Error('SHOW GLOBAL VARIABLES has no long_query_time')
  return seconds
}

export const mysqlUndo: UndoDriver<MysqlUndo> = {
  restore: (undo, signal) =>
    withOwnStatements(undo, async (connection, running) => {
      for (const id of await running()) {
        // It may have ended between the list and the kill.
        await connection.query({ sql: 'KILL ?', values: [id], timeout: QUERY_LIMIT_MS }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ER_NO_SUCH_THREAD') throw error
        })
      }
      while ((await running()).length > 0 && !signal.aborted) await delay(20)
      return undefined
    }).then(() => undefined),
  readBack: (undo) =>
    withOwnStatements(undo, async (_connection, running) => {
      const left = await running()
      return left.length > 0 ? `${left.length} slow statements still run on MySQL` : null
    }),
}

/** A user always sees and may kill threads of its own, so no privilege is needed. */
async function withOwnStatements<T>(
  undo: MysqlUndo,
  work: (connection: Connection, running: () => Promise<number[]>) => Promise<T>,
): Promise<T | null> {
  if (labIsGone(undo.recordFile)) return null
  const connection = await connectMysql(undo.address)
  try {
    return await work(connection, async () => {
      const [rows] = await connection.query<RowDataPacket[]>({
        sql: 'SELECT id AS id FROM information_schema.processlist WHERE info LIKE ? AND id <> CONNECTION_ID()',
        values: [`%${undo.marker}%`],
        timeout: QUERY_LIMIT_MS,
      })
      return rows.map((row) => Number(row.id))
    })
  } finally {
    connection.destroy()
  }
}
