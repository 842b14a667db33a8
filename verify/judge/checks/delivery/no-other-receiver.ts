import { defineCheck } from '../../drill-check.ts'
import { allowedReceivers, ownNotifications } from '../../delivery/arrival.ts'
import { clockTime } from '../../../text/instant.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'no-other-receiver',
    scope: 'experiment',
    title: 'no other receiver was notified',
    failureTitle: 'another receiver was notified',
    why: 'A critical alert that also reaches the channel for notes, or a note that pages on-call, is a routing fault even when the right receiver got it too.',
    mend: 'In alertmanager.yml, correct the matchers or remove `continue: true` of the route that leads to the other receiver.',
    example: '2 notifications at default, first at 12:01:02 (specified: critical only)',
    needs: ['experiment', 'spec', 'legs', 'subject', 'notified'],
    needsInjection: 'pass',
    slowMachine: 'no-excuse',
    diagnose: true,
  },
  ({ experiment, spec, legs, subject, notified }) => {
    const allowed = allowedReceivers(spec, experiment)
    const own = ownNotifications(notified, experiment, legs, subject)
    const expected = `notifications of this alert at ${[...allowed].join(', ')} only`
    const wrong = own.filter((alert) => !allowed.has(alert.receiver))
    const pointers = [...new Set((wrong.length > 0 ? wrong : own).map((alert) => alert.seq))]
    const first = wrong[0]
    if (first !== undefined)
      return fail(
        expected,
        `${wrong.length} notifications at ${[...new Set(wrong.map((alert) => alert.receiver))].join(', ')}, first at ${clockTime(first.arrivedMs)}`,
        pointers,
      )
    if (own.length === 0)
      return unknown('evidence-missing', expected, 'no notification of this alert arrived', pointers, {
        follows: ['alert-fired', 'notification-delivered'],
      })
    return pass(
      expected,
      `${pointers.length} notifications, all at ${[...new Set(own.map((alert) => alert.receiver))].join(', ')}`,
      pointers,
    )
  },
)
