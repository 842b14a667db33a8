import { defineCheck } from '../../check.ts'
import { brokenPart } from '../../signal/outage-evidence.ts'

export const check = defineCheck(
  {
    id: 'outage-named',
    scope: 'outage',
    title: 'the evidence names the part that was away',
    failureTitle: 'the evidence names another part than the one that was away',
    why: 'Who looks for a missing span or line has only what came, what did not, and who answers. That has to be enough to tell which part broke.',
    mend: 'Scrape the collector, Promtail and the stores in prometheus.yml, so that their own metrics show which part was away.',
    example: "the service's exporter, because the collector received no span (the fault stopped Jaeger)",
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
  },
  ({ outageSpec, outage }) => {
    const expected = `the ${outageSpec.named}`
    const { pointers } = outage
    if (outage.refused !== undefined)
      return { status: 'skipped', expected, observed: `the target does not allow it: ${outage.refused}`, pointers }
    const part = brokenPart(outageSpec, outage)
    if (part === null)
      return {
        status: 'unknown',
        cause: 'not-injected',
        expected,
        observed: "signals came as ever, or no scrape of the collector tells it from the agents' exporters: the fault did not show",
        pointers,
      }
    return { status: part.link === outageSpec.named ? 'pass' : 'fail', expected, observed: `the ${part.link}: ${part.because}`, pointers }
  },
)
