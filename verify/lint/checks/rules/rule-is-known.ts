import { remark, type Check } from '../../lint-check.ts'
import { rulesOf } from '../../../config/alerting/alert-rules.ts'

export const check: Check = {
  meta: {
    id: 'rule-is-known',
    area: 'rules',
    severity: 'note',
    needs: ['rules'],
    title: 'Every rule is in the specification',
    failureTitle: 'A rule is not in the specification',
    why: 'firedrill proves specified rules only: add the rule to the specification, or accept that no drill covers it.',
    mend: "Write the rule's specification in verify/spec/rules/, or leave the note: the rule is not proven by a drill.",
    example: '- alert: DiskAlmostFull # no file in verify/spec/rules/',
  },
  *judge(input) {
    const known = new Set(input.spec.rules.flatMap((rule) => rulesOf(input, rule)))
    for (const rule of input.config.rules) {
      if (!known.has(rule)) yield remark(rule.alert, rule.at.near('alert'), `a specification of ${rule.alert}`, 'none')
    }
  },
}
