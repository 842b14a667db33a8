/**
 * Steady background on one service, or a little on all three: counters keep moving, p95 keeps having observations, and a
 * firing alert can resolve after its fault is gone (no traffic gives NaN and a dropped row, not a recovery).
 * Used by: the whole drill (all services), mysql-killed (moalog-server alone).
 */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, number } from './lib/target.ts'

const only = __ENV['SERVICE']
export const options = constantArrival(number('RATE_PER_S', 6, { min: 0.1, max: 500 }), 3)
export const handleSummary = writeSummary

const requests: Record<string, (iteration: number) => string> = {
  // Many keys: the background itself must never be rejected.
  'rate-limiter': (iteration) => `${address('rate-limiter')}/api/v1/rate-limit/check?key=steady-${iteration % 50}&algorithm=TOKEN_BUCKET`,
  'fluxpay-engine': () => `${address('fluxpay-engine')}/api/v1/health`,
  'moalog-server': () => `${address('moalog-server')}/api/v1/articles`,
}
const names = Object.keys(requests)

export default function steady(): void {
  const iteration = exec.scenario.iterationInTest
  const service = only ?? names[iteration % names.length] ?? ''
  const url = requests[service]
  if (url === undefined) exec.test.abort(`unknown SERVICE "${service}"; known: ${names.join(', ')}`)
  else count(http.get(url(iteration), { headers: headers(service), timeout: '3s' }))
}
