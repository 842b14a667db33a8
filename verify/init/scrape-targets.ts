import { allScrapeJobs } from '../config/configuration.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { TargetSpec } from '../model/spec.ts'
import type { Deployed, RunningTarget } from './deployed.ts'

/** What the platform's specification says of scraping, and what it cannot say. */
export interface Scraping {
  scrapeIntervalMs: number
  scrapeTimeoutMs: number
  evaluationIntervalMs: number
  targets: TargetSpec[]
  /** Jobs whose targets the specification cannot have: why. */
  lacking: { job: string; reason: string }[]
}

/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
const DEFAULTS_MS = { interval: 60_000, timeout: 10_000 }

export function scrapingOf({ config, running, evaluationIntervalMs }: Deployed): Scraping {
  const [prometheus] = config.prometheus
  const byJob = Map.groupBy(running, ({ job }) => job)
  const usual = mostFrequent(running.map(({ scrapeIntervalMs }) => scrapeIntervalMs).filter((ms) => ms > 0))
  const scrapeIntervalMs =
    prometheus === undefined
      ? (usual ?? DEFAULTS_MS.interval)
      : (prometheus.durationMs('global', 'scrape_interval') ?? DEFAULTS_MS.interval)
  const timeout =
    prometheus?.durationMs('global', 'scrape_timeout') ?? mostFrequent(running.map((each) => each.scrapeTimeoutMs).filter((ms) => ms > 0))
  const scraping: Scraping = {
    scrapeIntervalMs,
    scrapeTimeoutMs: Math.min(scrapeIntervalMs, timeout ?? DEFAULTS_MS.timeout),
    evaluationIntervalMs:
      prometheus === undefined ? evaluationIntervalMs : (prometheus.durationMs('global', 'evaluation_interval') ?? DEFAULTS_MS.interval),
    targets: [],
    lacking: [],
  }
  const written = allScrapeJobs(config)
  // lint compares with what is written; only without it is what runs all that is known.
  const jobs = written.length > 0 ? writtenJobs(written) : [...byJob.keys()].map((job) => ({ job, at: undefined }))
  for (const { job, at } of jobs) {
    const found = at === undefined ? runningTarget(byJob.get(job)?.[0]) : writtenTarget(at, byJob.get(job) ?? [])
    if (typeof found === 'string') scraping.lacking.push({ job, reason: found })
    else {
      const intervalMs = at === undefined ? byJob.get(job)?.[0]?.scrapeIntervalMs : at.durationMs('scrape_interval')
      const other = intervalMs === undefined || intervalMs === 0 || intervalMs === scrapeIntervalMs ? {} : { scrapeIntervalMs: intervalMs }
      scraping.targets.push({ job, ...found, ...other })
    }
  }
  return scraping
}

function writtenJobs(written: readonly Cursor[]): { job: string; at: Cursor }[] {
  const named = written.flatMap((at) => {
    const job = at.string('job_name') ?? ''
    return job === '' ? [] : [{ job, at }]
  })
  return [...new Map(named.map((each) => [each.job, each])).values()]
}

const ADDRESS = /^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/
const PROBED = /^[a-z][a-z0-9+.-]*:\/\/\S+$/

function writtenTarget(at: Cursor, running: readonly RunningTarget[]): Omit<TargetSpec, 'job'> | string {
  const path = at.string('metrics_path') ?? '/metrics'
  const scheme = at.string('scheme') ?? 'http'
  const credentials = at.has('basic_auth') ? { auth: 'basic' as const } : at.has('authorization') ? { auth: 'bearer' as const } : {}
  const addresses = at.items('static_configs').flatMap((entry) => entry.strings('targets'))
  const fits = addresses.find((each) => ADDRESS.test(each) || PROBED.test(each))
  // Discovered: where it is found while Prometheus runs, or by its name alone.
  const found = fits ?? (addresses.length > 0 ? undefined : (hostOf(running[0]) ?? `${placeholder(at.string('job_name') ?? '')}:80`))
  if (found === undefined) return `its targets are no host:port (${addresses.slice(0, 2).join(', ')})`
  return {
    address: found,
    ...(path === '/metrics' ? {} : { path }),
    ...(scheme === 'https' ? { scheme: 'https' as const } : {}),
    ...credentials,
  }
}

function runningTarget(target: RunningTarget | undefined): Omit<TargetSpec, 'job'> | string {
  const address = hostOf(target)
  if (target === undefined || address === undefined) return 'its address is not known'
  const url = new URL(target.scrapeUrl)
  return {
    address,
    ...(url.pathname === '/metrics' ? {} : { path: url.pathname }),
    ...(url.protocol === 'https:' ? { scheme: 'https' as const } : {}),
  }
}

/** host:port that is scraped. */
function hostOf(target: RunningTarget | undefined): string | undefined {
  if (target === undefined || !URL.canParse(target.scrapeUrl)) return undefined
  const { host, port, protocol } = new URL(target.scrapeUrl)
  const address = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host
  return ADDRESS.test(address) ? address : undefined
}

function placeholder(job: string): string {
  return job.replace(/[\s/:]+/g, '-') || 'target'
}

function mostFrequent(values: readonly number[]): number | undefined {
  return [...Map.groupBy(values, (value) => value)].sort(([, a], [, b]) => b.length - a.length)[0]?.[0]
}
