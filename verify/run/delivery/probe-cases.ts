import type { DeliveryCase } from '../../model/journal.ts'
import { PROBE_LABEL, type ProbeAlert, type ProbeRole } from '../../model/probe.ts'
import type { Labels, RoutingSpec } from '../../model/spec.ts'
import { isSourceOf } from '../../routing/inhibition.ts'
import { labelsFor } from '../../routing/route-matchers.ts'
import { promisedFor, routedTo } from '../../routing/tree.ts'

/** One thing that the exercise tries, or the reason why it cannot be tried here. */
export interface DeliveryProbe {
  case: DeliveryCase
  /** Unique in a run. */
  id: string
  alerts: ProbeAlert[]
  impossible?: string
}

/**
 * Synthetic alerts that bring each promise of the routing about, on label sets that no rule has: every one carries the run's id, and its
 * group is its own,
 * so that no real alert waits for a message of a probe.
 */
export function deliveryProbes(routing: RoutingSpec, runId: string): DeliveryProbe[] {
  return [
    ...routing.inhibitions.map((_, index) => inhibition(routing, index, runId)),
    silence(routing, runId),
    grouping(routing, runId),
    repeat(routing, runId),
  ].map((probe) => {
    if (probe.impossible !== undefined) return probe
    const shared = probe.alerts.find(({ labels }) => !ownGroup(routing, labels, runId))
    if (shared !== undefined)
      return {
        ...probe,
        impossible: `grouped by ${promisedFor(routing, shared.labels).groupBy.join(', ') || 'nothing'}, a probe would share its message with real alerts`,
      }
    const deaf = probe.alerts
      .map(({ labels }) => routing.receivers.find(({ name }) => name === routedTo(routing, labels)))
      .find((receiver) => receiver?.kind !== 'webhook')
    return deaf === undefined
      ? probe
      : { ...probe, impossible: `messages of a ${deaf.kind} receiver do not say which alerts they are about` }
  })
}

/** Its value of some label it is grouped by belongs to drills alone. */
function ownGroup(routing: RoutingSpec, labels: Labels, runId: string): boolean {
  const { groupBy } = promisedFor(routing, labels)
  return (
    groupBy.includes('...') ||
    groupBy.some((name) => (labels[name] ?? '').includes(runId) || (name === 'alertname' && labels[name]?.startsWith('Firedrill') === true))
  )
}

function own(routing: RoutingSpec, name: string, runId: string, given: Labels = {}): Labels {
  const value = `firedrill-${name}-${runId}`
  // The group labels are its own, except those that the case itself gives.
  const alertname = `Firedrill${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`
  const { groupBy } = promisedFor(routing, { alertname, ...given })
  const grouped = Object.fromEntries(groupBy.filter((label) => label !== '...' && label !== 'alertname').map((label) => [label, value]))
  return { alertname, ...grouped, ...given, [PROBE_LABEL]: runId }
}

function inhibition(routing: RoutingSpec, index: number, runId: string): DeliveryProbe {
  const id = `inhibition-${index + 1}`
  const rule = routing.inhibitions[index]
  if (rule === undefined) throw new Error(`no inhibition ${index}`)
  const alerts: ProbeAlert[] = []
  const probe: DeliveryProbe = { case: 'inhibition', id, alerts }
  const [source, further] = [labelsFor(rule.sourceMatchers ?? [], rule.source), labelsFor(rule.targetMatchers ?? [])]
  if (source === undefined || further === undefined)
    return { ...probe, impossible: `no labels are known that its ${source === undefined ? 'source' : 'target'} matchers match` }
  const equal = Object.fromEntries(rule.equal.map((name) => [name, source[name] ?? further[name] ?? `firedrill-${id}-${runId}`]))
  const clash = rule.equal.find(
    (name) =>
      (rule.target[name] !== undefined && !rule.target[name].includes(equal[name] ?? '')) ||
      (further[name] !== undefined && further[name] !== equal[name]),
  )
  if (clash !== undefined)
    return { ...probe, impossible: `${clash} has to be equal, but source and target are given different values of it` }
  // What need not be equal is not, as with real alerts: one sums by job, another has an instance.
  const apart = (role: ProbeRole): Labels => (rule.equal.includes('instance') ? {} : { instance: `firedrill-${role}` })
  alerts.push({ role: 'source', labels: own(routing, `${id}-source`, runId, { ...apart('source'), ...equal, ...source }) })
  // One target for each value that a label may have; the other labels take theirs in turn.
  const values = Math.max(1, ...Object.values(rule.target).map((each) => each.length))
  const targetLabels = (turn: number): Labels =>
    Object.fromEntries(Object.entries(rule.target).map(([name, each]) => [name, each[turn % each.length] ?? '']))
  const add = (role: ProbeRole, turn: number, more: Labels): void => {
    alerts.push({ role, labels: own(routing, `${id}-${role}`, runId, { ...apart(role), ...further, ...targetLabels(turn), ...more }) })
  }
  for (let turn = 0; turn < values; turn += 1) add('target', turn, equal)
  // A neighbour is like a target, but for one of the labels that must be equal.
  for (const name of rule.equal.filter((each) => rule.target[each] === undefined && further[each] === undefined))
    add('neighbour', 0, { ...equal, [name]: `firedrill-${id}-other-${name}-${runId}` })
  const both = alerts.find(({ role, labels }) => role !== 'source' && isSourceOf(rule, labels))
  return both === undefined
    ? probe
    : { ...probe, impossible: 'what it silences is itself a source: such alerts do not silence one another' }
}

function silence(routing: RoutingSpec, runId: string): DeliveryProbe {
  return {
    case: 'silence',
    id: 'silence',
    alerts: [
      { role: 'silenced', labels: own(routing, 'silenced', runId, defaults(routing)) },
      { role: 'audible', labels: own(routing, 'audible', runId, defaults(routing)) },
    ],
  }
}

/** Two alerts that differ in a label outside of group_by, and for each label that is grouped by one that differs in it. */
function grouping(routing: RoutingSpec, runId: string): DeliveryProbe {
  const labels = own(routing, 'grouped', runId, defaults(routing))
  // Grouped by all labels, no two alerts share a message.
  const { groupBy } = promisedFor(routing, labels)
  const all = groupBy.includes('...')
  const alone = ['instance', 'replica', 'member'].find((name) => !groupBy.includes(name)) ?? 'firedrill_member'
  const others = all ? [alone] : groupBy
  return {
    case: 'grouping',
    id: 'grouping',
    alerts: [
      { role: 'member', labels: { ...labels, [alone]: 'one' } },
      ...(all ? [] : [{ role: 'member' as const, labels: { ...labels, [alone]: 'two' } }]),
      ...others.map((name): ProbeAlert => ({
        role: 'other',
        labels: { ...labels, [alone]: 'one', [name]: name === 'alertname' ? 'FiredrillGroupedOther' : `firedrill-grouped-other-${runId}` },
      })),
    ],
  }
}

function repeat(routing: RoutingSpec, runId: string): DeliveryProbe {
  return { case: 'repeat', id: 'repeat', alerts: [{ role: 'repeated', labels: own(routing, 'repeated', runId, defaults(routing)) }] }
}

/**
 * Labels of the default route: synthetic alerts need not page the on-call. Empty, as the specification demands of the last route.
 */
function defaults(routing: RoutingSpec): Labels {
  return routing.routes.at(-1)?.match ?? {}
}
