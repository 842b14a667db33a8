import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Labels, LogSpec } from '../../../model/spec.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { accepts, validRegex } from '../../../promql/compare-matchers.ts'
import { bestStream, processed, streamsOf, type Stream } from '../../container-logs.ts'

export const check: Check = {
  meta: {
    id: 'log-labels-are-given',
    needs: ['promtail'],
    title: "Every service's log stream has the specified labels",
    failureTitle: 'A log stream lacks a specified label, or is not collected',
    why: 'A log stream without its labels is not found by a search for them. The relabelling is applied to the labels that discovery finds for each container.',
    mend: 'In the Promtail configuration, set the label in relabel_configs of the job that reads the service, and read each service in one job only.',
    example:
      'relabel_configs:\n  - source_labels: [__meta_docker_container_name]\n    regex: /(.*)\n    target_label: name # specified label: container',
  },
  *judge(input) {
    const found = new Map<string, Lack[]>()
    const lack = (each: Lack): void => {
      const { file, line } = 'place' in each.at ? each.at.place() : each.at
      const key = `${file} ${line} ${each.isDrop === true ? 'dropped' : (each.label ?? each.observed)}`
      found.set(key, [...(found.get(key) ?? []), each])
    }
    for (const { promtail, log, streams } of streamsOf(input)) {
      const best = bestStream(streams, log)
      const at = best?.job.get('relabel_configs') ?? best?.job ?? promtail.near('scrape_configs')
      const of = { service: log.service, job: best?.job }
      if (best?.labels === undefined) {
        const [step, ...more] = (best?.job.items('relabel_configs') ?? []).filter((each) =>
          /^(?:keep|drop)/.test(each.string('action') ?? ''),
        )
        const observed = streams.length === 0 ? 'no job discovers containers' : 'every job drops its container'
        lack({ ...of, at: more.length > 0 ? at : (step ?? at), expected: `the log of ${log.service} is collected`, observed })
        continue
      }
      const line = input.logLines[log.service]?.[0]
      const labels = line === undefined ? best.labels : processed(best, line).labels
      for (const [label, value] of Object.entries(log.labels)) {
        if (labels[label] === value) continue
        const observed = labels[label] === undefined || labels[label] === '' ? `no label ${label}` : `${label}="${labels[label]}"`
        const drop = dropOf(best.job, label)
        const step = drop ?? setterOf(best.job, label, value, labels, log.labels)
        lack({ ...of, label, isDrop: drop !== undefined, at: step ?? at, expected: `${label}="${value}"`, observed })
      }
      yield* twice(log, streams, at)
    }
    for (const lacks of found.values()) yield said(lacks)
  },
}

/** A label that the stream of a service lacks, or the whole stream. */
interface Lack {
  service: string
  job: Cursor | undefined
  label?: string
  /** A step takes the label away, and others with it. */
  isDrop?: boolean
  at: Cursor
  expected: string
  observed: string
}

/** What reads a stream by the label that it lacks. */
const READERS = [
  'log-selectors-match',
  'log-format-is-specified',
  'log-lines-are-parsed',
  'log-lines-link-to-traces',
  'log-timestamps-keep-time',
]

/** One step of relabelling is one finding, for whichever services and in whichever check. */
function said(lacks: readonly Lack[]): Remark {
  const { job, at } = lacks[0]!
  const naming = [...new Set(lacks.flatMap(({ label }) => label ?? []))]
  const all = (of: (lack: Lack) => string): string => [...new Set(lacks.map(of))].join(', ')
  const base = remark(
    all(({ service }) => service),
    at,
    all(({ expected }) => expected),
    all(({ observed }) => observed),
  )
  if (job === undefined || naming.length === 0) return base
  const isSelected = job.items('pipeline_stages').some((stage) => {
    const words = (stage.string('match', 'selector') ?? '').split(/\W+/)
    return naming.some((label) => words.includes(label))
  })
  return {
    ...base,
    causes: { lines: isSelected ? job.lines() : [0, -1], of: READERS, elsewhere: { of: ['trace-links-find-logs'], naming } },
  }
}

function dropOf(job: Cursor, label: string): Cursor | undefined {
  return job.items('relabel_configs').find((step) => {
    const [action, regex = '(.*)'] = [step.string('action'), step.string('regex')]
    const isMatch = validRegex(regex) && accepts({ label, op: '=~', value: regex }, label)
    return action === 'labeldrop' ? isMatch : action === 'labelkeep' && validRegex(regex) && !isMatch
  })
}

/** The step that sets a label, or gives its value to another one. */
function setterOf(job: Cursor, label: string, value: string, labels: Labels, promised: Labels): Cursor | undefined {
  const steps = job.items('relabel_configs')
  const other = Object.entries(labels).find(([name, each]) => each === value && promised[name] === undefined)?.[0]
  const setting = (name: string | undefined): Cursor | undefined =>
    name === undefined ? undefined : steps.find((step) => step.string('target_label') === name)
  return setting(label) ?? setting(other)?.get('target_label')
}

function* twice(log: LogSpec, streams: readonly Stream[], at: Cursor): Generator<Remark> {
  const [first, ...others] = streams.flatMap((stream) =>
    Object.entries(log.labels).every(([label, value]) => stream.labels?.[label] === value)
      ? [JSON.stringify(Object.entries(stream.labels ?? {}).sort())]
      : [],
  )
  // What has the same labels, time and text is one line in Loki.
  if (others.some((other) => other !== first))
    yield remark(log.service, at, 'one job that collects the log', 'two jobs with different labels: every line is stored twice')
  else if (others.length > 0) yield warning(log.service, at, 'one job that collects the log', 'two jobs: every line is pushed twice')
}
