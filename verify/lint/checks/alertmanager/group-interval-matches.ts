import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'group-interval-matches',
    area: 'rules',
    needs: ['rules'],
    title: 'Every specified rule is evaluated at the specified interval',
    failureTitle: 'A rule group has another interval, a limit or an offset',
    why: 'The interval of a group overrides the global evaluation_interval, and promtool does not report it. `limit` fails the group when many alerts fire; `query_offset` delays every alert.',
    mend: 'In the rule file, remove `interval` from the group or set it to the specified evaluation interval. Remove `limit`, `query_offset` and `evaluation_delay`.',
    example: 'groups:\n  - name: platform-alerts\n    interval: 5m # specified: 15s',
  },
  *judge(input) {
    const seen = new Set<number | string>()
    for (const [{ evaluationIntervalMs }, { group }] of pairs(input)) {
      const place = group.place()
      const key = `${place.file}:${place.line}`
      if (seen.has(key)) continue
      seen.add(key)
      const usualMs = input.spec.platform.evaluationIntervalMs
      if (evaluationIntervalMs !== undefined && evaluationIntervalMs !== usualMs && !group.has('interval'))
        yield remark(group.string('name') ?? 'group', group, formatDuration(evaluationIntervalMs), 'no interval: that of all rules')
      yield* judgeGroup(group, evaluationIntervalMs ?? usualMs)
    }
  },
}

function* judgeGroup(group: Cursor, expectedMs: number): Generator<Remark> {
  const name = group.string('name') ?? 'group'
  const intervalMs = group.durationMs('interval')
  if (group.has('interval') && intervalMs !== expectedMs && intervalMs !== 0)
    yield remark(name, group.near('interval'), formatDuration(expectedMs), group.string('interval') ?? '')
  if ((group.number('limit') ?? 0) !== 0) yield remark(name, group.near('limit'), 'no limit', `limit: ${group.string('limit') ?? ''}`)
  for (const key of ['query_offset', 'evaluation_delay']) {
    if ((group.durationMs(key) ?? 0) !== 0) yield remark(name, group.near(key), `no ${key}`, `${key}: ${group.string(key) ?? ''}`)
  }
}
