/** Shape, purpose and parameters: meta.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { ratePerS, service, stamp } = parameters(scenarios['log-probe'])
const paths = {
  'rate-limiter': '/api/v1/rate-limit/check?algorithm=SLIDING_WINDOW&key=',
  'fluxpay-engine': '/api/v1/health?stamp=',
  'moalog-server': '/api/v1/articles?stamp=',
}
export const options = constantArrival(ratePerS, 1)
export const handleSummary = writeSummary

export default function logProbe(): void {
  const id = `${stamp === '' ? runId : stamp}-${exec.scenario.iterationInTest}`
  count(
    http.get(`${address(service)}${paths[service]}${id}`, {
      headers: headers(service, { 'x-request-id': id }),
      timeout: '5s',
    }),
  )
}
