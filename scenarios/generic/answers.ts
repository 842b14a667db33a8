/** Shape, purpose and parameters: generic-scenarios.ts. */
import { md5 } from 'k6/crypto'
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from '../lib/profiles.ts'
import { count, writeSummary } from '../lib/summary.ts'
import { address, headers, parameters, runId } from '../lib/environment.ts'
import { generic } from './generic-scenarios.ts'

interface Asked {
  service: string
  method: string
  path: string
  body?: string
  headers?: Record<string, string>
}

const TIMEOUT_S = 5
const { ratePerS, requests } = parameters(generic.answers)
const asked = JSON.parse(requests) as Asked[]
export const options = constantArrival(ratePerS, TIMEOUT_S)
export const handleSummary = writeSummary

export default function answers(): void {
  const row = exec.scenario.iterationInTest
  const request = asked[row % asked.length]
  if (request === undefined) return
  const { service, method, path, body } = request
  const stamp = `${runId}-answers-${row}`
  const traceId = md5(stamp, 'hex')
  const named = Object.entries(request.headers ?? {}).map(([name, value]) => [name, value.replaceAll('{stamp}', stamp)])
  const own = { ...Object.fromEntries(named), 'x-request-id': stamp, 'traceparent': `00-${traceId}-${traceId.slice(0, 16)}-01` }
  const url = `${address(service)}${path.replaceAll('{stamp}', stamp)}`
  // The tag leads the answer back to its row (verify/drivers/k6-slices.ts).
  const parameters = { headers: headers(service, own), timeout: `${TIMEOUT_S}s`, tags: { row: String(row) } }
  count(http.request(method, url, body?.replaceAll('{stamp}', stamp) ?? null, parameters))
}
