import type { LoadedGroup, Series } from '../model/journal.ts'

/** What Prometheus answered; `warnings`: what it says of the answer, such as stores that did not take part. */
export interface Answer {
  series: Series[]
  warnings: string[]
}

/** A Prometheus (or what speaks its HTTP API), read only. Rejects with HistoryError. */
export interface History {
  instant(expr: string, atMs: number): Promise<Answer>
  range(expr: string, startMs: number, endMs: number, stepMs: number): Promise<Answer>
  rules(): Promise<LoadedGroup[]>
  /** null where the server does not say. */
  about(): Promise<{ version: string | null; startedMs: number | null }>
}

/**
 * too-much: the server would answer less (a shorter time, fewer samples); query: the expression itself cannot be parsed or evaluated;
 * refused: credentials or address; unreachable: no answer in time, or an answer that is none.
 */
export type Trouble = 'too-much' | 'query' | 'refused' | 'unreachable'

export class HistoryError extends Error {
  readonly trouble: Trouble
  /** Of the HTTP answer; null where there was none, or it was 200 and could not be read. */
  readonly status: number | null
  constructor(trouble: Trouble, message: string, cause?: unknown, status: number | null = null) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HistoryError'
    this.trouble = trouble
    this.status = status
  }
}

/** Texts of limits: a shorter question would be answered. Prometheus, Thanos, Mimir, Cortex, VictoriaMetrics. */
const LIMIT =
  /too many samples|maximum resolution|too many (?:points|chunks|series|bytes)|exceed|limit|timed? ?out|deadline|larger than|out of memory/i
/** Texts of the expression itself. https://github.com/prometheus/prometheus/blob/v2.42.0/promql/engine.go */
const OF_THE_QUERY =
  /parse error|many-to-many|many-to-one|duplicate (?:series|labelset|sample)|same labelset|must not contain|unknown function|invalid parameter "query"/i

/** What kind of trouble an HTTP answer is. https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
export function troubleOf(status: number, body: string): Trouble {
  if (status === 401 || status === 403 || status === 404 || status === 405) return 'refused'
  if (status >= 300 && status < 400) return 'refused'
  if (OF_THE_QUERY.test(body)) return 'query'
  if (status === 413) return 'too-much'
  if ((status === 400 || status === 422 || status === 500 || status === 503 || status === 504) && LIMIT.test(body)) return 'too-much'
  if (status === 400 || status === 422) return 'query'
  return 'unreachable'
}

/** Whether the same question may be answered a little later. */
export function isBusy(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}
