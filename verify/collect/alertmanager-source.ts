import type { Credentials } from '../model/target.ts'
import type { AlertmanagerSource } from '../run/ports.ts'
import { exchange, getJson, SourceError, viaOf, type Via } from './http.ts'

/** A POST of an alert has a short time limit: a hung Alertmanager must not hold the drill up. */
const WRITE_DEADLINE_MS = 5_000

/** Alertmanager's API v2. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function alertmanagerSource(baseUrl: string, credentials?: Credentials): AlertmanagerSource {
  const base = baseUrl.replace(/\/$/, '')
  const via = viaOf(credentials)
  return {
    async status() {
      const raw = (await getJson(`${base}/api/v2/status`, { via })) as {
        versionInfo?: { version?: string }
        config?: { original?: string }
      }
      return { version: raw.versionInfo?.version ?? 'unknown', config: raw.config?.original ?? '', raw }
    },
    async alerts() {
      return await getJson(`${base}/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true`, { via })
    },
    async post(alerts) {
      await send(
        via,
        'POST',
        `${base}/api/v2/alerts`,
        alerts.map(({ labels, annotations, startsAtMs, endsAtMs }) => ({
          labels,
          annotations,
          startsAt: instant(startsAtMs),
          endsAt: instant(endsAtMs),
        })),
      )
    },
    async silence(labels, { startsAtMs, endsAtMs, comment }) {
      const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
      const answer = await send(via, 'POST', `${base}/api/v2/silences`, {
        matchers,
        startsAt: instant(startsAtMs),
        endsAt: instant(endsAtMs),
        createdBy: 'firedrill',
        comment,
      })
      const id = /"silenceID"\s*:\s*"([^"]+)"/.exec(answer)?.[1]
      if (id === undefined) throw new SourceError('POST', `${base}/api/v2/silences`, `the answer names no silence: ${answer.slice(0, 120)}`)
      return id
    },
    async unsilence(id) {
      await send(via, 'DELETE', `${base}/api/v2/silence/${encodeURIComponent(id)}`)
    },
  }
}

async function send(via: Via, method: 'POST' | 'DELETE', url: string, body?: unknown): Promise<string> {
  const { status, text } = await exchange(url, {
    via,
    method,
    deadlineMs: WRITE_DEADLINE_MS,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (status < 200 || status > 299) throw new SourceError(method, url, `${status} ${text.slice(0, 300).trim()}`, status)
  return text
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
