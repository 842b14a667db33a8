import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { JournalEntry } from '../model/journal.ts'
import type { Choice, Cockpit, Page, PageCode } from '../model/page.ts'
import type { Clock } from '../run/ports.ts'
import { windowsSoFar } from '../judge/windows-so-far.ts'
import { inertJson, liveHtml } from '../report/formats.ts'
import { experimentsOf } from '../report/page/entries.ts'
import { livePageOf } from '../report/page/live.ts'
import { isDrawnLive } from '../report/page/make-page.ts'
import { evidenceText } from '../report/page/shown-evidence.ts'
import { line, terminal } from '../text/printable.ts'
import type { Look } from './glimpse.ts'

/** The page follows the drill at this pace; more often is not seen. */
const EVERY_MS = 500
/** Making a state may take this share of the drill's core: one that took long is followed by a longer pause. */
const SHARE = 0.02
/** Prometheus is asked this often, and only while a page is connected. */
const LOOK_MS = 2_000
/** A person at a game day waits no longer to see what was done. */
const PROMPT_MS = 1_000
/** So long may the last state take to a slow reader. */
const LAST_WORDS_MS = 5_000
/** A browser that is gone without a word is noticed by this. */
const BEAT_MS = 10_000
const MOST_WATCHERS = 16
const MOST_SAID = 2_000
/** Of what a game day said. */
const MOST_LINES = 200
/** A page that is loaded again is back by then, also on a busy machine. */
const GONE_MS = 30_000

/** What makes the page a game day's cockpit: what can be done, and where its lines go, as if they were typed. */
export interface LiveGameday {
  choices: Choice[]
  say(line: string): void
  /** Called when the last page that may act has been away for `goneAfterMs` (30 s): its browser was closed, or died. */
  gone?(): void
  goneAfterMs?: number
  /** Called by the page to hand over; calls handOver of the live page in turn, and writes down who did. */
  handOver?(from: string, to: string): void
}

export interface LivePage {
  /** With the token without which nothing is answered. */
  address: string
  /** Aborted by the page's stop button. */
  stop: AbortSignal
  /** One line of the journal. */
  append(line: string): void
  /** What a game day has in effect, whether it is paused, and what it says. */
  show(change: Partial<Pick<Cockpit, 'active' | 'pausedMs'>> & { said?: string }): void
  /** A new address that may act; the one before may only watch from now on. */
  handOver(lead: string): string
  /** The drill is over and judged: every page gets this and asks no more. */
  finish(page: Page): void
  close(): Promise<void>
}

/**
 * Serves the page of a running drill on loopback: the whole state on connecting, so that a browser that comes late or lost its connection
 * misses nothing, then what changed. Who lacks the token, comes under another name (Host) or from another page (Origin) is refused.
 * `look`: at what the journal has only at the end.
 */
export async function openLivePage(clock: Clock, code: PageCode, gameday?: LiveGameday, look?: Look): Promise<LivePage> {
  const cockpit: Cockpit | undefined =
    gameday === undefined ? undefined : { choices: gameday.choices, active: [], pausedMs: null, lead: '', mayAct: true, said: [] }
  const newToken = (): string => randomBytes(16).toString('hex')
  /** The one that may act is the last. */
  const tokens = [newToken()]
  const mayAct = (given: string): boolean => sameText(given, tokens.at(-1) ?? '')
  const entries: JournalEntry[] = []
  const bySeq = new Map<number, JournalEntry>()
  let glimpses: JournalEntry[] = []
  const watchers = new Map<ServerResponse, string>()
  let goneTimer: NodeJS.Timeout | undefined
  const stopping = new AbortController()
  let last: Page | undefined
  let changed = false

  const state = (acting: boolean): string => inertJson(last ?? soFar(cockpit === undefined ? undefined : { ...cockpit, mayAct: acting }))
  const soFar = (acting?: Cockpit): Page =>
    livePageOf(entries, clock.now(), acting, glimpses, windowsSoFar(entries, experimentsOf(entries)))
  const send = (to: Iterable<[ServerResponse, string]>, event: string): void => {
    const texts = new Map<boolean, string>()
    for (const [watcher, given] of to) {
      // Who reads too slowly gets the next state instead of a queue of old ones.
      if (watcher.writableNeedDrain) continue
      const acting = mayAct(given)
      const text = texts.get(acting) ?? `event: ${event}\ndata: ${state(acting)}\n\n`
      texts.set(acting, text)
      watcher.write(text)
    }
  }
  /** The last page that may act has gone: what it injected must not outlive it. */
  const watchForGone = (): void => {
    if (gameday?.gone === undefined || last !== undefined || [...watchers.values()].some(mayAct)) return
    clearTimeout(goneTimer)
    goneTimer = setTimeout(() => {
      if (![...watchers.values()].some(mayAct)) gameday.gone?.()
    }, gameday.goneAfterMs ?? GONE_MS)
    goneTimer.unref()
  }
  let looks = false
  const lookAround = async (): Promise<void> => {
    if (look === undefined || looks || watchers.size === 0 || last !== undefined) return
    looks = true
    try {
      glimpses = await look(entries)
      changed = true
    } catch {
      // A Prometheus that does not answer now: the page keeps what it has, and the drill itself says what is wrong.
    } finally {
      looks = false
    }
  }
  let notBeforeMs = 0
  const timers = [
    setInterval(() => {
      if (!changed || watchers.size === 0 || performance.now() < notBeforeMs) return
      const begun = process.cpuUsage()
      send(watchers, 'page')
      changed = false
      const { user, system } = process.cpuUsage(begun)
      const pauseMs = (user + system) / 1_000 / SHARE
      notBeforeMs = performance.now() + (gameday === undefined ? pauseMs : Math.min(pauseMs, PROMPT_MS))
    }, EVERY_MS),
    setInterval(() => void lookAround(), LOOK_MS),
    setInterval(() => {
      for (const watcher of watchers.keys()) watcher.write(': still here\n\n')
    }, BEAT_MS),
  ]
  for (const timer of timers) timer.unref()

  const server = createServer((request, response) => {
    const refuse = (status: number, why: string): void => void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`)
    if (!knownHost(request, server.address() as AddressInfo)) return refuse(403, 'this page is served to 127.0.0.1 and localhost only')
    const [, given = '', room = '', id = ''] = (request.url ?? '/').split('?')[0]?.split('/') ?? []
    // Every browser asks for it.
    if (given === 'favicon.ico') return void response.writeHead(204).end()
    if (!tokens.some((token) => sameText(given, token))) return refuse(404, 'the address needs the token that was printed with it')
    if (request.method === 'POST' && !mayAct(given))
      return refuse(403, `handed over to ${line(cockpit?.lead ?? '')}: this address only watches`)
    if (request.method === 'GET' && room === '') {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy(code), ...PRIVATE })
        .end(liveHtml(code))
    } else if (request.method === 'GET' && room === 'events') {
      if (watchers.size >= MOST_WATCHERS) return refuse(503, 'too many pages watch this drill already')
      response.writeHead(200, { 'content-type': 'text/event-stream', ...PRIVATE })
      response.write('retry: 1000\n')
      watchers.set(response, given)
      if (mayAct(given)) clearTimeout(goneTimer)
      response.on('close', () => {
        watchers.delete(response)
        if (mayAct(given)) watchForGone()
      })
      send([[response, given]], last === undefined ? 'page' : 'end')
    } else if (request.method === 'GET' && room === 'entry') {
      const entry = /^\d{1,15}$/.test(id) ? bySeq.get(Number(id)) : undefined
      if (entry === undefined) return refuse(404, 'this page has no such journal entry')
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...PRIVATE }).end(terminal(evidenceText(entry)))
    } else if (request.method === 'POST' && room === 'stop') {
      if (!fromOwnPage(request)) return refuse(403, 'only the page itself may stop the drill')
      stopping.abort()
      response.writeHead(202, { 'content-type': 'text/plain' }).end('stopping: everything is undone\n')
    } else if (request.method === 'POST' && room === 'say' && gameday !== undefined) {
      if (!fromOwnPage(request)) return refuse(403, 'only the page itself may say something')
      textOf(request).then(
        (text) => {
          // It may have been handed over while this text was on its way.
          if (!mayAct(given)) return refuse(403, 'handed over')
          for (const each of text.split('\n')) gameday.say(each)
          response.writeHead(202).end()
        },
        () => refuse(413, `more than ${MOST_SAID} characters`),
      )
    } else if (request.method === 'POST' && room === 'hand-over' && gameday?.handOver !== undefined) {
      if (!fromOwnPage(request)) return refuse(403, 'only the page itself may hand over')
      textOf(request).then(
        (text) => {
          const [from = '', to = ''] = text.split('\n').map((each) => each.trim())
          if (to === '') return refuse(400, 'hand over to whom?')
          if (!mayAct(given)) return refuse(403, 'handed over')
          gameday.handOver?.(from, to)
          // Only who may act was asked, and only this once: whom it is handed over to needs it.
          response.writeHead(200, { 'content-type': 'text/plain', ...PRIVATE }).end(addressOf(tokens.at(-1) ?? ''))
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
  const addressOf = (token: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}/`
  return {
    address: addressOf(tokens[0] ?? ''),
    stop: stopping.signal,
    append(text) {
      const entry = JSON.parse(text) as JournalEntry
      if (!isDrawnLive(entry)) return
      entries.push(entry)
      bySeq.set(entry.seq, entry)
      changed = true
    },
    show({ active, pausedMs, said }) {
      if (cockpit === undefined) return
      if (active !== undefined) cockpit.active = active
      if (pausedMs !== undefined) cockpit.pausedMs = pausedMs
      if (said !== undefined) cockpit.said = [...cockpit.said, ...said.split('\n').filter(Boolean)].slice(-MOST_LINES)
      changed = true
    },
    handOver(lead) {
      tokens.push(newToken())
      if (cockpit !== undefined) cockpit.lead = lead
      // How long the colleague takes to come is not known: nothing is undone for it before its page was there once.
      clearTimeout(goneTimer)
      send(watchers, 'page')
      return addressOf(tokens.at(-1) ?? '')
    },
    finish(page) {
      last = page
      clearTimeout(goneTimer)
      send(watchers, 'end')
    },
    async close() {
      timers.forEach(clearInterval)
      clearTimeout(goneTimer)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const ended = [...watchers.keys()].map((watcher) => new Promise<void>((resolve) => watcher.on('close', resolve).end(resolve)))
      // A browser that keeps its connection open, or reads no more, must not keep the program from ending.
      const patience = new AbortController()
      await Promise.race([Promise.all(ended), delay(LAST_WORDS_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
      patience.abort()
      server.closeAllConnections()
      await closed
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
