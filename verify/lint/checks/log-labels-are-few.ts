import { remark } from '../check.ts'
import type { Check, Remark } from '../check.ts'
import type { Cursor } from '../config/document.ts'

const UNBOUNDED = /trace_?id|span_?id|request_?id|user_?id|client_?id|session|correlation|order_?id|payment|timestamp|^time$|^ts$|message|^msg$|^line$|path|uri|url|ip$|remote|duration|latency|email/i

export const check: Check = {
  meta: {
    id: 'log-labels-are-few', area: 'logs', severity: 'error', needs: ['promtail'],
    title: 'No label has a value of its own for each request', failureTitle: 'A label has a value of its own for each request',
    why: 'Every combination of label values is a stream of its own in Loki: with a trace id as label, each request opens one, and Loki slows down and refuses lines. Such fields belong in the line. https://grafana.com/docs/loki/latest/get-started/labels/cardinality/',
  },
  *judge({ config }) {
    for (const promtail of config.promtail) {
      for (const job of promtail.get('scrape_configs')?.items() ?? []) yield* stages(job.get('pipeline_stages')?.items() ?? [], job.string('job_name') ?? 'promtail', 0)
    }
  },
}

function* stages(list: Cursor[], subject: string, depth: number): Generator<Remark> {
  for (const stage of depth > 10 ? [] : list) {
    for (const [name, config] of stage.pairs()) {
      if (name === 'match') yield* stages(config.get('stages')?.items() ?? [], subject, depth + 1)
      if (name !== 'labels') continue
      for (const [label, source] of config.pairs()) {
        const field = [label, source.string() ?? ''].find((candidate) => UNBOUNDED.test(candidate))
        if (field !== undefined) yield remark(subject, source, 'labels with few values (level, service)', `${label} as a label`)
      }
    }
  }
}
