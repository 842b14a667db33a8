import { defineCheck } from '../../check.ts'
import { survival } from '../../signal/outage-survival.ts'

export const check = defineCheck(
  {
    id: 'outage-lines-survive',
    scope: 'outage',
    title: 'of the log lines no more was lost than may be',
    failureTitle: 'log lines were lost that should have survived',
    why: 'A line is wanted most when something goes wrong, and what goes wrong may be its own pipeline. Copies are tolerated (at least once), and counted.',
    mend: 'In the Promtail configuration, raise backoff_config.max_retries and keep positions on a volume; in the Loki configuration, enable the write-ahead log.',
    example: '212 of 240 lines found after Loki was stopped for 20 s; at most 0 may be lost',
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
  },
  ({ outageSpec, outage }) => survival(outageSpec, outage, 'lines'),
)
