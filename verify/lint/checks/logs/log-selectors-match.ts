import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { streamsOf } from '../../container-logs.ts'
import { matchesSelector } from '../../../logs/promtail-stages.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Labels } from '../../../model/spec.ts'

export const check: Check = {
  meta: {
    id: 'log-selectors-match',
    needs: ['promtail'],
    isRefusal: true,
    title: 'Every match stage selects a stream of its job',
    failureTitle: 'A match stage selects no stream: its stages never run',
    why: 'A selector with a label or a value that no stream of the job has is accepted. The lines go past its stages, and no field of them is parsed.',
    mend: 'In the selector of the match stage, use a label that relabel_configs sets, with a value that a container gives it.',
    example: '- match:\n    selector: \'{service="shops"}\'',
  },
  *judge(input) {
    for (const promtail of input.config.promtail)
      for (const job of promtail.items('scrape_configs')) {
        const labels = labelsOf(job, input)
        // Where a service's stream is not known, the selector may be for it.
        if (labels === undefined) continue
        for (const stage of job.items('pipeline_stages')) yield* judge(stage, labels, job)
      }
  },
}

/** Labels of the job's streams, where the containers of the compose file are all that there are. */
function labelsOf(job: Cursor, input: LintInput): Labels[] | undefined {
  const streams = streamsOf(input).flatMap((each) => each.streams.filter((stream) => stream.job === job))
  const found = streams.flatMap(({ labels }) => (labels === undefined ? [] : [labels]))
  return found.length === 0 || found.length < streams.length || !job.has('docker_sd_configs') ? undefined : found
}

function* judge(stage: Cursor, labels: readonly Labels[], job: Cursor): Generator<Remark> {
  const selector = stage.get('match', 'selector')
  const text = selector?.string() ?? ''
  const [, stream] = /^\s*(\{[^}]*\})/.exec(text) ?? []
  if (selector === undefined || stream === undefined) return
  if (labels.some((each) => matchesSelector(stream, { labels: each, line: '' }) !== false)) return
  const names = new Set(labels.flatMap((each) => Object.keys(each)))
  for (const [, name = '', value = ''] of stream.matchAll(/(\w+)\s*=\s*"([^"]*)"/g)) {
    const values = new Set(labels.flatMap((each) => each[name] ?? []))
    // A further container of the compose file may have the value.
    if (names.has(name) && !values.has(value) && didYouMean(value, values) === '') return
    if (names.has(name) && values.has(value)) continue
    const expected = names.has(name) ? `one of ${[...values].join(', ')}` : `one of the labels ${[...names].join(', ')}`
    yield remark(
      job.string('job_name') ?? '',
      selector,
      expected,
      names.has(name) ? `${value}${didYouMean(value, values)}` : `${name}${didYouMean(name, names)}`,
    )
    return
  }
}
