/** The scenario `requests` by the real k6 against a small server. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { findTool } from '../../lab/tools/tools.ts'
import type { LoadSummary } from '../model/journal.ts'
import type { LoadUse } from '../model/spec.ts'
import { k6Load } from './k6.ts'

const k6 = findTool('k6')
const skip = k6 === undefined ? 'k6 is not installed: firedrill setup' : false

interface Seen {
  method: string
  url: string
  client: string | undefined
  secret: string | undefined
  body: string
}

/** What the server was sent, and what k6 says of it. Ends once it was sent `count` requests. */
async function sent(count: number, params: LoadUse['params']): Promise<{ seen: Seen[]; summary: LoadSummary; error?: string }> {
  const seen: Seen[] = []
  const enough = Promise.withResolvers<void>()
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string
    return text
  }
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request
      const [client, secret] = [headers['x-client'], headers['x-key']].map((value) => value?.toString())
      seen.push({ method, url, client, secret, body })
      if (seen.length >= count) enough.resolve()
      response.writeHead(url.startsWith('/broken') ? 500 : method === 'POST' ? 201 : 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const services = { 'web-shop': `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
    const credentials = { 'web-shop': { headers: { 'x-key': 'let me in' } } }
    const load = k6Load({ k6: k6 ?? '', services, credentials, scripts: OWN_PLATFORM.scripts })
    const use = { scenario: 'requests', params: { service: 'web-shop', ...params } }
    const running = await load.start(use, { experiment: 'e', leg: 'fire', runId: 'run', maxMs: 600_000 })
    await Promise.race([enough.promise, running.done])
    const { summary, error } = await running.stop()
    assert.ok(summary !== null, error)
    return { seen, summary, ...(error === undefined ? {} : { error }) }
  } finally {
    server.close()
  }
}

test(
  'exactly the share of the requests is the faulty one; the usual one has its headers, body, stamp and what lets it in',
  { skip },
  async () => {
    const { seen, summary, error } = await sent(60, {
      ratePerS: 20,
      timeoutS: 60,
      method: 'POST',
      path: '/orders?id={stamp}',
      headers: '{"X-Client":"c-{stamp}"}',
      body: '{"id":"{stamp}"}',
      expect: '201',
      faultShare: 0.1,
      faultMethod: 'GET',
      faultPath: '/broken',
    })
    assert.equal(error, undefined)
    const faulty = seen.filter(({ url }) => url === '/broken')
    assert.ok(faulty.length > 0 && faulty.every(({ method }) => method === 'GET'))
    const usual = seen.filter(({ url }) => url !== '/broken')
    const numbers = new Set<number>()
    for (const { method, url, client, secret, body } of usual) {
      const [, stamp = ''] = /^\/orders\?id=(run-\d+)$/.exec(url) ?? assert.fail(url)
      numbers.add(Number(stamp.slice(4)))
      assert.deepEqual(
        { method, client, secret, body },
        { method: 'POST', client: `c-${stamp}`, secret: 'let me in', body: `{"id":"${stamp}"}` },
      )
    }
    assert.equal(numbers.size, usual.length, 'each has a stamp of its own')
    // Every tenth is the faulty one; what was under way when k6 was stopped is missing at the end.
    assert.deepEqual(
      [...numbers].filter((number) => number % 10 === 9),
      [],
    )
    assert.ok(Math.abs(faulty.length - Math.max(...numbers) / 10) <= 2, `${faulty.length} of ${seen.length}`)
    const { 0: unanswered = 0, ...answered } = summary.statuses
    assert.deepEqual(Object.keys(answered), ['201', '500'])
    assert.equal(summary.unexpected ?? 0, unanswered)
    // By service, as the judge compares it with what the service's own metrics say.
    assert.deepEqual([...new Set(summary.slices?.map(({ service }) => service))], ['web-shop'])
  },
)

test('answers with another status than expected are counted, no answer among them', { skip }, async () => {
  const { seen, summary } = await sent(5, { ratePerS: 10, timeoutS: 60, path: '/broken', expect: '2xx,404' })
  assert.ok(seen.length >= 5)
  const { 500: failed = 0, 0: unanswered = 0, ...others } = summary.statuses
  assert.deepEqual(others, {})
  assert.ok(failed > 0)
  assert.equal(summary.unexpected, failed + unanswered)
})

test('it lasts no longer than it is told to', { skip }, async () => {
  const { summary, error } = await sent(100_000, { ratePerS: 5, atMostS: 1 })
  assert.equal(error, undefined)
  assert.ok(summary.iterations + summary.droppedIterations <= 7, `${summary.iterations} and ${summary.droppedIterations} dropped`)
})
