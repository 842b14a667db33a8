import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-timeouts-fit',
    area: 'prometheus',
    severity: 'error',
    needs: ['prometheus'],
    title: 'Scrape timeouts fit into their intervals and are as specified',
    failureTitle: 'A scrape timeout does not fit',
    why: 'A timeout above the interval is refused by Prometheus; an exporter that waits longer than the timeout turns its own "down" into a lost scrape (redis_exporter dials for up to 15 s, twice).',
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
        const timeoutMs = job.durationMs('scrape_timeout')
        if (timeoutMs === undefined) continue
        const intervalMs = job.durationMs('scrape_interval') ?? global?.durationMs('scrape_interval') ?? 60_000
        const known = platform.targets.some((target) => target.job === job.string('job_name'))
        const specifiedMs = Math.min(platform.scrapeTimeoutMs, intervalMs)
        if (timeoutMs > intervalMs)
          yield remark(
            job.string('job_name') ?? '',
            job.near('scrape_timeout'),
            `at most the interval, ${formatDuration(intervalMs)}`,
            formatDuration(timeoutMs),
          )
        else if (known && timeoutMs !== specifiedMs)
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
      if (2 * observedMs >= platform.scrapeTimeoutMs)
        yield remark(
          workload.name,
          setting?.at ?? flag?.at ?? workload.at,
          `two dials within the scrape timeout (${formatDuration(platform.scrapeTimeoutMs)})`,
          `a dial may take ${text}`,
          undefined,
          'warning',
        )
    }
  },
}
