import { parse } from 'yaml'
import { parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { LoadedGroup } from '../model/journal.ts'
import type { Timing } from '../model/plan.ts'
import type { LoadedRoute } from '../model/route.ts'
import type { Labels, Spec } from '../model/spec.ts'
import { relabellingOf } from '../routing/relabel.ts'
import { promisedRoute, routeNode } from '../routing/tree.ts'
import type { RouteNode, RouteSource } from '../routing/tree.ts'

/** Steps and windows below these lose what makes them measurable; the same bounds as in verify/compress. */
const MIN_STEP_MS = 1_000
export const MIN_WINDOW_MS = 4_000
/** Alertmanager resolves by itself 4 resend delays after the last POST: a stall of a busy machine must not reach that. */
const MIN_RESEND_MS = 5_000

/** `ms / speed` as the compressed configuration has it: whole milliseconds, never below `minMs` unless it was. */
export function compressMs(ms: number, speed: number, minMs = 1): number {
  return Math.max(Math.round(ms / speed), Math.min(ms, minMs))
}

/** The promised intervals, at `speed` times real time. */
export function timingFromSpec(spec: Spec, speed: number): Timing {
  const { platform, routing } = spec
  const step = (ms: number): number => compressMs(ms, speed, MIN_STEP_MS)
  const timeout = (intervalMs: number): number => Math.min(step(platform.scrapeTimeoutMs), intervalMs)
  const jobs: Timing['jobs'] = {}
  for (const { job, scrapeIntervalMs } of platform.targets) {
    if (scrapeIntervalMs === undefined) continue
    const own = step(scrapeIntervalMs)
    if (own !== step(platform.scrapeIntervalMs)) jobs[job] = { scrapeIntervalMs: own, scrapeTimeoutMs: timeout(own) }
  }
  return {
    scrapeIntervalMs: step(platform.scrapeIntervalMs),
    scrapeTimeoutMs: timeout(step(platform.scrapeIntervalMs)),
    evaluationIntervalMs: step(platform.evaluationIntervalMs),
    resendDelayMs: compressMs(platform.resendDelayMs, speed, MIN_RESEND_MS),
    groupWaitMs: step(routing.groupWaitMs),
    groupIntervalMs: step(routing.groupIntervalMs),
    repeatIntervalMs: step(routing.repeatIntervalMs),
    jobs,
    // Without a route that differs, the times above are those of all.
    ...(routing.routes.some((route) => Object.keys(route).length > 2) ? { route: paced(promisedRoute(routing), step) } : {}),
  }
}

function paced(route: LoadedRoute, step: (ms: number) => number): LoadedRoute {
  return {
    ...route,
    groupWaitMs: step(route.groupWaitMs),
    groupIntervalMs: step(route.groupIntervalMs),
    repeatIntervalMs: step(route.repeatIntervalMs),
    routes: route.routes.map((each) => paced(each, step)),
  }
}

/**
 * What is running, from the texts that Prometheus (/api/v1/status/config, /flags) and Alertmanager (/api/v2/status) answer, and the rule
 * groups that Prometheus evaluates.
 */
export function timingFromLoaded(loaded: {
  prometheus: string
  flags: Record<string, string>
  alertmanager: string
  groups?: readonly LoadedGroup[]
}): Timing {
  const prometheus = yaml(loaded.prometheus, 'the configuration loaded by Prometheus')
  const global = section(prometheus, 'global')
  const route = plain(routeNode(new PlainSource(section(yaml(loaded.alertmanager, 'the configuration loaded by Alertmanager'), 'route'))))
  // Defaults: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
  const scrapeIntervalMs = ms(global['scrape_interval'], 60_000)
  const scrapeTimeoutMs = Math.min(ms(global['scrape_timeout'], 10_000), scrapeIntervalMs)
  const jobs: Timing['jobs'] = {}
  for (const job of list(prometheus['scrape_configs'])) {
    const interval = ms(job['scrape_interval'], scrapeIntervalMs)
    const timeout = Math.min(ms(job['scrape_timeout'], scrapeTimeoutMs), interval)
    if (interval !== scrapeIntervalMs || timeout !== scrapeTimeoutMs)
      jobs[String(job['job_name'])] = { scrapeIntervalMs: interval, scrapeTimeoutMs: timeout }
  }
  const evaluationIntervalMs = ms(global['evaluation_interval'], 60_000)
  const { externalLabels, ...alertRelabelling } = relabellingOf(new PlainSource(prometheus))
  const rules = ownIntervals(loaded.groups ?? [], evaluationIntervalMs)
  const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  return {
    scrapeIntervalMs,
    scrapeTimeoutMs,
    evaluationIntervalMs,
    resendDelayMs: ms(loaded.flags['rules.alert.resend-delay'], 60_000),
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    jobs,
    route,
    ...(Object.keys(externalLabels).length === 0 ? {} : { externalLabels }),
    ...([alertRelabelling.all, ...alertRelabelling.each].every((steps) => steps.length === 0) ? {} : { alertRelabelling }),
    ...(rules.length === 0 ? {} : { rules }),
  }
}

/** Alert rules that are not evaluated at the default interval, and those of the same name that are. */
function ownIntervals(groups: readonly LoadedGroup[], defaultMs: number): NonNullable<Timing['rules']> {
  const all = groups.flatMap(({ intervalMs, rules }) =>
    rules.filter(({ type }) => type === 'alerting').map(({ name, labels }) => ({ alert: name, labels, intervalMs })),
  )
  const own = new Set(all.filter(({ intervalMs }) => intervalMs !== defaultMs).map(({ alert }) => alert))
  return all.filter(({ alert }) => own.has(alert))
}

/** What of a route is kept in a plan: not where it stood. */
function plain({
  receiver,
  matchers,
  broken,
  continues,
  groupBy,
  groupWaitMs,
  groupIntervalMs,
  repeatIntervalMs,
  routes,
}: RouteNode<PlainSource>): LoadedRoute {
  return {
    receiver,
    matchers,
    ...(broken.length === 0 ? {} : { broken }),
    continues,
    groupBy,
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    routes: routes.map(plain),
  }
}

/** A mapping as the YAML parser returns it. */
class PlainSource implements RouteSource<PlainSource> {
  private readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }

  has(key: string): boolean {
    return this.at(key) !== undefined
  }
  get(key: string): PlainSource | undefined {
    return this.has(key) ? new PlainSource(this.at(key)) : undefined
  }
  items(): PlainSource[] {
    return list(this.value).map((item) => new PlainSource(item))
  }
  string(key: string): string | undefined {
    return text(this.at(key))
  }
  strings(key: string): string[] {
    const value = this.at(key)
    return (Array.isArray(value) ? value : [value]).flatMap((each) => text(each) ?? [])
  }

  bool(key: string): boolean | undefined {
    return this.has(key) ? this.at(key) === true : undefined
  }
  durationMs(key: string): number | undefined {
    return this.has(key) ? ms(this.at(key), 0) : undefined
  }
  labels(key: string): Labels {
    return texts(this.at(key))
  }

  private at(key: string): unknown {
    const value = isMapping(this.value) ? this.value[key] : undefined
    return value === null ? undefined : value
  }
}

/** A scalar as text: labels may be written as numbers or booleans. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function texts(value: unknown): Labels {
  return isMapping(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => {
          const own = text(each)
          return own === undefined ? [] : [[name, own]]
        }),
      )
    : {}
}

type Mapping = Record<string, unknown>

function yaml(text: string, what: string): Mapping {
  try {
    const value: unknown = parse(text)
    if (isMapping(value)) return value
  } catch (error) {
    throw new FiredrillError('LOADED_CONFIG', `${what} is not readable YAML`, { exitCode: 3, cause: error })
  }
  throw new FiredrillError('LOADED_CONFIG', `${what} is not a mapping`, { exitCode: 3 })
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function section(mapping: Mapping, key: string): Mapping {
  const value = mapping[key]
  return isMapping(value) ? value : {}
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isMapping) : []
}

function ms(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback
  const parsed = parseDuration(String(value))
  if (parsed === undefined)
    throw new FiredrillError('LOADED_CONFIG', `a loaded configuration has the duration "${String(value)}"`, { exitCode: 3 })
  return parsed
}
