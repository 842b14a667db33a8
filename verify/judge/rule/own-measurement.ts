import type { LoadSlice } from '../../model/journal.ts'
import type { Labels, PartMeasure, RuleSpec, Spec } from '../../model/spec.ts'
import { compares } from '../../promql/operators.ts'
import type { Entry } from '../drill-check.ts'
import { everySliceOf, slicesOf } from '../record/load-seconds.ts'

/**
 * What the drill itself knows of a subject. `clear`: by it the condition is surely false. `events`: how many such answers the service must
 * have counted by then. `share`: of the same unit as the value. `exportedBy`: of a part
 * that an exporter speaks for, what to look at when that exporter does not see it.
 */
export type Own =
  | { kind: 'none'; why: string }
  | { kind: 'impossible'; where: string; why: string; mend: string; part: string }
  | { kind: 'level'; text: string; clear: boolean; events?: number; share?: number; exportedBy?: (job: string) => string }

export interface Measured {
  rule: RuleSpec
  threshold: number
  windowMs: number
  seen: Entry<'subjects'>
  loads: readonly Entry<'load'>[]
  platform: Spec['platform']
  /** After so long an answer is in a scraped counter. */
  settledMs: number
}

/** Fewer answers say nothing of a share. */
const FEWEST_ANSWERS = 20
/** A heap moves between two collections, so that only a value far below the threshold is at odds with an alert. */
const CLEAR_BELOW = { 'latency': 0.5, 'redis-memory-share': 0.95, 'jvm-heap-share': 0.75 }
/** No query of a service lasts so long. */
const NEVER_SLOW_S = 3_600
const MB = 1024 ** 2

export function ownOf(subject: Labels, about: Measured): Own {
  const { measuredBy } = about.rule
  if (measuredBy === undefined) return { kind: 'none', why: 'the specification names no measurement (measured-by)' }
  const job = subject['job'] ?? ''
  const part = measuredBy.part ?? about.platform.services.find((service) => service.job === job)?.name ?? job
  switch (measuredBy.what) {
    case 'latency':
    case 'error-share':
    case 'rejections':
      return ofLoad(measuredBy.what, part, about)
    default:
      return ofPart(measuredBy.what, part, about)
  }
}

function ofLoad(what: 'latency' | 'error-share' | 'rejections', service: string, about: Measured): Own {
  const { seen, windowMs, loads, threshold, rule, settledMs } = about
  const fromMs = seen.atMs - windowMs
  const all = loads.flatMap((load) => slicesOf(load, service, -Infinity, seen.atMs))
  const inWindow = (slice: LoadSlice): boolean => slice.fromMs >= fromMs && slice.fromMs < seen.atMs
  const within = all.filter(inWindow)
  const everywhere = loads.flatMap((load) => everySliceOf(load, fromMs, seen.atMs)).filter(inWindow)
  // Services ask one another: what k6 does not see of this one, it sees of the one that asks it.
  const besides = [...Map.groupBy(everywhere, (slice) => slice.service).values()]
  const answers = statuses(within).filter(([status]) => status !== '0')
  const total = answers.reduce((sum, [, count]) => sum + count, 0)
  if (total < FEWEST_ANSWERS) return { kind: 'none', why: `k6 had ${total} answers of ${service} in the window` }
  // Of a window that began before the drill's own load nothing is sure, and of other people's requests k6 knows nothing.
  const known = loads.every(({ summary }) => summary?.incomplete !== true)
  const whole = seen.alone && known && all.some((slice) => slice.fromMs <= fromMs)
  const counted = (pattern: RegExp, some: readonly LoadSlice[]): number =>
    statuses(some)
      .filter(([status]) => pattern.test(status))
      .reduce((sum, [, count]) => sum + count, 0)
  const settled = all.filter((slice) => slice.fromMs < seen.atMs - settledMs)
  if (what === 'latency') {
    const quantile = rule.condition.quantile ?? 0.95
    const ms = quantileMs(within, quantile)
    const text = `k6 measured a p${Math.round(quantile * 100)} of ${shownMs(ms)}`
    return {
      kind: 'level',
      text,
      clear: whole && besides.every((slices) => quantileMs(slices, quantile) / 1_000 < threshold * CLEAR_BELOW.latency),
    }
  }
  const pattern = what === 'rejections' ? /^429$/ : /^5/
  const events = counted(pattern, settled)
  const now = counted(pattern, within)
  const text = `k6 counted ${now} of ${total} answers with ${what === 'rejections' ? '429' : '5xx'}`
  return { kind: 'level', text, clear: whole && besides.every((slices) => counted(pattern, slices) === 0), events }
}

function ofPart(what: PartMeasure, part: string, { rule, threshold, windowMs, seen }: Measured): Own {
  const found = seen.own.find((each) => each.what === what && each.part === part)
  if (found?.values === undefined) return { kind: 'none', why: found?.error ?? `${part} was not asked` }
  const { values, overMs = 0 } = found
  const { used = NaN, max = NaN, count = NaN, longQueryTimeS = 0, answers = NaN } = values
  const { comparator } = rule.condition
  const share = used / max
  const exportedBy = (job: string): string =>
    `Look at what ${job} is set to in docker-compose.yaml (address, account, collectors), and at metric_relabel_configs of its job.`
  switch (what) {
    case 'redis-answers':
      return {
        kind: 'level',
        text: answers === 1 ? `${part} answered PING` : `${part} did not answer PING`,
        clear: answers === 1 && !compares(answers, comparator, threshold),
        exportedBy,
      }
    case 'redis-memory-share':
      if (max === 0)
        return {
          kind: 'impossible',
          where: 'this Redis',
          part,
          why: 'maxmemory is 0',
          mend: `Set maxmemory of ${part} (redis.conf, or --maxmemory in docker-compose.yaml), or take the rule out of the specification.`,
        }
      return {
        kind: 'level',
        text: `INFO memory of ${part} has ${(used / MB).toFixed(1)} of ${(max / MB).toFixed(0)} MB in use`,
        clear: share < threshold * CLEAR_BELOW[what],
        share,
        exportedBy,
      }
    case 'jvm-heap-share':
      return {
        kind: 'level',
        text: `jcmd of ${part} has ${(used / MB).toFixed(0)} of ${(max / MB).toFixed(0)} MB heap in use`,
        clear: share < threshold * CLEAR_BELOW[what],
      }
    case 'slow-queries':
      if (longQueryTimeS > NEVER_SLOW_S)
        return {
          kind: 'impossible',
          where: 'this MySQL',
          part,
          why: `long_query_time is ${longQueryTimeS} s`,
          mend: `Set long_query_time of ${part} to what is slow for its services.`,
        }
      return {
        kind: 'level',
        text: `SHOW STATUS of ${part} counted ${count} slow queries in ${Math.round(overMs / 1_000)} s (long_query_time ${longQueryTimeS} s)`,
        clear: count === 0 && overMs >= windowMs,
        exportedBy,
      }
  }
}

function statuses(slices: readonly LoadSlice[]): [string, number][] {
  return slices.flatMap((slice) => Object.entries(slice.statuses))
}

/** By the upper bounds of k6's histogram, which are 10 % apart; 0 of nothing. */
function quantileMs(slices: readonly LoadSlice[], quantile: number): number {
  const byBound = slices
    .flatMap(({ latency }) => Object.entries(latency))
    .map(([bound, count]) => [Number(bound), count] as const)
    .sort(([a], [b]) => a - b)
  const rank = Math.ceil(quantile * byBound.reduce((sum, [, count]) => sum + count, 0))
  let seen = 0
  return byBound.find(([, count]) => (seen += count) >= rank)?.[0] ?? 0
}

function shownMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
