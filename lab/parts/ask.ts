/** The smallest questions that tell a server which serves from a port that is merely open. */
import { connect } from 'node:net'
import mysql from 'mysql2/promise'
import type { Address } from './part-ports.ts'

export async function askRedis(address: Address): Promise<boolean> {
  return (await firstBytes(address, Buffer.from('PING\r\n')))?.toString().startsWith('+PONG') ?? false
}

/**
 * PostgreSQL answers a start-up message with a request to authenticate (R) when it serves, and with an error (E) while it starts.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export async function askPostgres(address: Address, user: string, database: string): Promise<boolean> {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return (await firstBytes(address, Buffer.concat([length, body])))?.toString('latin1')[0] === 'R'
}

/** ApiVersions, version 0, which every broker answers: https://kafka.apache.org/protocol.html#The_Messages_ApiVersions */
export async function askKafka(address: Address): Promise<boolean> {
  const request = Buffer.alloc(14)
  request.writeInt32BE(10, 0)
  request.writeInt16BE(18, 4)
  request.writeInt16BE(0, 6)
  request.writeInt32BE(1, 8)
  request.writeInt16BE(-1, 12)
  const answer = await firstBytes(address, request, 10)
  return answer !== undefined && answer.readInt32BE(4) === 1 && answer.readInt16BE(8) === 0
}

export async function askMysql(address: Address, user: string, password: string, database: string): Promise<boolean> {
  try {
    const connection = await mysql.createConnection({ ...address, user, password, database, connectTimeout: 1_000 })
    try {
      await connection.query('SELECT 1')
      return true
    } finally {
      connection.destroy()
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    // Refused or cut off: it is not there yet. A wrong password or an unknown database will not heal by waiting.
    if (/^(ECONN|PROTOCOL_|ETIMEDOUT|EPIPE)/.test(code)) return false
    throw error
  }
}

/** False while nothing answers; `accepts` judges what does. */
export async function askHttp(url: string, accepts: (response: Response) => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await accepts(await fetch(url, { signal: AbortSignal.timeout(2_000) }))
  } catch {
    return false
  }
}

/** At least `count` bytes of the answer, or undefined when there are none within a second. */
function firstBytes(address: Address, request: Buffer, count = 1): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: 1_000 })
    const chunks: Buffer[] = []
    const settle = (result: Buffer | undefined) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => socket.write(request))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length >= count) settle(all)
    })
    socket.once('timeout', () => settle(undefined))
    socket.once('error', () => settle(undefined))
    socket.once('close', () => settle(undefined))
  })
}
