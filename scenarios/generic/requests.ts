/** Shape, purpose and parameters: generic-scenarios.ts. */
import exec from 'k6/execution'
import http from 'k6/http'
import { constantArrival } from '../lib/profiles.ts'
import { count, expecting, writeSummary } from '../lib/summary.ts'
import { address, headers, isNth, parameters, runId } from '../lib/environment.ts'
import { generic } from './generic-scenarios.ts'

const given = parameters(generic.requests)
const { service, ratePerS, faultShare, timeoutS, atMostS } = given
const usual = { method: given.method, path: given.path, headers: given.headers, body: given.body, isExpected: expecting(given.expect) }
const faulty = {
  method: given.faultMethod === '' ? usual.method : given.faultMethod,
  path: given.faultPath === '' ? usual.path : given.faultPath,
  headers: given.faultHeaders === '' ? usual.headers : given.faultHeaders,
  body: given.faultBody === '' ? usual.body : given.faultBody,
  isExpected: expecting(given.faultExpect),
}
const base = address(service)
export const options = constantArrival(ratePerS, timeoutS, atMostS)
export const handleSummary = writeSummary

export default function requests(): void {
  const iteration = exec.scenario.iterationInTest
  const sent = isNth(iteration, faultShare) ? faulty : usual
  const stamp = `${runId}-${iteration}`
  // A stamp is a word of letters, digits and hyphens: it needs no escape in a URL or in JSON.
  const filled = (text: string): string => text.replaceAll('{stamp}', stamp)
  const own = headers(service, JSON.parse(filled(sent.headers)) as Record<string, string>)
  const body = sent.body === '' ? null : filled(sent.body)
  count(http.request(sent.method, `${base}${filled(sent.path)}`, body, { headers: own, timeout: `${timeoutS}s` }), sent.isExpected)
}
