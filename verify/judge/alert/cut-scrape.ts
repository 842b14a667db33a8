import type { PlannedExperiment, Timing } from '../../model/plan.ts'
import type { PlatformSpec, Spec } from '../../model/spec.ts'
import type { Verdict } from '../../model/verdict.ts'
import { evaluationIntervalOf } from '../../promql/loaded-clocks.ts'
import { scrapesAround } from '../record/recorder.ts'
import type { RunRecord, ScrapeColumn } from '../record/recorder.ts'

/** Faults whose target still answers, later than before. */
const ONLY_SLOWER: ReadonlySet<string> = new Set(['heap-pressure', 'slow-queries', 'fill-redis-memory'])
/** A scrape this near its timeout was ended by it. */
const NEARLY = 0.9

export interface CutScrape {
  job: string
  atMs: number
  tookMs: number
  timeoutMs: number
}

/**
 * Whether an experiment stops or hangs what this job scrapes: there the fault is the cause of a scrape that ran into its timeout. Of a
 * part that is scraped through an exporter it does so only where the specification says that `up` of that exporter is 0 meanwhile: the
 * exporter of a killed part answers, if perhaps only after it has dialled in vain for longer than a compressed timeout.
 */
export function stopsScrapesOf({ subject, legs }: PlannedExperiment, job: string, platform: PlatformSpec): boolean {
  return (
    subject['job'] === job &&
    legs.some(({ fault }) => {
      if (fault === undefined || ONLY_SLOWER.has(fault.id)) return false
      const part = [...platform.services, ...(platform.parts ?? [])].find(({ name }) => name === fault.target)
      const reports = (fault.id === 'pause-process' ? part?.whenHung : part?.whenDown) ?? {}
      return isScraped(platform, job, fault.target) || reports[`up{job="${job}"}`] === 0
    })
  )
}

function isScraped({ services, targets }: PlatformSpec, job: string, part: string): boolean {
  const address = targets.find((target) => target.job === job)?.address
  return part === job || address?.split(':')[0] === part || services.some((service) => service.name === part && service.job === job)
}

/** The scrapes among these that ran into their timeout. */
export function timedOut(scrapes: readonly ScrapeColumn[], timing: Timing): CutScrape[] {
  return scrapes.flatMap(({ job, timesMs, up, durationsMs }) => {
    const { scrapeTimeoutMs: timeoutMs } = timing.jobs[job] ?? timing
    return timesMs.flatMap((atMs, index) => {
      const tookMs = durationsMs[index] ?? 0
      return up[index] === 0 && tookMs >= NEARLY * timeoutMs ? [{ job, atMs, tookMs, timeoutMs }] : []
    })
  })
}

/**
 * The scrapes of a job in a time that ran into a timeout which only the compressed configuration has: as deployed they may well have ended.
 */
export function cutScrapes(
  scrapes: readonly ScrapeColumn[],
  timing: Timing,
  spec: Spec,
  { job, instance, fromMs, untilMs }: { job: string; instance: string | undefined; fromMs: number; untilMs: number },
): CutScrape[] {
  const { scrapeTimeoutMs: timeoutMs } = timing.jobs[job] ?? timing
  if (timeoutMs >= spec.platform.scrapeTimeoutMs) return []
  const own = scrapes.filter((scrape) => scrape.job === job && (instance ?? scrape.instance) === scrape.instance)
  const around = own.map((scrape) => scrapesAround(scrape, fromMs, untilMs))
  return timedOut(around, timing).filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs)
}

/**
 * The scrape whose loss made a pending alert begin anew, so that it was late: the condition has no value until the next scrape is in, which
 * is one interval and at most one timeout later, and is evaluated at most one interval after that. What is later yet has another reason.
 */
export function restartedBy({ header, scrapes }: RunRecord, { subject, check, status, window }: Verdict): CutScrape | undefined {
  if (status !== 'fail' || (check !== 'alert-pending' && check !== 'alert-fired')) return undefined
  const experiment = header?.plan.experiments.find(({ id }) => id === subject)
  const job = experiment?.subject['job']
  const observedMs = window?.observedMs ?? null
  if (header === undefined || experiment === undefined || job === undefined || observedMs === null) return undefined
  if (observedMs < (window?.latestMs ?? Infinity)) return undefined
  if (stopsScrapesOf(experiment, job, header.spec.platform)) return undefined
  const { timing } = header.plan
  const { scrapeIntervalMs, scrapeTimeoutMs } = timing.jobs[job] ?? timing
  const stepMs = evaluationIntervalOf(timing, experiment.alert, { ...experiment.labels, ...experiment.subject })
  const untilMs = observedMs - (check === 'alert-fired' ? Math.ceil(experiment.forMs / stepMs) * stepMs : 0)
  const fromMs = untilMs - scrapeIntervalMs - scrapeTimeoutMs - stepMs
  return cutScrapes(scrapes, timing, header.spec, { job, instance: experiment.subject['instance'], fromMs, untilMs }).at(-1)
}
