/**
 * Answers every name with "there is no such name": for the containers of an engine made here, which know one another by Docker's own name
 * server and reach nothing else. That one asks the machine's name server for each name that it does not know, also for a dead container's;
 * where that one drops a question, a client waits five seconds for what is known at once. An image is built in the network of this
 * machine, and has the same name server: what comes from the machine itself is passed on to the machine's.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'

const HEADER = 12
/** Response, recursion available, NXDOMAIN: https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1 */
const RESPONSE = 0x80
const RECURSION_AVAILABLE = 0x80
const NO_SUCH_NAME = 3
/** glibc's timeout: https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
const CLIENT_WAITS_MS = 5_000

/** The answer to a question, with the question in it; undefined for what is none. */
export function noSuchName(query: Buffer): Buffer | undefined {
  const [flags, counts] = [query[2], query[5]]
  if (query.length <= HEADER || flags === undefined || (flags & RESPONSE) !== 0 || counts !== 1) return undefined
  let end = HEADER
  while (end < query.length && query[end] !== 0) end += (query[end] ?? 0) + 1
  // Its closing zero, type and class.
  end += 5
  if (end > query.length) return undefined
  // Without additional records: what was asked by EDNS is answered without it.
  const answer = Buffer.from(query.subarray(0, end))
  answer[2] = flags | RESPONSE
  answer[3] = RECURSION_AVAILABLE | NO_SUCH_NAME
  answer.fill(0, 6, HEADER)
  return answer
}

/** Those of a resolv.conf: https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
export function nameServersIn(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^nameserver[ \t]+(\S+)/gm)].flatMap(([, address]) => address ?? [])
}

/** Asks every one of them; resolves with the first answer, undefined when none comes within the time in which a client asks again. */
export function passedOn(query: Buffer, servers: readonly string[], port = 53, withinMs = CLIENT_WAITS_MS): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const sockets = servers.map((server) => {
      const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4')
      // Without a way to it: the others may answer.
      socket.on('error', () => undefined)
      socket.on('message', end)
      socket.send(query, port, server)
      return socket
    })
    const late = setTimeout(end, withinMs)
    function end(answer?: Buffer): void {
      clearTimeout(late)
      for (const socket of sockets) socket.close()
      resolve(answer)
    }
  })
}

/** What it prints when it answers. */
export const READY = 'ready\n'

if (import.meta.main) {
  const [address = ''] = process.argv.slice(2)
  const socket = createSocket('udp4')
  socket.on('message', async (query, from) => {
    const ofThisMachine = from.address === address
    const answer = ofThisMachine ? await passedOn(query, nameServersIn(readFileSync('/etc/resolv.conf', 'utf8'))) : noSuchName(query)
    if (answer !== undefined) socket.send(answer, from.port, from.address)
  })
  socket.bind(53, address, () => {
    process.stdout.write(READY)
  })
}
