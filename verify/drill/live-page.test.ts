import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { namedText } from '../../testing/journals/named-journal.ts'
import type { Page } from '../model/page.ts'
import { openLivePage } from './live-page.ts'
import type { LivePage } from './live-page.ts'

const CODE = { script: 'draw()', scriptHash: 'sha256-A', style: 'a{}', styleHash: 'sha256-B' }
const LINES = namedText('redis-hung').trim().split('\n')
const ENTRIES = LINES.map((line) => JSON.parse(line) as { kind: string; atMs: number })
const legs = ENTRIES.flatMap(({ kind }, index) => (kind === 'leg' ? [index] : []))

async function opened(t: TestContext): Promise<LivePage> {
  const clock = { now: () => ENTRIES[legs[2]!]!.atMs + 100 } as Parameters<typeof openLivePage>[0]
  const live = await openLivePage(clock, CODE)
  t.after(() => live.close())
  return live
}

interface Answer {
  status: number
  text: string
  headers: Record<string, unknown>
}

function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    request.on('error', reject)
    request.end()
  })
}

/** The events of the page's stream, one after the other. */
async function* events(address: string): AsyncGenerator<{ event: string; page: Page }> {
  const response = await fetch(`${address}events`)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      const event = /^event: (.*)$/m.exec(block)?.[1]
      if (event !== undefined) yield { event, page: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') as Page }
    }
  }
}

test('a browser that comes late gets all there is, then what changes, then the end', async (t) => {
  const live = await opened(t)
  for (const line of LINES.slice(0, legs[2]! + 1)) live.append(line)
  const stream = events(live.address)
  const first = (await stream.next()).value as { event: string; page: Page }
  assert.equal(first.event, 'page')
  assert.equal(first.page.sentence, 'The drill is running.')
  const begun = ENTRIES[legs[2]!] as unknown as { leg: string; experiment: string; atMs: number }
  assert.deepEqual(
    first.page.live?.awaited.map(({ experiment, leg }) => [experiment, leg]),
    [[begun.experiment, begun.leg]],
  )
  assert.ok(first.page.live!.awaited[0]!.untilMs > begun.atMs)
  for (const line of LINES.slice(legs[2]! + 1)) live.append(line)
  // On a slow machine the state of before is due once more in between.
  let second = (await stream.next()).value as { event: string; page: Page }
  while ((second.page.live?.awaited.length ?? 0) > 0) second = (await stream.next()).value as { event: string; page: Page }
  assert.ok(second.page.lanes.length > first.page.lanes.length)
  live.finish({ ...second.page, sentence: 'over' })
  const last = (await stream.next()).value as { event: string; page: Page }
  assert.deepEqual([last.event, last.page.sentence], ['end', 'over'])
  const late = (await events(live.address).next()).value as { event: string; page: Page }
  assert.deepEqual([late.event, late.page.sentence], ['end', 'over'])
})

test('the page runs nothing but its own script, speaks to its own server alone and is kept nowhere', async (t) => {
  const live = await opened(t)
  const { status, headers, text } = await ask(live.address)
  assert.equal(status, 200)
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none'; script-src 'sha256-A'; style-src 'sha256-B'; connect-src 'self';/,
  )
  assert.equal(headers['cache-control'], 'no-store')
  assert.doesNotMatch(text, new RegExp(live.address.split('/').at(-2)!))
})

test('each entry that the page shows can be read while the drill runs, as inert text; no other, and not without the token', async (t) => {
  const live = await opened(t)
  for (const line of LINES.slice(0, legs[2]! + 1)) live.append(line)
  const { seq } = ENTRIES[legs[2]!] as unknown as { seq: number }
  const { status, text, headers } = await ask(`${live.address}entry/${seq}`)
  assert.equal(status, 200)
  assert.match(String(headers['content-type']), /^text\/plain/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['cache-control'], 'no-store')
  assert.deepEqual(JSON.parse(text), ENTRIES[legs[2]!])
  for (const id of [String(seq + 1_000), '', '-1', '1e1', '../stop', 'x'.repeat(99)])
    assert.equal((await ask(`${live.address}entry/${id}`)).status, 404, id)
  const { origin } = new URL(live.address)
  assert.equal((await ask(`${origin}/${'0'.repeat(32)}/entry/${seq}`)).status, 404)
  const hostile = '\u001b[31m</pre><script>alert(1)</script>\u202e'
  live.append(JSON.stringify({ ...ENTRIES[legs[2]!], seq: 90_000, detail: hostile }))
  const shown = (await ask(`${live.address}entry/90000`)).text
  assert.doesNotMatch(shown, /\u001b|\u202e/)
  assert.match(shown, /<script>alert\(1\)/)
})

test('without the token, under another name, or from another page nothing is answered and nothing stops', async (t) => {
  const live = await opened(t)
  const { origin, host } = new URL(live.address)
  for (const path of ['/', '/events', `/${'0'.repeat(32)}/events`, '/x/stop'])
    assert.equal((await ask(`${origin}${path}`)).status, 404, path)
  assert.equal((await ask(live.address, { headers: { host: 'evil.example' } })).status, 403)
  assert.equal((await ask(`${live.address}stop`)).status, 404, 'a link stops nothing')
  for (const headers of [{}, { origin: 'http://evil.example' }, { origin: 'null' }] as Record<string, string>[])
    assert.equal((await ask(`${live.address}stop`, { method: 'POST', headers })).status, 403)
  assert.equal(live.stop.aborted, false)
  assert.equal((await ask(`${live.address}stop`, { method: 'POST', headers: { origin: `http://${host}` } })).status, 202)
  assert.equal(live.stop.aborted, true)
})

test('it listens on loopback alone, and more than sixteen watchers are refused', async (t) => {
  const live = await opened(t)
  assert.equal(new URL(live.address).hostname, '127.0.0.1')
  for (let count = 0; count < 16; count++) await events(live.address).next()
  assert.equal((await ask(`${live.address}events`)).status, 503)
})

test("a game day's lines go where typed ones go, from its own page alone, and what is in effect is shown", async (t) => {
  const said: string[] = []
  const choices = [
    { kind: 'fault' as const, id: 'kill-process', title: 'Kill it', blastRadius: 'all', parts: [{ name: 'redis', fires: [] }], params: [] },
  ]
  const live = await openLivePage({ now: () => 5 } as Parameters<typeof openLivePage>[0], CODE, { choices, say: (line) => said.push(line) })
  t.after(() => live.close())
  const { host } = new URL(live.address)
  const post = (body: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${live.address}say`, { method: 'POST', headers }, (response) =>
        resolve(response.resume().statusCode ?? 0),
      )
      request.on('error', reject)
      request.end(body)
    })
  assert.equal(await post('inject kill-process redis\nyes', { origin: `http://${host}` }), 202)
  assert.equal(await post('undo all', { origin: 'http://evil.example' }), 403)
  assert.equal(await post('undo all', {}), 403)
  assert.equal(await post('x'.repeat(3_000), { origin: `http://${host}` }), 413)
  assert.deepEqual(said, ['inject kill-process redis', 'yes'])
  live.show({ active: [{ number: 1, id: 'kill-process', target: 'redis', sinceMs: 3 }] })
  live.show({ said: 'redis is dead\n' })
  const { page } = (await events(live.address).next()).value as { page: Page }
  assert.equal(page.sentence, 'Game day.')
  assert.deepEqual(page.live?.cockpit, {
    choices,
    active: [{ number: 1, id: 'kill-process', target: 'redis', sinceMs: 3 }],
    pausedMs: null,
    lead: '',
    mayAct: true,
    said: ['redis is dead'],
  })
})

/** A POST from the page at this address. */
function post(address: string, room: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${address}${room}`, { method: 'POST', headers: { origin: new URL(address).origin } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

test('after a handover the new address acts and the old one only watches', async (t) => {
  const said: string[] = []
  const live: LivePage = await openLivePage({ now: () => 5 } as Parameters<typeof openLivePage>[0], CODE, {
    choices: [],
    say: (line) => said.push(line),
    handOver: (from, to) => void said.push(`${from} > ${to}: ${live.handOver(to) === live.address ? 'old' : 'new'}`),
  })
  t.after(() => live.close())
  const watched = events(live.address)
  assert.equal(((await watched.next()).value as { page: Page }).page.live?.cockpit?.mayAct, true)
  assert.equal((await post(live.address, 'hand-over', 'Kim\n ')).status, 400)
  const { status, text: address } = await post(live.address, 'hand-over', 'Kim\nLee')
  assert.equal(status, 200)
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/)
  const { page } = (await watched.next()).value as { page: Page }
  assert.deepEqual([page.live?.cockpit?.mayAct, page.live?.cockpit?.lead], [false, 'Lee'])
  assert.doesNotMatch(JSON.stringify(page), new RegExp(address.split('/').at(-2)!), 'who only watches is not shown the address that acts')
  for (const [room, body] of [
    ['say', 'undo all'],
    ['stop', ''],
    ['hand-over', 'Kim\nKim'],
  ] as const)
    assert.equal((await post(live.address, room, body)).status, 403, room)
  assert.equal(live.stop.aborted, false)
  assert.equal((await post(address, 'say', 'undo all')).status, 202)
  assert.equal(((await events(address).next()).value as { page: Page }).page.live?.cockpit?.mayAct, true)
  assert.deepEqual(said, ['Kim > Lee: new', 'undo all'])
})

test('when the last page that may act goes away and stays away, that is said once', async (t) => {
  const gone = Promise.withResolvers<void>()
  let times = 0
  const live = await openLivePage({ now: () => 5 } as Parameters<typeof openLivePage>[0], CODE, {
    choices: [],
    say: () => undefined,
    gone: () => {
      times += 1
      gone.resolve()
    },
    goneAfterMs: 50,
  })
  t.after(() => live.close())
  const { port } = new URL(live.address)
  const watch = (): Promise<{ leave(): void }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, path: `${new URL(live.address).pathname}events` }, (response) => {
        response.once('data', () => resolve({ leave: () => request.destroy() }))
        response.on('error', () => undefined)
      })
      request.on('error', () => undefined)
      request.once('timeout', reject)
      request.end()
    })
  const first = await watch()
  const second = await watch()
  first.leave()
  second.leave()
  await gone.promise
  assert.equal(times, 1)
})

test('a drill that is no game day takes no lines', async (t) => {
  const live = await opened(t)
  const { host } = new URL(live.address)
  assert.equal((await ask(`${live.address}say`, { method: 'POST', headers: { origin: `http://${host}` } })).status, 404)
})
