import { defineCheck } from '../../drill-check.ts'
import { ownNotifications } from '../../delivery/arrival.ts'
import { asksForLabelsAlone, expandTemplate, fitsTemplate, labelDifference } from '../../../promql/labels.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'annotations-exact',
    scope: 'experiment',
    title: 'the annotations match the specification',
    failureTitle: 'the annotations differ from the specification',
    why: 'On-call engineers read the annotations first; a template that uses a label the series lacks renders an empty place.',
    mend: 'In the rule file, write the annotation as specified, and use in its template only labels that the series has.',
    example: 'description: "redis-exporter () has not been able to connect" (no label instance)',
    needs: ['experiment', 'legs', 'subject', 'notified'],
    needsInjection: 'both',
    slowMachine: 'no-excuse',
  },
  ({ experiment, legs, subject, notified }) => {
    const promised = Object.keys(experiment.annotations)
    if (promised.length === 0) return skip('annotations', 'the specification promises none')
    const own = ownNotifications(notified, experiment, legs, subject)
    const first = own[0]
    if (first === undefined)
      return unknown('evidence-missing', promised.join(', '), 'no notification of this alert arrived', [], {
        follows: ['alert-fired', 'notification-delivered'],
      })
    for (const alert of own) {
      const wanted = Object.fromEntries(
        Object.entries(experiment.annotations).map(([name, text]) => {
          const arrived = alert.annotations[name]
          // What $value and functions come to is not known: the text around them is compared.
          const fits = arrived !== undefined && !asksForLabelsAlone(text) && fitsTemplate(text, alert.labels, arrived)
          return [name, fits ? arrived : expandTemplate(text, alert.labels)]
        }),
      )
      const difference = labelDifference(wanted, alert.annotations)
      if (difference !== '') {
        const wrong = Object.keys(wanted).filter((name) => alert.annotations[name] !== wanted[name])
        const said = wrong.map((name) => `${name}: ${JSON.stringify(experiment.annotations[name])}`).join(', ')
        return fail(quote(wanted), difference, [alert.seq], {
          ...(wrong.length === 0
            ? {}
            : { diagnosis: `In the rule file, at alert ${experiment.alert}: set annotation ${said}, then reload Prometheus.` }),
        })
      }
    }
    return pass(
      quote(Object.fromEntries(Object.entries(experiment.annotations).map(([name, text]) => [name, expandTemplate(text, first.labels)]))),
      `equal in ${own.length} of ${own.length} notifications`,
      [...new Set(own.map((alert) => alert.seq))],
    )
  },
)

function quote(annotations: Record<string, string>): string {
  return Object.entries(annotations)
    .map(([name, text]) => `${name}: ${JSON.stringify(text)}`)
    .join(', ')
}
