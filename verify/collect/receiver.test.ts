import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { openReceiver, type ReceiverLimits } from './receiver-source.ts'

/** Ten minutes for a request: a machine that keeps this process from its turn for half a minute must not make a slow client of it. */
const PLENTY: ReceiverLimits = { bodyBytes: 1_000, readingBytes: 1_000_000, perSecond: 5_000, headersMs: 600_000, requestMs: 600_000 }

async function open(t: TestContext, limits: Partial<ReceiverLimits> = {}, secret?: string) {
  const time = { nowMs: 1_000_000 }
  const clock = { now: () => time.nowMs, sleep: async () => {} }
  const receiver = await openReceiver({ host: '127.0.0.1', port: 0, ...(secret === undefined ? {} : { secret }) }, clock, {
    ...PLENTY,
    ...limits,
  })
  t.after(() => receiver.close())
  const kept: unknown[] = []
  const paths: string[] = []
  receiver.subscribe(({ body, path }) => {
    kept.push(body)
    paths.push(path)
  })
  const agent = new Agent({ maxSockets: 50 })
  t.after(() => {
    agent.destroy()
  })
  // A connection for each: one that is used again the server may just have closed as idle, which takes a busy machine 5 s.
  const headers = { connection: 'close' }
  const begin = (path = '/critical'): ClientRequest =>
    request({ agent, host: '127.0.0.1', port: receiver.port, path, method: 'POST', headers })
  const answerTo = async (sent: ClientRequest): Promise<number> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
    return response.statusCode ?? 0
  }
  const post = (body: unknown, path?: string): Promise<number> => {
    const sent = begin(path)
    sent.end(typeof body === 'string' ? body : JSON.stringify(body))
    return answerTo(sent)
  }
  return { time, receiver, kept, paths, begin, answerTo, post }
}

test('two thousand notifications of one second, fifty at a time, are all kept, each once', async (t) => {
  const { kept, post, receiver } = await open(t)
  const sent = Array.from({ length: 2_000 }, (_, index) => index)
  const answers = await Promise.all(sent.map((index) => post(index)))
  assert.deepEqual(new Set(answers), new Set([200]))
  assert.deepEqual(
    (kept as number[]).toSorted((a, b) => a - b),
    sent,
  )
  assert.equal(receiver.refused?.(), 0)
})

test('a body that is too large is refused, and the next one is kept', async (t) => {
  const { kept, post, receiver } = await open(t)
  assert.equal(await post('x'.repeat(1_001)), 413)
  assert.equal(await post('y'.repeat(1_000)), 200)
  assert.deepEqual([kept, receiver.refused?.()], [['y'.repeat(1_000)], 1])
})

test('beyond so many in a second the sender is asked to try again, and in the next second it is heard', async (t) => {
  const { time, kept, post, receiver } = await open(t, { perSecond: 3 })
  const answers: number[] = []
  for (const index of [1, 2, 3, 4, 5]) answers.push(await post(index))
  assert.deepEqual(answers, [200, 200, 200, 503, 503])
  time.nowMs += 1_000
  assert.equal(await post(4), 200)
  assert.deepEqual([kept, receiver.refused?.()], [[1, 2, 3, 4], 2])
})

test('bodies that are being read have room together, which those that were read give back', async (t) => {
  const { kept, begin, answerTo, post } = await open(t, { readingBytes: 1_500 })
  const held = begin()
  held.write('a'.repeat(900))
  // Answered once the first one's bytes are in: until then both have room.
  let second = 0
  while (second !== 503) second = await post('b'.repeat(900))
  held.end()
  assert.equal(await answerTo(held), 200)
  assert.equal(await post('c'.repeat(900)), 200)
  assert.equal(kept.at(-1), 'c'.repeat(900))
  assert.ok(kept.includes('a'.repeat(900)))
})

test('with a secret only what is posted below it is heard, and the journal does not keep it', async (t) => {
  const { kept, paths, post, receiver } = await open(t, {}, 's3cret')
  assert.deepEqual(
    await Promise.all(['/critical', '/', '/s3cret', '/s3creta/critical', '/a/s3cret/critical'].map((path) => post(0, path))),
    [404, 404, 404, 404, 404],
  )
  assert.equal(await post(1, '/s3cret/critical?x=1'), 200)
  assert.deepEqual([kept, paths, receiver.refused?.()], [[1], ['/critical'], 5])
})
