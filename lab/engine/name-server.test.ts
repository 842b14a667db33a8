import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { nameServersIn, noSuchName, passedOn } from './name-server.ts'

/** https://www.rfc-editor.org/rfc/rfc1035#section-4.1 */
function query(name: string, { counts = [1, 0, 0, 0], flags = [0x01, 0x00], more = [] as number[] } = {}): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)])
  return Buffer.from([0xab, 0xcd, ...flags, ...counts.flatMap((count) => [0, count]), ...labels, 0, 0, 1, 0, 1, ...more])
}

test('every name is answered with NXDOMAIN, under its own number and question', () => {
  const asked = query('mysql.internal')
  const answer = noSuchName(asked)
  assert.ok(answer)
  assert.deepEqual([...answer.subarray(0, 12)], [0xab, 0xcd, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(answer.subarray(12), asked.subarray(12))
})

test('what a question has besides (EDNS) is left out of the answer', () => {
  const option = [0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0]
  assert.deepEqual(noSuchName(query('redis', { counts: [1, 0, 0, 1], more: option })), noSuchName(query('redis')))
})

test('an answer, two questions, and what ends in the middle of a name are not answered', () => {
  assert.equal(noSuchName(query('redis', { flags: [0x81, 0x83] })), undefined)
  assert.equal(noSuchName(query('redis', { counts: [2, 0, 0, 0] })), undefined)
  for (const length of [0, 5, 12, 15, 20]) assert.equal(noSuchName(query('redis').subarray(0, length)), undefined, `${length} bytes`)
})

test('the name servers of the machine are those of its resolv.conf', () => {
  const text = 'search lan\n# nameserver 192.0.2.9\nnameserver 192.0.2.1\nnameserver\t2001:db8::1\noptions edns0\nnameserver fe80::1%eth0\n'
  assert.deepEqual(nameServersIn(text), ['192.0.2.1', '2001:db8::1', 'fe80::1%eth0'])
  assert.deepEqual(nameServersIn(''), [])
})

test('a question of the machine itself has the answer of the first of its name servers that answers', async (t) => {
  const server = createSocket('udp4')
  t.after(() => server.close())
  const asked: Buffer[] = []
  server.on('message', (question, from) => {
    asked.push(question)
    server.send(Buffer.from('the answer'), from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  // Nothing listens at 127.0.0.2: it is refused, and the other one answers.
  assert.equal(String(await passedOn(query('packages.example.org'), ['127.0.0.2', '127.0.0.1'], port, 600_000)), 'the answer')
  assert.deepEqual(asked, [query('packages.example.org')])
  assert.equal(await passedOn(query('packages.example.org'), ['127.0.0.2'], port, 1), undefined)
  assert.equal(await passedOn(query('packages.example.org'), [], port, 1), undefined)
})
