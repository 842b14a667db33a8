/**
 * Requests with our own W3C traceparent along both trace paths, so that each trace can be fetched by its id. The trace id is
 * made from TRACE_PREFIX (16 hex digits) and the iteration, so the asker knows all ids beforehand.
 * Used by: sampling checks (N requests must give N traces) and `npm run bench`.
 */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, number, runId } from './lib/target.ts'

const prefix = __ENV['TRACE_PREFIX'] ?? 'f14ed4110000abcd'
const path = __ENV['TRACE_PATH'] ?? 'moalog'
export const options = constantArrival(number('RATE_PER_S', 10, { min: 0.1, max: 200 }), 2)
export const handleSummary = writeSummary

export default function traceProbe(): void {
  const iteration = exec.scenario.iterationInTest
  const low = (iteration + 1).toString(16).padStart(16, '0')
  const traced = headers({ 'traceparent': `00-${prefix}${low}-${low}-01`, 'x-request-id': `${runId}-${iteration}`, 'x-client-id': `trace-${iteration % 50}` })
  if (path === 'fluxpay') {
    const body = JSON.stringify({ reference: `trace-${runId}-${iteration}`, amount: 1000, currency: 'KRW' })
    count(http.post(`${address('fluxpay-engine')}/api/v1/orders`, body, { headers: traced, timeout: '5s' }))
  } else {
    count(http.get(`${address('rate-limiter')}/gateway/api/v1/articles`, { headers: traced, timeout: '5s' }))
  }
}
