import { defineCheck } from '../../drill-check.ts'
import type { Entry } from '../../drill-check.ts'
import { finds, withStamp } from '../../../text/re2.ts'
import { seconds } from '../../../text/instant.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import { countOf } from '../../../text/count-of.ts'

export const check = defineCheck(
  {
    id: 'log-lines-together',
    scope: 'log',
    title: 'a record of several lines is one log entry',
    failureTitle: 'a record of several lines is split into entries',
    why: 'A split stack trace leaves lines without level and trace id: a search for the error does not show its cause.',
    mend: 'In the Promtail configuration, correct the multiline stage of the service. firstline must match the first line of a record and no other; max_lines and max_wait_time must let the whole record in. In a collector with file_log it is the operator recombine with is_first_entry.',
    example: "the stack trace's 12 lines stand alone beside its first line",
    needs: ['logSpec', 'logRecord'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ logSpec, logRecord }) => {
    const { multiline } = logSpec
    if (multiline === undefined) return skip('a record of several lines', `the specification has no such record for ${logSpec.service}`)
    const fields = Object.entries(multiline.fields)
    const expected = `one entry of at least ${multiline.lines} lines within ${seconds(logSpec.maxDelayMs)}${fields.length > 0 ? `, with ${fields.map(([name, pattern]) => `${name} like /${pattern}/`).join(', ')}` : ''}`
    const { entry, expectStatus } = logRecord
    if (expectStatus === undefined)
      return skip(expected, `the request that makes it is that of ${multiline.trace ?? 'another path'}, which was not part of this drill`)
    if (entry === undefined) return unknown('evidence-missing', expected, 'the log store was not queried for it', [])
    const pointers = [entry.seq]
    if (entry.status !== expectStatus)
      return unknown(
        'not-injected',
        expected,
        `the request itself failed: ${entry.status === 0 ? (entry.error ?? 'no answer') : `status ${entry.status} instead of ${expectStatus}`}`,
        pointers,
      )
    if (entry.error !== undefined) return unknown('source-unreachable', expected, entry.error, pointers)

    const whole = entry.lines.filter(({ line }) => finds(withStamp(multiline.contains, entry.stamp), line))
    const record = whole.find(({ rows }) => rows >= multiline.lines)
    if (record === undefined) {
      const longest = Math.max(0, ...entry.lines.map(({ rows }) => rows))
      const parts =
        entry.pieces.length > 0
          ? `; ${entry.pieces.length} lines of it are entries of their own, e.g. ${JSON.stringify(entry.pieces[0]?.line.slice(0, 120))}`
          : ''
      const observed =
        entry.lines.length + entry.pieces.length === 0
          ? 'no entry of it is in the log store'
          : `${whole.length > 0 ? 'its entry has' : `of ${entry.lines.length} entries with its stamp none is it; the longest has`} ${countOf(longest, 'line')}${parts}`
      return fail(expected, observed, pointers, { diagnosis: whyNot(logSpec.service, entry, whole.length > 0) })
    }
    const wrong = fields.find(([name, pattern]) => !finds(withStamp(pattern, entry.stamp), record.labels[name] ?? ''))
    if (wrong !== undefined)
      return fail(
        expected,
        `one entry of ${record.rows} lines, but ${wrong[0]} is ${JSON.stringify(record.labels[wrong[0]] ?? null)}`,
        pointers,
        {
          diagnosis: `The ${logSpec.format === 'json' ? 'json' : 'regex'} stage of the log collector does not fit a record of several lines (in RE2 a dot stops at a line break, unless (?s)).`,
        },
      )
    return pass(expected, `one entry of ${record.rows} lines`, pointers)
  },
)

/** Pieces tell of a tear; a record that is there and too short was cut; nothing of it at all was not kept. */
function whyNot(service: string, { lines, pieces, stamp }: Entry<'log-record'>, whole: boolean): string {
  const multiline = `the multiline stage of the log collector for ${service}: firstline fits the first line of a record alone, max_wait_time and max_lines let it in whole`
  if (pieces.length > 0) return `Look at ${multiline}.`
  if (whole)
    return `The record begins and is cut short. Look at max_lines of the multiline stage, at output and replace stages, and at the store's max_line_size with max_line_size_truncate. Or ${service} writes it on fewer lines now.`
  const others = lines.length > 0 ? `${countOf(lines.length, 'other line')} stamped ${stamp} came` : 'No line with its stamp came'
  return `${others}, and no piece of the record. It is dropped (drop stage: longer_than, expression, a level) or refused as too long (max_line_size of the store, limits of the collector). Or it is stored under another time or other labels, or ${service} does not write it now. Else look at ${multiline}.`
}
