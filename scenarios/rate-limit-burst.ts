/** Shape, purpose and parameters: meta.ts. */
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, parameters, runId } from './lib/environment.ts'
import { scenarios } from './meta.ts'

const { rejectedPerS, refillPerS, capacity } = parameters(scenarios['rate-limit-burst'])
const url = `${address('rate-limiter')}/api/v1/rate-limit/check?key=burst-${runId}&algorithm=TOKEN_BUCKET`
export const options = constantArrival(rejectedPerS + refillPerS, 1)
export const handleSummary = writeSummary

/** Empties the bucket one request at a time and stops at the first 429: a burst of them here would be unplanned load. */
export function setup(): void {
  for (let sent = 0; sent < capacity * 3; sent += 1) {
    if (http.get(url, { headers: headers('rate-limiter'), timeout: '3s' }).status === 429) return
  }
  throw new Error(`no 429 after ${capacity * 3} requests: is the rate-limiter failing open (Redis down)?`)
}

export default function rateLimitBurst(): void {
  count(http.get(url, { headers: headers('rate-limiter'), timeout: '3s' }))
}
