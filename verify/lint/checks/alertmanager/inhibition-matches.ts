import type { Labels, Spec } from '../../../model/spec.ts'
import { inhibits, inhibitsAsSpecified } from '../../../routing/inhibition.ts'
import { matchersOf } from '../../../routing/tree.ts'
import { alertLabels, sentBy } from '../../../config/routed-alerts.ts'
import { deadMatchersOf, knownAlerts, neverEqual } from '../../known-alerts.ts'
import { remark, type Check } from '../../check.ts'

export const check: Check = {
  meta: {
    id: 'inhibition-matches',
    area: 'alertmanager',
    severity: 'error',
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
    for (const alertmanager of config.alertmanager) {
      const rules = alertmanager.items('inhibit_rules').map((at) => ({
        source: matchersOf(at, 'source_').matchers,
        target: matchersOf(at, 'target_').matchers,
        equal: at.strings('equal'),
        at,
      }))
      // A rule that never matches is a finding by itself, at its cause.
      const broken = rules.some(
        ({ at }) =>
          neverEqual(at, alerts) !== undefined ||
          (['source_', 'target_'] as const).some((side) => deadMatchersOf(at, side, alerts).length > 0),
      )
      const reported = new Set<string>()
      for (const [source, target, how] of probes(spec)) {
        const expected = inhibitsAsSpecified(spec.routing, source, target)
        const [from, to] = [sentBy(config, source), sentBy(config, target)]
        if (from.length === 0 || to.length === 0) continue
        const rule = rules.find((candidate) => from.some((one) => to.some((other) => inhibits(candidate, one, other))))
        if ((rule !== undefined) === expected || (expected && broken)) continue
        const subject = `${source['alertname'] ?? ''} > ${target['alertname'] ?? ''}`
        if (reported.has(subject)) continue
        reported.add(subject)
        const at = rule?.at ?? alertmanager.get('inhibit_rules', 0) ?? alertmanager.near('inhibit_rules')
        yield remark(
          subject,
          at,
          expected
            ? `${target['alertname'] ?? ''} is inhibited while ${source['alertname'] ?? ''} fires ${how}`
            : `${target['alertname'] ?? ''} is not inhibited while ${source['alertname'] ?? ''} fires ${how}`,
          expected ? `${target['alertname'] ?? ''} is not inhibited` : `${target['alertname'] ?? ''} is inhibited`,
        )
      }
    }
  },
}

/** Pairs of firing alerts: every label shared, each label of `equal` different in turn, and missing on both sides. */
function* probes(spec: Spec): Generator<[Labels, Labels, string]> {
  const shared: Labels = { job: 'shared', instance: 'shared:1', service: 'shared' }
  const all = spec.rules.map((rule) => alertLabels(rule)[0] ?? { alertname: rule.alert, ...rule.labels })
  const stranger = [...new Set(spec.rules.map((rule) => rule.labels['severity'] ?? ''))].map((severity) => ({
    alertname: 'FiredrillProbe',
    severity,
  }))
  // A source that is not quite one: each of its labels changed in turn.
  const nearly = spec.routing.inhibitions.flatMap(({ source }) =>
    Object.keys(source).map((label): Labels => ({ ...source, [label]: 'firedrill-probe' })),
  )
  const sources: Labels[] = [...all, ...stranger, ...nearly]
  for (const source of sources) {
    for (const target of sources) {
      if (source === target) continue
      yield [{ ...source, ...shared }, { ...target, ...shared }, 'on the same job and instance']
      yield [{ ...source, ...shared }, { ...target, ...shared, job: 'other', instance: 'other:1', service: 'other' }, 'on another job']
      yield [
        { ...source, ...shared },
        { ...target, ...shared, instance: 'shared:2', service: 'other' },
        'on another instance of the same job',
      ]
      yield [{ ...source, ...shared }, { ...target, ...shared, job: 'other' }, 'on another job of the same instance']
    }
  }
}
