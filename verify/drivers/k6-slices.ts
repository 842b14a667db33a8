import type { AnswerRow, LoadSlice } from '../model/journal.ts'

/** Neighbouring bounds of the latency histogram are this far apart: a quantile read from it is off by at most 10 %. */
const GROWTH = 1.1

export interface Counted {
  requests: number
  statuses: Record<string, number>
  /** Unix ms by k6's clock: the earliest that was sent, the latest that was answered or given up. */
  firstSentMs: number
  lastMs: number
}

/**
 * k6's samples (--out csv=-, K6_CSV_TIME_FORMAT=unix_milli) folded into whole seconds: what clients of each service saw and when.
 * Only the answers' own line is read; a request has a dozen. `services`: base URLs by name.
 */
export class K6Slices {
  private readonly slices = new Map<string, LoadSlice>()
  private readonly services: readonly (readonly [url: string, name: string])[]
  private columns: Record<string, number> = {}
  private rest = ''
  private readonly rows: AnswerRow[] = []
  private readonly all: Counted = { requests: 0, statuses: {}, firstSentMs: Infinity, lastMs: -Infinity }

  constructor(services: Record<string, string>) {
    this.services = Object.entries(services)
      .map(([name, url]) => [url.replace(/\/$/, ''), name] as const)
      .sort(([a], [b]) => b.length - a.length)
  }

  write(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.line(line)
  }

  /** By time, then by service. */
  finish(): LoadSlice[] {
    if (this.rest !== '') this.line(this.rest)
    this.rest = ''
    return this.soFar()
  }

  /** The same of the lines that came until now. */
  soFar(): LoadSlice[] {
    return [...this.slices.values()].sort((a, b) => a.fromMs - b.fromMs || (a.service < b.service ? -1 : 1))
  }

  /** Answers of requests tagged `row`, by the time they were sent (unix ms). */
  finishRows(): AnswerRow[] {
    return this.rows.sort((a, b) => a[1] - b[1])
  }

  /** Every request that k6 has a sample of, also of what is no service. */
  counted(): Readonly<Counted> {
    return this.all
  }

  private line(line: string): void {
    if (line.startsWith('metric_name,')) {
      this.columns = Object.fromEntries(line.split(',').map((name, index) => [name, index]))
      return
    }
    if (!line.startsWith('http_req_duration,')) return
    const cells = cellsOf(line)
    const cell = (name: string): string => cells[this.columns[name] ?? -1] ?? ''
    const url = cell('url')
    const service = this.services.find(([base]) => url === base || url.startsWith(`${base}/`))?.[1]
    const atMs = Number(cell('timestamp'))
    const durationMs = Number(cell('metric_value'))
    if (!Number.isFinite(atMs) || !Number.isFinite(durationMs)) return
    const status = cell('status') || '0'
    this.all.requests += 1
    this.all.statuses[status] = (this.all.statuses[status] ?? 0) + 1
    this.all.firstSentMs = Math.min(this.all.firstSentMs, atMs - durationMs)
    this.all.lastMs = Math.max(this.all.lastMs, atMs)
    if (service === undefined) return
    const fromMs = Math.floor(atMs / 1000) * 1000
    const row = /(?:^|&)row=(\d+)/.exec(cell('extra_tags'))?.[1]
    if (row !== undefined) this.rows.push([Number(row), atMs - durationMs, durationMs, Number(status)])
    this.add(fromMs, service, status, durationMs)
    const forwarded = /(?:^|&)forwarded=([^&]+)/.exec(cell('extra_tags'))?.[1]
    // A request without an answer, or that a rate limit refused, has not come as far.
    if (forwarded !== undefined && status !== '0' && status !== '429') this.add(fromMs, forwarded, status, durationMs)
  }

  private add(fromMs: number, service: string, status: string, durationMs: number): void {
    const key = `${fromMs} ${service}`
    let slice = this.slices.get(key)
    if (slice === undefined) this.slices.set(key, (slice = { fromMs, service, statuses: {}, latency: {} }))
    slice.statuses[status] = (slice.statuses[status] ?? 0) + 1
    // Without an answer there is no latency that a server could know of.
    if (status === '0') return
    const bound = latencyBound(durationMs)
    slice.latency[bound] = (slice.latency[bound] ?? 0) + 1
  }
}

/** The least bound, in ms, that is not below. */
function latencyBound(durationMs: number): string {
  const step = Math.max(0, Math.ceil(Math.log(Math.max(durationMs, 1)) / Math.log(GROWTH) - 1e-9))
  return String(Number((GROWTH ** step).toPrecision(4)))
}

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replace(/""/g, '"') ?? plain ?? '')
}
