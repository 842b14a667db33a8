import { remark, type Check } from '../../lint-check.ts'
import { integrationsOf, keysOf } from '../../receivers.ts'

/**
 * https://prometheus.io/docs/alerting/latest/configuration/: the default is true for webhook and discord, false for slack and most others.
 */
const DEFAULT_TRUE = new Set([
  'webhook_configs',
  'discord_configs',
  'pagerduty_configs',
  'opsgenie_configs',
  'pushover_configs',
  'victorops_configs',
  'telegram_configs',
  'webex_configs',
  'msteams_configs',
  'sns_configs',
])

export const check: Check = {
  meta: {
    id: 'receiver-sends-resolved',
    area: 'alertmanager',
    severity: 'error',
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
          const observed = at.bool('send_resolved') ?? DEFAULT_TRUE.has(key)
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
