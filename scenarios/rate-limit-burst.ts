/**
 * A steady number of 429 answers per second from the rate-limiter: one key whose bucket is drained first, then asked for
 * REJECTED_PER_S more than it is refilled. RateLimiterOverload asks more than 1000 a minute, 16.7/s.
 * Used by: rate-limit-burst (quiet 10/s, fire 25/s).
 */
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, number, runId } from './lib/target.ts'

const rejectedPerS = number('REJECTED_PER_S', undefined, { min: 0.1, max: 500 })
const refillPerS = number('REFILL_PER_S', 10, { min: 0, max: 500 })
const capacity = number('CAPACITY', 100, { min: 1, max: 10_000 })
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
