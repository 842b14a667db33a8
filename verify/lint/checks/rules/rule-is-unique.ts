import { remark, type Check } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { differsInAmount, isStep } from '../../../config/alerting/alert-rules.ts'

export const check: Check = {
  meta: {
    id: 'rule-is-unique',
    needs: ['rules'],
    title: 'No alert is defined twice',
    failureTitle: 'An alert is defined twice',
    why: 'Two rules with the same name and condition notify twice, or disagree about the threshold: a change of one leaves the other as it was.',
    mend: 'In the rule file, delete one of the two rules, or give it a name or a label set of its own.',
    example: '- alert: ServiceDown\n  expr: up == 0\n- alert: ServiceDown\n  expr: up == 0',
  },
  *judge({ config, facts }) {
    const first = new Map<string, RuleNode[]>()
    for (const rule of config.rules) {
      const others = first.get(rule.alert) ?? []
      first.set(rule.alert, [...others, rule])
      // Rules of one name with different conditions are alternatives of it (one for each metric, say).
      const twin = others.find((other) => {
        const difference = differsInAmount(other, rule, facts)
        return difference === undefined ? other.expr === rule.expr : difference !== 'elsewhere' && !isStep(other, rule, facts)
      })
      if (twin !== undefined)
        yield remark(
          rule.alert,
          rule.at.near('alert'),
          'one rule of this name and condition',
          `a second one at ${twin.at.place().file}:${twin.at.place().line}`,
        )
    }
  },
}
