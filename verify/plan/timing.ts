import { parse } from 'yaml'
import { parseDuration } from '../model/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { Timing } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'

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
  }
}

/** What is running, from the texts that Prometheus (/api/v1/status/config, /flags) and Alertmanager (/api/v2/status) answer. */
export function timingFromLoaded(loaded: { prometheus: string, flags: Record<string, string>, alertmanager: string }): Timing {
  const prometheus = yaml(loaded.prometheus, 'the configuration loaded by Prometheus')
  const global = section(prometheus, 'global')
  const route = section(yaml(loaded.alertmanager, 'the configuration loaded by Alertmanager'), 'route')
  // Defaults: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and .../alerting/latest/configuration/#route
  const scrapeIntervalMs = ms(global['scrape_interval'], 60_000)
  const scrapeTimeoutMs = Math.min(ms(global['scrape_timeout'], 10_000), scrapeIntervalMs)
  const jobs: Timing['jobs'] = {}
  for (const job of list(prometheus['scrape_configs'])) {
    const interval = ms(job['scrape_interval'], scrapeIntervalMs)
    const timeout = Math.min(ms(job['scrape_timeout'], scrapeTimeoutMs), interval)
    if (interval !== scrapeIntervalMs || timeout !== scrapeTimeoutMs) jobs[String(job['job_name'])] = { scrapeIntervalMs: interval, scrapeTimeoutMs: timeout }
  }
  return {
    scrapeIntervalMs, scrapeTimeoutMs,
    evaluationIntervalMs: ms(global['evaluation_interval'], 60_000),
    resendDelayMs: ms(loaded.flags['rules.alert.resend-delay'], 60_000),
    groupWaitMs: ms(route['group_wait'], 30_000),
    groupIntervalMs: ms(route['group_interval'], 300_000),
    repeatIntervalMs: ms(route['repeat_interval'], 14_400_000),
    jobs,
  }
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
  if (parsed === undefined) throw new FiredrillError('LOADED_CONFIG', `a loaded configuration has the duration "${String(value)}"`, { exitCode: 3 })
  return parsed
}
