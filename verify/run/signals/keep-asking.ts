import type { Plan } from '../../model/plan.ts'
import type { HttpProbe, Spec } from '../../model/spec.ts'
import { loadUntil } from '../drill-load.ts'
import type { DrillOptions } from '../options.ts'
import type { Ports } from '../ports.ts'

/** Requests a second of each kind: some rows in the shortest fault, and no load for the service. */
const RATE_PER_S = 1

/** The request of every keeps-answering of the planned experiments and outages, each once. */
export function promisedRequests(plan: Plan, spec: Spec): HttpProbe[] {
  const planned = new Set([...plan.experiments, ...(plan.outages ?? [])].map(({ id }) => id))
  const all = [...spec.rules.flatMap(({ experiments }) => experiments), ...(spec.outages ?? [])]
  const requests = all
    .filter(({ id }) => planned.has(id))
    .flatMap(({ keepsAnswering = [] }) => keepsAnswering.map(({ request }) => request))
  return [...new Map(requests.map((request) => [requestKey(request), request])).values()]
}

/** Equal for requests that are the same to the service. */
function requestKey({ service, method, path, body, headers }: HttpProbe): string {
  return JSON.stringify([service, method, path, body ?? null, Object.entries(headers).sort()])
}

/** Sends them in turn until `signal`, by k6, and writes down what became of each. */
export async function keepAsking(
  requests: HttpProbe[],
  boundMs: number,
  ports: Ports,
  options: DrillOptions,
  signal: AbortSignal,
): Promise<void> {
  if (requests.length === 0) return
  const asked = requests.map(({ service, method, path, body, headers }) => ({ service, method, path, body, headers }))
  const use = { scenario: 'answers', params: { ratePerS: RATE_PER_S * requests.length, requests: JSON.stringify(asked) } }
  const startedMs = ports.clock.now()
  const summary = await loadUntil(use, 'answers', boundMs, ports, options, signal)
  if (summary === null) {
    ports.journal.append({
      kind: 'source-error',
      source: 'k6',
      experiment: 'drill',
      message: 'the requests of keeps-answering were not counted',
    })
    return
  }
  ports.journal.append({
    kind: 'answers',
    prefix: `${options.runId}-answers-`,
    requests,
    startedMs,
    rows: (summary.rows ?? []).map(([row, sentMs, tookMs, status]) => [row, Math.round(sentMs - startedMs), Math.round(tookMs), status]),
  })
}
