import { matchersOf } from '../../../routing/tree.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { remark, type Check, type Remark } from '../../lint-check.ts'
import { isOfOperator } from '../../../config/alerting/operator-routing.ts'
import { allRoutes, routeTree, type Route } from '../../../config/alerting/route-tree.ts'
import { validRegex } from '../../../promql/compare-matchers.ts'

export const check: Check = {
  meta: {
    id: 'routing-is-read',
    needs: ['alertmanager'],
    isRefusal: true,
    title: 'Alertmanager accepts the routing tree',
    failureTitle: 'Alertmanager rejects the routing tree',
    why: 'Alertmanager does not start with a route to an undefined receiver or with an invalid matcher; a reload keeps the old configuration.',
    mend: 'In alertmanager.yml, name an existing receiver in each route, give the root a receiver and no matchers, and write matchers as label = "value".',
    example: 'route:\n  receiver: defualt',
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) {
        yield remark('route', alertmanager, 'a route', 'none')
        continue
      }
      for (const receiver of alertmanager.items('receivers'))
        if (receiver.string('name') === undefined)
          yield remark(
            'receivers',
            receiver.near('name'),
            'a name (in quotes where it is "null")',
            receiver.has('name') ? 'name: null' : 'no name',
          )
      const names = alertmanager.items('receivers').map((receiver) => receiver.string('name') ?? '')
      for (const name of new Set(names.filter((candidate, index) => names.indexOf(candidate) !== index)))
        yield unrouted(
          remark(
            name,
            alertmanager.items('receivers')[names.lastIndexOf(name)]?.near('name') ?? alertmanager.near('receivers'),
            'one receiver per name',
            `${name} twice`,
          ),
        )
      for (const route of allRoutes(root))
        if (route.parent !== null && route.at.has('receiver') && route.at.string('receiver') === undefined)
          yield remark(
            'route',
            route.at.near('receiver'),
            'a name in quotes',
            `receiver: ${route.at.get('receiver')?.isMap() === true ? 'a mapping' : 'null'}, which is no name`,
            `The route has no receiver of its own: its alerts go to ${route.parent.receiver}`,
          )
      if (!root.at.has('receiver')) yield remark('route', root.at.keyPlace(), 'a receiver on the root route', 'none')
      if (!isOfOperator(alertmanager)) yield* ofRootAlone(root)
      for (const route of allRoutes(root)) {
        yield* grouping(route.receiver, route.at)
        if (route.receiver !== '' && !names.includes(route.receiver))
          yield unrouted(remark(route.receiver, route.at.near('receiver'), `one of the receivers (${names.join(', ')})`, route.receiver))
        for (const text of route.broken) yield remark(route.receiver, route.at.near('matchers'), 'label = "value"', text)
        for (const matcher of route.matchers)
          if (matcher.op.includes('~') && !validRegex(matcher.value))
            yield remark(route.receiver, route.at, 'a valid regular expression', matcher.value)
      }
      for (const list of [...[alertmanager.get('receivers'), alertmanager.get('inhibit_rules')], ...listsBelow(root)])
        if (list?.isMap() === true) yield unrouted(remark(list.key, list.keyPlace(), 'a list: each entry begins with -', 'a mapping'))
      for (const rule of alertmanager.items('inhibit_rules')) {
        for (const side of ['source_', 'target_'] as const)
          for (const text of matchersOf(rule, side).broken) yield remark('inhibit_rules', rule, 'label = "value"', text)
      }
    }
  },
}

function listsBelow(root: Route): (Cursor | undefined)[] {
  return [...allRoutes(root)].map(({ at }) => at.get('routes'))
}

/** What a route below may have, and the root may not: "root route must not have any matchers". */
function* ofRootAlone(root: Route): Generator<Remark> {
  if (root.matchers.length > 0) yield unrouted(remark('route', root.at, 'no matchers on the root route', 'matchers on the root route'))
  for (const key of ['continue', 'mute_time_intervals', 'active_time_intervals'])
    if (key === 'continue' ? root.continues : (root.at.get(key)?.items().length ?? 0) > 0)
      yield unrouted(remark('route', root.at.near(key), `no ${key} on the root route`, `${key} on the root route`))
}

/** "cannot have wildcard group_by (`...`) and other labels at the same time", "duplicated label in group_by" */
function* grouping(receiver: string, at: Cursor): Generator<Remark> {
  const labels = at.strings('group_by')
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (labels.length > 1 && labels.includes('...'))
    yield unrouted(remark(receiver, at.near('group_by'), "['...'] alone, or labels alone", `[${labels.join(', ')}]`))
  else if (twice !== undefined) yield unrouted(remark(receiver, at.near('group_by'), `${twice} once`, `[${labels.join(', ')}]`))
}

/** Of a tree that Alertmanager refuses, where it leads is a consequence. */
function unrouted(cause: Remark): Remark {
  return { ...cause, causes: { lines: [cause.at.line, cause.at.line], elsewhere: { of: ['route-reaches-receiver', 'start-script-runs'] } } }
}
