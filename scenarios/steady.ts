/** Shape, purpose and parameters: meta.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, forwardedTo, headers, parameters } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { ratePerS, service: only, through } = parameters(scenarios['steady'])
export const options = constantArrival(ratePerS, 3)
export const handleSummary = writeSummary

const requests: Record<string, (iteration: number) => string> = {
  // Many keys: the background itself must never be rejected.
  'rate-limiter': (iteration) => `${address('rate-limiter')}/api/v1/rate-limit/check?key=steady-${iteration % 50}&algorithm=TOKEN_BUCKET`,
  'fluxpay-engine': () => `${address('fluxpay-engine')}/api/v1/health`,
  'moalog-server': () => `${through === '' ? address('moalog-server') : `${address(through)}/gateway`}/api/v1/articles`,
}
const names = Object.keys(requests)

export default function steady(): void {
  const iteration = exec.scenario.iterationInTest
  const service = only === '' ? (names[iteration % names.length] ?? '') : only
  const url = requests[service]
  if (url === undefined) exec.test.abort(`unknown SERVICE "${service}"; known: ${names.join(', ')}`)
  // Many clients: none of them may be rejected by a service that forwards them.
  else
    count(
      http.get(url(iteration), {
        headers: headers(through === '' ? service : through, { 'x-client-id': `steady-${iteration % 50}` }),
        tags: through === '' ? {} : forwardedTo(service),
        timeout: '3s',
      }),
    )
}
