/** Shape, purpose and parameters: meta.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, isNth, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { ratePerS, errorShare, service } = parameters(scenarios['error-burst'])
const path = service === 'moalog-server' ? '/api/v1/checkout' : '/api/v1/payments/approve'
export const options = constantArrival(ratePerS, 1)
export const handleSummary = writeSummary

export default function errorBurst(): void {
  const iteration = exec.scenario.iterationInTest
  const paymentKey = isNth(iteration, errorShare) ? 'test_fail_500' : 'test_ok'
  const body = JSON.stringify({ paymentKey, orderReference: `errors-${runId}-${iteration}`, amount: 1000 })
  count(http.post(`${address(service)}${path}`, body, { headers: headers(service), timeout: '5s' }))
}
