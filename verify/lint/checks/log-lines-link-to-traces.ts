import { remark } from '../check.ts'
import type { Check } from '../check.ts'
import { capture } from '../promtail.ts'
import { bestStream, processed, requestLines, streamsOf } from '../log-streams.ts'

export const check: Check = {
  meta: {
    id: 'log-lines-link-to-traces', area: 'grafana', severity: 'error', needs: ['datasources'],
    title: 'The trace id of every service\'s log line leads to Jaeger', failureTitle: 'A log line does not lead to its trace',
    why: 'derivedFields cuts the trace id out of the line. The regex is run on lines that the services really wrote: it must give 32 hex digits for each, and link to Jaeger.',
  },
  *judge(input) {
    const sources = input.config.datasources.flatMap((file) => file.get('datasources')?.items() ?? [])
    const jaeger = sources.find((source) => source.string('type') === 'jaeger')?.string('uid')
    for (const loki of sources.filter((source) => source.string('type') === 'loki')) {
      const fields = loki.get('jsonData', 'derivedFields')?.items() ?? []
      const links = fields.filter((field) => jaeger === undefined || field.string('datasourceUid') === jaeger)
      if (fields.length > 0 && links.length === 0) yield remark('derivedFields', fields[0]?.get('datasourceUid') ?? loki, `datasourceUid: ${jaeger ?? ''} (Jaeger)`, fields.map((field) => field.string('datasourceUid') ?? 'no datasource').join(', '))
      for (const field of links) {
        const url = field.string('url') ?? ''
        // With a datasource the url is the query: the raw value. $$ is the $ of provisioning files.
        if (field.has('datasourceUid') && !/^\$\$?\{__value\.raw\}$/.test(url)) yield remark(field.string('name') ?? 'derivedFields', field.get('url') ?? field, 'url: $${__value.raw}', url === '' ? 'no url' : url)
      }
      for (const log of input.spec.logs.filter((candidate) => candidate.linksToTrace)) {
        const stream = streamsOf(input).find((entry) => entry.log === log)
        const best = stream === undefined ? undefined : bestStream(stream.streams, log)
        const lines = requestLines(input.logLines[log.service] ?? []).filter((line) => /trace_?id/i.test(line)).map((line) => best?.labels === undefined ? line : processed(best, line).line)
        const missed = lines.find((line) => !links.some((field) => field.string('matcherType') !== 'label' && /^[0-9a-f]{32}$/.test(firstGroup(field.string('matcherRegex') ?? '', line))))
        if (missed !== undefined) yield remark(log.service, links[0]?.get('matcherRegex') ?? loki.get('jsonData', 'derivedFields') ?? loki, `a trace id of 32 hex digits from ${missed.slice(0, 200)}`, links.length === 0 ? 'no derived field' : links.map((field) => firstGroup(field.string('matcherRegex') ?? '', missed) || 'no match').join(', '))
      }
    }
  },
}

/** Grafana takes the first group of the first match. */
function firstGroup(pattern: string, line: string): string {
  return Object.values(capture(pattern.replace(/\((?!\?)/, '(?P<value>'), line) ?? {})[0] ?? ''
}
