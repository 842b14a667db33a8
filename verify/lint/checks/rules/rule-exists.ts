import { remark, type Check } from '../../lint-check.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { rulesOf } from '../../../config/alerting/alert-rules.ts'

export const check: Check = {
  meta: {
    id: 'rule-exists',
    needs: ['rules'],
    title: 'Every specified alert has a rule',
    failureTitle: 'A specified alert has no rule',
    why: 'An alert without a rule never fires, and Prometheus reports no error.',
    mend: 'Add the rule to a rule file, with the name, expression, `for`, labels and annotations of the specification. Or correct the name that the finding points to.',
    example: '- alert: RedisConectionFailed # specified: RedisConnectionFailed',
  },
  *judge(input) {
    const [file] = input.config.ruleFiles
    if (file === undefined) return
    const specified = new Set(input.spec.rules.map(({ alert }) => alert))
    const unknown = input.config.rules.filter(({ alert }) => !specified.has(alert))
    const names = unknown.map(({ alert }) => alert)
    for (const spec of input.spec.rules) {
      if (rulesOf(input, spec).length > 0) continue
      const near = nearest(spec.alert, names)
      const at = unknown.find((rule) => rule.alert === near)?.at.get('alert') ?? file.near('groups')
      yield remark(
        spec.alert,
        at,
        `a rule ${spec.alert}: ${spec.condition.expr}`,
        near === undefined ? 'no such rule' : `only a rule ${near}`,
      )
    }
  },
}
