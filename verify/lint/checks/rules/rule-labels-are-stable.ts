import { remark, type Check } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { PROMETHEUS } from '../../../config/templates/template-dialects.ts'
import { executionProblem } from '../../../config/templates/template-types.ts'

export const check: Check = {
  meta: {
    id: 'rule-labels-are-stable',
    needs: ['rules'],
    title: 'No label of an alert holds a value or a time',
    failureTitle: 'A label changes with every evaluation: each is a new alert and `for` never ends',
    why: 'An alert is known by its labels. With a value or a time in a label every evaluation makes another alert, whose `for` starts again. It never fires, or each evaluation sends a notification.',
    mend: 'In the rule file, move the template from `labels` to `annotations`.',
    example: 'labels:\n  current: "{{ $value }}"',
  },
  *judge({ config }) {
    for (const rule of config.rules) {
      const labels: readonly (readonly [string, Cursor])[] = [...rule.at.pairs('labels'), ...rule.group.pairs('labels')]
      for (const [label, at] of labels) {
        const changing = changesWith(at.string() ?? '')
        if (changing !== undefined)
          yield remark(
            rule.alert,
            at,
            `a label ${label} that stays the same while the alert is active`,
            `${label}: ${at.string() ?? ''}, which changes with ${changing}`,
          )
      }
    }
  },
}

/** What a printed part of the template reads that is another at each evaluation. A condition on the value gives a few texts only. */
function changesWith(text: string): string | undefined {
  if (!text.includes('{{')) return undefined
  let found: string | undefined
  executionProblem(text, PROMETHEUS, ({ type, name, printed }) => {
    if (!printed) return
    if (name === '$value' || (type === 'rule' && name === 'Value')) found ??= 'the value'
    else if (type === 'function') found ??= name === 'now' ? 'the time' : 'the result of query'
    else if (type === 'sample' && name === 'Value') found ??= 'the result of query'
  })
  return found
}
