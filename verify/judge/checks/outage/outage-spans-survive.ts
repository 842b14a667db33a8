import { defineCheck } from '../../check.ts'
import { survival } from '../../signal/outage-survival.ts'

export const check = defineCheck(
  {
    id: 'outage-spans-survive',
    scope: 'outage',
    title: 'of the spans no more was lost than may be',
    failureTitle: 'spans were lost that should have survived',
    why: 'Queues and retries on the way of a span are there for the minute in which something is restarted. Whether they work shows only then.',
    mend: 'In the collector configuration, enable sending_queue and retry_on_failure of the exporter; in services, enlarge the span queue.',
    example: '40 of 60 traces found after Jaeger was stopped for 20 s; at most 0 may be lost',
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
  },
  ({ outageSpec, outage }) => survival(outageSpec, outage, 'spans'),
)
