import { formatDuration } from '../../../promql/duration.ts'
import { remark, warning, type Check } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-timeouts-fit',
    needs: ['prometheus'],
    title: 'Scrape timeouts are as specified and fit into the scrape interval',
    failureTitle: 'A scrape timeout does not fit',
    why: 'Prometheus rejects a scrape_timeout above its scrape_interval. An exporter that waits longer than scrape_timeout turns redis_up 0 into a failed scrape. redis_exporter connects twice and waits 15 s each time by default.',
    mend: 'In prometheus.yml, set scrape_timeout to the specified duration, at most the scrape interval. For redis_exporter, set REDIS_EXPORTER_CONNECTION_TIMEOUT below half the scrape timeout.',
    example: 'global:\n  scrape_interval: 15s\n  scrape_timeout: 20s',
  },
  *judge({ spec: { platform }, config }) {
    for (const prometheus of config.prometheus) {
      const global = prometheus.get('global')
      const globalTimeoutMs = global?.durationMs('scrape_timeout') ?? 10_000
      if (globalTimeoutMs !== platform.scrapeTimeoutMs)
        yield remark(
          'global scrape_timeout',
          global?.get('scrape_timeout') ?? global ?? prometheus,
          formatDuration(platform.scrapeTimeoutMs),
          formatDuration(globalTimeoutMs),
        )
      for (const job of scrapeJobs(config, prometheus)) {
        const known = platform.targets.find((target) => target.job === job.string('job_name'))
        // One that is left to the global timeout is judged there, unless the target is promised its own.
        if (!job.has('scrape_timeout') && known?.scrapeTimeoutMs === undefined) continue
        const timeoutMs = job.durationMs('scrape_timeout') ?? globalTimeoutMs
        const intervalMs = job.durationMs('scrape_interval') ?? global?.durationMs('scrape_interval') ?? 60_000
        const specifiedMs = Math.min(known?.scrapeTimeoutMs ?? platform.scrapeTimeoutMs, intervalMs)
        if (timeoutMs > intervalMs)
          yield remark(
            job.string('job_name') ?? '',
            job.near('scrape_timeout'),
            `scrape_timeout of at most ${formatDuration(intervalMs)}, the scrape_interval`,
            formatDuration(timeoutMs),
          )
        else if (known !== undefined && timeoutMs !== specifiedMs)
          yield remark(job.string('job_name') ?? '', job.near('scrape_timeout'), formatDuration(specifiedMs), formatDuration(timeoutMs))
      }
    }
    for (const workload of config.workloads) {
      const setting = workload.env.get('REDIS_EXPORTER_CONNECTION_TIMEOUT')
      const flag = workload.args.find((arg) => /^-{1,2}connection-timeout=/.test(arg.value))
      if (!/redis_exporter/.test(workload.image)) continue
      const text = setting?.value ?? flag?.value.split('=')[1] ?? '15s'
      const ms = /^(\d+)(ms|s)$/.exec(text)
      const observedMs = ms === null ? 15_000 : Number(ms[1]) * (ms[2] === 's' ? 1000 : 1)
      const timeout = formatDuration(platform.scrapeTimeoutMs)
      const most = formatDuration(Math.ceil(platform.scrapeTimeoutMs / 2000 - 1) * 1000)
      if (2 * observedMs >= platform.scrapeTimeoutMs)
        yield warning(
          workload.name,
          setting?.at ?? flag?.at ?? workload.at,
          `REDIS_EXPORTER_CONNECTION_TIMEOUT of ${most} or less: two connections within scrape_timeout ${timeout}`,
          text,
          `redis_exporter's connection timeout ${text} x 2 exceeds scrape_timeout ${timeout}`,
        )
    }
  },
}
