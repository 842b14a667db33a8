import { defineCheck } from '../../drill-check.ts'
import { survival } from '../../signal/outage-survival.ts'

export const check = defineCheck(
  {
    id: 'outage-lines-survive',
    scope: 'outage',
    title: 'no log line lost beyond what the outage allows',
    failureTitle: 'log lines lost that must survive the outage',
    why: 'Lines matter most when something fails, and that may be their own pipeline. Copies are allowed (at least once) and counted.',
    mend: 'In the Promtail configuration, raise backoff_config.max_retries and keep positions on a volume. In a collector with file_log: retry_on_failure and storage. In the Loki configuration, enable the write-ahead log.',
    example: '212 of 240 lines found after Loki was stopped for 20 s; at most 0 may be lost',
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ outageSpec, outage }) => survival(outageSpec, outage, 'lines'),
)
