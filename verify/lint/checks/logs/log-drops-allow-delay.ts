import { remark, type Check } from '../../lint-check.ts'
import { pipelinesOf, stagesOf } from '../../../config/loki/loki-stores.ts'
import { formatDuration } from '../../../promql/duration.ts'

const LEAST_MS = 3_600_000

export const check: Check = {
  meta: {
    id: 'log-drops-allow-delay',
    severity: 'warning',
    needs: ['promtail'],
    isRefusal: true,
    title: 'Promtail drops no line for its age within an hour or a specified outage',
    failureTitle: 'Promtail drops lines that arrive late',
    why: 'drop.older_than compares the timestamp of a line with the clock. After a restart, an outage of Loki or a slow reader, Promtail drops what it has yet to send. https://grafana.com/docs/loki/latest/send-data/promtail/stages/drop/',
    mend: 'In the Promtail configuration, raise older_than of the drop stage above the longest delay that lines may have, or remove it.',
    example: '- drop:\n    older_than: 1s',
  },
  *judge({ spec, config }) {
    const least = Math.max(LEAST_MS, ...(spec.outages ?? []).map(({ holdMs = 0, recoversWithinMs }) => holdMs + recoversWithinMs))
    for (const stages of config.promtail.flatMap(pipelinesOf))
      for (const [name, stage] of stagesOf(stages)) {
        const ms = name === 'drop' ? stage.durationMs('older_than') : undefined
        if (ms !== undefined && ms < least)
          yield remark(
            'drop',
            stage.near('older_than'),
            `older_than of at least ${formatDuration(least)}`,
            `older_than: ${formatDuration(ms)}`,
          )
      }
  },
}
