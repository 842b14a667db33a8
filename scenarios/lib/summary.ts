import type { Response } from 'k6/http'
import { Counter } from 'k6/metrics'

// k6 can count by tag only through thresholds, so each status that may come has a counter of its own; 0 is "no answer".
const STATUSES = [0, 200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504]
const counters = new Map(STATUSES.map((status) => [status, new Counter(`status_${status}`)]))
const other = new Counter('status_other')
const unexpected = new Counter('status_unexpected')

export function count(response: Response, isExpected: (status: number) => boolean = () => true): void {
  ;(counters.get(response.status) ?? other).add(1)
  if (!isExpected(response.status)) unexpected.add(1)
}

/** `200,3xx`: whether a status is one of these. No answer (0) never is. */
export function expecting(statuses: string): (status: number) => boolean {
  const words = statuses.split(',').map((word) => word.trim().toLowerCase())
  return (status) => words.some((word) => word === String(status) || (status > 0 && word === `${Math.floor(status / 100)}xx`))
}

interface Summary {
  metrics: Record<string, { values: Record<string, number> } | undefined>
  state: { testRunDurationMs: number }
}

/** Writes the figures that firedrill's journal keeps to the file named by SUMMARY_PATH. */
export function writeSummary(data: Summary): Record<string, string> {
  const value = (metric: string, key: string): number => data.metrics[metric]?.values[key] ?? 0
  const statuses = Object.fromEntries(
    [...STATUSES.map(String), 'other']
      .map((status) => [status, value(`status_${status}`, 'count')] as const)
      .filter(([, total]) => total > 0),
  )
  const requests = value('http_reqs', 'count')
  const summary = {
    iterations: value('iterations', 'count'),
    droppedIterations: value('dropped_iterations', 'count'),
    requests,
    failedRequests: statuses['0'] ?? 0,
    ratePerS: data.state.testRunDurationMs > 0 ? requests / (data.state.testRunDurationMs / 1000) : 0,
    durationP95Ms: value('http_req_duration', 'p(95)'),
    statuses,
    ...(value('status_unexpected', 'count') > 0 ? { unexpected: value('status_unexpected', 'count') } : {}),
  }
  const path = __ENV['SUMMARY_PATH']
  return path === undefined ? { stdout: `${JSON.stringify(summary)}\n` } : { [path]: JSON.stringify(summary) }
}
