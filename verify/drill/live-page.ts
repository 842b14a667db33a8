import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JournalEntry } from '../model/journal.ts'
import type { Cockpit, FaultChoice, Page, PageCode } from '../model/page.ts'
import type { Clock } from '../run/ports.ts'
import { inertJson, liveHtml } from '../report/formats.ts'
import { livePageOf } from '../report/page/live.ts'
import { isDrawn } from '../report/page/page.ts'

/** The page follows the drill at this pace; more often is not seen, and costs the drill its core. */
const EVERY_MS = 500
/** A browser that is gone without a word is noticed by this. */
const BEAT_MS = 10_000
const MOST_WATCHERS = 16
const MOST_SAID = 2_000
/** Of what a game day said. */
const MOST_LINES = 200

/** What makes the page a game day's cockpit: what can be done, and where its lines go, as if they were typed. */
export interface LiveGameday {
  choices: FaultChoice[]
  say(line: string): void
}

export interface LivePage {
  /** With the token without which nothing is answered. */
  address: string
  /** Aborted by the page's stop button. */
  stop: AbortSignal
  /** One line of the journal. */
  append(line: string): void
  /** What a game day has in effect, and what it says. */
  show(change: Partial<Pick<Cockpit, 'active'>> & { said?: string }): void
  /** The drill is over and judged: every page gets this and asks no more. */
  finish(page: Page): void
  close(): Promise<void>
}

/**
 * Serves the page of a running drill on loopback: the whole state on connecting, so that a browser that comes late or lost its connection
 * misses nothing, then what changed. Who lacks the token, comes under another name (Host) or from another page (Origin) is refused.
 */
export async function openLivePage(clock: Clock, code: PageCode, gameday?: LiveGameday): Promise<LivePage> {
  const cockpit: Cockpit | undefined = gameday === undefined ? undefined : { choices: gameday.choices, active: [], said: [] }
  const token = randomBytes(16).toString('hex')
  const entries: JournalEntry[] = []
  const watchers = new Set<ServerResponse>()
  const stopping = new AbortController()
  let last: Page | undefined
  let changed = false

  const state = (): string => inertJson(last ?? livePageOf(entries, clock.now(), cockpit))
  const send = (to: Iterable<ServerResponse>, event: string): void => {
    const text = `event: ${event}\ndata: ${state()}\n\n`
    // Who reads too slowly gets the next state instead of a queue of old ones.
    for (const watcher of to) if (!watcher.writableNeedDrain) watcher.write(text)
  }
  const timers = [
    setInterval(() => {
      if (changed && watchers.size > 0) send(watchers, 'page')
      changed = false
    }, EVERY_MS),
    setInterval(() => watchers.forEach((watcher) => watcher.write(': still here\n\n')), BEAT_MS),
  ]
  for (const timer of timers) timer.unref()

  const server = createServer((request, response) => {
    const refuse = (status: number, why: string): void => void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`)
    if (!knownHost(request, server.address() as AddressInfo)) return refuse(403, 'this page is served to 127.0.0.1 and localhost only')
    const [, given = '', room = ''] = (request.url ?? '/').split('?')[0]?.split('/') ?? []
    // Every browser asks for it.
    if (given === 'favicon.ico') return void response.writeHead(204).end()
    if (!sameText(given, token)) return refuse(404, 'the address needs the token that was printed with it')
    if (request.method === 'GET' && room === '') {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy(code), ...PRIVATE })
        .end(liveHtml(code))
    } else if (request.method === 'GET' && room === 'events') {
      if (watchers.size >= MOST_WATCHERS) return refuse(503, 'too many pages watch this drill already')
      response.writeHead(200, { 'content-type': 'text/event-stream', ...PRIVATE })
      response.write('retry: 1000\n')
      watchers.add(response)
      response.on('close', () => watchers.delete(response))
      send([response], last === undefined ? 'page' : 'end')
    } else if (request.method === 'POST' && room === 'stop') {
      if (!fromOwnPage(request)) return refuse(403, 'only the page itself may stop the drill')
      stopping.abort()
      response.writeHead(202, { 'content-type': 'text/plain' }).end('stopping: everything is undone\n')
    } else if (request.method === 'POST' && room === 'say' && gameday !== undefined) {
      if (!fromOwnPage(request)) return refuse(403, 'only the page itself may say something')
      textOf(request).then(
        (text) => {
          for (const line of text.split('\n')) gameday.say(line)
          response.writeHead(202).end()
        },
        () => refuse(413, `more than ${MOST_SAID} characters`),
      )
    } else refuse(404, 'there is no such page')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}/`,
    stop: stopping.signal,
    append(line) {
      const entry = JSON.parse(line) as JournalEntry
      if (!isDrawn(entry)) return
      entries.push(entry)
      changed = true
    },
    show({ active, said }) {
      if (cockpit === undefined) return
      if (active !== undefined) cockpit.active = active
      if (said !== undefined) cockpit.said = [...cockpit.said, ...said.split('\n').filter(Boolean)].slice(-MOST_LINES)
      changed = true
    },
    finish(page) {
      last = page
      send(watchers, 'end')
    },
    async close() {
      timers.forEach(clearInterval)
      for (const watcher of watchers) watcher.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A link or a form of another page carries its own origin, or none. */
function fromOwnPage(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined && request.headers.origin === `http://${request.headers.host}`
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const part of request as AsyncIterable<string>) {
    text += part
    if (text.length > MOST_SAID) throw new Error('too long')
  }
  return text
}

const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }

function policy({ scriptHash, styleHash }: PageCode): string {
  return `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

/** A name that resolves to loopback is not ours: https://en.wikipedia.org/wiki/DNS_rebinding */
function knownHost(request: IncomingMessage, { port }: AddressInfo): boolean {
  return request.headers.host === `127.0.0.1:${port}` || request.headers.host === `localhost:${port}`
}

function sameText(given: string, token: string): boolean {
  return given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))
}
