import { remark, type Check } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { bestStream, streamsOf } from '../../container-logs.ts'
import { matchesSelector } from '../../../logs/promtail-stages.ts'

export const check: Check = {
  meta: {
    id: 'log-format-is-specified',
    needs: ['promtail'],
    title: 'JSON logs have a JSON stage, text logs a regex stage',
    failureTitle: 'A log has no stage for its format',
    why: 'The stage extracts the fields that are searched and linked. A service that no `match` selects is stored as plain text.',
    mend: 'In the Promtail configuration, add the json or regex stage to the `match` that selects the service, or correct its selector.',
    example:
      '- match:\n    selector: \'{service="rate-limitter"}\' # matches no service\n    stages: [{ json: { expressions: { level: level } } }]',
  },
  *judge(input) {
    for (const { log, streams } of streamsOf(input)) {
      const best = bestStream(streams, log)
      if (best?.labels === undefined) continue
      const stages = [...applied(best.job.items('pipeline_stages'), best.labels, 0)]
      const wanted = log.format === 'json' ? ['json', 'logfmt'].slice(0, 1) : ['regex', 'pattern']
      if (!stages.some((stage) => wanted.includes(stage)))
        yield remark(
          log.service,
          best.job.near('pipeline_stages'),
          `a ${log.format} stage for ${log.service}`,
          stages.length === 0 ? 'no stage at all' : stages.join(', '),
        )
    }
  },
}

function* applied(stages: readonly Cursor[], labels: Record<string, string>, depth: number): Generator<string> {
  for (const stage of stages) {
    const [name, config] = stage.pairs()[0] ?? []
    if (name === 'match' && config !== undefined && depth < 10) {
      if (matchesSelector((config.string('selector') ?? '').replace(/\}.*$/s, '}'), { labels, line: '' }) === true)
        yield* applied(config.items('stages'), labels, depth + 1)
    } else if (name !== undefined) yield name
  }
}
