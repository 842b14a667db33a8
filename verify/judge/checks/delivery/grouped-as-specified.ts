import { promisedFor } from '../../../routing/tree.ts'
import { defineCheck } from '../../drill-check.ts'
import { allowedReceivers, ownNotifications } from '../../delivery/arrival.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'grouped-as-specified',
    scope: 'experiment',
    title: 'notifications are grouped as specified',
    failureTitle: 'notifications are not grouped as specified',
    why: 'group_by decides which alerts share a notification: too coarse, and a second outage hides in the first; too fine, and one outage floods the channel.',
    mend: 'In alertmanager.yml, set group_by of the route that the alert takes as specified.',
    example: 'a notification grouped by job (specified: alertname, job)',
    needs: ['experiment', 'spec', 'legs', 'subject', 'notified'],
    needsInjection: 'both',
    slowMachine: 'no-excuse',
  },
  ({ experiment, spec, legs, subject, notified }) => {
    // What went to a receiver that it must not go to has no promised grouping there: no-other-receiver names it.
    const allowed = allowedReceivers(spec, experiment)
    const own = ownNotifications(notified, experiment, legs, subject).filter(({ receiver }) => allowed.has(receiver))
    const promisedAt = (receiver: string): string[] =>
      promisedFor(spec.routing, { alertname: experiment.alert, ...experiment.labels, ...experiment.subject }, receiver).groupBy
    const groupings = [experiment.receiver, ...(experiment.alsoReceivers ?? [])].map((receiver) => promisedAt(receiver).join(', '))
    const expected = `group_by ${[...new Set(groupings)].join('; ')}`
    if (own.length === 0)
      return unknown('evidence-missing', expected, 'no notification of this alert arrived at a specified receiver', [], {
        follows: ['alert-fired', 'notification-delivered'],
      })
    for (const alert of own) {
      const groupBy = promisedAt(alert.receiver)
      // '...' groups by all labels; a label the alert does not have is left out of groupLabels.
      const wanted = (groupBy.includes('...') ? Object.keys(alert.labels) : groupBy.filter((name) => alert.labels[name] !== undefined))
        .sort()
        .join(', ')
      const got = Object.keys(alert.groupLabels).sort().join(', ')
      if (wanted !== got)
        return fail(`group_by ${groupBy.join(', ')}`, `a notification grouped by ${got === '' ? 'no label' : got}`, [alert.seq], {
          diagnosis: `In alertmanager.yml, at the route to ${alert.receiver} or one above it: set group_by: [${groupBy.join(', ')}]. It groups by ${got === '' ? 'no label' : got}.`,
        })
      const foreign = Object.entries(alert.groupLabels).find(([name, value]) => alert.labels[name] !== value)
      if (foreign !== undefined)
        return fail(
          expected,
          `a notification of the group ${foreign[0]}=${JSON.stringify(foreign[1])}, which the alert is not part of (its ${foreign[0]} is ${JSON.stringify(alert.labels[foreign[0]])})`,
          [alert.seq],
        )
    }
    return pass(expected, `${own.length} notifications grouped by ${[...new Set(groupings)].join('; ')}`, [
      ...new Set(own.map((alert) => alert.seq)),
    ])
  },
)
