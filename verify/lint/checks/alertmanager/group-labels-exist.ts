import { causing, remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { knownAlerts, slippedLabel, type KnownAlert } from '../../known-alerts.ts'

export const check: Check = {
  meta: {
    id: 'group-labels-exist',
    needs: ['alertmanager'],
    title: 'Alerts are grouped by labels that they have',
    failureTitle: 'Alerts are grouped by a label that none of them has',
    why: 'Alertmanager groups by any name. A label that is misspelt is empty on every alert: what was to be kept apart comes in one notification, and its group waits for group_interval. https://prometheus.io/docs/alerting/latest/configuration/#route',
    mend: 'In alertmanager.yml, write the label in group_by as the alerts have it, one label an entry.',
    example: 'route:\n  group_by: [alert, job] # the label is alertname',
  },
  *judge(input) {
    const alerts = knownAlerts(input)
    for (const alertmanager of input.config.alertmanager) {
      const root = routeTree(alertmanager)
      for (const route of root === undefined ? [] : allRoutes(root))
        for (const label of route.at.items('group_by')) yield* judgeLabel(route.receiver, label, alerts)
    }
  },
}

function* judgeLabel(receiver: string, at: Cursor, alerts: readonly KnownAlert[]): Generator<Remark> {
  const label = at.string() ?? ''
  const several = /^\w+(?:\s*[,;]\s*|\s+)\w+/.test(label)
  const meant = several ? undefined : slippedLabel(label, alerts)
  if (!several && meant === undefined) return
  yield causing(
    remark(receiver, at, meant ?? 'an entry for each label: [a, b]', several ? `one label ${JSON.stringify(label)}` : label),
    at.lines(),
    'routing-timing-matches',
  )
}
