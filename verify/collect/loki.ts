import type { LogLine } from '../model/journal.ts'
import type { Labels } from '../model/spec.ts'
import type { LokiSource } from '../run/ports.ts'
import { getJson } from './http.ts'

/** Loki's query API. https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time */
export function lokiSource(baseUrl: string): LokiSource {
  const base = baseUrl.replace(/\/$/, '')
  return {
    async queryRange(query, startMs, endMs, limit) {
      // All four are sent: the defaults (100 lines, backward, the last hour) silently hide lines.
      const params = new URLSearchParams({ query, start: `${Math.floor(startMs)}000000`, end: `${Math.ceil(endMs)}000000`, limit: String(limit), direction: 'forward' })
      const answer = await getJson(`${base}/loki/api/v1/query_range?${params}`) as { data: { resultType: string, result: { stream: Labels, values: [string, string][] }[] } }
      const lines: LogLine[] = answer.data.result.flatMap(({ stream, values }) => values.map(([timeNs, line]) => ({ timeNs, line, labels: stream })))
      return lines.sort((a, b) => (BigInt(a.timeNs) < BigInt(b.timeNs) ? -1 : BigInt(a.timeNs) > BigInt(b.timeNs) ? 1 : 0))
    },
  }
}
