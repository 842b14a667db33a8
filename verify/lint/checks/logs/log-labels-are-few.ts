import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { bestStream, processed, streamsOf, type Stream } from '../../container-logs.ts'

const UNBOUNDED =
  /trace_?id|span_?id|request_?id|user_?id|client_?id|session|correlation|order_?id|payment|timestamp|^time$|^ts$|message|^msg$|^line$|path|uri|url|ip$|remote|duration|latency|email/i

export const check: Check = {
  meta: {
    id: 'log-labels-are-few',
    needs: ['promtail'],
    title: 'No label has a value per request',
    failureTitle: 'A label has a value per request',
    why: 'Every combination of label values is a stream in Loki: with the trace id as a label each request opens one, and Loki slows down and rejects lines. Keep such fields in the line or in structured metadata. https://grafana.com/docs/loki/latest/get-started/labels/cardinality/',
    mend: 'In the Promtail configuration, take the field out of the `labels` stage; keep it in the line or in a structured_metadata stage.',
    example: '- labels:\n    trace_id:',
  },
  *judge(input) {
    const named = new Set<string>()
    for (const promtail of input.config.promtail) {
      for (const job of promtail.items('scrape_configs'))
        yield* stages(job.items('pipeline_stages'), job.string('job_name') ?? 'promtail', 0, named)
    }
    for (const { log, streams } of streamsOf(input))
      yield* byValue(log.service, bestStream(streams, log), input.logLines[log.service] ?? [], named)
  },
}

/** So many lines, each with a value of its own, are no coincidence. */
const DIFFERENT = 5

/** Labels of any name that have another value in each recorded line. */
function* byValue(service: string, stream: Stream | undefined, lines: string[], named: ReadonlySet<string>): Generator<Remark> {
  if (stream?.labels === undefined) return
  const all = lines.map((line) => processed(stream, line).labels)
  for (const label of new Set(all.flatMap((labels) => Object.keys(labels)))) {
    const values = all.flatMap((labels) => {
      const value = labels[label] ?? ''
      return value === '' ? [] : [value]
    })
    if (named.has(label) || values.length < DIFFERENT || new Set(values).size < values.length) continue
    yield remark(
      service,
      stream.job.near('pipeline_stages'),
      'labels of few values (level, service)',
      `${label} as a label: ${values.slice(0, 3).join(', ')} ...`,
    )
  }
}

function* stages(
  list: readonly Cursor[],
  subject: string,
  depth: number,
  named: Set<string>,
  after: readonly Cursor[] = [],
): Generator<Remark> {
  for (const [index, stage] of (depth > 10 ? [] : list).entries()) {
    const later = [...list.slice(index + 1), ...after]
    for (const [name, config] of stage.pairs()) {
      if (name === 'match') yield* stages(config.items('stages'), subject, depth + 1, named, later)
      if (name !== 'labels') continue
      for (const [label, source] of config.pairs()) {
        const field = [label, source.string() ?? ''].find((candidate) => UNBOUNDED.test(candidate))
        if (field === undefined || takenAway(label, later)) continue
        named.add(label)
        yield remark(subject, source, 'labels of few values (level, service)', `${label} as a label`)
      }
    }
  }
}

/** By a later stage, before the line is sent. */
function takenAway(label: string, later: readonly Cursor[]): boolean {
  return later.some((stage) =>
    stage.pairs().some(([name, config]) => {
      if (name === 'labeldrop') return config.strings().includes(label)
      if (name === 'labelallow') return !config.strings().includes(label)
      return name === 'structured_metadata' && config.pairs().some(([field, from]) => (from.string() || field) === label)
    }),
  )
}
