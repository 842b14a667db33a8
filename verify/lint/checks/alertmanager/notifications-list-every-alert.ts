import { remark, type Check } from '../../lint-check.ts'

export const check: Check = {
  meta: {
    id: 'notifications-list-every-alert',
    severity: 'warning',
    needs: ['alertmanager'],
    title: 'Every notification lists all alerts of its group',
    failureTitle: 'A notification leaves out alerts of its group',
    why: 'With max_alerts a webhook gets the first alerts of a group; the others are a number, truncatedAlerts (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).',
    mend: 'In alertmanager.yml, remove max_alerts of the webhook (0, the default, is no limit).',
    example: 'webhook_configs:\n  - url: http://notification-sink:9199/critical\n    max_alerts: 1',
  },
  *judge({ spec, config }) {
    for (const receiver of config.alertmanager.flatMap((alertmanager) => alertmanager.items('receivers'))) {
      const name = receiver.string('name') ?? ''
      if (!spec.routing.receivers.some((promised) => promised.name === name)) continue
      for (const webhook of receiver.items('webhook_configs')) {
        const most = webhook.number('max_alerts')
        if (most !== undefined && most > 0)
          yield remark(name, webhook.near('max_alerts'), 'no max_alerts', `max_alerts: ${most}, so the first ${most} of a group`)
      }
    }
  },
}
