import type { FlowRow } from '../../../model/journal.ts'
import { defineCheck } from '../../drill-check.ts'
import type { Entry } from '../../drill-check.ts'
import { describeDelays } from '../../../text/quantiles.ts'
import { seconds } from '../../../text/instant.ts'
import { labelDifference } from '../../../promql/labels.ts'
import { stalledWithin } from '../../record/stalls.ts'
import { outOfOrder } from '../../signal/line-order.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import { countOf } from '../../../text/count-of.ts'

/** Between two looks into the log store, and the question's own way. */
const POLL_MS = 1_000

export const check = defineCheck(
  {
    id: 'log-none-lost',
    scope: 'log',
    title: 'no log line lost under steady and burst traffic',
    failureTitle: 'log lines lost, late or duplicated under steady and burst traffic',
    why: 'A pipeline that delivers one line may lose some of many: by a limit, a drop stage, a full queue or a restart. A few copies are allowed (at least once) and counted; when half of the lines are there twice, two jobs collect them.',
    mend: 'Correct a drop, sampling or limit stage of Promtail, its backoff_config, or limits_config of Loki; with copies, read the service in one job only. In a collector with file_log: filter operators and retry_on_failure.',
    example: '318 of 330 arrived: 12 lost, 0 duplicated',
    needs: ['logSpec', 'logFlows', 'health'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ logSpec, logFlows, health }) => {
    if (logSpec.flow === undefined) return skip('a flow of stamped lines', 'the specification asks for none')
    const flow = logFlows.at(-1)
    const expected = `${logSpec.flow.steady} lines at ${logSpec.flow.ratePerS}/s and ${logSpec.flow.burst} at once, each in the store within ${seconds(logSpec.maxDelayMs)}`
    if (flow === undefined) return unknown('evidence-missing', expected, 'no flow was recorded', [])
    const pointers = [flow.seq]
    if (flow.error !== undefined) return unknown('source-unreachable', expected, flow.error, pointers)
    const wanted = logSpec.flow.steady + logSpec.flow.burst
    if (flow.rows.length < wanted)
      return unknown('evidence-missing', expected, `only ${flow.rows.length} of ${wanted} requests are recorded`, pointers)
    const answered = flow.rows.filter(([, , status]) => status !== 0)
    const refused = answered.filter(([, , status]) => status !== logSpec.request.expectStatus).length
    // A request without an answer may or may not have left a line; too many of them leave nothing to count by.
    if (answered.length < flow.rows.length / 2)
      return unknown('not-injected', expected, `only ${answered.length} of ${flow.rows.length} requests were answered`, pointers)

    const lost = answered.filter(([, , , , , copies]) => copies === 0)
    const copies = answered.reduce((sum, row) => sum + Math.max(0, row[5] - 1), 0)
    const delays = answered.filter((row) => row[4] !== -1).map(([sentMs, , , , arrivedMs]) => arrivedMs - sentMs)
    const longestMs = logSpec.maxDelayMs + POLL_MS
    const lateRows = answered.filter(([sentMs, , , , arrivedMs]) => arrivedMs !== -1 && arrivedMs - sentMs > longestMs)
    const late = lateRows.length
    const notes = [
      refused > 0 ? `${refused} answered with another status than ${logSpec.request.expectStatus}` : '',
      answered.length < flow.rows.length ? `${flow.rows.length - answered.length} requests not answered` : '',
    ].filter((note) => note !== '')
    const observed = `${answered.length - lost.length} of ${answered.length} lines arrived: ${lost.length} lost, ${copies} duplicated, ${outOfOrder(answered)} out of order; delay ${describeDelays(delays)}${notes.map((note) => `; ${note}`).join('')}`
    if (lost.length > 0)
      return fail(expected, observed, pointers, {
        diagnosis:
          (flow.glued ?? 0) >= lost.length / 2
            ? whyGlued(flow.glued ?? 0, logSpec.service)
            : whereLost(flow.rows, flow.steady, lost.length, logSpec.service),
      })
    const doubled = answered.filter(([, , , , , copies]) => copies > 1).length
    // A push that is sent again doubles what it held, and lands in the same stream; a calm system sends few again.
    if (doubled >= answered.length / 2)
      return fail(`${expected}, once`, `${observed}; ${countOf(doubled, 'line')} more than once`, pointers, {
        diagnosis: whyTwice(flow.twice, logSpec.service),
      })
    // When a line arrived is when the drill saw it.
    const stalls = lateRows.map(([sentMs, , , , arrivedMs]) => ({
      overMs: arrivedMs - sentMs - longestMs,
      stalledMs: stalledWithin(health, flow.startedMs + sentMs, flow.startedMs + arrivedMs),
    }))
    if (late > 0 && stalls.every(({ overMs, stalledMs }) => stalledMs >= overMs))
      return unknown(
        'verifier-stalled',
        expected,
        `${observed}; ${late} late, but the drill process itself stalled for ${seconds(Math.max(...stalls.map(({ stalledMs }) => stalledMs)))} meanwhile`,
        pointers,
      )
    if (late > 0)
      return fail(expected, `${observed}; ${late} late`, pointers, {
        diagnosis: 'Lower batchwait and backoff_config of the clients section of the log collector, or mend the lag of the log store.',
      })
    return pass(expected, observed, pointers)
  },
)

function whyGlued(glued: number, service: string): string {
  return `${glued} of the missing lines are there, inside the entry of another. The multiline stage of the log collector for ${service} takes the first line of a record for a further one. firstline must fit each line that begins a record.`
}

function whyTwice(twice: Entry<'log-flow'>['twice'], service: string): string {
  if (twice === undefined)
    return `The copies are in the same stream at other times. The log collector reads ${service} twice, or has lost its positions and reads all again; and no timestamp stage gives a line its own time.`
  const [one, other] = twice.labels
  return `Two scrape configs, or two log collectors, read ${service}: ${countOf(twice.lines, 'line')} are in two streams. ${labelDifference(one, other)}.`
}

/** What stands still takes all that is written meanwhile; so brief a time nothing stands still for. */
const BRIEF_MS = 200

/**
 * The pattern of the holes shows what made them: what picks by content leaves others of the same moment alone, what fails for a time does
 * not.
 */
function whereLost(rows: readonly FlowRow[], steady: number, lost: number, service: string): string {
  const holes = rows.flatMap((row, index) => (row[2] !== 0 && row[5] === 0 ? [index] : []))
  const first = holes[0] ?? 0
  const last = holes.at(-1) ?? 0
  if (lost === rows.filter(([, , status]) => status !== 0).length)
    return `Not one line of ${service} came. Its stream is not read, or not under the label service="${service}", or stored under another time (timestamp stage). Or the store refuses what is pushed (limits, structured metadata, a tenant): the collector's own log says so.`
  const times = holes.map((index) => rows[index]?.[1] ?? 0)
  const [fromMs, untilMs] = [Math.min(...times), Math.max(...times)]
  // Lines are written when their request is answered; of those in flight at once, each in its own order.
  const came = rows.filter(([, , status, , , copies]) => status !== 0 && copies > 0).map(([, answeredMs]) => answeredMs)
  const between = came.filter((ms) => ms >= fromMs && ms <= untilMs).length
  const soonAfter = came.filter((ms) => ms > untilMs && ms <= untilMs + BRIEF_MS).length
  if (between >= holes.length || (untilMs - fromMs < BRIEF_MS && soonAfter > 0)) {
    return `Lines are missing here and there (rows ${ranges(holes)}), while ${between + soonAfter} others of the same moment came. Look at drop, match, sampling and limit stages of the log collector, and for lines rejected one by one (too old, too far ahead, too long).`
  }
  if (first >= steady)
    return 'Only lines of the burst are missing. Look at the rate limits of the store (ingestion_rate_mb, per_stream_rate_limit), at the limit stage, and for a full buffer between.'
  if (holes.length === last - first + 1 && holes.length > 1)
    return `The missing lines are one stretch (${first} to ${last}). The collector or the store stood still and did not go on where it had stopped: look at positions file and retries.`
  return 'Lines are missing here and there: a drop, match or sampling stage, or lines rejected one by one (too old, too far ahead, too long).'
}

/** `10-29, 33`, the first few. */
function ranges(indices: readonly number[]): string {
  const runs: [number, number][] = []
  for (const index of indices) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else runs.push([index, index])
  }
  return (
    runs
      .slice(0, 5)
      .map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
      .join(', ') + (runs.length > 5 ? ' ...' : '')
  )
}
