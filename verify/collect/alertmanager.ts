import type { AlertmanagerSource } from '../run/ports.ts'
import { getJson } from './http.ts'

/** Alertmanager's API v2. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function alertmanagerSource(baseUrl: string): AlertmanagerSource {
  const base = baseUrl.replace(/\/$/, '')
  return {
    async status() {
      const raw = await getJson(`${base}/api/v2/status`) as { versionInfo?: { version?: string }, config?: { original?: string } }
      return { version: raw.versionInfo?.version ?? 'unknown', config: raw.config?.original ?? '', raw }
    },
    async alerts() { return await getJson(`${base}/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true`) },
    async groups() { return await getJson(`${base}/api/v2/alerts/groups`) },
  }
}
