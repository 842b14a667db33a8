import { openDocument } from '../config/yaml/cursor.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { LoadedGroup } from '../model/journal.ts'
import type { Timing } from '../model/plan.ts'
import type { LoadedRoute } from '../model/route.ts'
import type { Spec } from '../model/spec.ts'
import { relabellingOf } from '../routing/alert-relabelling.ts'
import { timeSpans } from '../routing/time-spans.ts'
import { promisedRoute, routeNode } from '../routing/tree.ts'
import type { RouteNode } from '../routing/tree.ts'

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
  const timeout = (intervalMs: number, timeoutMs = platform.scrapeTimeoutMs): number => Math.min(step(timeoutMs), intervalMs)
  const jobs: Timing['jobs'] = {}
  for (const { job, scrapeIntervalMs = platform.scrapeIntervalMs, scrapeTimeoutMs } of platform.targets) {
    const own = step(scrapeIntervalMs)
    const ownTimeout = timeout(own, scrapeTimeoutMs)
    if (own !== step(platform.scrapeIntervalMs) || ownTimeout !== timeout(own))
      jobs[job] = { scrapeIntervalMs: own, scrapeTimeoutMs: ownTimeout }
  }
  const rules = spec.rules.flatMap(({ alert, labels, evaluationIntervalMs }) =>
    evaluationIntervalMs === undefined ? [] : [{ alert, labels, intervalMs: step(evaluationIntervalMs) }],
  )
  return {
    scrapeIntervalMs: step(platform.scrapeIntervalMs),
    scrapeTimeoutMs: timeout(step(platform.scrapeIntervalMs)),
    evaluationIntervalMs: step(platform.evaluationIntervalMs),
    resendDelayMs: compressMs(platform.resendDelayMs, speed, MIN_RESEND_MS),
    groupWaitMs: step(routing.groupWaitMs),
    groupIntervalMs: step(routing.groupIntervalMs),
    repeatIntervalMs: step(routing.repeatIntervalMs),
    jobs,
    ...(rules.length === 0 ? {} : { rules }),
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
  const prometheus = opened(loaded.prometheus, 'the configuration loaded by Prometheus')
  const global = prometheus.get('global')
  const alertmanager = opened(loaded.alertmanager, 'the configuration loaded by Alertmanager')
  const route = plain(routeNode(alertmanager.get('route') ?? alertmanager))
  // Defaults: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
  const scrapeIntervalMs = durationMs(global, 'scrape_interval', 60_000)
  const scrapeTimeoutMs = Math.min(durationMs(global, 'scrape_timeout', 10_000), scrapeIntervalMs)
  const jobs: Timing['jobs'] = {}
  for (const job of prometheus.items('scrape_configs')) {
    const interval = durationMs(job, 'scrape_interval', scrapeIntervalMs)
    const timeout = Math.min(durationMs(job, 'scrape_timeout', scrapeTimeoutMs), interval)
    if (interval !== scrapeIntervalMs || timeout !== scrapeTimeoutMs)
      jobs[job.string('job_name') ?? ''] = { scrapeIntervalMs: interval, scrapeTimeoutMs: timeout }
  }
  const evaluationIntervalMs = durationMs(global, 'evaluation_interval', 60_000)
  const { externalLabels, ...alertRelabelling } = relabellingOf(prometheus)
  const rules = ownIntervals(loaded.groups ?? [], evaluationIntervalMs)
  const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  const timeIntervals = timeSpans(alertmanager)
  return {
    scrapeIntervalMs,
    scrapeTimeoutMs,
    evaluationIntervalMs,
    resendDelayMs: parsedMs(loaded.flags['rules.alert.resend-delay'] ?? '1m'),
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    jobs,
    route,
    ...(Object.keys(timeIntervals).length === 0 ? {} : { timeIntervals }),
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
  muteTimes,
  activeTimes,
}: RouteNode<Cursor>): LoadedRoute {
  return {
    receiver,
    matchers,
    ...(broken.length === 0 ? {} : { broken }),
    continues,
    groupBy,
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    ...(muteTimes === undefined ? {} : { muteTimes }),
    ...(activeTimes === undefined ? {} : { activeTimes }),
    routes: routes.map(plain),
  }
}

/** @throws FiredrillError LOADED_CONFIG, exit code 3: what a program says that it has loaded is no fault of the specification */
function opened(text: string, what: string): Cursor {
  try {
    const root = openDocument(text, what, 'LOADED_CONFIG')
    if (root.isMap()) return root
  } catch (error) {
    throw new FiredrillError('LOADED_CONFIG', `${what} is not readable YAML`, { exitCode: 3, cause: error })
  }
  throw new FiredrillError('LOADED_CONFIG', `${what} is not a mapping`, { exitCode: 3 })
}

function durationMs(at: Cursor | undefined, key: string, fallback: number): number {
  const text = at?.string(key)
  return text === undefined ? fallback : parsedMs(text)
}

function parsedMs(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new FiredrillError('LOADED_CONFIG', `a loaded configuration has the duration "${text}"`, { exitCode: 3 })
  return parsed
}
