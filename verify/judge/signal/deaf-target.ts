import type { LoadSlice } from '../../model/journal.ts'
import type { Spec } from '../../model/spec.ts'
import type { Entry } from '../drill-check.ts'
import { everySliceOf } from '../record/load-seconds.ts'

/** How long before the targets were read k6 must have had an answer to each request, and at least so many of them. */
const LATELY_MS = 10_000
const FEWEST = 3
/** The scrape began and was not over in time: a slow machine or a slow service, not a wrong address. */
const TIMED_OUT = /deadline exceeded|timeout|timed out/i
/** Something answered at that address. */
const STATUS = /server returned HTTP status/

/**
 * Targets that Prometheus does not reach although the service at that host answered k6 all the while: not a sick service, a wrong address.
 */
export function deafTo(
  { platform }: Pick<Spec, 'platform'>,
  { targets, atMs }: Entry<'targets'>,
  loads: readonly Entry<'load'>[],
): { job: string; service: string; text: string; mend: string }[] {
  const slices = loads.flatMap((load) => everySliceOf(load, atMs - LATELY_MS, atMs)).filter(({ fromMs }) => fromMs >= atMs - LATELY_MS)
  return targets.flatMap(({ job, health, lastError }) => {
    const address = platform.targets.find((target) => target.job === job)?.address ?? ''
    const service = address.split(':')[0] ?? ''
    const answers = answersOf(slices, service)
    if (health !== 'down' || TIMED_OUT.test(lastError) || answers === undefined) return []
    return [
      {
        job,
        service,
        text: `target ${job} (${address}) is down (${lastError}) while ${service} answered ${answers} of ${answers} requests of k6`,
        mend: STATUS.test(lastError)
          ? `Compare path and credentials of job ${job} in prometheus.yml with what ${service} asks for at ${address}.`
          : `Compare ${address}, where prometheus.yml has job ${job} scraped, with the port that ${service} opens. Look at its variables, flags and agents in docker-compose.yaml.`,
      },
    ]
  })
}

/** undefined where there were too few, or one request was not answered. */
function answersOf(slices: readonly LoadSlice[], service: string): number | undefined {
  const counts = slices.filter((slice) => slice.service === service).flatMap(({ statuses }) => Object.entries(statuses))
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  return total < FEWEST || counts.some(([status]) => status === '0') ? undefined : total
}
