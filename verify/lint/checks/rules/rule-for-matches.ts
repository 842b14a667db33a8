import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../check.ts'
import { pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-for-matches',
    area: 'rules',
    severity: 'error',
    needs: ['rules'],
    title: 'Every alert waits as long as specified',
    failureTitle: 'An alert waits longer or shorter than specified',
    why: '`for` decides how long trouble lasts before somebody hears of it; `keep_firing_for` how long after its end.',
    mend: 'In the rule file, set `for` (and `keep_firing_for`) of the alert to the specified duration.',
    example: 'for: 5m # specified: 30s',
  },
  *judge(input) {
    for (const [spec, rule] of pairs(input)) {
      for (const [key, expectedMs] of [
        ['for', spec.forMs],
        ['keep_firing_for', spec.keepFiringForMs],
      ] as const) {
        const observedMs = rule.at.has(key) ? rule.at.durationMs(key) : 0
        if (observedMs === expectedMs) continue
        const at = rule.at.get(key) ?? rule.at.near('alert')
        yield remark(
          spec.alert,
          at,
          `${key}: ${formatDuration(expectedMs)}`,
          observedMs === undefined
            ? `${key}: ${rule.at.string(key) ?? ''}, no duration`
            : `${key}: ${formatDuration(Math.round(observedMs))}${rule.at.has(key) ? '' : ' (absent)'}`,
        )
      }
    }
  },
}
