/** Shape, purpose and parameters: meta.ts. */
import { md5 } from 'k6/crypto'
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { ratePerS, tracePrefix, tracePath } = parameters(scenarios['trace-probe'])
export const options = constantArrival(ratePerS, 2)
export const handleSummary = writeSummary

export default function traceProbe(): void {
  const iteration = exec.scenario.iterationInTest
  const traceId = md5(`${tracePrefix}-${iteration}`, 'hex')
  const traced = headers(tracePath === 'fluxpay' ? 'fluxpay-engine' : 'rate-limiter', {
    'traceparent': `00-${traceId}-${traceId.slice(0, 16)}-01`,
    'x-request-id': `${runId}-${iteration}`,
    'x-client-id': `trace-${iteration % 50}`,
  })
  if (tracePath === 'fluxpay') {
    const body = JSON.stringify({ reference: `trace-${runId}-${iteration}`, amount: 1000, currency: 'KRW' })
    count(http.post(`${address('fluxpay-engine')}/api/v1/orders`, body, { headers: traced, timeout: '5s' }))
  } else {
    count(http.get(`${address('rate-limiter')}/gateway/api/v1/articles`, { headers: traced, timeout: '5s' }))
  }
}
