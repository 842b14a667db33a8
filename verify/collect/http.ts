import { Agent, request, type Dispatcher } from 'undici'
import type { Credentials } from '../model/target.ts'

/** A source that could not be read. `[GET] "url": 503 Service Unavailable <body>` is enough to act on. */
export class SourceError extends Error {
  readonly status: number | null
  constructor(method: string, url: string, detail: string, status: number | null = null, cause?: unknown) {
    super(`[${method}] "${shown(url)}": ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'SourceError'
    this.status = status
  }
}

const SHOWN_CHARACTERS = 160

/** How all exchanges with one endpoint go: what it asks for, and whose certificate it shows. */
export interface Via {
  headers: Record<string, string>
  dispatcher?: Dispatcher
}

export function viaOf(credentials: Credentials | undefined): Via {
  const { ca, serverName } = credentials?.tls ?? {}
  if (ca === undefined && serverName === undefined) return { headers: credentials?.headers ?? {} }
  // https://undici.nodejs.org/#/docs/api/Client?id=parameter-connectoptions
  const connect = { ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { servername: serverName }) }
  return { headers: credentials?.headers ?? {}, dispatcher: new Agent({ connect }) }
}

export interface HttpOptions {
  via?: Via
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  headers?: Record<string, string>
  body?: string
  /** Whole exchange, connect to last byte. */
  deadlineMs?: number
  /** Larger answers are refused: a source that lies must not fill the memory. */
  maxBytes?: number
  signal?: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

/** One exchange, no retry: an unseen retry would hide a failing source. Throws SourceError on transport trouble only. */
export async function exchange(url: string, options: HttpOptions = {}): Promise<HttpAnswer> {
  const method = options.method ?? 'GET'
  const deadline = AbortSignal.timeout(options.deadlineMs ?? 10_000)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal])
  try {
    const response = await request(url, {
      method,
      signal,
      // One name in two spellings would be two headers.
      headers: {
        ...options.via?.headers,
        ...Object.fromEntries(Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
      },
      ...(options.via?.dispatcher === undefined ? {} : { dispatcher: options.via.dispatcher }),
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    const chunks: Buffer[] = []
    let size = 0
    const maxBytes = options.maxBytes ?? 256 * 1024 * 1024
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new Error(`answer larger than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    )
    return { status: response.statusCode, headers, text: Buffer.concat(chunks).toString('utf8') }
  } catch (error) {
    throw new SourceError(method, url, reasonOf(error, deadline.aborted, options.deadlineMs ?? 10_000), null, error)
  }
}

/** A 2xx JSON answer, or SourceError. */
export async function getJson(url: string, options: HttpOptions = {}): Promise<unknown> {
  const answer = await exchange(url, { ...options, headers: { accept: 'application/json', ...options.headers } })
  const method = options.method ?? 'GET'
  if (answer.status < 200 || answer.status > 299)
    throw new SourceError(method, url, `${answer.status} ${answer.text.slice(0, 300).trim()}`, answer.status)
  try {
    return JSON.parse(answer.text)
  } catch (error) {
    throw new SourceError(method, url, `answer is not JSON: ${answer.text.slice(0, 120)}`, answer.status, error)
  }
}

function reasonOf(error: unknown, timedOut: boolean, deadlineMs: number): string {
  if (timedOut) return `no answer within ${deadlineMs} ms`
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`.trim()
}

/** A person reads it: no credentials, and of a question for a hundred ids its begin. */
function shown(url: string): string {
  const plain = url.replace(/\/\/[^/@]*@/, '//***@')
  return plain.length > SHOWN_CHARACTERS ? `${plain.slice(0, SHOWN_CHARACTERS)}... (${plain.length} characters)` : plain
}
