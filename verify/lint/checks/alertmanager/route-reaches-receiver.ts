import type { Labels } from '../../../model/spec.ts'
import { optionalReceivers, routesFor, promisedReceivers } from '../../../routing/tree.ts'
import { alertLabels, nearMisses, sentBy } from '../../../config/routed-alerts.ts'
import { remark, type Check, type LintInput, type Remark } from '../../check.ts'
import type { Cursor } from '../../../config/document.ts'
import { receiversWithDeadRoute } from '../../known-alerts.ts'
import { routeTree } from '../../../config/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'route-reaches-receiver',
    area: 'alertmanager',
    severity: 'error',
    needs: ['alertmanager'],
    title: 'Every alert is routed to the specified receiver only',
    failureTitle: 'An alert is routed to another receiver than specified',
    why: 'A notification in the wrong channel is not read. Label sets beside the specified alerts are tried too: they show a route that matches too much.',
    mend: 'In alertmanager.yml, change matchers, order or receiver of the route that the finding marks.',
    example: '- receiver: critical\n  matchers: [\'severity = "warning"\'] # specified: critical',
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager) {
      const reported = new Set<string>()
      // A finding of matchers-match-an-alert, at the matcher.
      const dead = receiversWithDeadRoute(alertmanager, input)
      for (const rule of input.spec.rules)
        for (const labels of alertLabels(rule)) yield* judge(alertmanager, labels, rule.alert, input, reported, dead)
      for (const labels of nearMisses(input.spec))
        yield* judge(
          alertmanager,
          labels,
          `any alert {${Object.entries(labels)
            .slice(2)
            .map(([label, value]) => `${label}="${value}"`)
            .join(',')}}`,
          input,
          reported,
          dead,
        )
    }
  },
}

function* judge(
  alertmanager: Cursor,
  labels: Labels,
  subject: string,
  { spec, config }: LintInput,
  reported: Set<string>,
  dead: ReadonlySet<string>,
): Generator<Remark> {
  const root = routeTree(alertmanager)
  const sent = sentBy(config, labels)
  // What is dropped on its way says nothing about the routing.
  if (root === undefined || sent.length === 0) return
  const routes = sent.flatMap((way) => routesFor(root, way))
  const optional = optionalReceivers(spec.routing)
  const observed = [...new Set(routes.map((route) => route.receiver))]
  const expected = promisedReceivers(spec.routing, labels)
  // Optional receivers (chat) may be switched on beside the promised one.
  const wrong = observed.filter((receiver) => !expected.includes(receiver) && !optional.has(receiver))
  const missing = expected.filter((receiver) => !observed.includes(receiver))
  if (wrong.length === 0 && missing.length === 0) return
  if (missing.some((receiver) => dead.has(receiver))) return
  const key = `${subject} ${observed.join()}`
  if (reported.has(key)) return
  reported.add(key)
  const at = routes.find((route) => wrong.includes(route.receiver)) ?? routes[0] ?? root
  yield remark(subject, at.at.near('receiver'), expected.join(', '), observed.length === 0 ? 'no receiver' : observed.join(', '))
}
