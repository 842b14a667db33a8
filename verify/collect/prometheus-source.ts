import { parseDuration } from '../promql/duration.ts'
import type { LoadedGroup, Sample, Series } from '../model/journal.ts'
import type { Labels } from '../model/spec.ts'
import type { Credentials } from '../model/target.ts'
import type { PrometheusSource } from '../run/ports.ts'
import { isRecord } from '../text/is-record.ts'
import { getJson, SourceError, viaOf } from './http.ts'

/** Prometheus' HTTP API. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function prometheusSource(baseUrl: string, credentials?: Credentials): PrometheusSource {
  const base = baseUrl.replace(/\/$/, '')
  const via = viaOf(credentials)

  async function call(path: string, params?: Record<string, string>): Promise<unknown> {
    const url = `${base}${path}`
    const answer = await getJson(
      url,
      params === undefined
        ? { via }
        : // POST: a long expression does not fit a URL.
          {
            via,
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams(params).toString(),
          },
    )
    if (!isRecord(answer) || answer['status'] !== 'success')
      throw new SourceError('GET', url, `answer without status "success": ${JSON.stringify(answer).slice(0, 200)}`)
    return answer['data']
  }

  return {
    async query(expr, timeMs) {
      return toSeries(await call('/api/v1/query', { query: expr, ...(timeMs === undefined ? {} : { time: seconds(timeMs) }) }))
    },
    async queryRange(expr, startMs, endMs, stepMs) {
      // Prometheus refuses more than 11,000 points a series; longer ranges are read in pieces on the same grid.
      const pieces: Series[] = []
      const pieceMs = 10_000 * stepMs
      for (let from = startMs; from <= endMs; from += pieceMs) {
        const to = Math.min(endMs, from + pieceMs - stepMs)
        pieces.push(
          ...toSeries(await call('/api/v1/query_range', { query: expr, start: seconds(from), end: seconds(to), step: seconds(stepMs) })),
        )
      }
      return join(pieces)
    },
    async rules() {
      const data = (await call('/api/v1/rules')) as { groups: RawGroup[] }
      return data.groups.map(toGroup)
    },
    async alerts() {
      const data = (await call('/api/v1/alerts')) as {
        alerts: { labels: Labels; annotations: Labels; state: string; activeAt: string; value: string }[]
      }
      return data.alerts.map(({ labels, annotations, state, activeAt, value }) => ({
        labels,
        annotations,
        state,
        activeAtMs: Date.parse(activeAt),
        value,
      }))
    },
    async targets() {
      const data = (await call('/api/v1/targets?state=active')) as { activeTargets: RawTarget[] }
      return data.activeTargets.map(toTarget)
    },
    async config() {
      return ((await call('/api/v1/status/config')) as { yaml: string }).yaml
    },
    async flags() {
      return (await call('/api/v1/status/flags')) as Record<string, string>
    },
    async buildInfo() {
      return ((await call('/api/v1/status/buildinfo')) as { version: string }).version
    },
  }
}

export interface RawTarget {
  labels: Labels
  health: string
  lastError: string
  scrapeUrl: string
  scrapeInterval?: string
  scrapeTimeout?: string
}

type Target = Awaited<ReturnType<PrometheusSource['targets']>>[number]

/** An active target; intervals are 0 where the server does not say them (before 2.29). */
export function toTarget({ labels, health, lastError, scrapeUrl, scrapeInterval, scrapeTimeout }: RawTarget): Target {
  return {
    job: labels['job'] ?? '',
    instance: labels['instance'] ?? '',
    health,
    lastError,
    scrapeUrl,
    scrapeIntervalMs: parseDuration(scrapeInterval ?? '') ?? 0,
    scrapeTimeoutMs: parseDuration(scrapeTimeout ?? '') ?? 0,
  }
}

export interface RawGroup {
  name: string
  file: string
  interval: number
  rules: RawRule[]
}
interface RawRule {
  name: string
  query: string
  type: string
  duration?: number
  keepFiringFor?: number
  labels?: Labels
  annotations?: Labels
  health: string
  lastError?: string
}

export function toGroup(group: RawGroup): LoadedGroup {
  return {
    name: group.name,
    file: group.file,
    intervalMs: Math.round(group.interval * 1000),
    rules: group.rules.map((rule) => ({
      name: rule.name,
      query: rule.query,
      type: rule.type,
      health: rule.health,
      lastError: rule.lastError ?? '',
      forMs: Math.round((rule.duration ?? 0) * 1000),
      keepFiringForMs: Math.round((rule.keepFiringFor ?? 0) * 1000),
      labels: rule.labels ?? {},
      annotations: rule.annotations ?? {},
    })),
  }
}

function toSeries(data: unknown): Series[] {
  if (!isRecord(data)) return []
  const { resultType, result } = data as { resultType: string; result: unknown }
  if (resultType === 'scalar' || resultType === 'string') return [{ metric: {}, values: [result as Sample] }]
  return (result as { metric: Labels; value?: Sample; values?: Sample[] }[]).map(({ metric, value, values }) => ({
    metric,
    values: values ?? (value === undefined ? [] : [value]),
  }))
}

function join(pieces: Series[]): Series[] {
  const byLabels = new Map<string, Series>()
  for (const piece of pieces) {
    const key = JSON.stringify(Object.entries(piece.metric).sort(([a], [b]) => (a < b ? -1 : 1)))
    const known = byLabels.get(key)
    if (known === undefined) byLabels.set(key, { metric: piece.metric, values: [...piece.values] })
    else known.values.push(...piece.values)
  }
  return [...byLabels.values()]
}

/** Prometheus keeps milliseconds; a plain division can print 1.2300000000000002. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
