import type { Labels, RuleSpec, Spec } from '../../model/spec.ts'
import { asSent, relabellingOf } from '../../routing/alert-relabelling.ts'
import { labelKey } from '../../promql/labels.ts'
import type { Matcher } from '../../model/route.ts'
import { labelsFor, valuesBeside } from '../../routing/route-matchers.ts'
import type { Configuration } from '../configuration.ts'
import type { Cursor } from '../yaml/cursor.ts'
import { allRoutes, routeTree } from './route-tree.ts'
import { remembered } from '../../text/remembered.ts'

/** Label sets an alert can have when it reaches Alertmanager: one for each value the rule must hold for. */
export function alertLabels(rule: RuleSpec): Labels[] {
  let sets: Labels[] = [{ alertname: rule.alert, ...rule.labels }]
  for (const [label, values] of Object.entries(rule.holdsFor))
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  return sets
}

/** Of what a series brings along: its value decides nothing until it is known. */
const FROM_SERIES = new Set(['job', 'instance'])

/** Nothing changes a document: read once, and asked for with every pair of alerts. */
const relabellingIn = remembered((root: Cursor) => relabellingOf(root))

/**
 * How Alertmanager gets an alert from the Prometheus that is written, each way once; as it is where none is; not at all when it is dropped
 * on its way.
 */
export function sentBy({ prometheus }: Pick<Configuration, 'prometheus'>, labels: Labels): Labels[] {
  if (prometheus.length === 0) return [labels]
  const ways = prometheus.flatMap((root) => asSent(relabellingIn(root), labels, (label) => FROM_SERIES.has(label)).map((way) => way.labels))
  return ways.length < 2 ? ways : [...new Map(ways.map((way) => [labelKey(way), way])).values()]
}

/**
 * Labels of no specified alert by which one routing differs from another: severities and names of no rule, a missing severity.
 * A route that takes too much or too little shows here and not with the promised alerts.
 */
export function nearMisses(spec: Spec, config: Pick<Configuration, 'alertmanager'>): Labels[] {
  const severities = [...new Set(spec.rules.flatMap((rule) => rule.labels['severity'] ?? []))]
  const all = [
    ...severities.map((severity) => ({ alertname: 'FiredrillProbe', job: 'firedrill-probe', severity })),
    { alertname: 'FiredrillProbe', job: 'firedrill-probe' },
    { alertname: 'FiredrillProbe', job: 'firedrill-probe', severity: 'firedrill-probe' },
    ...severities.map((severity) => ({ alertname: 'FiredrillProbe', job: 'firedrill-probe', severity: `${severity}x` })),
    ...spec.rules
      .slice(0, 1)
      .flatMap((rule) => severities.map((severity) => ({ alertname: rule.alert, job: 'firedrill-probe', severity }))),
    ...besideRoutes(spec, config),
  ]
  return [...new Map(all.map((labels) => [labelKey(labels), labels])).values()]
}

/**
 * For each route that asks for more than equality: labels that it takes, and those labels with each of them changed to a value that the
 * specified or the written routes to the same receivers name, to one that none names, and left out.
 */
function besideRoutes({ routing }: Spec, { alertmanager }: Pick<Configuration, 'alertmanager'>): Labels[] {
  const receivers = new Set(routing.receivers.map(({ name }) => name))
  const written = alertmanager
    .flatMap((root) => routeTree(root) ?? [])
    .flatMap((root) => [...allRoutes(root)])
    .filter(({ receiver, parent }) => parent !== null && receivers.has(receiver))
    .flatMap(({ matchers }) => matchers)
  return routing.routes
    .filter(({ matchers = [] }) => matchers.length > 0)
    .flatMap(({ match, matchers = [] }) => {
      const own = [...Object.entries(match).map(([label, value]): Matcher => ({ label, op: '=', value })), ...matchers]
      const taken = labelsFor(own, { alertname: 'FiredrillProbe', job: 'firedrill-probe', ...match }) ?? match
      const beside = [...new Set(own.map(({ label }) => label))].flatMap((label) =>
        valuesBeside([...own, ...written], label).map((value): Labels => ({ ...taken, [label]: value })),
      )
      return [taken, ...beside].map((labels) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')))
    })
}
