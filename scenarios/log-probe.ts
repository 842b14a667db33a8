/**
 * Requests stamped one by one (X-Request-Id and query), so that the access line of each can be looked for in Loki and counted:
 * lost, twice, out of order. SERVICE picks whose lines; STAMP is the common prefix.
 * Used by: people, to look for a line under load (a drill sends its own requests).
 */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from './lib/profiles.ts'
import { count, writeSummary } from './lib/summary.ts'
import { address, headers, number, runId } from './lib/target.ts'

const service = __ENV['SERVICE'] ?? 'moalog-server'
const stamp = __ENV['STAMP'] ?? runId
const paths: Record<string, string> = {
  'rate-limiter': '/api/v1/rate-limit/check?algorithm=SLIDING_WINDOW&key=',
  'fluxpay-engine': '/api/v1/health?stamp=',
  'moalog-server': '/api/v1/articles?stamp=',
}
export const options = constantArrival(number('RATE_PER_S', 10, { min: 0.1, max: 500 }), 1)
export const handleSummary = writeSummary

export default function logProbe(): void {
  const id = `${stamp}-${exec.scenario.iterationInTest}`
  count(
    http.get(`${address(service)}${paths[service] ?? '/?stamp='}${id}`, {
      headers: headers(service, { 'x-request-id': id }),
      timeout: '5s',
    }),
  )
}
