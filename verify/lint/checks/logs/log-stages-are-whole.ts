import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { matchesSelector } from '../../../logs/promtail-stages.ts'
import { validRegex } from '../../../promql/compare-matchers.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** Settings without which Promtail ends when it makes the pipeline. https://grafana.com/docs/loki/latest/send-data/promtail/stages/ */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  multiline: ['firstline'],
  regex: ['expression'],
  json: ['expressions'],
  timestamp: ['source', 'format'],
  match: ['selector'],
  output: ['source'],
  replace: ['expression'],
  template: ['source', 'template'],
  logfmt: ['mapping'],
  tenant: [],
  labels: [],
  drop: [],
  metrics: [],
}
/** What lines become follows from it. */
const PARSING = ['log-lines-are-parsed', 'log-format-is-specified']
/** Of Docker's API. https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerList */
const FILTERS = 'ancestor before expose exited health id isolation is-task label name network publish since status volume'.split(' ')

export const check: Check = {
  meta: {
    id: 'log-stages-are-whole',
    needs: ['promtail'],
    isRefusal: true,
    title: 'Every stage of a pipeline has what it needs',
    failureTitle: 'A stage of a pipeline lacks a setting, or has a broken one: Promtail does not start',
    why: 'Promtail makes its pipelines after it has read the file. `promtail -check-syntax` accepts a multiline stage without firstline or a regex that does not compile; Promtail then ends at its start.',
    mend: 'In the pipeline_stages of the job, add or correct the setting that the finding names.',
    example: 'pipeline_stages:\n  - multiline: { max_wait_time: 500ms } # firstline is missing',
  },
  *judge({ config }) {
    for (const promtail of config.promtail)
      for (const job of promtail.items('scrape_configs')) {
        for (const found of stages(job.get('pipeline_stages'), job.string('job_name') ?? ''))
          yield found.severity === undefined
            ? { ...found, causes: { lines: [found.at.line, found.at.line], elsewhere: { of: PARSING } } }
            : found
        yield* relabelling(job)
        for (const filter of job.items('docker_sd_configs').flatMap((each) => each.items('filters'))) {
          const name = filter.string('name') ?? ''
          if (!FILTERS.includes(name))
            yield remark(
              'docker_sd_configs',
              filter.near('name'),
              `one of ${FILTERS.join(', ')}`,
              `${name || 'none'}${didYouMean(name, FILTERS)}`,
            )
          if (filter.strings('values').filter((each) => each !== '').length === 0)
            yield remark('docker_sd_configs', filter.near('values'), 'values of the filter', 'none')
        }
      }
  },
}

function* stages(list: Cursor | undefined, job: string, depth = 0): Generator<Remark> {
  if (depth > 10) return
  const kinds = (list?.items() ?? []).map((stage) => stage.pairs()[0]?.[0] ?? '')
  const late = kinds.findIndex(
    (kind, index) => kind === 'multiline' && kinds.slice(0, index).some((each) => /^(?:json|regex|logfmt|timestamp)$/.test(each)),
  )
  // What is parsed of a record's first line alone is not of the record. https://grafana.com/docs/loki/latest/send-data/promtail/stages/multiline/
  if (late >= 0)
    yield warning(
      job,
      (list?.items() ?? [])[late]!,
      'multiline before the stages that parse',
      `${kinds.slice(0, late).join(', ')}, multiline`,
    )
  for (const stage of list?.items() ?? [])
    for (const [kind, at] of stage.pairs()) {
      for (const key of NEEDED[kind] ?? [])
        if (at.get(key) === undefined || (at.string(key) ?? (at.get(key)?.pairs().length === 0 ? '' : 'set')) === '')
          yield remark(job, at.keyPlace(), `${kind}: ${key}`, `no ${key}`)
      for (const key of ['expression', 'firstline'])
        if (['regex', 'multiline', 'replace', 'drop'].includes(kind) && at.string(key) !== undefined && !validRegex(at.string(key) ?? ''))
          yield remark(job, at.near(key), 'a regular expression of RE2', at.string(key) ?? '')
      if (
        kind === 'regex' &&
        at.string('expression') !== undefined &&
        !/\(\?P?<\w+>/.test(at.string('expression') ?? '') &&
        validRegex(at.string('expression') ?? '')
      )
        yield remark(job, at.near('expression'), 'a named group, (?P<name>...)', 'none: the stage extracts nothing')
      for (const key of ['max_wait_time', 'older_than'])
        if (at.string(key) !== undefined && at.durationMs(key) === undefined)
          yield remark(job, at.near(key), 'a duration: 500ms', at.string(key) ?? '')
      const selector = kind === 'match' ? at.string('selector') : undefined
      if (selector !== undefined && matchesSelector(selector, { labels: {}, line: '' }) === undefined)
        yield remark(job, at.near('selector'), '{label="value"}, with the value in quotes', selector)
      if (kind === 'match') yield* stages(at.get('stages'), job, depth + 1)
    }
}

function* relabelling(job: Cursor): Generator<Remark> {
  for (const rule of job.items('relabel_configs')) {
    const regex = rule.string('regex')
    if (regex !== undefined && !validRegex(regex))
      yield remark(job.string('job_name') ?? '', rule.near('regex'), 'a regular expression of RE2', regex)
    const action = rule.string('action') ?? 'replace'
    if (action === 'replace' && (rule.string('target_label') ?? '') === '')
      yield remark(job.string('job_name') ?? '', rule, 'a target_label', 'none')
  }
}
