import type { Labels, LogSpec } from '../../../model/spec.ts'
import { defineCheck } from '../../drill-check.ts'
import { finds, withStamp } from '../../../text/re2.ts'
import { seconds } from '../../../text/instant.ts'
import { formatLabels, labelDifference, labelKey, withoutLabels } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'
import { pointersOf, refusal, unanswered } from '../../signal/answered.ts'

/** Between two looks into the log store. */
const POLL_MS = 1_000

/** Lines are stored under the service's clock, which may differ a little. */
const CLOCK_MS = 5_000

export const check = defineCheck(
  {
    id: 'log-line-found',
    scope: 'log',
    title: 'every stamped log line is in the log store',
    failureTitle: 'a stamped log line is missing in the log store, late or twice',
    why: 'A log pipeline that loses lines looks like a service that logs nothing.',
    mend: 'In the Promtail configuration, correct what it reads of the service (container, positions), its drop and timestamp stages, and the push URL. In a collector with file_log: include, its operators and the endpoint. In the Loki configuration, correct the limits.',
    example: '3 of 3 lines not found within 10 s',
    needs: ['logSpec', 'logs'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ logSpec, logs }) => {
    const expected = `${logs.length} of ${logs.length} lines of ${logSpec.service} in the log store within ${seconds(logSpec.maxDelayMs)}`
    const pointers = pointersOf(logs)
    const refused = refusal(logs, logSpec.request, expected)
    if (refused !== undefined) return refused
    const lost: string[] = []
    let slowest = 0
    const strangers = logs.flatMap(({ answer, strangers: own }) => (answer === undefined ? [] : own))
    for (const { probe, answer, seen } of logs) {
      const notQueried = `the log store was not queried for the line stamped ${probe.stamp}`
      const open = unanswered({ probe, answer }, logSpec.request.expectStatus, expected, notQueried)
      if (open !== undefined || answer === undefined) return open ?? unknown('evidence-missing', expected, notQueried, [probe.seq])
      const lines = seen.flatMap((entry) => entry.lines).filter((line) => finds(withStamp(logSpec.contains, probe.stamp), line.line))
      if (lines.length === 0) lost.push(probe.stamp)
      const aside = lines.map((line) => asideMs(line, probe.sentMs, answer.foundMs ?? answer.atMs))
      const least = Math.min(...aside.map(Math.abs))
      if (lines.length > 0 && least > CLOCK_MS) {
        const ms = aside.find((each) => Math.abs(each) === least) ?? 0
        return fail(
          expected,
          `the line stamped ${probe.stamp} is stored under a time ${seconds(least)} ${ms < 0 ? 'before it was written' : 'after it was found'}: a query for that time does not find it`,
          [probe.seq, answer.seq],
          {
            diagnosis: `Timestamp: ${isZone(least) ? 'so far as a time zone is (a format without zone is read as UTC unless location says otherwise): ' : ''}look at the timestamp stage of the log collector for ${logSpec.service}. Its format or zone is wrong. Or its source is no longer cut out of the line (${logSpec.format === 'json' ? 'json' : 'regex'} stage), and the line keeps the time of another (action_on_failure: fudge)${isZone(least) ? '' : `. Or the clock of ${logSpec.service}'s host is off`}.`,
          },
        )
      }
      // The store itself drops a repeated (time, text) within one stream, which is where a push that is sent again goes.
      const twin = lines.find((line, index) =>
        lines
          .slice(0, index)
          .some((other) => other.line === line.line && labelKey(shared(other, logSpec)) !== labelKey(shared(line, logSpec))),
      )
      const first = twin === undefined ? undefined : lines.find(({ line }) => line === twin.line)
      if (twin !== undefined && first !== undefined) {
        return fail(
          `${expected}, once`,
          `the line stamped ${probe.stamp} is there twice, under different labels: ${labelDifference(shared(first, logSpec), shared(twin, logSpec))}`,
          [probe.seq, answer.seq],
          { diagnosis: `Two scrape configs, or two log collectors, read ${logSpec.service}.` },
        )
      }
      slowest = Math.max(slowest, (answer.foundMs ?? Infinity) - probe.sentMs)
    }
    if (lost.length > 0)
      return fail(expected, `${lost.length} of ${logs.length} lines not found, e.g. the one stamped ${lost[0] ?? ''}`, pointers, {
        diagnosis: whyLost(logSpec, strangers),
      })
    if (slowest > logSpec.maxDelayMs + POLL_MS) return fail(expected, `all arrived, the slowest after ${seconds(slowest)}`, pointers)
    return pass(expected, `all arrived, the slowest after ${seconds(slowest)}`, pointers)
  },
)

function whyLost({ service, request, labels }: LogSpec, strangers: readonly { labels: Labels }[]): string {
  const [stranger] = strangers
  // What goes through another service leaves its stamp in that one's lines as well.
  if (stranger !== undefined && request.service === service)
    return `A line with its stamp is there as one of ${formatLabels(stranger.labels)}, though the request went to ${service}. The labels of the two services are swapped (relabel_configs, or which container is read as which), or both get the same.`
  return `Look at what the log collector reads for ${service} (path or container, positions) and at its drop and match stages. Then at the push URL of the log store, and whether the store refuses lines (the collector's own log says so). Then at the labels: nothing with this stamp is under any ${Object.keys(labels).join(', ')}.`
}

/** Beside the fields of the specification what pipelines parse of a line, and what Loki keeps of a record that came by OTLP. */
const OF_THE_LINE = ['level', 'detected_level', 'trace_id', 'span_id', 'observed_timestamp', 'severity_number', 'severity_text']

/** Labels without what the pipeline parses of the line. */
function shared({ labels }: { labels: Labels }, { fields }: LogSpec): Labels {
  return withoutLabels(labels, [...Object.keys(fields), ...OF_THE_LINE])
}

/** Zones are quarters of an hour apart; the clock's own few seconds and the line's way come on top. */
function isZone(ms: number): boolean {
  return ms > 14 * 60_000 && Math.abs(ms - Math.round(ms / 900_000) * 900_000) <= 2 * CLOCK_MS
}

/** How far before it was sent (negative) or after it was found the line's own time is; 0 between, or where it is no number. */
function asideMs({ timeNs }: { timeNs: string }, sentMs: number, foundMs: number): number {
  const ms = /^\d{7,}$/.test(timeNs) ? Number(timeNs.slice(0, -6)) : NaN
  return ms < sentMs ? ms - sentMs : ms > foundMs ? ms - foundMs : 0
}
