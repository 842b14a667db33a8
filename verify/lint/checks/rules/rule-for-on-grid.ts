import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'

export const check: Check = {
  meta: {
    id: 'rule-for-on-grid',
    severity: 'note',
    needs: ['rules'],
    title: 'Every `for` is a multiple of the evaluation interval',
    failureTitle: 'A `for` is no multiple of the evaluation interval',
    why: 'An alert can only fire at an evaluation, so Prometheus in effect rounds `for` up to the next multiple of the evaluation interval.',
    mend: 'In the rule file, make `for` a multiple of the evaluation interval.',
    example: 'for: 20s # evaluated every 15s, so the alert fires after 30s',
  },
  *judge({ spec, config }) {
    for (const rule of config.rules) {
      const intervalMs =
        rule.group.durationMs('interval') ??
        config.prometheus[0]?.durationMs('global', 'evaluation_interval') ??
        spec.platform.evaluationIntervalMs
      const forMs = rule.at.durationMs('for') ?? 0
      if (intervalMs > 0 && forMs % intervalMs !== 0)
        yield remark(
          rule.alert,
          rule.at.near('for'),
          `a multiple of ${formatDuration(intervalMs)}`,
          `${formatDuration(forMs)}, in effect ${formatDuration(Math.ceil(forMs / intervalMs) * intervalMs)}`,
        )
    }
  },
}
