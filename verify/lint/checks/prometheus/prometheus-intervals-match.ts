import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-intervals-match',
    needs: ['prometheus'],
    title: 'Scrape and evaluation intervals are as specified',
    failureTitle: 'A scrape or evaluation interval differs from the specification',
    why: 'Scrape and evaluation intervals decide when an alert can fire.',
    mend: 'In prometheus.yml, set scrape_interval and evaluation_interval under `global` and in the job to the specified durations.',
    example: 'global:\n  evaluation_interval: 5m # specified: 15s',
  },
  *judge({ spec: { platform }, config }) {
    for (const prometheus of config.prometheus) {
      const global = prometheus.get('global')
      // Prometheus' own defaults: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
      const settings: [string, number, number][] = [
        ['scrape_interval', platform.scrapeIntervalMs, 60_000],
        ['evaluation_interval', platform.evaluationIntervalMs, 60_000],
      ]
      for (const [key, expectedMs, defaultMs] of settings) {
        const observedMs = global?.durationMs(key) ?? defaultMs
        if (observedMs !== expectedMs)
          yield remark(`global ${key}`, global?.get(key) ?? global ?? prometheus, formatDuration(expectedMs), formatDuration(observedMs))
      }
      for (const target of platform.targets) {
        const job = scrapeJobs(config, prometheus).find((candidate) => candidate.string('job_name') === target.job)
        if (job === undefined) continue
        const expectedMs = target.scrapeIntervalMs ?? platform.scrapeIntervalMs
        const observedMs = job.durationMs('scrape_interval') ?? global?.durationMs('scrape_interval') ?? 60_000
        if (observedMs !== expectedMs && (job.has('scrape_interval') || target.scrapeIntervalMs !== undefined))
          yield remark(
            target.job,
            job.near('scrape_interval'),
            `scrape_interval: ${formatDuration(expectedMs)}`,
            formatDuration(observedMs),
          )
      }
    }
  },
}
