/**
 * A share of the requests answered slowly by the payment provider (its test code for delay), the rest at once.
 * HighLatency asks p95 > 0.5 s, which is "more than 5 % of the requests took longer than the 0.5 s bucket", however slow:
 * so the share decides, and the delay only has to be well above 0.5 s and below fluxpay-engine's 3 s timeout.
 * For rate-limiter and moalog-server the slowness comes from Toxiproxy instead; SERVICE picks whose requests are sent.
 * Used by: latency-burst (quiet 2 %, fire 60 %).
 */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, isNth, number, runId } from './lib/target.ts'

const service = __ENV['SERVICE'] ?? 'fluxpay-engine'
const slowShare = number('SLOW_SHARE', undefined, { min: 0, max: 1 })
const delayMs = number('DELAY_MS', 800, { min: 1, max: 2900 })
export const options = constantArrival(number('RATE_PER_S', 20, { min: 0.1, max: 500 }), 3)
export const handleSummary = writeSummary

export default function latencyBurst(): void {
  const iteration = exec.scenario.iterationInTest
  if (service === 'rate-limiter') {
    count(
      http.get(`${address(service)}/api/v1/rate-limit/check?key=latency-${iteration % 200}&algorithm=SLIDING_WINDOW`, {
        headers: headers(service),
        timeout: '5s',
      }),
    )
  } else if (service === 'moalog-server') {
    count(http.get(`${address(service)}/api/v1/articles`, { headers: headers(service), timeout: '5s' }))
  } else {
    const paymentKey = isNth(iteration, slowShare) ? `test_delay_${delayMs}` : 'test_ok'
    const body = JSON.stringify({ paymentKey, orderReference: `latency-${runId}-${iteration}`, amount: 1000 })
    count(http.post(`${address(service)}/api/v1/payments/approve`, body, { headers: headers(service), timeout: '5s' }))
  }
}
