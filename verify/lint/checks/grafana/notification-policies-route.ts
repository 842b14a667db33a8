import type { Matcher } from '../../../model/route.ts'
import { optionalReceivers, routeNode, routesFor, promisedReceivers } from '../../../routing/tree.ts'
import { alertLabels } from '../../../config/alerting/routed-alerts.ts'
import { formatDuration } from '../../../promql/duration.ts'
import { oneAPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { validRegex } from '../../../promql/compare-matchers.ts'
import { allRoutes, type Route } from '../../../config/alerting/route-tree.ts'

const OPERATORS = new Set<string>(['=', '!=', '=~', '!~'])
/** Grafana brings it along. */
const BUILT_IN = 'grafana-default-email'

export const check: Check = {
  meta: {
    id: 'notification-policies-route',
    title: "Grafana's notification policies are valid and route as specified",
    failureTitle: 'A notification policy is invalid or routes to another contact point',
    why: 'Grafana does not start with a policy that names an undefined contact point or mute timing. A policy that matches too much or too little sends an alert to another contact point.',
    mend: 'In the provisioned notification policies, name an existing contact point and mute timing. Correct the matchers until each alert reaches the specified contact point.',
    example:
      "policies:\n  - receiver: default\n    routes:\n      - receiver: critical\n        object_matchers: [[severity, '=', warning]] # specified: critical",
  },
  *judge(input) {
    const roots = [...input.config.contactPoints, ...input.config.provisioning]
    const names = new Set([
      ...roots.flatMap((root) => root.items('contactPoints')).map((point) => point.string('name')?.trim() ?? ''),
      BUILT_IN,
    ])
    const timings = new Set(roots.flatMap((root) => root.items('muteTimes')).map((timing) => timing.string('name') ?? ''))
    const policies = roots.flatMap((root) => root.items('policies'))
    const points = roots.flatMap((root) => root.items('contactPoints'))
    const [first] = policies
    if (first !== undefined && points.length === 0 && first.string('receiver') !== BUILT_IN)
      yield warning(
        'policies',
        first.near('receiver'),
        'contact points beside the policies',
        'none is provisioned: Grafana ends unless one of the name was made by hand',
      )
    const orgs = new Map<string, Cursor>()
    for (const policy of policies) {
      const org = policy.string('orgId') ?? '1'
      const other = orgs.get(org)
      if (other !== undefined)
        yield remark(
          'policies',
          policy,
          'one policy tree per organisation',
          `a second one at line ${other.place().line}: the later one replaces it`,
        )
      orgs.set(org, policy)
      const root = policyTree(policy)
      if (!policy.has('receiver')) yield remark('policies', policy, 'a receiver on the root route', 'none')
      if (root.matchers.length > 0) yield remark('policies', policy, 'no matchers on the root route', 'matchers on the root route')
      for (const route of allRoutes(root)) yield* judgeRoute(route, points.length === 0 ? undefined : names, timings)
      yield* judgeTiming(policy, input)
      // What Grafana refuses as it is routes nothing.
      if (!isRefused(root, names)) yield* oneAPlace(judgeReceivers(root, input))
    }
  },
}

function policyTree(policy: Cursor): Route {
  const root = routeNode(policy)
  for (const route of allRoutes(root)) {
    for (const at of route.at.items('object_matchers')) {
      const [label = '', op = '', value = ''] = at.items().map((item) => item.string() ?? '')
      if (at.items().length === 3 && OPERATORS.has(op)) route.matchers.push({ label, op: op as Matcher['op'], value })
      else
        route.broken.push(
          `[${at
            .items()
            .map((item) => item.string() ?? '')
            .join(', ')}]`,
        )
    }
  }
  return root
}

function isRefused(root: Route, names: ReadonlySet<string>): boolean {
  return [...allRoutes(root)].some(({ at, broken }) => broken.length > 0 || !names.has(at.string('receiver') ?? BUILT_IN))
}

function* judgeRoute(route: Route, names: ReadonlySet<string> | undefined, timings: ReadonlySet<string>): Generator<Remark> {
  const { at } = route
  const receiver = at.string('receiver')
  if (receiver !== undefined && names?.has(receiver) === false)
    yield remark('policies', at.near('receiver'), `one of ${[...names].join(', ')}`, `${receiver}${didYouMean(receiver, names)}`)
  for (const text of route.broken)
    yield remark(
      'policies',
      at.get('object_matchers') ?? at.near('matchers'),
      '[label, operator, value], the operator one of = != =~ !~',
      text,
    )
  for (const matcher of route.matchers)
    if (matcher.op.includes('~') && !validRegex(matcher.value))
      yield remark('policies', at.near('object_matchers'), 'a valid regular expression', matcher.value)
  if (route.groupBy.includes('...') && route.groupBy.length > 1)
    yield remark('policies', at.near('group_by'), '... alone: it stands for every label', route.groupBy.join(', '))
  for (const key of ['group_wait', 'group_interval', 'repeat_interval'] as const) {
    const ms = at.durationMs(key)
    if (at.has(key) && (ms === undefined || (ms === 0 && key !== 'group_wait')))
      yield remark('policies', at.near(key), 'a duration above 0', at.string(key) ?? '')
  }
  for (const key of ['mute_time_intervals', 'active_time_intervals']) {
    const list = at.strings(key)
    if (route.parent === null && list.length > 0) yield remark('policies', at.near(key), `no ${key} on the root policy`, list.join(', '))
    // A timing may have been made by hand in Grafana.
    for (const name of list.filter((each) => !timings.has(each)))
      yield remark(
        'policies',
        at.near(key),
        timings.size === 0 ? 'a mute timing that is provisioned' : `one of ${[...timings].join(', ')}`,
        name,
        undefined,
        timings.size === 0 ? 'warning' : 'error',
      )
  }
}

/** Of Grafana itself. https://grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/group-alert-notifications/ */
const BY_DEFAULT = { group_wait: 30_000, group_interval: 300_000, repeat_interval: 14_400_000 }

/** Where Alertmanager groups as specified, Grafana's own tree is meant to do the same. */
function* judgeTiming(policy: Cursor, { spec: { routing }, config }: LintInput): Generator<Remark> {
  const [alertmanager] = config.alertmanager
  if (alertmanager === undefined) return
  for (const [key, ms] of [
    ['group_wait', routing.groupWaitMs],
    ['group_interval', routing.groupIntervalMs],
    ['repeat_interval', routing.repeatIntervalMs],
  ] as const) {
    const own = policy.has(key) ? policy.durationMs(key) : BY_DEFAULT[key]
    if (own !== undefined && own !== ms && alertmanager.durationMs('route', key) === ms)
      yield warning('policies', policy.near(key), formatDuration(ms), policy.string(key) ?? `${formatDuration(own)} (default)`)
  }
  const groups = policy.strings('group_by')
  const same = (labels: readonly string[]): boolean => [...labels].sort().join() === [...routing.groupBy].sort().join()
  if (same(alertmanager.strings('route', 'group_by')) && !same(groups))
    yield warning(
      'policies',
      policy.near('group_by'),
      routing.groupBy.join(', '),
      groups.join(', ') || 'grafana_folder, alertname (default)',
    )
}

function* judgeReceivers(root: Route, { spec }: LintInput): Generator<Remark> {
  const optional = optionalReceivers(spec.routing)
  const fallback = spec.routing.routes.find((route) => Object.keys(route.match).length === 0)?.receiver
  if (fallback !== undefined && root.receiver !== fallback && root.at.has('receiver'))
    yield remark('policies', root.at.near('receiver'), fallback, root.receiver)
  for (const rule of spec.rules) {
    for (const labels of alertLabels(rule)) {
      const routes = routesFor(root, labels)
      const observed = [...new Set(routes.map(({ receiver }) => receiver))]
      const expected = promisedReceivers(spec.routing, labels)
      const wrong = routes.find(({ receiver }) => !expected.includes(receiver) && !optional.has(receiver))
      const own = [...allRoutes(root)].find(({ parent, receiver }) => parent !== null && expected.includes(receiver))
      const at = wrong ?? routes.find(({ muted }) => muted) ?? root
      if (wrong !== undefined || expected.some((name) => !observed.includes(name)))
        yield remark(
          rule.alert,
          at === root && own !== undefined ? (own.at.get('object_matchers') ?? own.at.near('matchers')) : at.at.near('receiver'),
          expected.join(', '),
          observed.join(', ') || 'no contact point',
          "Grafana's policies route an alert to another contact point than specified",
        )
      else if (routes.some(({ muted, receiver }) => muted && !optional.has(receiver)))
        yield remark(
          rule.alert,
          at.at.get('mute_time_intervals') ?? at.at.near('active_time_intervals'),
          'no mute or active time intervals: notifications at any time',
          'muted in a time interval',
        )
      else continue
      break
    }
  }
}
