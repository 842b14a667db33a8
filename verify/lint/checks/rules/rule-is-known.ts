import { remark, type Check } from '../../lint-check.ts'
import { rulesOf } from '../../../config/alerting/alert-rules.ts'

/** More than these of one file were written for something else: one note says so. */
const MANY = 100

export const check: Check = {
  meta: {
    id: 'rule-is-known',
    severity: 'note',
    needs: ['rules'],
    title: 'Every rule is in the specification',
    failureTitle: 'A rule is not in the specification',
    why: 'firedrill proves specified rules only: add the rule to the specification, or accept that no drill covers it. Of more than 100 such rules in a file one note names the first.',
    mend: "Write the rule's specification in rules/ of the specification, or leave the note: the rule is not proven by a drill.",
    example: '- alert: DiskAlmostFull # no file in rules/ of the specification',
  },
  *judge(input) {
    const known = new Set(input.spec.rules.flatMap((rule) => rulesOf(input, rule)))
    const unknown = input.config.rules.filter((rule) => !known.has(rule))
    for (const [first, ...more] of Map.groupBy(unknown, ({ at }) => at.source.text).values()) {
      if (first === undefined) continue
      if (more.length < MANY)
        for (const rule of [first, ...more]) yield remark(rule.alert, rule.at.near('alert'), `a specification of ${rule.alert}`, 'none')
      else
        yield remark(
          `${first.alert} and ${more.length} more rules`,
          first.at.near('alert'),
          'a specification of each rule',
          `none of ${more.length + 1} rules: ${[first, ...more.slice(0, 4)].map(({ alert }) => alert).join(', ')} and so on`,
        )
    }
  },
}
