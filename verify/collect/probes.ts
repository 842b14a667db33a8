import type { Credentials } from '../model/target.ts'
import type { ProbeSender } from '../run/ports.ts'
import { exchange, SourceError, viaOf, type Via } from './http.ts'

/**
 * Sends probe requests with our own W3C traceparent (https://www.w3.org/TR/trace-context/), sampled, one trace id each, and with the run's
 * id as
 * baggage (https://www.w3.org/TR/baggage/), which goes with the trace through every service.
 */
export function probeSender(services: Record<string, string>, runId: string, credentials: Record<string, Credentials> = {}): ProbeSender {
  const vias: Record<string, Via> = Object.fromEntries(Object.entries(credentials).map(([name, one]) => [name, viaOf(one)]))
  return {
    async send(probe, { traceId, spanId, stamp }) {
      const base = services[probe.service]
      if (base === undefined) throw new SourceError(probe.method, probe.service, `no address of service "${probe.service}" in the target`)
      const body = probe.body?.replaceAll('{stamp}', stamp)
      const { status } = await exchange(base.replace(/\/$/, '') + probe.path.replaceAll('{stamp}', encodeURIComponent(stamp)), {
        method: probe.method as 'GET' | 'POST',
        ...(vias[probe.service] === undefined ? {} : { via: vias[probe.service] }),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...Object.fromEntries(Object.entries(probe.headers).map(([name, value]) => [name, value.replaceAll('{stamp}', stamp)])),
          ...(traceId === null ? {} : { traceparent: `00-${traceId}-${spanId}-01` }),
          'x-request-id': stamp,
          'baggage': `firedrill.run=${encodeURIComponent(runId)}`,
        },
        ...(body === undefined ? {} : { body }),
      })
      return { status }
    },
  }
}
