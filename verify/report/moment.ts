import type { JournalEntry } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Moment } from '../model/report.ts'
import { line as plainLine } from '../text/printable.ts'
import { clockTime } from '../text/instant.ts'
import { isRecord } from '../text/is-record.ts'
import { table } from './blocks.ts'
import type { Block } from './blocks.ts'
import { countOf } from '../text/count-of.ts'

/** A stack trace is for the log store; the page shows what the line begins with. */
const SHOWN_CHARS = 300

/** What the metric, the log and the traces said when an experiment's alert fired, joined from the journal. */
export function momentsOf(
  experiment: PlannedExperiment,
  entries: readonly JournalEntry[],
  firedMs: number | null,
  runId: string,
): Moment[] {
  // Of the attempt that is judged: the last one.
  const lastLeg = entries.findLast((entry) => entry.kind === 'leg' && entry.experiment === experiment.id)?.seq ?? -1
  return entries.flatMap((entry): Moment[] =>
    entry.kind !== 'alert-logs' || !isWhole(entry) || entry.experiment !== experiment.id || entry.seq < lastLeg
      ? []
      : [
          {
            alert: entry.alert,
            labels: entry.labels,
            runId,
            pointer: entry.seq,
            metric: metricAt(
              experiment,
              entries,
              entry.labels,
              firedMs !== null && firedMs >= entry.fromMs && firedMs <= entry.untilMs ? firedMs : entry.untilMs,
            ),
            services: entry.services,
            fromMs: entry.fromMs,
            untilMs: entry.untilMs,
            query: entry.query,
            count: entry.count,
            more: entry.more,
            lines: entry.lines.map(({ timeNs, labels, line, traceId }) => ({
              atMs: Number(timeNs.slice(0, -6)),
              service: labels['service'] ?? '',
              level: labels['level'] ?? labels['detected_level'] ?? '',
              text: shorten(plainLine(saidBy(line))),
              traceId,
              of: requestOf(line, traceId, entry, runId),
            })),
            traces: (entry.traces ?? []).map(({ operation, status, ...request }) => ({
              ...request,
              operation: shorten(plainLine(operation)),
              status: status ?? '',
            })),
            ...(entry.error === undefined ? {} : { error: entry.error }),
          },
        ],
  )
}

/** What a line of JSON says, without what stands in the columns beside it; it may have been cut. */
function saidBy(line: string): string {
  if (!line.startsWith('{')) return line
  const quoted = /"(?:message|msg)"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
  try {
    return quoted === undefined ? line : String(JSON.parse(quoted))
  } catch {
    return line
  }
}

/** By the trace, when it is one of the experiment's own; else by the run id in the line, <run>.<experiment>.<leg>. */
function requestOf(
  line: string,
  traceId: string | null,
  { experiment, traces = [] }: Extract<JournalEntry, { kind: 'alert-logs' }>,
  runId: string,
): string {
  if (traceId !== null && traces.some((each) => each.traceId === traceId)) return experiment ?? ''
  const at = runId === '' ? -1 : line.indexOf(`${runId}.`)
  return at === -1 ? '' : (/^[a-z0-9-]{1,80}(?=\.)/.exec(line.slice(at + runId.length + 1, at + runId.length + 82))?.[0] ?? '')
}

/** A journal that was damaged by hand or by a disk may hold anything. */
function isWhole(entry: Extract<JournalEntry, { kind: 'alert-logs' }>): boolean {
  const { labels, services, lines, traces = [] } = entry
  return (
    isRecord(labels) &&
    Array.isArray(services) &&
    Array.isArray(lines) &&
    lines.every((each) => isRecord(each) && isRecord(each.labels) && typeof each.timeNs === 'string' && typeof each.line === 'string') &&
    Array.isArray(traces) &&
    traces.every((each) => isRecord(each) && typeof each.operation === 'string')
  )
}

function metricAt(
  { id, threshold, comparator }: PlannedExperiment,
  entries: readonly JournalEntry[],
  labels: Readonly<Record<string, string>>,
  atMs: number,
): Moment['metric'] {
  const entry = entries.findLast((candidate) => candidate.kind === 'evaluated' && candidate.experiment === id && candidate.what === 'value')
  if (entry?.kind !== 'evaluated') return null
  const series = (Array.isArray(entry.series) ? entry.series : []).find(
    (one) =>
      isRecord(one) &&
      isRecord(one.metric) &&
      Object.entries(one.metric).every(([name, value]) => name === '__name__' || labels[name] === value),
  )
  const sample = (Array.isArray(series?.values) ? series.values : []).findLast((each) => Array.isArray(each) && each[0] * 1_000 <= atMs)
  return sample === undefined ? null : { value: sample[1], comparator, threshold, atMs: sample[0] * 1_000, pointer: entry.seq }
}

export function momentBlocks(moments: readonly Moment[]): Block[] {
  return moments.flatMap((moment): Block[] => [
    { kind: 'line', text: `At that moment: ${sentence(moment)} (journal ${moment.pointer})` },
    ...table(
      ['time (UTC)', 'service', 'level', 'line', 'request of', 'trace'],
      moment.lines.map((each) => [
        clockTime(each.atMs),
        each.service,
        each.level,
        each.text,
        each.of === '' ? '–' : each.of,
        each.traceId ?? '–',
      ]),
    ),
    ...table(
      ['its requests (UTC)', 'service', 'operation', 'status', 'took', 'trace'],
      moment.traces.map((each) => [clockTime(each.atMs), each.service, each.operation, outcome(each), took(each), each.traceId]),
    ),
  ])
}

/** The metric's value and what the log query found when the alert fired. */
export function sentence({ alert, labels, runId, metric, services, fromMs, untilMs, query, count, more, lines, error }: Moment): string {
  const who = `${alert}{${Object.entries(labels)
    .map(([name, text]) => `${name}=${JSON.stringify(text)}`)
    .join(', ')}}`
  const value = `run ${runId}, ${who}: ${metric === null ? 'no value was recorded' : `the value was ${figure(metric.value)} (${metric.comparator} ${metric.threshold} fires)`}`
  const where = `${services.join(', ')} from ${clockTime(fromMs)} to ${clockTime(untilMs)}`
  if (error !== undefined) return `${value}; the lines of ${where} could not be read: ${error}`
  return `${value}; ${more ? 'more than ' : ''}${countOf(count, 'line')} of WARN and worse of ${where}${lines.length > 0 && lines.length < count ? `, the first ${lines.length} below` : ''}; query: ${query}`
}

/** Sixteen digits are for the journal. */
function figure(value: string): string {
  const number = Number(value)
  return Number.isFinite(number) && value !== '' ? String(Number(number.toPrecision(5))) : value
}

function outcome({ status, error }: Moment['traces'][number]): string {
  return `${status}${error ? ' error' : ''}`.trim()
}

function took({ durationMs }: Moment['traces'][number]): string {
  return `${durationMs.toFixed(1)} ms`
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)} [...]` : text
}
