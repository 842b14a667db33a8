/**
 * Answers every name with "there is no such name": for the containers of an engine made here, which know one another by Docker's own name
 * server and reach nothing else. That one asks the machine's name server for each name that it does not know, also for a dead container's;
 * where that one drops a question, a client waits five seconds for what is known at once.
 */
import { createSocket } from 'node:dgram'

const HEADER = 12
/** Response, recursion available, NXDOMAIN: https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1 */
const RESPONSE = 0x80
const RECURSION_AVAILABLE = 0x80
const NO_SUCH_NAME = 3

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

/** What it prints when it answers. */
export const READY = 'ready\n'

if (import.meta.main) {
  const [address = ''] = process.argv.slice(2)
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const answer = noSuchName(query)
    if (answer !== undefined) socket.send(answer, from.port, from.address)
  })
  socket.bind(53, address, () => {
    process.stdout.write(READY)
  })
}
