import { HistoryError } from '../backtest/history-port.ts'
import type { History } from '../backtest/history-port.ts'
import type { LoadedGroup } from '../model/journal.ts'
import { isRecord } from '../text/is-record.ts'
import { prometheusApi } from './prometheus-api.ts'
import type { ApiOptions } from './prometheus-api.ts'
import { toGroup, type RawGroup } from './prometheus-source.ts'

/** The HTTP API of Prometheus for long looks back: bounded, and patient with a server that is busy. */
export function prometheusHistory(options: ApiOptions): History {
  const base = options.url.replace(/\/+$/, '')
  const { call, query } = prometheusApi(options)
  return {
    instant: (expr, atMs) => query('/api/v1/query', { query: expr, time: seconds(atMs) }),
    range: (expr, startMs, endMs, stepMs) =>
      query('/api/v1/query_range', { query: expr, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) }),
    async rules() {
      const { data } = await call('/api/v1/rules')
      const groups = isRecord(data) ? data['groups'] : undefined
      if (!Array.isArray(groups)) throw new HistoryError('refused', `[GET] "${base}/api/v1/rules": no list of groups in the answer`)
      return (groups as RawGroup[]).map((group): LoadedGroup => toGroup(group))
    },
    async about() {
      const optional = async (path: string): Promise<Record<string, unknown>> => {
        try {
          const { data } = await call(path)
          return isRecord(data) ? data : {}
        } catch (error) {
          // Mimir and Thanos have not all of them; that the address is right was seen by the rules.
          if (error instanceof HistoryError) return {}
          throw error
        }
      }
      const [build, runtime] = [await optional('/api/v1/status/buildinfo'), await optional('/api/v1/status/runtimeinfo')]
      const startedMs = Date.parse(String(runtime['startTime'] ?? ''))
      return {
        version: typeof build['version'] === 'string' ? build['version'] : null,
        startedMs: Number.isFinite(startedMs) ? startedMs : null,
      }
    },
  }
}

/** Prometheus keeps milliseconds; a plain division can print 1.2300000000000002. */
function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}
