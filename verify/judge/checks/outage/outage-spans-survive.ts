import { defineCheck } from '../../drill-check.ts'
import { survival } from '../../signal/outage-survival.ts'

export const check = defineCheck(
  {
    id: 'outage-spans-survive',
    scope: 'outage',
    title: 'no span lost beyond what the outage allows',
    failureTitle: 'spans lost that must survive the outage',
    why: 'Queues and retries between service and trace store exist for the minute of a restart; only an outage shows whether they work.',
    mend: 'In the collector configuration, enable sending_queue and retry_on_failure of the exporter; in services, enlarge the span queue.',
    example: '40 of 60 traces found after Jaeger was stopped for 20 s; at most 0 may be lost',
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ outageSpec, outage }) => survival(outageSpec, outage, 'spans'),
)
