import { matchersOf } from '../../../routing/tree.ts'
import { outputLabels } from '../../../promql/normalise.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { remembered } from '../../../text/remembered.ts'
import { causing, remark, type Check } from '../../lint-check.ts'
import { isNeverSet, knownAlerts, slippedLabel, neverEqual, type KnownAlert } from '../../known-alerts.ts'
import { conditionOf } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'inhibition-is-sound',
    severity: 'warning',
    needs: ['alertmanager'],
    title: 'Every inhibition compares labels that its alerts have',
    failureTitle: 'An inhibition compares a label that its alerts do not have',
    why: 'Alertmanager treats a label that is missing on both alerts as equal: with such an `equal` one source alert inhibits every target.',
    mend: 'In alertmanager.yml, give the inhibit rule source_matchers, target_matchers and an `equal` label that both alerts carry.',
    example:
      'inhibit_rules:\n  - source_matchers: [\'alertname = "ServiceDown"\']\n    target_matchers: [\'severity = "warning"\']\n    equal: [cluster] # no alert has it',
  },
  *judge(input) {
    const { spec, config } = input
    const alerts = knownAlerts(input)
    // Labels that alerts carry: those of the specification and of the rules, static ones and those their expression keeps.
    const carried = new Set([
      'alertname',
      'job',
      'instance',
      ...spec.rules.flatMap((rule) => [
        ...Object.keys(rule.labels),
        ...conditionOf(rule.condition.expr, input).flatMap((alternative) => outputLabels(alternative.comparison.value) ?? []),
      ]),
      ...alerts.flatMap(({ fixed, shape }) => [...Object.keys(fixed), ...shape.always]),
    ])
    // Every alert gets the labels that its Prometheus has outside.
    for (const prometheus of config.prometheus) for (const [label] of prometheus.pairs('global', 'external_labels')) carried.add(label)
    // Of rules that are not given here, or without a specification, the labels are not known.
    const others = config.rules.length === 0 || config.rules.some((rule) => !spec.rules.some(({ alert }) => alert === rule.alert))
    const isMissing = remembered((label: string) => isNeverSet(label, input))
    for (const alertmanager of config.alertmanager) {
      for (const at of alertmanager.items('inhibit_rules')) {
        const never = neverEqual(at, alerts)
        if (never !== undefined) {
          yield remark(
            'inhibit_rules',
            at.near('equal'),
            `labels that a source and a target have in common (without ${never.labels.join(', ')})`,
            `${never.labels.join(', ')}: ${described(never.source, never.labels)} and ${described(never.target, never.labels)}`,
            `The inhibit rule never matches: ${never.labels.join(', ')} is never equal on source and target`,
            // By severity alone it is a precaution for rules to come (kube-prometheus ships one); by name it is a mistake.
            namesAnAlert(at) ? 'error' : 'note',
          )
          continue
        }
        const equal = at.strings('equal')
        if (equal.length === 0)
          yield causing(
            remark(
              'inhibit_rules',
              at.get('equal') ?? at,
              'equal with a label that both alerts have',
              'no equal: one source alert inhibits every target alert of the platform',
              undefined,
              // An inhibition without equal may be wanted; not where the specification compares a label.
              spec.routing.inhibitions.length > 0 && spec.routing.inhibitions.every((wanted) => wanted.equal.length > 0)
                ? 'error'
                : undefined,
            ),
            at.lines(),
            'inhibition-matches',
          )
        // A source outside the specification (InfoInhibitor) may have labels of its own.
        const foreign = matchersOf(at, 'source_').matchers.some(
          ({ label, op, value }) => label === 'alertname' && op === '=' && !alerts.some(({ fixed }) => fixed['alertname'] === value),
        )
        for (const label of equal.filter((candidate) => !carried.has(candidate)))
          yield causing(
            remark(
              'inhibit_rules',
              at.near('equal'),
              `a label of the alerts (${[...carried].join(', ')})`,
              suggested(label, misspelt(label, carried, alerts, others)),
              undefined,
              foreign || (others && misspelt(label, carried, alerts, others) === undefined && !isMissing(label))
                ? 'note'
                : equal.length === 1
                  ? 'error'
                  : undefined,
            ),
            at.lines(),
            'inhibition-matches',
          )
        for (const side of ['source_', 'target_'] as const)
          if (matchersOf(at, side).matchers.length === 0)
            yield causing(
              remark('inhibit_rules', at, `${side}matchers`, `none: every alert is a ${side.slice(0, -1)}`, undefined, 'error'),
              at.lines(),
              'inhibition-matches',
            )
      }
    }
  },
}

function misspelt(label: string, carried: Iterable<string>, alerts: readonly KnownAlert[], others: boolean): string | undefined {
  return slippedLabel(label, alerts) ?? (others ? undefined : nearest(label, carried))
}

function suggested(label: string, meant: string | undefined): string {
  return meant === undefined ? label : `${label}; did you mean ${meant}?`
}

function namesAnAlert(at: Parameters<typeof matchersOf>[0]): boolean {
  return (['source_', 'target_'] as const).some((side) => matchersOf(at, side).matchers.some(({ label }) => label === 'alertname'))
}

function described({ fixed }: KnownAlert, labels: readonly string[]): string {
  const others = labels.filter((label) => label !== 'alertname').map((label) => `${label} ${fixed[label] ?? 'as its series, or none'}`)
  return [fixed['alertname'] ?? '', ...others].join(', ')
}
