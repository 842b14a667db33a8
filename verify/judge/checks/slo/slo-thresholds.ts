import { coloursOf } from '../../../grafana/threshold-colours.ts'
import { defineCheck } from '../../drill-check.ts'
import { figure, nothingToJudge, onePanel, promisedPanel } from '../../slo/panel-evidence.ts'
import { fail, pass, skip } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'slo-thresholds',
    scope: 'drill',
    title: 'the SLO panels change colour at their objectives',
    failureTitle: 'an SLO panel does not change colour at its objective',
    why: 'People read the colour, not the number: a gauge that is green below its objective hides the violation.',
    mend: 'In the SLO dashboard, set fieldConfig.defaults.thresholds of the panel so that its colour changes at the objective.',
    example: 'Availability turns red below 0.99 (objective 0.999)',
    needs: ['spec', 'dashboard'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec: { slo }, dashboard }) => {
    const nothing = nothingToJudge(slo, dashboard)
    if (nothing !== undefined || dashboard === null) return nothing ?? skip('', '')
    const trouble: string[] = []
    const turns: string[] = []
    const mends: string[] = []
    for (const { title, measures, by } of slo.panels) {
      if (measures === 'active-alerts' || by !== undefined) continue
      const found = promisedPanel(dashboard, title)
      if (found === undefined) {
        trouble.push(`no panel ${title}`)
        continue
      }
      const { at, good, trouble: wrong } = coloursOf(found.panel, measures, slo)
      turns.push(`${title} at ${figure(at)}`)
      trouble.push(...wrong.map((text) => `${title} ${text}`))
      if (wrong.length > 0)
        mends.push(
          `of ${title}: ${good === 'above' ? 'red below' : 'green below'} ${figure(at)}, ${good === 'above' ? 'green' : 'red'} from there on`,
        )
    }
    const expected = turns.join(', ')
    return trouble.length > 0
      ? fail(expected, trouble.join('; '), [dashboard.seq], {
          ...onePanel(trouble, slo, dashboard),
          ...(mends.length === 0 ? {} : { diagnosis: `In the SLO dashboard, set fieldConfig.defaults.thresholds ${mends.join('; ')}.` }),
        })
      : pass(expected, `change colour: ${expected}`, [dashboard.seq])
  },
)
