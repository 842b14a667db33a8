import type { LogLine } from '../model/journal.ts'
import type { Labels } from '../model/spec.ts'
import type { Credentials } from '../model/target.ts'
import type { LokiSource } from '../run/ports.ts'
import { getJson, SourceError, viaOf } from './http.ts'

/**
 * Loki's query API; with several tenants each question names its own (https://grafana.com/docs/loki/latest/operations/multi-tenancy/).
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time
 */
export function lokiSource(baseUrl: string, tenant?: string, credentials?: Credentials): LokiSource {
  const base = baseUrl.replace(/\/$/, '')
  const via = viaOf(credentials)
  return {
    async queryRange(query, startMs, endMs, limit) {
      // All four are sent: the defaults (100 lines, backward, the last hour) silently hide lines.
      const params = new URLSearchParams({
        query,
        start: `${Math.floor(startMs)}000000`,
        end: `${Math.ceil(endMs)}000000`,
        limit: String(limit),
        direction: 'forward',
      })
      const url = `${base}/loki/api/v1/query_range?${params}`
      const answer = (await getJson(url, { via, ...(tenant === undefined ? {} : { headers: { 'x-scope-orgid': tenant } }) })) as {
        data?: { result?: unknown }
      }
      if (!Array.isArray(answer.data?.result)) throw new SourceError('GET', url, 'the answer is no list of streams')
      const lines = (answer.data.result as { stream: Labels; values: [string, string][] }[]).flatMap(({ stream, values }) =>
        values.map(([timeNs, line]): LogLine => ({ timeNs, line, labels: stream })),
      )
      // Nineteen digits each until the year 2286, so that text order is time order.
      return lines.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
    },
  }
}
