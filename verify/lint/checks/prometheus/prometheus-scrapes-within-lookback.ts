import { formatDuration, parseDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-scrapes-within-lookback',
    needs: ['prometheus'],
    title: 'Every target is scraped more often than a query looks back',
    failureTitle: 'A scrape interval exceeds the lookback: between two scrapes the series are missing',
    why: 'A query takes the last sample of the last five minutes (--query.lookback-delta). Of a target that is scraped less often the series are missing most of the time, and `for` starts again with each gap.',
    mend: 'In prometheus.yml, set scrape_interval to at most 2m, or raise --query.lookback-delta.',
    example: 'scrape_configs:\n  - job_name: slow\n    scrape_interval: 10m',
  },
  *judge({ config }) {
    const flags = config.workloads.flatMap(({ args }) =>
      args.flatMap(({ value, at }) => {
        const ms = parseDuration(/^--query\.lookback-delta=(.+)$/.exec(value)?.[1] ?? '')
        return ms === undefined ? [] : [{ ms, at }]
      }),
    )
    // Of several Prometheus it is not known which one reads which file.
    const flag = flags.toSorted((a, b) => b.ms - a.ms)[0]
    const lookbackMs = flag?.ms ?? 300_000
    for (const prometheus of config.prometheus)
      for (const job of scrapeJobs(config, prometheus)) {
        const at = job.get('scrape_interval') ?? prometheus.get('global', 'scrape_interval')
        const intervalMs = at?.durationMs() ?? 60_000
        if (at === undefined || intervalMs <= lookbackMs) continue
        // One below the default is what makes it too short.
        const isShort = flag !== undefined && flag.ms < 300_000 && intervalMs <= 300_000
        yield remark(
          job.string('job_name') ?? '',
          isShort ? flag.at : at,
          `a scrape interval below the lookback of ${formatDuration(lookbackMs)}`,
          `scrape_interval: ${formatDuration(intervalMs)}`,
        )
        if (isShort || !job.has('scrape_interval')) break
      }
  },
}
