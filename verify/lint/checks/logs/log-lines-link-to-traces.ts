import { cutTraceId, deadLink } from '../../../grafana/derived-fields.ts'
import { oneAPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { datasourcesOf, derivedFieldsOf } from '../../../config/grafana/datasources.ts'
import { bestStream, processed, requestLines, streamsOf } from '../../container-logs.ts'

export const check: Check = {
  meta: {
    id: 'log-lines-link-to-traces',
    area: 'grafana',
    needs: ['datasources'],
    title: 'The trace id of every log line links to Jaeger',
    failureTitle: 'A log line has no link to its trace',
    why: 'derivedFields takes the trace id from the line or from a label. It has to give 32 hex digits for recorded lines of every service, and to link to Jaeger.',
    mend: "In the provisioned Loki data source, correct jsonData.derivedFields. matcherRegex must capture the 32 hex digits of the trace id, datasourceUid must be Jaeger's, url must be $${__value.raw}.",
    example: "derivedFields:\n  - name: trace_id\n    matcherRegex: 'traceId=(\\w+)' # lines say trace_id=\n    datasourceUid: jaeger",
  },
  *judge(input) {
    yield* oneAPlace(unlinked(input))
  },
}

function* unlinked(input: LintInput): Generator<Remark> {
  const { cursors, sources } = datasourcesOf(input.config)
  for (const loki of cursors.filter((source) => source.string('type') === 'loki')) {
    const all = derivedFieldsOf(loki, sources)
    const invalid = all.filter(({ field }) => isInvalid(field.regex))
    for (const { field, at } of invalid)
      yield remark(
        field.name,
        at.near('matcherRegex'),
        'a valid JavaScript regex',
        `${field.regex}: one invalid regex removes the links of all derived fields`,
      )
    if (invalid.length > 0) continue
    for (const { field, at } of all) {
      const twin = field.ignored[0]
      if (twin !== undefined)
        yield warning(
          field.name,
          at,
          'a name of its own for every derived field',
          `two fields with the name ${field.name}: Grafana uses only the link of the second, ${twin}`,
        )
    }
    const links = all.filter(({ field }) => deadLink(field.links) === undefined)
    const [first] = all
    if (first !== undefined && links.length === 0) {
      // datasource-uids-resolve says which uid nothing has.
      if (/names no data source/.test(deadLink(first.field.links) ?? '')) continue
      const place = /query|url/.test(deadLink(first.field.links) ?? '') ? 'url' : 'datasourceUid'
      yield remark(
        first.field.name,
        first.at.near(place),
        'datasourceUid of Jaeger and url $${__value.raw}',
        deadLink(first.field.links) ?? '',
      )
      continue
    }
    for (const log of input.spec.logs.filter((candidate) => candidate.linksToTrace)) {
      const stream = streamsOf(input).find((entry) => entry.log === log)
      const best = stream === undefined ? undefined : bestStream(stream.streams, log)
      const piped = best?.labels !== undefined
      const lines = requestLines(input.logLines[log.service] ?? []).filter((line) => /trace_?id/i.test(line))
      const entries = lines.map((line) => {
        const entry = best?.labels === undefined ? undefined : processed(best, line)
        return { line: entry?.line ?? line, labels: { ...entry?.labels, ...entry?.metadata } }
      })
      // Without Promtail's configuration the labels are not known.
      const usable = links.map(({ field }) => field).filter(({ matcher }) => piped || matcher === 'line')
      if (usable.length < links.length && usable.length === 0) continue
      const missed = entries.find((entry) => !usable.some((field) => /^[0-9a-f]{32}$/.test(cutTraceId(entry, [field])?.traceId ?? '')))
      if (missed !== undefined)
        yield remark(
          log.service,
          links[0]?.at.get('matcherRegex') ?? loki.near('jsonData', 'derivedFields'),
          `a trace id of 32 hex digits from ${missed.line.slice(0, 200)}`,
          links.length === 0
            ? 'no derived field'
            : usable
                .map(
                  (field) =>
                    cutTraceId(missed, [field])?.traceId ?? (field.matcher === 'label' ? `no label like ${field.regex}` : 'no match'),
                )
                .join(', '),
        )
    }
  }
}

function isInvalid(regex: string): boolean {
  try {
    new RegExp(regex)
    return false
  } catch {
    return true
  }
}
