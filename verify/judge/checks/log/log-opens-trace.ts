import { deadLink } from '../../../grafana/derived-fields.ts'
import type { Labels } from '../../../model/spec.ts'
import { defineCheck } from '../../drill-check.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'log-opens-trace',
    scope: 'log',
    title: 'the derived field of the log line opens its trace',
    failureTitle: 'the derived field of the log line does not open its trace',
    why: 'Grafana links a line to its trace by the deployed derivedFields regex; a wrong group or a missing id makes a dead link.',
    mend: 'In the provisioned Loki data source, correct derivedFields (matcherRegex, datasourceUid, url); or make the service write its trace id into the line.',
    example: 'the regex "traceId=(\\\\w+)" finds no trace id in the line',
    needs: ['logSpec', 'logs', 'logLinks'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ logSpec, logs, logLinks }) => {
    if (!logSpec.linksToTrace) return skip('a link to a trace', `the specification has none for ${logSpec.service}`)
    const expected = "the trace id that the deployed derivedFields regex cuts from the line is the request's and in the trace store"
    const pointers = logLinks.map((link) => link.seq)
    if (logLinks.length === 0)
      return unknown(
        'evidence-missing',
        expected,
        'no line to follow to its trace',
        logs.map(({ probe }) => probe.seq),
        { follows: ['log-line-found'] },
      )
    const sent = new Set(logs.map(({ probe }) => probe.traceId))
    for (const link of logLinks) {
      const file = link.file ?? 'the Grafana data sources'
      if (link.regex === '' && (link.file === undefined || link.error !== undefined))
        return unknown(
          'evidence-missing',
          expected,
          link.error === undefined
            ? 'no derivedFields regex is deployed, or the target does not say where'
            : `${file} could not be read: ${link.error}`,
          [link.seq],
        )
      if (link.regex === '') return fail(expected, `the Loki data source of ${file} has no derivedFields regex`, [link.seq])
      if (link.traceId === null && link.error !== undefined)
        return fail(expected, `the regex is invalid: ${link.error}`, [link.seq], {
          diagnosis: `derivedFields.matcherRegex in ${file} is JavaScript's, not RE2's: (?P<name>...) and (?i) are no syntax there. One invalid regex takes the links of all fields away.`,
        })
      const byLabel = link.matcher === 'label'
      const ignored =
        (link.ignored ?? []).length > 0
          ? ` Of fields of one name Grafana uses the first one's regex only: ${(link.ignored ?? []).map((regex) => JSON.stringify(regex)).join(', ')} does nothing.`
          : ''
      if (link.traceId === null && byLabel)
        return fail(expected, `no label or field of the line is called like ${JSON.stringify(link.regex)}`, [link.seq], {
          diagnosis: `With matcherType label, matcherRegex in ${file} names a label, a parsed field or structured metadata of the line. Compare it with those, and look at the labels and structured_metadata stages of the log collector.${ignored}`,
        })
      if (link.traceId === null)
        return fail(expected, `the regex ${JSON.stringify(link.regex)} finds no trace id in the line`, [link.seq], {
          diagnosis: `${whyNone(
            file,
            sent,
            logs.flatMap(({ answer }) => answer?.lines ?? []),
          )}${ignored}`,
        })
      if (!sent.has(link.traceId))
        return fail(
          expected,
          `${byLabel ? 'the field gives' : 'the regex cuts out'} ${link.traceId}, which is not the id of the request`,
          [link.seq],
          {
            diagnosis: `${otherId(
              link.traceId,
              sent,
              logs.flatMap(({ answer }) => answer?.lines ?? []),
            )} Look at derivedFields.matcherRegex in ${file}.${ignored}`,
          },
        )
      const dead = link.links === undefined ? undefined : deadLink(link.links)
      if (dead !== undefined)
        return fail(expected, `the id is cut out, but a click on it opens no trace: ${dead}`, [link.seq], {
          diagnosis: `Look at datasourceUid and url of the derived field in ${file}. With a data source the url is its query, $\${__value.raw} (in a provisioning file each $ is written twice).`,
        })
      if (link.error !== undefined) return unknown('source-unreachable', expected, link.error, [link.seq])
      if (!link.found) return fail(expected, `trace ${link.traceId} is not in the trace store`, [link.seq])
    }
    return pass(
      expected,
      `${logLinks.length} of ${logLinks.length} lines of ${logSpec.service} open their trace${logLinks[0]?.traceId === undefined || logLinks[0].traceId === null ? '' : ` (${logLinks[0].traceId})`}`,
      pointers,
    )
  },
)

/** Whether the id is in the line, only beside it, or nowhere. */
function whyNone(file: string, sent: ReadonlySet<string>, lines: readonly { line: string; labels: Labels }[]): string {
  const ids = [...sent]
  if (ids.some((id) => lines.some(({ line }) => line.includes(id))))
    return `The line carries the id: derivedFields.matcherRegex in ${file} does not fit how it is written there.`
  const beside = lines.flatMap(({ labels }) => Object.keys(labels).filter((name) => ids.includes(labels[name] ?? '')))[0]
  if (beside !== undefined)
    return `The id was parsed (${beside}) and is no longer in the line: an output, replace or pack stage of the log collector took it out. Keep the line, or let the derived field in ${file} look at ${beside} (matcherType label).`
  return `Compare derivedFields.matcherRegex in ${file} with a real line; the line may lack the id because the agent does not write it into the log context.`
}

/** What the id is instead, as far as the lines tell. */
function otherId(cut: string, sent: ReadonlySet<string>, lines: readonly { line: string }[]): string {
  const own = [...sent].find((id) => lines.some(({ line }) => line.includes(id)))
  if (own === undefined)
    return "The lines do not carry the request's own id: the service started a trace of its own instead of joining the caller's."
  if (cut !== '' && own.startsWith(cut.toLowerCase())) return 'It is the start of the trace id: the regex takes too few digits.'
  if (/^[0-9a-f]{16}$/i.test(cut))
    return 'It is as long as a span id: the regex, or its group, takes that instead of the trace id, which is in the line as well.'
  return 'The line carries the right id as well: the regex takes another part of it, or another group.'
}
