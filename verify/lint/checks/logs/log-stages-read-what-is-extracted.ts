import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'log-stages-read-what-is-extracted',
    needs: ['promtail'],
    title: 'Every stage reads a field that a stage before it has extracted',
    failureTitle: 'A stage reads a field that no stage before it extracts: it does nothing',
    why: 'A stage whose source was not extracted passes the line on, without an error. The label is missing, the metric counts nothing, the tenant is the default one.',
    mend: 'In the pipeline, correct the source, or extract the field in a json, regex or logfmt stage above.',
    example: 'pipeline_stages:\n  - json: { expressions: { message: } }\n  - output: { source: msg }',
  },
  *judge({ config }) {
    for (const promtail of config.promtail)
      for (const job of promtail.items('scrape_configs')) {
        const fields = new Set(labelsOf(job))
        const isOpen = job.items('relabel_configs').some((step) => /^label(?:map)$/.test(step.string('action') ?? ''))
        yield* pipeline(job.get('pipeline_stages'), { fields, isOpen: isOpen || [...fields].some((name) => name.includes('$')) })
        yield* unreadTimes(job.get('pipeline_stages'), false)
      }
  },
}

/** What these say of the same field follows from it. */
const FOLLOWING = ['log-lines-are-parsed', 'log-timestamps-keep-time', 'log-labels-are-given']

/** What was extracted so far; `isOpen`: and what cannot be known. */
interface Extracted {
  fields: Set<string>
  isOpen: boolean
}

/** The labels of an entry are extracted before the first stage: clients/pkg/logentry/stages/pipeline.go. */
function labelsOf(job: Cursor): string[] {
  return [
    ...job.items('relabel_configs').flatMap((step) => step.string('target_label') ?? []),
    ...job.items('static_configs').flatMap((each) => each.pairs('labels').map(([name]) => name)),
    ...job.pairs().flatMap(([, value]) => value.pairs('labels').map(([name]) => name)),
    'filename',
    'job',
  ]
}

function* pipeline(list: Cursor | undefined, so: Extracted, depth = 0): Generator<Remark> {
  if (depth > 10) return
  for (const stage of list?.items() ?? [])
    for (const [kind, at] of stage.pairs()) {
      for (const { name, where } of readBy(kind, at))
        if (!so.isOpen && name !== '' && !so.fields.has(name) && !name.includes('$'))
          yield {
            ...remark(kind, where, `a field that is extracted: ${[...so.fields].join(', ')}`, `${name}${didYouMean(name, so.fields)}`),
            causes: { lines: [0, -1], elsewhere: { of: FOLLOWING, naming: [name, where.key] } },
          }
      if (kind === 'match') yield* pipeline(at.get('stages'), so, depth + 1)
      else if (Object.hasOwn(MAKES, kind)) for (const name of MAKES[kind]?.(at) ?? []) so.fields.add(name)
      else if (!PASSES.has(kind)) so.isOpen = true
    }
}

/** A time that is taken out of the line and given to no timestamp stage: the line is stored with the time at which Promtail read it. */
function* unreadTimes(list: Cursor | undefined, isSet: boolean, depth = 0): Generator<Remark> {
  if (depth > 10) return
  const stages = (list?.items() ?? []).flatMap((stage) => stage.pairs())
  const hasTime = isSet || stages.some(([kind]) => kind === 'timestamp')
  const read = new Set(stages.flatMap(([kind, at]) => readBy(kind, at).map(({ name }) => name)))
  const isOpen = stages.some(([kind]) => ['template', 'replace', 'match', 'pack'].includes(kind))
  for (const [kind, at] of stages) {
    if (kind === 'match') yield* unreadTimes(at.get('stages'), hasTime, depth + 1)
    const made = /^(?:json|regex|logfmt)$/.test(kind) ? (MAKES[kind]?.(at) ?? []) : []
    const time = made.find((name) => /^(?:time|timestamp|ts)$/i.test(name) && !read.has(name))
    if (time !== undefined && !hasTime && !isOpen)
      yield warning(
        kind,
        at.keyPlace(),
        `a timestamp stage with source: ${time}`,
        `${time} is extracted, and no stage reads it`,
        'A time is extracted and not used: each line is stored with the time at which Promtail read it',
      )
  }
}

function readBy(kind: string, at: Cursor): { name: string; where: Cursor }[] {
  if (kind === 'labels' || kind === 'structured_metadata')
    return at.pairs().map(([name, from]) => ({ name: from.string() || name, where: from }))
  if (kind === 'metrics')
    return at.pairs().flatMap(([name, metric]) => {
      const isAll = metric.bool('config', 'match_all') === true
      const source = metric.get('source')
      return isAll ? [] : [{ name: source?.string() ?? name, where: source ?? metric }]
    })
  // A template makes its source where there is none.
  const source = /^(?:output|timestamp|tenant|regex|json|logfmt|replace|eventlogmessage|geoip)$/.test(kind) ? at.get('source') : undefined
  return source?.string() === undefined ? [] : [{ name: source.string() ?? '', where: source }]
}

/** Fields that a stage makes. https://grafana.com/docs/loki/latest/send-data/promtail/stages/ */
const MAKES: Readonly<Record<string, (at: Cursor) => string[]>> = {
  json: (at) => at.pairs('expressions').map(([name]) => name),
  logfmt: (at) => at.pairs('mapping').map(([name]) => name),
  regex: (at) => groups(at.string('expression') ?? ''),
  replace: (at) => groups(at.string('expression') ?? ''),
  template: (at) => [at.string('source') ?? ''],
  docker: () => ['output', 'stream', 'timestamp', 'attrs'],
  cri: () => ['content', 'flags', 'stream', 'timestamp'],
  static_labels: (at) => at.pairs().map(([name]) => name),
}

function groups(expression: string): string[] {
  return [...expression.matchAll(/\(\?P?<(\w+)>/g)].map(([, name = '']) => name)
}

const PASSES = new Set(
  'timestamp output labels labeldrop labelallow structured_metadata metrics tenant drop limit sampling multiline decolorize pack'.split(
    ' ',
  ),
)
