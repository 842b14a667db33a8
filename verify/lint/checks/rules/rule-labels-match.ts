import { remark, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { labelsOf } from '../../../config/alerting/alert-rules.ts'
import { pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-labels-match',
    needs: ['rules'],
    title: 'Every alert has the specified labels',
    failureTitle: 'The labels of an alert differ from the specification',
    why: 'Routing, grouping and inhibition use labels: another severity goes to another receiver.',
    mend: 'In the rule file, set exactly the specified labels under `labels`, and none with {{ $value }} in it.',
    example: 'labels:\n  severity: warning # specified: critical',
  },
  *judge(input) {
    for (const [spec, rule] of pairs(input)) {
      const observed = labelsOf(rule)
      const owner = (label: string): typeof rule.at | undefined => rule.at.get('labels', label) ?? rule.group.get('labels', label)
      for (const [label, value] of Object.entries(spec.labels)) {
        if (observed[label] === value) continue
        const at = owner(label) ?? rule.at.get('labels') ?? rule.at.near('alert')
        yield remark(
          spec.alert,
          at,
          `${label}: ${value}`,
          observed[label] === undefined ? `no label ${label}${didYouMean(label, Object.keys(observed))}` : `${label}: ${observed[label]}`,
        )
      }
      for (const [label, value] of Object.entries(observed)) {
        // A label that differs with every evaluation is a finding of rule-labels-are-stable.
        if (spec.labels[label] === undefined && !/\$value|\.Value/.test(value))
          yield remark(spec.alert, owner(label) ?? rule.at, `no label ${label}`, `${label}: ${value}`)
      }
    }
  },
}
