import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { FiredrillError } from '../model/error.ts'
import type { JournalBody } from '../model/journal.ts'
import type { Clock, NotificationSource } from '../run/ports.ts'

type Notification = Extract<JournalBody, { kind: 'notification' }>

/** What a port that others reach may be given. Alertmanager tries again after a 503; its own notifications stay far below all of these. */
export interface ReceiverLimits {
  /** Of one body. */
  bodyBytes: number
  /** Of all bodies that are being read. */
  readingBytes: number
  /** Posts kept in one second. */
  perSecond: number
  /** A client that sends slowly, or opens connections and sends nothing, holds none of them for longer. */
  headersMs: number
  requestMs: number
}

const LIMITS: ReceiverLimits = {
  bodyBytes: 4 * 1024 * 1024,
  readingBytes: 64 * 1024 * 1024,
  perSecond: 5_000,
  headersMs: 10_000,
  requestMs: 30_000,
}
const MAX_CONNECTIONS = 1_000

/**
 * The webhook receiver that Alertmanager notifies: every POST is kept with its arrival time.
 * The last segment of the path names the receiver, except below /slack and /discord. Answers "ok" as Slack's incoming webhooks do:
 * Alertmanager takes any other text for an error and notifies again (https://github.com/prometheus/alertmanager/pull/3121).
 */
export async function openReceiver(
  address: { host: string; port: number; also?: readonly string[]; secret?: string },
  clock: Clock,
  limits: ReceiverLimits = LIMITS,
): Promise<NotificationSource & { close(): Promise<void>; port: number }> {
  const listeners = new Set<(notification: Notification) => void>()
  const admission = new Admission(limits)
  const answer: RequestListener = (request, response) => {
    const arrivedMs = clock.now()
    const path = pathFor(address.secret, (request.url ?? '/').split('?')[0] ?? '/')
    if (path === undefined) {
      admission.refused += 1
      response.writeHead(404, { connection: 'close' }).end('no such path')
      return
    }
    if (!admission.admits(arrivedMs)) {
      response.writeHead(503, { 'retry-after': '1', 'connection': 'close' }).end('too many notifications at a time')
      return
    }
    readBody(request, admission).then(
      (text) => {
        const notification: Notification = {
          kind: 'notification',
          path,
          receiver: receiverOf(path),
          arrivedMs,
          method: request.method ?? '',
          headers: pick(request),
          body: parse(text),
        }
        for (const listener of listeners) listener(notification)
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok')
      },
      (error: unknown) => {
        response.writeHead(error instanceof Refused ? error.status : 400, { connection: 'close' }).end(String(error))
      },
    )
  }
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    for (const server of servers) {
      server.closeAllConnections()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
    }
  }
  try {
    for (const host of [address.host, ...(address.also ?? [])]) {
      const server = createServer({ headersTimeout: limits.headersMs, requestTimeout: limits.requestMs }, answer)
      server.maxConnections = MAX_CONNECTIONS
      await listen(server, { host, port: address.port })
      servers.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  const bound = servers[0]?.address()
  return {
    port: typeof bound === 'object' && bound !== null && bound !== undefined ? bound.port : address.port,
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    refused: () => admission.refused,
    close,
  }
}

class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Counts what is kept and what is being read, and refuses what is too much. */
class Admission {
  refused = 0
  readonly limits: ReceiverLimits
  private second = 0
  private kept = 0
  private reading = 0

  constructor(limits: ReceiverLimits) {
    this.limits = limits
  }

  admits(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.second) [this.second, this.kept] = [second, 0]
    this.kept += 1
    if (this.kept <= this.limits.perSecond) return true
    this.refused += 1
    return false
  }

  /** Throws when the chunk is one too many. */
  take(bytes: number, ofBody: number): void {
    this.reading += bytes
    const { bodyBytes, readingBytes } = this.limits
    if (ofBody <= bodyBytes && this.reading <= readingBytes) return
    this.refused += 1
    throw ofBody > bodyBytes
      ? new Refused(413, `body larger than ${bodyBytes} bytes`)
      : new Refused(503, `more than ${readingBytes} bytes of bodies at a time`)
  }

  release(bytes: number): void {
    this.reading -= bytes
  }
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new FiredrillError('RECEIVER_PORT_BUSY', `the drill's receiver cannot listen on ${host}:${port}: ${error.code ?? error.message}`, {
          exitCode: 3,
          next: 'Another drill may be running. Stop it, or set RECEIVER_PORT to a free port (and the webhook URLs of Alertmanager with it).',
          cause: error,
        }),
      )
    })
    server.listen(port, host, () => {
      resolve()
    })
  })
}

/** What stands behind the secret, which the journal does not keep; undefined for a path without it. */
function pathFor(secret: string | undefined, path: string): string | undefined {
  if (secret === undefined) return path
  return path.startsWith(`/${secret}/`) ? path.slice(secret.length + 1) : undefined
}

/** `/critical` is critical; `/discord/slack`, Discord's Slack-compatible endpoint, is discord. */
function receiverOf(path: string): string {
  const segments = path.split('/').filter(Boolean)
  const [first] = segments
  return first === 'slack' || first === 'discord' ? first : decode(segments.at(-1) ?? '')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

async function readBody(request: IncomingMessage, admission: Admission): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Not destroyed with the loop, or there would be no answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      admission.take(chunk.length, size)
      chunks.push(chunk)
    }
  } finally {
    admission.release(size)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Only what a judge may ask; authorization headers never reach the journal. */
function pick(request: IncomingMessage): Record<string, string> {
  const wanted = ['content-type', 'user-agent'] as const
  return Object.fromEntries(wanted.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])))
}
