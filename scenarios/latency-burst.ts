/** Shape, purpose and parameters: meta.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, isNth, parameters, runId } from './lib/target.ts'

const { ratePerS, slowShare, delayMs, service } = parameters('latency-burst')
export const options = constantArrival(ratePerS, 3)
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
