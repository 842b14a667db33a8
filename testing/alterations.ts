/**
 * Ways to spoil the evidence of any journal, as a broken platform or a lost recording would. A check that passes and cannot be made to
 * fail by one of them proves nothing there: `verdictOf` asks for that proof of every pass.
 */
import { recordOf } from '../verify/judge/record/recorder.ts'
import type { RunRecord } from '../verify/judge/record/recorder.ts'
import type { Journal, JournalEntry, Sample, Series, Span } from '../verify/model/journal.ts'

type Kind = JournalEntry['kind']
type Entry<K extends Kind> = Extract<JournalEntry, { kind: K }>
type Alteration = (entries: readonly JournalEntry[]) => JournalEntry[]

function each<K extends Kind>(kind: K, change: (entry: Entry<K>) => object | undefined): Alteration {
  return (entries) =>
    entries.flatMap((entry) => (entry.kind === kind ? ((change(entry as Entry<K>) as JournalEntry | undefined) ?? []) : entry))
}

const values = (series: readonly Series[], change: (value: string, timeS: number) => Sample): Series[] =>
  series.map((one) => ({ ...one, values: one.values.map(([timeS, value]) => change(value, timeS)) }))
const plus =
  (by: number) =>
  (value: string, timeS: number): Sample => [timeS, String(Number(value) + by)]
const later =
  (byS: number) =>
  (value: string, timeS: number): Sample => [timeS + byS, value]
type Notified = { status: string; labels: Record<string, string>; annotations: Record<string, string>; startsAt: string }
const notified = (change: (alert: Notified, entry: Entry<'notification'>) => object): Alteration =>
  each('notification', (entry) => {
    const { body } = entry
    if (typeof body !== 'object' || body === null || !('alerts' in body) || !Array.isArray(body.alerts)) return entry
    return { ...entry, body: { ...body, alerts: (body.alerts as Notified[]).map((alert) => change(alert, entry)) } }
  })
const spans = (change: (span: Span, index: number) => object | undefined): Alteration =>
  each('trace', (entry) =>
    entry.trace === null
      ? entry
      : { ...entry, trace: { ...entry.trace, spans: entry.trace.spans.flatMap((span, index) => change(span, index) ?? []) } },
  )
const alerts = (change: (series: readonly Series[]) => readonly Series[]): Alteration =>
  each('alerts-series', (entry) => ({ ...entry, series: change(entry.series) }))

export const ALTERATIONS: Record<string, Alteration> = {
  'requests are answered for a while, then no longer': each('answers', (entry) => ({
    ...entry,
    rows: entry.rows.map(([row, sentMs, tookMs, status]) => [row, sentMs, tookMs, sentMs < 21_500 ? status : 0]),
  })),
  'ALERTS is empty': alerts(() => []),
  'ALERTS is a minute late': alerts((series) => values(series, later(60))),
  'ALERTS is a minute early': alerts((series) => values(series, later(-60))),
  'ALERTS is there all the time': (entries) => {
    const evaluated = entries.find((entry) => entry.kind === 'evaluated')
    return alerts((series) => (evaluated === undefined ? series : series.map((one) => ({ ...one, values: grid(evaluated, '1') }))))(entries)
  },
  'an alert of a third party fires': alerts((series) =>
    series.flatMap((one) => [one, { ...one, metric: { ...one.metric, alertname: 'Other', job: 'elsewhere', instance: 'x' } }]),
  ),
  'an alert of a third party fires outside every experiment': alerts((series) =>
    series.flatMap((one) => [
      one,
      ...values([{ ...one, metric: { ...one.metric, alertname: 'Other', job: 'elsewhere', instance: 'x' } }], later(100_000)),
    ]),
  ),
  'ALERTS goes on firing': alerts((series) =>
    series.map((one) => ({
      ...one,
      values: [
        ...one.values,
        ...Array.from({ length: one.metric['alertstate'] === 'pending' ? 0 : 900 }, (_, index): Sample => [
          (one.values.at(-1)?.[0] ?? 0) + index + 1,
          one.values.at(-1)?.[1] ?? '1',
        ]),
      ],
    })),
  ),
  'ALERTS has another label': alerts((series) => series.map((one) => ({ ...one, metric: { ...one.metric, severity: 'page' } }))),
  'no notification arrives': each('notification', () => undefined),
  'notifications arrive a minute late': each('notification', (entry) => ({ ...entry, arrivedMs: entry.arrivedMs + 60_000 })),
  'notifications arrive a minute early': each('notification', (entry) => ({ ...entry, arrivedMs: entry.arrivedMs - 60_000 })),
  'notifications arrive at another receiver': each('notification', (entry) => ({ ...entry, receiver: 'elsewhere' })),
  'notifications carry another label': notified((alert) => ({ ...alert, labels: { ...alert.labels, severity: 'page' } })),
  'notifications carry another annotation': notified((alert) => ({ ...alert, annotations: { summary: 'x' } })),
  'notifications resolve nothing': notified((alert) => ({ ...alert, status: 'firing' })),
  'notifications resolve everything': notified((alert) => ({ ...alert, status: 'resolved' })),
  'notifications are grouped by nothing': each('notification', (entry) => ({
    ...entry,
    body: { ...(entry.body as object), groupLabels: {} },
  })),
  'chat posts are empty': each('notification', (entry) => ('alerts' in ((entry.body ?? {}) as object) ? entry : { ...entry, body: {} })),
  'the rules are gone': each('rules', (entry) => ({ ...entry, groups: [] })),
  'the rules have another `for`': each('rules', (entry) => ({
    ...entry,
    groups: entry.groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, forMs: rule.forMs + 7_000 })) })),
  })),
  'the condition never holds': each('evaluated', (entry) => ({ ...entry, series: entry.what === 'value' ? entry.series : [] })),
  'the condition always holds': each('evaluated', (entry) => ({
    ...entry,
    series: [{ metric: entry.series[0]?.metric ?? {}, values: grid(entry, '1000000') }],
  })),
  'every value is high': each('evaluated', (entry) => ({ ...entry, series: values(entry.series, (_, timeS) => [timeS, '1e9']) })),
  'a rule sees no series of any subject': each('subjects', (entry) => ({
    ...entry,
    series: [],
    needs: entry.needs.map(({ selector }) => ({ selector, series: [], any: [], counts: [] })),
  })),
  'no scrape is recorded': each('raw', () => undefined),
  'every second sample is lost': each('raw', (entry) => ({
    ...entry,
    series: entry.series.map((one) => ({ ...one, values: one.values.filter((_, index) => index % 20 < 10) })),
  })),
  'every target is down': each('targets', (entry) => ({
    ...entry,
    targets: entry.targets.map((target) => ({ ...target, health: 'down' })),
  })),
  'every target goes down in the end': each('raw', (entry) => ({
    ...entry,
    series: entry.query.startsWith('up')
      ? entry.series.map((one) => ({ ...one, values: one.values.map(([timeS], index): Sample => [timeS, index < 5 ? '1' : '0']) }))
      : entry.series,
  })),
  'nothing is undone': each('fault', (entry) => (entry.phase === 'undo' ? { ...entry, ok: false, detail: 'refused' } : entry)),
  'the footer names a leftover': each('footer', (entry) => ({ ...entry, notUndone: ['kill-process redis'] })),
  'no load was delivered': each('load', (entry) =>
    entry.summary === undefined
      ? entry
      : { ...entry, summary: { ...entry.summary, ratePerS: 0.1, droppedIterations: entry.summary.iterations + 100 } },
  ),
  'no trace is found': each('trace', (entry) => ({ ...entry, trace: null, foundMs: null })),
  'traces come an hour late': each('trace', (entry) => ({ ...entry, foundMs: (entry.foundMs ?? 0) + 3_600_000 })),
  'spans hang below nothing': spans((span, index) => ({ ...span, parentSpanId: `lost-${index}` })),
  'every span is an error': spans((span) => ({ ...span, error: true })),
  'no span is an error': spans((span) => ({ ...span, error: false })),
  'spans are named by data': each('trace', (entry) =>
    entry.trace === null
      ? entry
      : {
          ...entry,
          trace: { ...entry.trace, spans: entry.trace.spans.map((span) => ({ ...span, operation: `${span.operation} ${entry.traceId}` })) },
        },
  ),
  'spans lose what came as baggage': spans((span) => ({
    ...span,
    attributes: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => /^(http|db|messaging|url|server)\./.test(name))),
  })),
  'spans end before they begin': spans((span) => ({
    ...span,
    startUs: span.startUs - (span.parentSpanId === null ? 0 : 3_600_000_000),
    durationUs: 1,
  })),
  'spans carry no attribute': spans((span) => ({ ...span, attributes: {} })),
  'no further trace is found': each('trace-flow', (entry) => ({ ...entry, found: 0 })),
  'a trace id finds no line': each('trace-log', (entry) => ({ ...entry, foundMs: null, lines: [] })),
  'a link of a trace finds nothing': each('trace-search', (entry) => ({ ...entry, query: '{service="x"}', lines: 0, found: false })),
  'no line is found': each('log-lines', (entry) => ({ ...entry, lines: [], foundMs: null })),
  'lines carry no label': each('log-lines', (entry) => ({ ...entry, lines: entry.lines.map((line) => ({ ...line, labels: {} })) })),
  'a link of a line finds no trace': each('log-link', (entry) => ({ ...entry, found: false })),
  'a record of several lines is torn': each('log-record', (entry) => ({ ...entry, lines: [], pieces: entry.lines })),
  'every third line of a flow is lost': each('log-flow', (entry) => ({
    ...entry,
    rows: entry.rows.map((row, index) => (index % 3 === 0 ? [row[0], row[1], row[2], -1, -1, 0, 0] : row)),
  })),
  'signals of an outage are lost': each('outage', (entry) => ({
    ...entry,
    rows: entry.rows.map(([sent, answered]) => [sent, answered, 200, -1, -1, 0]),
  })),
  'lines of an outage are lost': each('outage', (entry) => ({
    ...entry,
    rows: entry.rows.map(([sent, answered]) => [sent, answered, 200, answered + 100, -1, 0]),
  })),
  'no request of an outage is answered': each('outage', (entry) => ({
    ...entry,
    rows: entry.rows.map(([sent, answered]) => [sent, answered, 0, -1, -1, 0]),
  })),
  'a service does not answer in an outage': each('outage', (entry) => {
    const { length } = entry.rows
    return {
      ...entry,
      rows: entry.rows.map((row, index) =>
        index > length * 0.3 && index < length * 0.6 ? [row[0], row[1], 500, row[3], row[4], row[5]] : row,
      ),
    }
  }),
  'both stores answer in an outage': each('outage', (entry) => ({
    ...entry,
    stores: { jaeger: { ...entry.stores.jaeger, failedMs: [] }, loki: { ...entry.stores.loki, failedMs: [] } },
  })),
  'nothing is missing in an outage': each('outage', (entry) => ({
    ...entry,
    rows: entry.rows.map(([sent, answered, status]) => [sent, answered, status, answered + 100, answered + 100, 1]),
    stores: { jaeger: { ...entry.stores.jaeger, failedMs: [] }, loki: { ...entry.stores.loki, failedMs: [] } },
  })),
  'panels show other numbers': each('panel', (entry) => ({ ...entry, series: values(entry.series, plus(7)) })),
  'panels show nothing': each('panel', (entry) => ({ ...entry, series: [] })),
  'no panel has colours': each('dashboard', (entry) => ({
    ...entry,
    panels: entry.panels.map((panel) => ({ ...panel, thresholds: { mode: 'absolute', steps: [] } })),
  })),
}

function grid({ startMs, endMs, stepMs }: Entry<'evaluated'>, value: string): Sample[] {
  const all: Sample[] = []
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) all.push([atMs / 1_000, value])
  return all
}

const RECORDS = new WeakMap<Journal, Map<string, RunRecord>>()

/** A journal with one alteration, ready to be judged; each is made once. */
export function altered(journal: Journal, name: string): RunRecord {
  const known = RECORDS.get(journal) ?? new Map<string, RunRecord>()
  RECORDS.set(journal, known)
  const record = known.get(name) ?? recordOf({ entries: ALTERATIONS[name]?.(journal.entries) ?? [], problems: [] })
  known.set(name, record)
  return record
}
