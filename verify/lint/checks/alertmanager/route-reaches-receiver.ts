import type { Labels } from '../../../model/spec.ts'
import { optionalReceivers, routesFor, promisedReceivers } from '../../../routing/tree.ts'
import { alertLabels, nearMisses, sentBy } from '../../../config/alerting/routed-alerts.ts'
import { causing, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { receiversWithDeadRoute } from '../../known-alerts.ts'
import { allRoutes, routeTree, type Route } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'route-reaches-receiver',
    needs: ['alertmanager'],
    title: 'Every alert is routed to the specified receiver only',
    failureTitle: 'An alert is routed to another receiver than specified',
    why: 'A notification in the wrong channel is not read. Label sets beside the specified alerts are tried too: they show a route that matches too much.',
    mend: 'In alertmanager.yml, change matchers, order or receiver of the route that the finding marks.',
    example: '- receiver: critical\n  matchers: [\'severity = "warning"\'] # specified: critical',
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      // A finding of matchers-match-an-alert, at the matcher.
      const dead = receiversWithDeadRoute(alertmanager, input)
      const found = new Map<string, Misrouted[]>()
      for (const [subject, labels] of subjects(input)) {
        const wrong = misrouted(root, labels, input)
        if (wrong === undefined || wrong.missing.some((receiver) => dead.has(receiver))) continue
        const { line, column } = wrong.at.place()
        const key = [line, column, wrong.observed].join()
        const known = found.get(key) ?? []
        found.set(key, known)
        const same = known.find((each) => each.expected === wrong.expected)
        if (same === undefined) known.push({ ...wrong, subjects: new Set([subject]) })
        else same.subjects.add(subject)
      }
      for (const same of found.values()) yield* saidOnce(same)
    }
  },
}

/** What one route takes from several receivers is one cause, and that another route is never reached follows from it. */
function* saidOnce(same: readonly Misrouted[]): Generator<Remark> {
  const [first] = same
  if (first === undefined) return
  // A label set beside the alerts that goes the same wrong way says no more than they do.
  const ofAlerts = same.filter(({ subjects: names }) => [...names].some((name) => !name.startsWith(BESIDE)))
  const shown = ofAlerts.length > 0 ? ofAlerts : same
  const all = new Set(shown.flatMap(({ subjects: names }) => [...names]))
  const expected =
    shown.length === 1 ? (shown[0]?.expected ?? '') : shown.map((each) => `${each.expected} for ${named(each.subjects)}`).join('; ')
  const said = remark(named(all), first.at, expected, first.observed)
  const later = first.taking?.parent?.routes.at(-1)?.at.lines()[1]
  const own = first.taking?.at.lines()[1]
  yield own !== undefined && later !== undefined && later > own ? causing(said, [own + 1, later], 'route-is-reachable') : said
}

interface Misrouted {
  /** Alerts with this cause. */
  subjects: Set<string>
  at: Cursor
  expected: string
  observed: string
  missing: readonly string[]
  /** The route that takes it. */
  taking: Route | undefined
}

const BESIDE = 'any alert {'

/** Every specified alert, and label sets beside them by what they have besides a name and a job. */
function* subjects({ spec, config }: LintInput): Generator<[string, Labels]> {
  for (const rule of spec.rules) for (const labels of alertLabels(rule)) yield [rule.alert, labels]
  for (const labels of nearMisses(spec, config)) {
    const others = Object.entries(labels).filter(([label]) => label !== 'alertname' && label !== 'job')
    yield [`${BESIDE}${others.map(([label, value]) => `${label}="${value}"`).join(',')}}`, labels]
  }
}

/** The alerts by name; label sets beside them only where no alert has the same cause. */
function named(subjects: ReadonlySet<string>): string {
  const alerts = [...subjects].filter((subject) => !subject.startsWith(BESIDE))
  return (alerts.length > 0 ? alerts : [...subjects]).sort().join(', ')
}

function misrouted(root: Route, labels: Labels, { spec, config }: LintInput): Misrouted | undefined {
  const sent = sentBy(config, labels)
  // What is dropped on its way says nothing about the routing.
  if (sent.length === 0) return undefined
  const routes = sent.flatMap((way) => routesFor(root, way))
  const optional = optionalReceivers(spec.routing)
  const observed = [...new Set(routes.map((route) => route.receiver))]
  const expected = promisedReceivers(spec.routing, labels)
  // Optional receivers (chat) may be switched on beside the promised one.
  const wrong = observed.filter((receiver) => !expected.includes(receiver) && !optional.has(receiver))
  const missing = expected.filter((receiver) => !observed.includes(receiver))
  if (wrong.length === 0 && missing.length === 0) return undefined
  return {
    subjects: new Set(),
    at: culprit(root, routes, wrong, missing),
    expected: expected.join(', '),
    observed: observed.length === 0 ? 'no receiver' : observed.join(', '),
    missing,
    taking: routes.find((route) => wrong.includes(route.receiver)) ?? routes[0],
  }
}

/** What has to change: the route that takes too much, or of what falls back to the root, the matchers that should take it. */
function culprit(root: Route, routes: readonly Route[], wrong: readonly string[], missing: readonly string[]): Cursor {
  const taking = routes.find((route) => wrong.includes(route.receiver)) ?? routes[0] ?? root
  const own = [...allRoutes(root)].find((route) => route.parent !== null && missing.includes(route.receiver))
  if (wrong.length === 0 && taking.at.has('continue')) return taking.at.near('continue')
  if (taking.parent !== null || own === undefined) return taking.at.near('receiver')
  return own.at.get('matchers') ?? own.at.get('match') ?? own.at.get('match_re') ?? own.at.near('receiver')
}
