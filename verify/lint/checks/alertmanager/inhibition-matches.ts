import type { Matcher } from '../../../model/route.ts'
import type { Labels, Spec } from '../../../model/spec.ts'
import { besideInhibitions, inhibits, inhibitsAsSpecified, isSourceOf, isTargetOf, type Inhibition } from '../../../routing/inhibition.ts'
import { matches } from '../../../routing/route-matchers.ts'
import { matchersOf } from '../../../routing/tree.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { alertLabels, sentBy } from '../../../config/alerting/routed-alerts.ts'
import { deadMatchersOf, knownAlerts, neverEqual } from '../../known-alerts.ts'
import { remark, type Check } from '../../lint-check.ts'
import { remembered } from '../../../text/remembered.ts'

export const check: Check = {
  meta: {
    id: 'inhibition-matches',
    needs: ['alertmanager'],
    title: 'Inhibition is as specified for every pair of alerts',
    failureTitle: 'An alert is inhibited against the specification, or is not inhibited as specified',
    why: 'An inhibition that matches too much suppresses notifications, and no log mentions it. Every pair of alerts is tried with equal and with different labels.',
    mend: 'In alertmanager.yml, change source_matchers, target_matchers or `equal` of the inhibit rule so that exactly the specified pairs inhibit each other.',
    example:
      'inhibit_rules:\n  - source_matchers: [\'severity = "critical"\'] # specified: ServiceDown only\n    target_matchers: [\'severity =~ "warning|info"\']\n    equal: [job]',
  },
  *judge(input) {
    const { spec, config } = input
    const alerts = knownAlerts(input)
    const sent = remembered((labels: Labels) => sentBy(config, labels))
    for (const alertmanager of config.alertmanager) {
      const rules = alertmanager.items('inhibit_rules').map((at) => ({
        source: matchersOf(at, 'source_').matchers,
        target: matchersOf(at, 'target_').matchers,
        equal: at.strings('equal'),
        at,
      }))
      const written = rules.flatMap(({ source, target }) => [...source, ...target])
      // A rule that never matches is a finding by itself, at its cause.
      const broken = rules.some(
        ({ at }) =>
          neverEqual(at, alerts) !== undefined ||
          (['source_', 'target_'] as const).some((side) => deadMatchersOf(at, side, alerts).length > 0),
      )
      const found = new Map<string, Misjudged>()
      for (const [source, target, how] of probes(spec, written)) {
        const expected = inhibitsAsSpecified(spec.routing, source, target)
        const [from, to] = [sent(source), sent(target)]
        if (from.length === 0 || to.length === 0) continue
        const rule = rules.find((candidate) => from.some((one) => to.some((other) => inhibits(candidate, one, other))))
        if ((rule !== undefined) === expected || (expected && broken)) continue
        const part = partOf(rule ?? rules[0], spec, expected, source, target)
        const at = part ?? alertmanager.near('inhibit_rules')
        const { line, column } = at.place()
        const key = [line, column, expected].join()
        const known = found.get(key) ?? { at, expected, how, sources: new Set(), targets: new Set() }
        found.set(key, known)
        known.sources.add(nameOf(source))
        known.targets.add(nameOf(target))
      }
      for (const { at, expected, how, sources, targets } of found.values()) {
        const [source, target] = [listed(sources), listed(targets)]
        const is = (inhibited: boolean): string => `${target} ${target.includes(', ') ? 'are' : 'is'} ${inhibited ? '' : 'not '}inhibited`
        yield remark(
          `${source} > ${target}`,
          at,
          `${is(expected)} while ${source} ${source.includes(', ') ? 'fire' : 'fires'} ${how}`,
          is(!expected),
        )
      }
    }
  },
}

/** Pairs of alerts with one cause. */
interface Misjudged {
  at: Cursor
  expected: boolean
  how: string
  sources: Set<string>
  targets: Set<string>
}

type Written = Inhibition & { at: Cursor }

/** The part of the inhibit rule that decides otherwise than the specification. */
function partOf(rule: Written | undefined, spec: Spec, expected: boolean, source: Labels, target: Labels): Cursor | undefined {
  if (rule === undefined) return undefined
  const [isSource, isTarget] = expected
    ? [rule.source.every((matcher) => matches(matcher, source)), rule.target.every((matcher) => matches(matcher, target))]
    : [spec.routing.inhibitions.some((each) => isSourceOf(each, source)), spec.routing.inhibitions.some((each) => isTargetOf(each, target))]
  const key = !isSource ? 'source_matchers' : !isTarget ? 'target_matchers' : 'equal'
  return rule.at.get(key) ?? rule.at
}

/** The probe stands for rules that there may be one day. */
function nameOf({ alertname = '', severity = '' }: Labels): string {
  return alertname === PROBE || alertname === 'firedrill-probe' ? `any other alert {severity="${severity}"}` : alertname
}

function listed(names: ReadonlySet<string>): string {
  const alerts = [...names].filter((name) => !name.startsWith('any other'))
  return (alerts.length > 0 ? alerts : [...names]).sort().join(', ')
}

const PROBE = 'FiredrillProbe'

/** Pairs of firing alerts: every label shared, each label of `equal` different in turn, and missing on both sides. */
function* probes(spec: Spec, written: readonly Matcher[]): Generator<[Labels, Labels, string]> {
  const shared: Labels = { job: 'shared', instance: 'shared:1', service: 'shared' }
  const all = spec.rules.map((rule) => alertLabels(rule)[0] ?? { alertname: rule.alert, ...rule.labels })
  const stranger = [...new Set(spec.rules.map((rule) => rule.labels['severity'] ?? ''))].map((severity) => ({
    alertname: PROBE,
    severity,
  }))
  // A source that is not quite one: each of its labels changed in turn.
  const nearly = spec.routing.inhibitions.flatMap(({ source }) =>
    Object.keys(source).map((label): Labels => ({ ...source, [label]: 'firedrill-probe' })),
  )
  const beside = besideInhibitions(spec.routing, written).flatMap((each) => [...each.sources, ...each.targets])
  // Each set of labels is made once, so that what is known of it is found again.
  const sources = [...all, ...stranger, ...nearly, ...beside].map((labels): Labels => ({ ...labels, ...shared }))
  const targets = sources.map((here): [Labels, string][] => [
    [here, 'on the same job and instance'],
    [{ ...here, job: 'other', instance: 'other:1', service: 'other' }, 'on another job'],
    [{ ...here, instance: 'shared:2', service: 'other' }, 'on another instance of the same job'],
    [{ ...here, job: 'other' }, 'on another job of the same instance'],
  ])
  for (const source of sources)
    for (const [index, ways] of targets.entries())
      if (sources[index] !== source) for (const [target, how] of ways) yield [source, target, how]
}
