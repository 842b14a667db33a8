import type { LogLine } from '../../../model/journal.ts'
import { defineCheck } from '../../drill-check.ts'
import { finds, withStamp } from '../../../text/re2.ts'
import { labelDifference } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'
import { countOf } from '../../../text/count-of.ts'

export const check = defineCheck(
  {
    id: 'log-labels-and-fields',
    scope: 'log',
    title: 'the log line has its labels and parsed fields',
    failureTitle: 'the log line lacks labels or parsed fields',
    why: 'A line without its labels and fields is not found by the query that on-call types at night.',
    mend: 'In the Promtail configuration, correct relabel_configs (labels) or the json/regex stage (fields) for the service. Take a label with one value per request out of the labels stage. In a collector with file_log the same are operators: those that set resource attributes, json_parser, regex_parser.',
    example: 'not parsed: level, trace_id',
    needs: ['logSpec', 'logs'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ logSpec, logs }) => {
    const promised = Object.entries(logSpec.labels).map(([name, value]) => `${name}="${value}"`)
    const expected = [...promised, ...Object.entries(logSpec.fields).map(([name, pattern]) => `${name} like /${pattern}/`)].join(', ')
    const found = logs.flatMap(({ probe, answer }) =>
      (answer?.lines ?? [])
        .filter((line) => finds(withStamp(logSpec.contains, probe.stamp), line.line))
        .map((line) => ({ line, probe, pointers: [probe.seq, ...(answer === undefined ? [] : [answer.seq])] })),
    )
    if (found.length === 0)
      return unknown(
        'evidence-missing',
        expected,
        'no stamped line was found',
        logs.map(({ probe }) => probe.seq),
        { follows: ['log-line-found'] },
      )
    for (const { line, pointers } of found) {
      const wanted = Object.fromEntries(
        Object.keys(logSpec.labels)
          .map((name) => [name, line.labels[name]])
          .filter((pair): pair is [string, string] => pair[1] !== undefined),
      )
      const difference = labelDifference(logSpec.labels, wanted)
      const wrong = Object.keys(logSpec.labels).filter((name) => wanted[name] !== logSpec.labels[name])
      if (difference !== '')
        return fail(expected, difference, pointers, {
          diagnosis: `Label ${wrong.join(', ')}: correct relabel_configs or the labels stage of the log collector's job for ${logSpec.service}. With file_log: the operator that sets resource.${wrong[0] ?? ''}, or otlp_config of Loki.`,
        })
      const holes = Object.entries(logSpec.fields)
        .filter(([name]) => line.labels[name] === undefined)
        .map(([name]) => name)
      if (holes.length > 0)
        return fail(expected, `not parsed: ${holes.join(', ')}`, pointers, {
          diagnosis: `The ${logSpec.format === 'json' ? 'json' : 'regex'} stage of the log collector (${logSpec.format}_parser of file_log) is missing or does not match this line: ${line.line.slice(0, 200)}`,
        })
    }
    const streams = logs.find(({ answer }) => (answer?.perRequest ?? []).length > 0)?.answer
    if (streams !== undefined)
      return fail(
        `${expected}, no stream label with one value per request`,
        `${(streams.perRequest ?? []).join(', ')} is a stream label with one value per request`,
        [streams.seq],
        {
          diagnosis:
            'Each request opens a stream of its own, until Loki refuses lines (max_streams_per_user). Keep such a field in structured_metadata, or in the line, instead of the labels stage. https://grafana.com/docs/loki/latest/get-started/labels/cardinality/',
        },
      )
    // A service may say more about a request than the line that is promised, at another level: one of its lines has to be that one.
    for (const { probe } of logs) {
      const own = found.filter((item) => item.probe === probe)
      const wrong = own.map(({ line }) =>
        Object.entries(logSpec.fields).find(
          ([name, pattern]) => !finds(withStamp(pattern, probe.stamp), line.labels[name] ?? '') || isAnothers(name, line, probe.traceId),
        ),
      )
      const first = wrong[0]
      if (first !== undefined && wrong.every((each) => each !== undefined))
        return fail(
          expected,
          `${first[0]} is ${JSON.stringify(own[0]?.line.labels[first[0]])}${own.length > 1 ? `, and none of ${countOf(own.length - 1, 'other line')} is as promised` : ''}`,
          own[0]?.pointers ?? [],
          { diagnosis: whyWrong(first[0], own[0]?.line, logSpec.format, probe.traceId) },
        )
    }
    return pass(expected, `${found.length} of ${found.length} lines with ${expected}`, [...new Set(found.flatMap((item) => item.pointers))])
  },
)

/**
 * A field that is called a trace id has to be that of the request, where the line says it: a well-formed id of something else leads
 * elsewhere.
 */
function isAnothers(name: string, { line, labels }: LogLine, traceId: string): boolean {
  return /trace_?\.?id$/i.test(name) && line.includes(traceId) && labels[name] !== traceId
}

/** Whether the line says what the field should have separates the service from the log collector. */
function whyWrong(name: string, entry: LogLine | undefined, format: string, traceId: string): string {
  const value = entry?.labels[name] ?? ''
  const stage = `the ${format} stage of the log collector takes ${name} from another part of the line, or a later stage (template, replace, static_labels) changes it`
  if (entry === undefined) return `Look whether ${stage}.`
  if (/trace_?\.?id$/i.test(name)) {
    if (value !== '' && traceId.startsWith(value))
      return `It is only the begin of ${traceId}: ${entry.line.includes(traceId) ? stage : 'the service writes it cut short'}.`
    if (value.toLowerCase() === traceId)
      return `It is ${traceId} in capitals: ${entry.line.includes(value) ? 'the service writes it so' : stage}.`
    if (
      entry.line.includes(value) &&
      value !== '' &&
      entry.line.indexOf(value) < entry.line.indexOf('\n') &&
      entry.line.indexOf(traceId) > entry.line.indexOf('\n')
    )
      return 'It is the id of another line in the same entry: the multiline stage of the log collector glues them together. Its firstline must fit each line that begins a record.'
    return entry.line.includes(traceId)
      ? `The line carries the request's own id ${traceId}: ${stage}.`
      : "The line does not carry the request's own id: the service writes another one, or none (propagator, MDC, log context)."
  }
  return value !== '' && entry.line.includes(value)
    ? `${JSON.stringify(value)} stands in the line: the service writes it so, or ${stage}.`
    : `${JSON.stringify(value)} does not stand in the line: ${stage}.`
}
