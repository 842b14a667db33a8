import { HistoryError } from '../backtest/history-port.ts'
import type { LoadedGroup, Series } from '../model/journal.ts'
import type { Credentials } from '../model/target.ts'
import { isRecord } from '../text/is-record.ts'
import { getJson, SourceError, viaOf } from './http.ts'
import { prometheusApi } from './prometheus-api.ts'
import type { ApiOptions } from './prometheus-api.ts'
import { toGroup, toTarget } from './prometheus-source.ts'
import type { RawGroup, RawTarget } from './prometheus-source.ts'

/** What runs at a Prometheus, or at what speaks its HTTP API. Read only. */
export interface DeployedPrometheus {
  version: string | null
  groups: LoadedGroup[]
  targets: ReturnType<typeof toTarget>[]
  /** prometheus.yml as it runs; null where the server has none to give (Thanos, Mimir, Cortex). */
  config: string | null
  flags: Record<string, string>
  metadata: Record<string, { type?: string }[]>
  /** What the server does not have, or does not give to this token. */
  lacking: string[]
}

/** Asks for all of it. @throws HistoryError where an answer is missing, broken or of a part of the stores alone. */
export async function deployedPrometheus(options: ApiOptions): Promise<DeployedPrometheus> {
  const { call } = prometheusApi(options)
  const lacking: string[] = []
  async function whole(path: string, params?: Record<string, string>): Promise<unknown> {
    const { data, warnings } = await call(path, params)
    if (warnings.length > 0)
      throw new HistoryError('unreachable', `"${options.url}${path}" is a part of the answer: ${warnings.join('; ').slice(0, 300)}`)
    return data
  }
  /** What other servers than Prometheus do not have; a server that is busy has it. */
  async function optional(path: string, params?: Record<string, string>): Promise<unknown> {
    try {
      return await whole(path, params)
    } catch (error) {
      if (!(error instanceof HistoryError) || error.trouble !== 'refused' || error.status === 401) throw error
      lacking.push(`${path}: ${error.status ?? 'no JSON'}`)
      return undefined
    }
  }
  const rules = await whole('/api/v1/rules')
  const groups = isRecord(rules) ? rules['groups'] : undefined
  if (!Array.isArray(groups)) throw new HistoryError('refused', `"${options.url}/api/v1/rules": no list of groups in the answer`)
  const [build, config, flags, targets, metadata] = [
    await optional('/api/v1/status/buildinfo'),
    await optional('/api/v1/status/config'),
    await optional('/api/v1/status/flags'),
    await optional('/api/v1/targets', { state: 'active' }),
    await optional('/api/v1/metadata'),
  ]
  const active = isRecord(targets) && Array.isArray(targets['activeTargets']) ? (targets['activeTargets'] as unknown[]) : []
  return {
    version: isRecord(build) && typeof build['version'] === 'string' ? build['version'] : null,
    groups: groups.map((group: unknown, index) => groupIn(group, `${options.url}/api/v1/rules`, index)),
    targets: active.filter(isTarget).map(toTarget),
    config: isRecord(config) && typeof config['yaml'] === 'string' ? config['yaml'] : null,
    flags: isRecord(flags) ? Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, String(value)])) : {},
    metadata: isRecord(metadata)
      ? Object.fromEntries(
          Object.entries(metadata).flatMap(([name, value]) => (Array.isArray(value) ? [[name, value.filter(isRecord)]] : [])),
        )
      : {},
    lacking,
  }
}

/** The series that one target has now. */
export async function seriesOfTarget(options: ApiOptions, labels: { job: string; instance: string }): Promise<Series[]> {
  const { query } = prometheusApi(options)
  const selector = `{job=${JSON.stringify(labels.job)},instance=${JSON.stringify(labels.instance)}}`
  return (await query('/api/v1/query', { query: selector })).series
}

/** How many samples each target had at its last scrape. */
export async function samplesScraped(options: ApiOptions): Promise<{ job: string; instance: string; samples: number }[]> {
  const { query } = prometheusApi(options)
  const { series } = await query('/api/v1/query', { query: 'scrape_samples_post_metric_relabeling' })
  return series.map(({ metric, values }) => ({
    job: metric['job'] ?? '',
    instance: metric['instance'] ?? '',
    samples: Number(values.at(-1)?.[1] ?? NaN),
  }))
}

/** Alertmanager's configuration as it runs. @throws SourceError */
export async function deployedAlertmanager(
  url: string,
  credentials: Credentials | undefined,
  deadlineMs: number,
): Promise<{ version: string; config: string }> {
  const base = url.replace(/\/+$/, '')
  const status = await getJson(`${base}/api/v2/status`, { via: viaOf(credentials), deadlineMs })
  const { versionInfo, config } = (isRecord(status) ? status : {}) as {
    versionInfo?: { version?: unknown }
    config?: { original?: unknown }
  }
  if (typeof config?.original !== 'string')
    throw new SourceError('GET', `${base}/api/v2/status`, `an answer that is none of Alertmanager: ${JSON.stringify(status).slice(0, 120)}`)
  return { version: String(versionInfo?.version ?? 'unknown'), config: config.original }
}

/** Services whose traces Jaeger has. @throws SourceError */
export async function tracedServices(url: string, credentials: Credentials | undefined, deadlineMs: number): Promise<string[]> {
  return listOf(await getJson(`${url.replace(/\/+$/, '')}/api/services`, { via: viaOf(credentials), deadlineMs }), `${url}/api/services`)
}

/** Names of the labels that Loki's streams have. @throws SourceError */
export async function logLabels(url: string, credentials: Credentials | undefined, deadlineMs: number): Promise<string[]> {
  return listOf(
    await getJson(`${url.replace(/\/+$/, '')}/loki/api/v1/labels`, { via: viaOf(credentials), deadlineMs }),
    `${url}/loki/api/v1/labels`,
  )
}

function listOf(answer: unknown, url: string): string[] {
  const data = isRecord(answer) ? (answer['data'] ?? []) : undefined
  if (!Array.isArray(data)) throw new SourceError('GET', url, `no list in the answer: ${JSON.stringify(answer).slice(0, 120)}`)
  return data.map(String)
}

/** A group whose rules have what a rule has; a server that answers otherwise is none that can be read. */
function groupIn(group: unknown, url: string, index: number): LoadedGroup {
  const rules = isRecord(group) ? group['rules'] : undefined
  const isRule = (rule: unknown): boolean => isRecord(rule) && typeof rule['name'] === 'string' && typeof rule['query'] === 'string'
  if (!isRecord(group) || typeof group['name'] !== 'string' || !Array.isArray(rules) || !rules.every(isRule))
    throw new HistoryError(
      'unreachable',
      `"${url}": group ${index + 1} is none of Prometheus: ${JSON.stringify(group)?.slice(0, 120) ?? ''}`,
    )
  const { file, interval } = group
  return toGroup({
    ...group,
    file: typeof file === 'string' ? file : '',
    interval: typeof interval === 'number' ? interval : 0,
  } as unknown as RawGroup)
}

function isTarget(target: unknown): target is RawTarget {
  return isRecord(target) && isRecord(target['labels']) && typeof target['scrapeUrl'] === 'string'
}
