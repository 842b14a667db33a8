/** Shape, purpose and parameters: meta.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, forwardedTo, headers, isNth, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { ratePerS, slowShare, delayMs, service } = parameters(scenarios['latency-burst'])
/** The way of each to the payment provider. */
const PATHS = {
  'fluxpay-engine': '/api/v1/payments/approve',
  'moalog-server': '/api/v1/checkout',
  'rate-limiter': '/gateway/api/v1/checkout',
}
export const options = constantArrival(ratePerS, 3)
export const handleSummary = writeSummary

export default function latencyBurst(): void {
  const iteration = exec.scenario.iterationInTest
  const paymentKey = isNth(iteration, slowShare) ? `test_delay_${delayMs}` : 'test_ok'
  const body = JSON.stringify({ paymentKey, orderReference: `latency-${runId}-${iteration}`, amount: 1000 })
  // Many clients: none of them may be rejected on the way.
  const sent = headers(service, { 'x-client-id': `latency-${iteration % 50}` })
  const tags = service === 'rate-limiter' ? forwardedTo('moalog-server') : {}
  count(http.post(`${address(service)}${PATHS[service]}`, body, { headers: sent, tags, timeout: '5s' }))
}
