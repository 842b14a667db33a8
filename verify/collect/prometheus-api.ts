import { setTimeout as wait } from 'node:timers/promises'
import { HistoryError, isBusy, troubleOf } from '../backtest/history-port.ts'
import type { Answer } from '../backtest/history-port.ts'
import type { Series } from '../model/journal.ts'
import type { Credentials } from '../model/target.ts'
import { isRecord } from '../text/is-record.ts'
import { exchange, SourceError, viaOf } from './http.ts'
import type { HttpAnswer } from './http.ts'

export interface ApiOptions {
  /** With the path prefix of a proxy, Thanos or Mimir: http://mimir/prometheus. */
  url: string
  credentials?: Credentials
  /** Requests at a time. */
  concurrency: number
  /** Of one request. The server gives up a little earlier, and says so. */
  deadlineMs: number
  /** GET alone, of questions as well. */
  readOnly?: boolean
  /** A question is asked again, for this reason. */
  onAgain(reason: string): void
  signal?: AbortSignal
}

const TRIES = 4
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Prometheus' HTTP API, asked a bounded number of times at once, and again where it is busy. */
export interface PrometheusApi {
  /** `data` of an answer, and what the server says of it, such as stores that did not take part. @throws HistoryError */
  call(path: string, params?: Record<string, string>): Promise<{ data: unknown; warnings: string[] }>
  query(path: string, params: Record<string, string>): Promise<Answer>
}

export function prometheusApi(options: ApiOptions): PrometheusApi {
  const base = options.url.replace(/\/+$/, '')
  const via = viaOf(options.credentials)
  const turn = turns(options.concurrency)
  /** A read-only token may allow GET alone. */
  let method: 'POST' | 'GET' = options.readOnly === true ? 'GET' : 'POST'

  async function once(path: string, params: Record<string, string>): Promise<HttpAnswer> {
    const form = new URLSearchParams(params).toString()
    const common = {
      via,
      deadlineMs: options.deadlineMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }
    const asGet = (): Promise<HttpAnswer> =>
      exchange(`${base}${path}${form === '' ? '' : `?${form}`}`, { ...common, headers: { accept: 'application/json' } })
    if (method === 'GET' || form === '') return asGet()
    const headers = { 'accept': 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await exchange(`${base}${path}`, { ...common, method: 'POST', headers, body: form })
    if (answer.status !== 405 && answer.status !== 403) return answer
    const second = await asGet()
    if (second.status === 200) method = 'GET'
    return second
  }

  async function call(path: string, params: Record<string, string> = {}): Promise<{ data: unknown; warnings: string[] }> {
    for (let attempt = 1; ; attempt++) {
      let answer: HttpAnswer
      try {
        answer = await turn(() => once(path, params))
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        throw new HistoryError('unreachable', error.message, error)
      }
      const { status, headers, text } = answer
      if (status === 200) return parsed(base, path, text)
      const trouble = troubleOf(status, text)
      const message = `[${method}] "${base}${path}": ${status} ${reasonOf(text)}${hintOf(status, headers)}`
      if (trouble !== 'unreachable' || !isBusy(status) || attempt >= TRIES) throw new HistoryError(trouble, message, undefined, status)
      options.onAgain(`${status} ${reasonOf(text)}`)
      const asked = Number(headers['retry-after'] ?? NaN) * 1_000
      const waitMs = Number.isFinite(asked) ? asked : FIRST_WAIT_MS * 2 ** (attempt - 1)
      await wait(Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)), undefined, options.signal === undefined ? {} : { signal: options.signal })
    }
  }

  const query = async (path: string, params: Record<string, string>): Promise<Answer> => {
    // So that a slow server answers, by saying that it is too slow, before it is given up.
    const { data, warnings } = await call(path, { ...params, timeout: `${Math.max(1, Math.floor(options.deadlineMs * 0.9))}ms` })
    return { series: seriesOf(base, path, data), warnings }
  }

  return { call, query }
}

function parsed(base: string, path: string, text: string): { data: unknown; warnings: string[] } {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    const shown = JSON.stringify(text.slice(0, 80))
    throw new HistoryError('refused', `"${base}${path}": the answer is not JSON but ${shown}. Is the path prefix right?`, error)
  }
  if (!isRecord(body) || body['status'] !== 'success') throw new HistoryError(troubleOf(422, text), `"${base}${path}": ${reasonOf(text)}`)
  const warnings = Array.isArray(body['warnings']) ? body['warnings'].map(String) : []
  // Hints about the expression, not about the answer: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
  return { data: body['data'], warnings: warnings.filter((each) => !/^PromQL (?:info|warning)\b/.test(each)) }
}

function seriesOf(base: string, path: string, data: unknown): Series[] {
  const damaged = (): never => {
    throw new HistoryError(
      'unreachable',
      `"${base}${path}": an answer that is none of Prometheus: ${JSON.stringify(data)?.slice(0, 120) ?? ''}`,
    )
  }
  if (!isRecord(data)) return damaged()
  const { resultType, result } = data
  if (resultType === 'scalar' && Array.isArray(result)) return [{ metric: {}, values: [result as [number, string]] }]
  if (!Array.isArray(result) || (resultType !== 'vector' && resultType !== 'matrix')) return damaged()
  return result.map((row: unknown) => {
    if (!isRecord(row) || !isRecord(row['metric'])) return damaged()
    const { metric, value, values, histogram, histograms } = row
    const native = Array.isArray(histograms) ? histograms : Array.isArray(histogram) ? [histogram] : []
    const floats = Array.isArray(values) ? values : Array.isArray(value) ? [value] : []
    return { metric, values: floats, ...(native.length === 0 ? {} : { histograms: native }) } as unknown as Series
  })
}

/** `error` of the answer, or its begin. */
function reasonOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (isRecord(body) && typeof body['error'] === 'string') return body['error'].slice(0, 300)
  } catch {
    // Not every proxy answers with JSON.
  }
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}

function hintOf(status: number, headers: Record<string, string>): string {
  if (status === 401) return '. Which token? --bearer-token-env or --bearer-token-file'
  if (status === 403) return '. The token may not read this'
  if (status === 404) return '. Is the path prefix right, such as http://HOST/prometheus?'
  if (status >= 300 && status < 400) return `. It leads to ${headers['location'] ?? 'another address'}: name that`
  return ''
}

/** At most `most` at a time, in order. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
