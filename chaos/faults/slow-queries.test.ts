import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import mysql from 'mysql2'
import { slowQueriesFault } from './slow-queries.ts'
import { freePort, waitUntil } from '../../testing/chaos/processes.ts'
import { carryOut, stillWrong } from '../undo.ts'

const context = { token: 'abc', step: async () => {}, signal: new AbortController().signal }

/** The server side that mysql2 uses for its own tests and does not describe in its types. */
interface Server {
  on(event: 'connection', listener: (connection: ServerSide) => void): void
  listen(port: number, host: string, listener: () => void): void
  close(): void
}

interface ServerSide {
  serverHandshake(options: object): void
  on(event: 'query' | 'stmt_prepare', listener: (sql: string) => void): void
  on(event: 'error', listener: () => void): void
  writeTextResult(rows: object[], columns: object[]): void
  writeOk(): void
  /** Each command of the protocol begins at 0; the server side of mysql2 leaves that to its user. */
  sequenceId: number
  writeError(error: { code: number; message: string }): void
  close(): void
}

/** The statements that are used; anything else is an error, as in MySQL. A slow statement counts when it ends, or is killed. */
async function mysqlServer(t: TestContext, given: { counts?: boolean; longQueryTime?: string } = {}) {
  const port = await freePort()
  const state = {
    slow: 7,
    running: new Map<number, string>(),
    killed: [] as number[],
    connections: new Set<ServerSide>(),
    sets: [] as string[],
  }
  const server = (mysql.createServer as unknown as () => Server)()
  let id = 0
  server.on('connection', (side) => {
    const connectionId = ++id
    state.connections.add(side)
    side.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.36',
      connectionId,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff,
      authCallback: (_login: unknown, accept: (error: null) => void) => {
        accept(null)
        side.sequenceId = 0
      },
    })
    side.on('error', () => {})
    const rows = (names: string[], values: object[]) =>
      reply(() =>
        side.writeTextResult(
          values,
          names.map((name) => ({
            catalog: 'def',
            schema: '',
            table: '',
            orgTable: '',
            name,
            orgName: name,
            characterSet: 33,
            columnLength: 300,
            columnType: 253,
            flags: 0,
            decimals: 0,
          })),
        ),
      )
    const reply = (write: () => void) => {
      write()
      side.sequenceId = 0
    }
    const onStatement = (sql: string) => {
      if (sql.startsWith('SHOW GLOBAL STATUS'))
        rows(['Variable_name', 'Value'], [{ Variable_name: 'Slow_queries', Value: String(state.slow) }])
      else if (sql.startsWith('SHOW GLOBAL VARIABLES'))
        rows(['Variable_name', 'Value'], [{ Variable_name: 'long_query_time', Value: given.longQueryTime ?? '0.050000' }])
      else if (sql.startsWith('SET')) {
        state.sets.push(sql)
        reply(() => side.writeOk())
      } else if (sql.includes('processlist'))
        rows(
          ['id'],
          [...state.running].filter(([, text]) => text.includes('firedrill-abc')).map(([running]) => ({ id: String(running) })),
        )
      else if (sql.startsWith('KILL')) {
        state.killed.push(Number(sql.slice(5)))
        state.running.delete(Number(sql.slice(5)))
        reply(() => side.writeOk())
      } else if (sql.includes('SLEEP(')) {
        state.running.set(connectionId, sql)
        const seconds = Number(/SLEEP\((.*)\)/.exec(sql)?.[1])
        setTimeout(() => {
          // A server goes on sleeping when its client has left; only a kill ends it.
          if (!state.running.has(connectionId)) return
          state.running.delete(connectionId)
          if (given.counts !== false) state.slow++
          rows(['SLEEP'], [{ SLEEP: '0' }])
        }, seconds * 1_000).unref()
      } else reply(() => side.writeError({ code: 1064, message: `You have an error in your SQL syntax near '${sql}'` }))
    }
    side.on('query', onStatement)
    // mysql2's server side takes every SET for a prepared statement.
    side.on('stmt_prepare', onStatement)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => {
    for (const side of state.connections) side.close()
    server.close()
  })
  process.env.FIREDRILL_TEST_MYSQL = 'pw'
  return { state, part: { name: 'mysql', mysql: { host: '127.0.0.1', port, user: 'root', passwordEnv: 'FIREDRILL_TEST_MYSQL' } } }
}

test("slow queries come at the rate, longer than the server's own long_query_time, and end with the undo", async (t) => {
  const { state, part } = await mysqlServer(t)
  const { undo, apply } = await slowQueriesFault.prepare(part, { ratePerMin: 600, maxSeconds: 15 }, context)
  const beganMs = performance.now()
  const applied = await apply()
  t.after(() => applied.stop?.())
  // More than the first when this process had to wait for its turn.
  assert.ok(Number(/Slow_queries 7 -> (\d+)/.exec(applied.detail)?.[1]) >= 8, applied.detail)
  assert.match(applied.detail, /longer than its long_query_time of 0.05 s/)
  assert.deepEqual(state.sets, [], 'nothing is set, in no session')
  // On a busy machine they come late, and then as many as are due: never more than the rate has, and in the end not much fewer.
  const due = (): number => (performance.now() - beganMs) / 100
  await waitUntil(() => state.slow >= 7 + 15 && state.slow - 7 > 0.7 * due())
  assert.ok(state.slow - 7 <= due() + 1, `${state.slow - 7} of ${due()}`)
  await applied.stop?.()
  await carryOut(undo)
  const after = state.slow
  await delay(250)
  assert.equal(state.slow, after)
})

test('a statement that a killed drill left is found by its marker and killed; those of others are not', async (t) => {
  const { state, part } = await mysqlServer(t)
  const { undo } = await slowQueriesFault.prepare(part, { ratePerMin: 60, maxSeconds: 15 }, context)
  state.running.set(901, 'SELECT /* firedrill-abc */ SLEEP(5)')
  state.running.set(902, 'SELECT SLEEP(5)')
  assert.match((await stillWrong(undo)) ?? '', /1 slow statements still run/)
  await carryOut(undo)
  assert.deepEqual(state.killed, [901])
  await carryOut(undo)
  assert.deepEqual([...state.running.keys()], [902])
})

test('a server whose long_query_time is longer than a drill waits is refused', async (t) => {
  const { state, part } = await mysqlServer(t, { longQueryTime: '31536000.000000' })
  await assert.rejects(slowQueriesFault.prepare(part, { ratePerMin: 60, maxSeconds: 15 }, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /long_query_time of mysql is 31536000 s/,
  })
  assert.deepEqual(state.sets, [])
})

test('a server that does not count slow queries fails the fault', async (t) => {
  const { part } = await mysqlServer(t, { counts: false })
  const { apply } = await slowQueriesFault.prepare(part, { ratePerMin: 60, maxSeconds: 15 }, context)
  await assert.rejects(apply(), /yet Slow_queries stays 7/)
})

test('a server that is not there is said with its address', async () => {
  const port = await freePort()
  process.env.FIREDRILL_TEST_MYSQL = 'pw'
  const part = { name: 'mysql', mysql: { host: '127.0.0.1', port, user: 'root', passwordEnv: 'FIREDRILL_TEST_MYSQL' } }
  await assert.rejects(
    slowQueriesFault.prepare(part, { ratePerMin: 60, maxSeconds: 15 }, context),
    new RegExp(`MySQL at 127.0.0.1:${port}: .*ECONNREFUSED`),
  )
})
