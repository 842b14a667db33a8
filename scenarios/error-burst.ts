/**
 * A share of the payments refused by the payment provider with a server error (its test code), which fluxpay-engine, or
 * moalog-server in front of it, must answer with 502. HighErrorRate asks 5xx share > 1 %.
 * Used by: error-burst (quiet 0.5 %, fire 1.8 %).
 */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, isNth, number, runId } from './lib/target.ts'

const service = __ENV['SERVICE'] ?? 'fluxpay-engine'
const errorShare = number('ERROR_SHARE', undefined, { min: 0, max: 1 })
const path = service === 'moalog-server' ? '/api/v1/checkout' : '/api/v1/payments/approve'
export const options = constantArrival(number('RATE_PER_S', 20, { min: 0.1, max: 500 }), 1)
export const handleSummary = writeSummary

export default function errorBurst(): void {
  const iteration = exec.scenario.iterationInTest
  const paymentKey = isNth(iteration, errorShare) ? 'test_fail_500' : 'test_ok'
  const body = JSON.stringify({ paymentKey, orderReference: `errors-${runId}-${iteration}`, amount: 1000 })
  count(http.post(`${address(service)}${path}`, body, { headers: headers(service), timeout: '5s' }))
}
