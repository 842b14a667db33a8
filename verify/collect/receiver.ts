import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { FiredrillError } from '../model/error.ts'
import type { JournalBody } from '../model/journal.ts'
import type { Clock, NotificationSource } from '../run/ports.ts'

type Notification = Extract<JournalBody, { kind: 'notification' }>
const MAX_BODY_BYTES = 4 * 1024 * 1024

/**
 * The webhook receiver that Alertmanager notifies: every POST is kept with its arrival time.
 * The last segment of the path names the receiver, except below /slack and /discord. Answers "ok" as Slack's incoming webhooks do:
 * Alertmanager takes
 * any other text for an error and notifies again (https://github.com/prometheus/alertmanager/pull/3121).
 */
export async function openReceiver(
  address: { host: string; port: number; also?: readonly string[] },
  clock: Clock,
): Promise<NotificationSource & { close(): Promise<void>; port: number }> {
  const listeners = new Set<(notification: Notification) => void>()
  const answer: RequestListener = (request, response) => {
    const arrivedMs = clock.now()
    readBody(request).then(
      (text) => {
        const path = (request.url ?? '/').split('?')[0] ?? '/'
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
        response.writeHead(413).end(String(error))
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
      const server = createServer(answer)
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
    close,
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

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error(`body larger than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
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
