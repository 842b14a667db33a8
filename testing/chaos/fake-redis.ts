/** Test code: a Redis server by its protocol. */
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { freePort } from './processes.ts'

/** The commands that are used, on a Map; an unknown command is an error, as in Redis. */
export async function redis(t: TestContext, given: { maxmemory: number; evicting?: boolean }) {
  const port = await freePort()
  const state = {
    keys: new Map<string, number>([['theirs', 1_000_000]]),
    maxmemory: String(given.maxmemory),
    evicted: 0,
    expiries: new Set<string>(),
  }
  const used = () => [...state.keys.values()].reduce((sum, size) => sum + size, 0)
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`
  const answer = ([command = '', ...rest]: string[]): string => {
    const [first = '', second = '', third = ''] = rest
    switch (`${command} ${first}`.toLowerCase()) {
      // The client asks before it calls the connection ready.
      case 'info ':
        return bulk('# Persistence\r\nloading:0\r\n')
      case 'info memory':
        return bulk(`# Memory\r\nused_memory:${used()}\r\nlazyfree_pending_objects:0\r\n`)
      case 'info stats':
        return bulk(`# Stats\r\nevicted_keys:${state.evicted}\r\n`)
      case 'config get':
        return `*2\r\n${bulk(second)}${bulk(state.maxmemory)}`
      case 'config set':
        state.maxmemory = third
        return '+OK\r\n'
    }
    if (command === 'set') {
      if (given.evicting === true) state.evicted++
      state.expiries.add(`${rest[2]} ${rest[3]}`)
      state.keys.set(first, second.length)
      return '+OK\r\n'
    }
    if (command === 'unlink') return `:${rest.filter((key) => state.keys.delete(key)).length}\r\n`
    if (command === 'exists') return `:${rest.filter((key) => state.keys.has(key)).length}\r\n`
    return `-ERR unknown command '${command}'\r\n`
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let input = ''
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (chunk) => {
      input += chunk.toString()
      for (let parsed = readCommand(input); parsed !== undefined; parsed = readCommand(input)) {
        input = input.slice(parsed.length)
        socket.write(answer(parsed.words))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { state, part: { name: 'redis', redis: { host: '127.0.0.1', port } } }
}

/** One RESP array of bulk strings from the start of the input: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function readCommand(input: string): { words: string[]; length: number } | undefined {
  let at = input.indexOf('\r\n')
  if (at < 0) return undefined
  const words: string[] = []
  const count = Number(input.slice(1, at))
  at += 2
  for (let word = 0; word < count; word++) {
    const end = input.indexOf('\r\n', at)
    if (end < 0) return undefined
    const length = Number(input.slice(at + 1, end))
    if (input.length < end + 2 + length + 2) return undefined
    words.push(input.slice(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return { words: [words[0]?.toLowerCase() ?? '', ...words.slice(1)], length: at }
}
