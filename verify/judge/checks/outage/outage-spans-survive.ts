import { defineCheck } from '../../check.ts'
import { survival } from '../../signal/outage-survival.ts'

export const check = defineCheck(
  {
    id: 'outage-spans-survive',
    scope: 'outage',
    title: 'of the spans no more was lost than may be',
    failureTitle: 'spans were lost that should have survived',
    why: 'Queues and retries on the way of a span are there for the minute in which something is restarted. Whether they work shows only then.',
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
  },
  ({ outageSpec, outage }) => survival(outageSpec, outage, 'spans'),
)
