import type { JournalBody } from '../../model/journal.ts'
import { PROBE_LABEL } from '../../model/probe.ts'
import type { Labels } from '../../model/spec.ts'

type Notification = Extract<JournalBody, { kind: 'notification' }>

/**
 * What a leg waits for: alert instances notified as firing or resolved, at any receiver (which one is right is judged later) or, where a
 * route continues, at a certain one.
 */
export interface Awaited {
  status: 'firing' | 'resolved'
  alerts: { alert: string; labels: Labels; receiver?: string }[]
}

/** Settles when every awaited alert has been notified since the call; the listener is removed by `cancel`. */
export function awaitAlerts(
  awaited: Awaited,
  subscribe: (listener: (notification: Notification) => void) => () => void,
): { arrived: Promise<void>; cancel: () => void } {
  const missing = new Set(awaited.alerts)
  let unsubscribe = (): void => undefined
  const arrived = new Promise<void>((resolve) => {
    if (missing.size === 0) {
      resolve()
      return
    }
    unsubscribe = subscribe((notification) => {
      for (const alert of alertsOf(notification.body)) {
        // One of the delivery exercise, which no leg waits for.
        if (alert.labels[PROBE_LABEL] !== undefined) continue
        for (const wanted of missing) {
          if (wanted.receiver !== undefined && wanted.receiver !== notification.receiver) continue
          if (alert.status === awaited.status && alert.labels['alertname'] === wanted.alert && includes(alert.labels, wanted.labels))
            missing.delete(wanted)
        }
      }
      if (missing.size === 0) resolve()
    })
  })
  return {
    arrived,
    cancel: () => {
      unsubscribe()
    },
  }
}

/** The alerts of an Alertmanager webhook body; nothing for any other body (a chat message, or a stray POST). */
export function alertsOf(body: unknown): { status: string; labels: Labels }[] {
  if (typeof body !== 'object' || body === null || !('alerts' in body) || !Array.isArray(body.alerts)) return []
  return body.alerts.filter(
    (alert): alert is { status: string; labels: Labels } =>
      typeof alert === 'object' &&
      alert !== null &&
      typeof (alert as { status?: unknown }).status === 'string' &&
      typeof (alert as { labels?: unknown }).labels === 'object',
  )
}

export function includes(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
