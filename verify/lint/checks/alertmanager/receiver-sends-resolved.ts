import { sendsResolvedByDefault } from '../../../config/alerting/send-resolved.ts'
import { remark, type Check } from '../../lint-check.ts'
import { integrationsOf, keysOf } from '../../receivers.ts'

export const check: Check = {
  meta: {
    id: 'receiver-sends-resolved',
    needs: ['alertmanager'],
    title: '`send_resolved` is as specified',
    failureTitle: '`send_resolved` differs from the specification',
    why: 'Without a resolved notification people keep working on an alert that has ended.',
    mend: 'In alertmanager.yml, set send_resolved of each integration of the receiver to the specified value.',
    example: 'slack_configs:\n  - api_url_file: /run/alertmanager/slack_url # send_resolved is false by default',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      for (const receiver of alertmanager.items('receivers')) {
        const promised = spec.routing.receivers.find((candidate) => candidate.name === receiver.string('name'))
        if (promised === undefined) continue
        for (const { key, at } of integrationsOf(receiver)) {
          const observed = at.bool('send_resolved') ?? sendsResolvedByDefault(key)
          if (observed !== promised.sendResolved)
            yield remark(
              promised.name,
              at.near('send_resolved'),
              `send_resolved: ${promised.sendResolved}`,
              `send_resolved: ${observed}${at.has('send_resolved') ? '' : ` (default of ${key})`}`,
              undefined,
              keysOf(promised).includes(key) ? undefined : 'note',
            )
        }
      }
    }
  },
}
