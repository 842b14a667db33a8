import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { labelsOf } from '../../../config/alerting/alert-rules.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { hostsAskedBy } from '../../../config/deployment/links.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { alertmanagerInstances, receiversOf } from '../../instances.ts'

export const check: Check = {
  meta: {
    id: 'alertmanagers-have-a-sender',
    severity: 'warning',
    needs: ['prometheus', 'alertmanager', 'workloads'],
    acrossInstances: true,
    title: 'Every Alertmanager is sent the alerts that it routes',
    failureTitle: 'No Prometheus sends this Alertmanager the alerts that it routes',
    why: 'Its routes and receivers look whole, and no alert ever reaches them: those of another Alertmanager do not stand in for it.',
    mend: "In prometheus.yml, add the Alertmanager's host and port to alerting.alertmanagers, or remove its container and its configuration.",
    example: 'targets: ["alertmanager-a:9093"] # alertmanager-b has the receiver of the database team',
  },
  *judge({ config, spec }) {
    if (config.alertmanager.length < 2) return
    const sending = config.prometheus.map((root) => receiversOf(root, config))
    // Addresses that are found while it runs, or are no containers of these files: any may be meant.
    if (sending.some((to) => to === undefined)) return
    for (const alertmanager of config.alertmanager) {
      const own = config.workloads.filter((workload) => reads(workload, alertmanager, config))
      if (own.length === 0 || sending.some((to) => to?.includes(alertmanager))) continue
      const names = own.flatMap(({ name, container }) => [name, container])
      // Loki's ruler and Grafana send alerts as well, and so does a program of one's own.
      if (config.workloads.some((other) => !own.includes(other) && hostsAskedBy(other, config, names).size > 0)) continue
      const senders = sending.flatMap((to) => to ?? []).map((root) => root.text.file)
      yield warning(
        names[0] ?? 'alertmanager',
        alertmanager.near('route'),
        'a Prometheus that names it in alerting.alertmanagers',
        `alerts are sent to ${[...new Set(senders)].join(', ')} alone`,
      )
    }
    yield* routedElsewhere(alertmanagerInstances(config, spec).map((each) => each.config))
  },
}

/** A route for alerts that another Alertmanager is sent, which has none for them. */
function* routedElsewhere(views: readonly Configuration[]): Generator<Remark> {
  const has = (view: Configuration, label: string, value: string): boolean =>
    view.rules.some((rule) => (label === 'alertname' ? rule.alert : labelsOf(rule)[label]) === value)
  const routes = views.map(({ alertmanager: [root] }) => {
    const tree = root === undefined ? undefined : routeTree(root)
    return tree === undefined ? [] : [...allRoutes(tree)].filter(({ parent }) => parent !== null)
  })
  for (const [index, view] of views.entries())
    for (const { at, receiver, matchers } of routes[index] ?? [])
      for (const { label, op, value } of matchers) {
        if (op !== '=' || value === '' || has(view, label, value)) continue
        const others = views.filter((other, theirs) => {
          const isRouted = routes[theirs]?.some((route) =>
            route.matchers.some((each) => each.label === label && each.value.includes(value)),
          )
          return other !== view && has(other, label, value) && isRouted !== true
        })
        const [other] = others
        if (other !== undefined)
          yield remark(
            receiver,
            at.near('matchers'),
            `this route in ${other.alertmanager[0]?.text.path ?? ''}, which is sent these alerts`,
            `${label} = ${value}: no rule of a Prometheus that sends to this Alertmanager has it`,
            undefined,
            'error',
          )
      }
}
