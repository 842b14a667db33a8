import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'
import { pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-for-matches',
    needs: ['rules'],
    title: 'Every rule has the specified `for` and `keep_firing_for`',
    failureTitle: '`for` or `keep_firing_for` differs from the specification',
    why: '`for` is how long the condition has to be true before the alert fires; `keep_firing_for` is how long it fires after the condition has become false.',
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
