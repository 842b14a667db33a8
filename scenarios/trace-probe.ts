/**
 * Requests with our own W3C traceparent along both trace paths, so that each trace can be fetched by its id: the MD5 of
 * TRACE_PREFIX-iteration, so the asker knows all ids beforehand, and a sampler by ratio finds them as random as real ones.
 * Used by: people, to look at sampling under load (a drill sends its own requests).
 */
import { md5 } from 'k6/crypto'
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, number, runId } from './lib/target.ts'

const prefix = __ENV['TRACE_PREFIX'] ?? 'firedrill'
const path = __ENV['TRACE_PATH'] ?? 'moalog'
export const options = constantArrival(number('RATE_PER_S', 10, { min: 0.1, max: 200 }), 2)
export const handleSummary = writeSummary

export default function traceProbe(): void {
  const iteration = exec.scenario.iterationInTest
  const traceId = md5(`${prefix}-${iteration}`, 'hex')
  const traced = headers(path === 'fluxpay' ? 'fluxpay-engine' : 'rate-limiter', {
    'traceparent': `00-${traceId}-${traceId.slice(0, 16)}-01`,
    'x-request-id': `${runId}-${iteration}`,
    'x-client-id': `trace-${iteration % 50}`,
  })
  if (path === 'fluxpay') {
    const body = JSON.stringify({ reference: `trace-${runId}-${iteration}`, amount: 1000, currency: 'KRW' })
    count(http.post(`${address('fluxpay-engine')}/api/v1/orders`, body, { headers: traced, timeout: '5s' }))
  } else {
    count(http.get(`${address('rate-limiter')}/gateway/api/v1/articles`, { headers: traced, timeout: '5s' }))
  }
}
