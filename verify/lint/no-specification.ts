import { allScrapeJobs } from '../config/configuration.ts'
import type { Configuration } from '../config/configuration.ts'
import type { Spec, TargetSpec } from '../model/spec.ts'
import { parseDuration } from '../promql/duration.ts'

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
const DEFAULT_INTERVAL_MS = 60_000
const DEFAULT_TIMEOUT_MS = 10_000

/**
 * A specification that promises nothing: what is wrong in itself is judged by it. Intervals are those of the prometheus.yml that is there;
 * 0 where there is none, which no check takes for an interval.
 */
export function noSpecification(config: Configuration): Spec {
  const [prometheus] = config.prometheus
  const global = (key: string): number =>
    prometheus === undefined ? 0 : (parseDuration(prometheus.string('global', key) ?? '') ?? DEFAULT_INTERVAL_MS)
  const scrapeIntervalMs = global('scrape_interval')
  const jobs = allScrapeJobs(config)
  const targets = jobs.flatMap((job): TargetSpec[] => {
    const name = job.string('job_name')
    const intervalMs = job.durationMs('scrape_interval')
    return name === undefined || intervalMs === undefined ? [] : [{ job: name, address: '', scrapeIntervalMs: intervalMs }]
  })
  return {
    platform: {
      because: 'none',
      scrapeIntervalMs,
      scrapeTimeoutMs:
        prometheus === undefined ? 0 : (parseDuration(prometheus.string('global', 'scrape_timeout') ?? '') ?? DEFAULT_TIMEOUT_MS),
      evaluationIntervalMs: global('evaluation_interval'),
      resendDelayMs: DEFAULT_INTERVAL_MS,
      targets,
      services: [],
      parts: [],
    },
    rules: [],
    routing: {
      because: 'none',
      groupBy: [],
      groupWaitMs: 0,
      groupIntervalMs: 0,
      repeatIntervalMs: 0,
      receivers: [],
      routes: [],
      inhibitions: [],
    },
    traces: [],
    logs: [],
    slo: { because: 'none', availability: 0, latencyP95Seconds: 0, errorRate: 0, windowMs: 0, panels: [] },
    outages: [],
  }
}
