/** Shape, purpose and parameters: meta.ts. */
import http from 'k6/http'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { iterations } = parameters(scenarios['warm-up'])
export const options = {
  scenarios: {
    main: { executor: 'shared-iterations', vus: 4, iterations: iterations, maxDuration: '60s' },
  },
  tags: { run: runId },
  discardResponseBodies: true,
}
export const handleSummary = writeSummary

function approve(service: string, path: string, paymentKey: string): void {
  const body = JSON.stringify({ paymentKey, orderReference: `warm-${runId}`, amount: 1 })
  count(http.post(`${address(service)}${path}`, body, { headers: headers(service), timeout: '5s' }))
}

export function setup(): void {
  // Fails at both: moalog-server asks fluxpay-engine. One failure more would be an error burst among so few requests.
  approve('moalog-server', '/api/v1/checkout', 'test_fail_500')
  const limited = `${address('rate-limiter')}/api/v1/rate-limit/check?key=warm-${runId}&algorithm=TOKEN_BUCKET`
  for (let sent = 0; sent < 300; sent += 1) {
    const answer = http.get(limited, { headers: headers('rate-limiter'), timeout: '3s' })
    count(answer)
    if (answer.status === 429) break
  }
}

export default function warmUp(): void {
  const limiter = address('rate-limiter')
  const key = `warm-${__VU}-${__ITER % 40}`
  count(
    http.get(`${limiter}/api/v1/rate-limit/check?key=${key}&algorithm=TOKEN_BUCKET`, { headers: headers('rate-limiter'), timeout: '5s' }),
  )
  count(
    http.get(`${limiter}/api/v1/rate-limit/check?key=${key}&algorithm=SLIDING_WINDOW`, { headers: headers('rate-limiter'), timeout: '5s' }),
  )
  count(http.get(`${limiter}/gateway/api/v1/articles`, { headers: headers('rate-limiter', { 'x-client-id': key }), timeout: '5s' }))
  approve('fluxpay-engine', '/api/v1/payments/approve', 'test_ok')
  const order = JSON.stringify({ reference: `warm-${runId}-${__VU}-${__ITER}`, amount: 1, currency: 'KRW' })
  count(http.post(`${address('fluxpay-engine')}/api/v1/orders`, order, { headers: headers('fluxpay-engine'), timeout: '5s' }))
  count(http.get(`${address('moalog-server')}/api/v1/articles`, { headers: headers('moalog-server'), timeout: '5s' }))
}
