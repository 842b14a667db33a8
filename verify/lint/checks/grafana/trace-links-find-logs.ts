import { traceToLogsOf } from '../../../grafana/trace-to-logs.ts'
import { remark, warning, type Check, type LintInput } from '../../lint-check.ts'
import { datasourcesOf } from '../../../config/grafana/datasources.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { bestStream, processed, streamsOf } from '../../container-logs.ts'

export const check: Check = {
  meta: {
    id: 'trace-links-find-logs',
    needs: ['datasources'],
    title: 'The link from a span to its logs queries labels that the streams have',
    failureTitle: 'The link from a span to its logs finds no lines',
    why: "Grafana makes a LogQL query of a span's attributes (tracesToLogsV2). A label that no stream has, a variable written with one $ or time shifts in the wrong order find nothing, without an error.",
    mend: 'In the provisioned Jaeger data source, correct jsonData.tracesToLogsV2: labels of log lines, each variable with $$, spanStartTimeShift negative.',
    example: 'tracesToLogsV2:\n  datasourceUid: loki\n  customQuery: true\n  query: \'{service=~".+"} |= "${__span.traceId}"\' # one $',
  },
  *judge(input) {
    const { cursors, sources } = datasourcesOf(input.config)
    const known = labelsOf(input)
    for (const jaeger of cursors.filter((source) => source.string('type') === 'jaeger')) {
      const key = jaeger.get('jsonData', 'tracesToLogsV2') === undefined ? 'tracesToLogs' : 'tracesToLogsV2'
      const at = jaeger.get('jsonData', key)
      const options = traceToLogsOf(jaeger.get('jsonData')?.plain(), sources)
      if (at === undefined || options === undefined) continue
      const { type, query, tags, startShiftMs, endShiftMs } = options
      if (typeof type === 'string' && !LOG_STORES.test(type))
        yield remark(key, at.near('datasourceUid'), 'the uid of a data source of logs', `a data source of type ${type}`)
      for (const [name, shift] of [
        ['spanStartTimeShift', startShiftMs],
        ['spanEndTimeShift', endShiftMs],
      ] as const)
        if (shift === null) yield remark(key, at.near(name), 'a duration like -1m', at.string(name) ?? '')
      if (startShiftMs !== null && endShiftMs !== null && startShiftMs > endShiftMs)
        yield remark(
          key,
          at.near('spanStartTimeShift'),
          'spanStartTimeShift before spanEndTimeShift (-1m and 1m)',
          `${at.string('spanStartTimeShift') ?? '0'} and ${at.string('spanEndTimeShift') ?? '0'}`,
        )
      const single = /(?<!\$)\$\{?__\w[^}"]*\}?/.exec(at.string('query') ?? '')?.[0]
      if (query !== null && single !== undefined)
        yield remark(key, at.near('query'), `$${single}`, `${single}: Grafana expands it as an environment variable, to an empty text`)
      const names =
        query === null
          ? tags.map(({ label }) => label)
          : [...(/\{([^{}]*(?:\$\{[^}]*\}[^{}]*)*)\}/.exec(query)?.[1] ?? '').matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!=|!~|=)/g)].map(
              (match) => match[1] ?? '',
            )
      const asked = names.filter((name) => name !== '')
      // A mapped tag that the span does not have is left out of the query; only when none is a label the query is sure to find nothing.
      const strange =
        known === undefined ? [] : asked.filter((name) => !known.has(name) && (query !== null || asked.every((other) => !known.has(other))))
      for (const name of strange)
        yield remark(
          key,
          at.get(query === null ? 'tags' : 'query') ?? at,
          `a label of the log streams (${[...(known ?? [])].join(', ')})`,
          `${name}${didYouMean(name, known ?? [])}`,
        )
      // Jaeger takes service.name for the process's name:
      // https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/translator/jaeger
      const byName = query === null ? tags.length > 0 && tags.every((tag) => tag.key === 'service.name') : query.includes('service.name')
      if (byName)
        yield warning(
          key,
          at.get(query === null ? 'tags' : 'query') ?? at,
          "tags of Jaeger's spans, or customQuery with $${__span.traceId}",
          'service.name, which is no tag in Jaeger: Grafana shows no link',
        )
    }
  },
}

/** Others than Loki have queries of their own. */
const LOG_STORES = /loki|elasticsearch|opensearch|splunk|cloudwatch|logging|logs|falcon/

/** Of all lines together; undefined without the log collector's configuration. */
function labelsOf(input: LintInput): Set<string> | undefined {
  const names = streamsOf(input).flatMap(({ log, streams }) => {
    const best = bestStream(streams, log)
    if (best?.labels === undefined) return []
    return [
      ...Object.keys(best.labels),
      ...(input.logLines[log.service] ?? []).flatMap((line) =>
        Object.entries(processed(best, line).labels).flatMap(([name, value]) => (value === '' ? [] : [name])),
      ),
    ]
  })
  // Loki 3 adds it by itself.
  return names.length === 0 ? undefined : new Set([...names, 'service_name'])
}
