import { defineCheck } from '../../drill-check.ts'
import { brokenPart } from '../../signal/outage-evidence.ts'
import { skip, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'outage-named',
    scope: 'outage',
    title: 'the signals name the part that was down',
    failureTitle: 'the signals name another part than the one that was down',
    why: 'A person who looks for a missing span or line sees which signals arrived and which parts answer; that must be enough to name the broken part.',
    mend: 'Scrape the collector, Promtail and the stores in prometheus.yml, so that their own metrics show which part was away.',
    example: "the service's exporter, because the collector received no span (the fault stopped Jaeger)",
    needs: ['outageSpec', 'outage'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ outageSpec, outage }) => {
    const expected = `the ${outageSpec.named}`
    const { pointers } = outage
    if (outage.refused !== undefined) return skip(expected, `the target does not allow the fault: ${outage.refused}`, pointers)
    const part = brokenPart(outageSpec, outage)
    if (part === null)
      return unknown(
        'not-injected',
        expected,
        'no interruption seen, or no scrape of the collector separates it from the exporters of the services: the fault had no effect',
        pointers,
      )
    return { status: part.link === outageSpec.named ? 'pass' : 'fail', expected, observed: `the ${part.link}: ${part.because}`, pointers }
  },
)
