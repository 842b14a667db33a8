import type { Spec } from '../../model/spec.ts'
import { formatDuration } from '../../promql/duration.ts'
import { isError, isScrape, PATH_LABELS, STATUS_LABELS } from '../../promql/request-series.ts'
import type { PrometheusSource } from '../ports.ts'

/**
 * Percent of the error budget that is left over the SLO's window: 100 without an error, below 0 when it is overspent. Of the counter that
 * the specification names (slo.measured), and not of a panel; what Prometheus itself asks does not count.
 */
export async function budgetLeft({ slo, platform }: Spec, prometheus: Pick<PrometheusSource, 'query'>): Promise<number> {
  const { measured, windowMs, errorRate } = slo
  if (measured === undefined) throw new Error('slo.measured names no counter')
  const job = platform.services.find(({ name }) => name === measured.service)?.job ?? measured.service
  const by = [...STATUS_LABELS, ...PATH_LABELS].join(', ')
  const counted = `${measured.requests}{job=${JSON.stringify(job)}}[${formatDuration(windowMs)}]`
  const series = (await prometheus.query(`sum by (${by}) (increase(${counted}))`)).filter((each) => !isScrape(each))
  const sum = (some: typeof series): number =>
    some.map(({ values }) => Number(values.at(-1)?.[1] ?? 0)).reduce((total, value) => total + (Number.isFinite(value) ? value : 0), 0)
  const all = sum(series)
  return all === 0 ? 100 : (1 - sum(series.filter(isError)) / all / errorRate) * 100
}

/** Why the drill must end, or undefined. */
export function tooLittleLeft(left: number, floor: number, { slo }: Spec): string | undefined {
  if (left >= floor) return undefined
  return `the error budget of ${slo.measured?.service ?? ''} is at ${left.toFixed(1)} % of ${formatDuration(slo.windowMs)}, below the floor of ${floor} %`
}
