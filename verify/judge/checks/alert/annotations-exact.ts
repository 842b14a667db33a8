import { defineCheck } from '../../check.ts'
import { ownNotifications } from '../../delivery/arrival.ts'
import { expandTemplate, labelDifference } from '../../../promql/labels.ts'

export const check = defineCheck(
  {
    id: 'annotations-exact',
    scope: 'experiment',
    title: 'the annotations match the specification',
    failureTitle: 'the annotations differ from the specification',
    why: 'On-call engineers read the annotations first; a template that uses a label the series lacks renders an empty place.',
    mend: 'In the rule file, write the annotation as specified, and use in its template only labels that the series has.',
    example: 'description: "redis-exporter () has not been able to connect" (no label instance)',
    needs: ['experiment', 'legs', 'notified'],
    needsInjection: 'both',
  },
  ({ experiment, legs, notified }) => {
    const promised = Object.keys(experiment.annotations)
    if (promised.length === 0)
      return { status: 'skipped', expected: 'annotations', observed: 'the specification promises none', pointers: [] }
    const own = ownNotifications(notified, experiment, legs.get('fire')?.beginMs ?? 0)
    const first = own[0]
    if (first === undefined)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        follows: ['alert-fired', 'notification-delivered'],
        expected: promised.join(', '),
        observed: 'no notification of this alert arrived',
        pointers: [],
      }
    for (const alert of own) {
      const wanted = Object.fromEntries(
        Object.entries(experiment.annotations).map(([name, text]) => [name, expandTemplate(text, alert.labels)]),
      )
      const difference = labelDifference(wanted, alert.annotations)
      if (difference !== '') return { status: 'fail', expected: quote(wanted), observed: difference, pointers: [alert.seq] }
    }
    return {
      status: 'pass',
      expected: quote(
        Object.fromEntries(Object.entries(experiment.annotations).map(([name, text]) => [name, expandTemplate(text, first.labels)])),
      ),
      observed: `equal in ${own.length} of ${own.length} notifications`,
      pointers: [...new Set(own.map((alert) => alert.seq))],
    }
  },
)

function quote(annotations: Record<string, string>): string {
  return Object.entries(annotations)
    .map(([name, text]) => `${name}: ${JSON.stringify(text)}`)
    .join(', ')
}
