import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry, Sample, Series, Span } from '../model/journal.ts'
import { judge } from './judge.ts'
import { allWell } from '../../testing/journals/named-journal.ts'

/** Ways in which another healthy platform, or another run on it, may differ: none of them is anybody's fault. */
const SAMPLE = allWell()

type Body = {
  groupLabels: Record<string, string>
  alerts: { status: string; labels: Record<string, string>; startsAt: string; endsAt: string }[]
}
const header = SAMPLE.entries.find((entry) => entry.kind === 'header')
assert.ok(header?.kind === 'header')
const own = (labels: Record<string, string>): boolean => labels['firedrill'] === undefined
const each =
  (change: (entry: JournalEntry) => JournalEntry | JournalEntry[]) =>
  (entries: readonly JournalEntry[]): JournalEntry[] =>
    entries.flatMap((entry) => change(structuredClone(entry)))
const relabelled = (
  change: (labels: Record<string, string>) => Record<string, string>,
): ((entries: readonly JournalEntry[]) => JournalEntry[]) =>
  each((entry) => {
    if ('series' in entry && entry.kind !== 'counters')
      return { ...entry, series: (entry.series as Series[]).map((one) => ({ ...one, metric: change(one.metric) })) } as JournalEntry
    const body = entry.kind === 'notification' ? (entry.body as Body) : undefined
    return body === undefined || !Array.isArray(body.alerts)
      ? entry
      : ({
          ...entry,
          body: { ...body, alerts: body.alerts.map((alert) => (own(alert.labels) ? { ...alert, labels: change(alert.labels) } : alert)) },
        } as JournalEntry)
  })

/** Whatever Prometheus timed, by so many ms later than the drill's own clock has it. */
function prometheusClock(byMs: number): (entries: readonly JournalEntry[]) => JournalEntry[] {
  const at = ([timeS, value]: Sample): Sample => [Math.round(timeS * 1_000 + byMs) / 1_000, value]
  const text = (instant: string): string => (instant.startsWith('0001') ? instant : new Date(Date.parse(instant) + byMs).toISOString())
  const all = SAMPLE.entries.find((entry) => entry.kind === 'alerts-series' && entry.metric === 'ALERTS')
  const phaseMs = all?.kind === 'alerts-series' ? Math.round((all.series[0]?.values[0]?.[0] ?? 0) * 1_000) % 1_000 : 0
  return each((entry) => {
    switch (entry.kind) {
      case 'evaluated':
        return {
          ...entry,
          startMs: entry.startMs + byMs,
          endMs: entry.endMs + byMs,
          series: entry.series.map((one) => ({ ...one, values: one.values.map(at) })),
        }
      case 'health':
        return entry.metric === 'firedrill_clock_offset_seconds'
          ? {
              ...entry,
              series: entry.series.map((one) => ({
                ...one,
                values: one.values.map(([timeS, value]): Sample => [timeS, String(Number(value) + byMs / 1_000)]),
              })),
            }
          : { ...entry, series: entry.series.map((one) => ({ ...one, values: one.values.map(at) })) }
      case 'raw':
        return { ...entry, series: entry.series.map((one) => ({ ...one, values: one.values.map(at) })) }
      case 'alerts-series':
        return {
          ...entry,
          series: entry.series.map((one) => ({
            ...one,
            values: one.values
              .map(at)
              .map(([timeS, value]): Sample => [
                timeS,
                entry.metric === 'ALERTS' ? value : String(Number(value) + Math.floor((phaseMs + byMs) / 1_000)),
              ]),
          })),
        }
      case 'panel':
        return {
          ...entry,
          fromMs: entry.fromMs + byMs,
          untilMs: entry.untilMs + byMs,
          series: entry.series.map((one) => ({ ...one, values: one.values.map(at) })),
        }
      case 'counters':
        return {
          ...entry,
          fromMs: entry.fromMs + byMs,
          untilMs: entry.untilMs + byMs,
          series: entry.series.map((one) => ({ ...one, values: one.values.map(at) })),
        }
      case 'notification': {
        const body = entry.body as Body
        return !Array.isArray(body.alerts)
          ? entry
          : {
              ...entry,
              body: {
                ...body,
                alerts: body.alerts.map((alert) =>
                  own(alert.labels) ? { ...alert, startsAt: text(alert.startsAt), endsAt: text(alert.endsAt) } : alert,
                ),
              },
            }
      }
      default:
        return entry
    }
  })
}

function watchdog(entries: readonly JournalEntry[]): JournalEntry[] {
  const metric = { __name__: 'ALERTS', alertname: 'Watchdog', alertstate: 'firing', severity: 'none' }
  const startsAt = '2026-11-01T00:00:00.769Z'
  const labels = { alertname: 'Watchdog', severity: 'none' }
  const alerts = entries.find((entry) => entry.kind === 'alerts-series' && entry.metric === 'ALERTS')
  const evaluated = entries.find((entry) => entry.kind === 'evaluated')
  assert.ok(alerts?.kind === 'alerts-series' && evaluated?.kind === 'evaluated')
  const values: Sample[] = []
  for (let atMs = evaluated.startMs; atMs <= evaluated.endMs; atMs += evaluated.stepMs) values.push([atMs / 1_000, '1'])
  const told = entries.find((entry) => entry.kind === 'notification' && entry.receiver === 'default')
  assert.ok(told?.kind === 'notification')
  const posts = [5_000, 60_000].map((afterMs, index): JournalEntry => ({
    ...told,
    seq: 900_000 + index,
    arrivedMs: header!.atMs + afterMs,
    body: {
      status: 'firing',
      groupLabels: labels,
      alerts: [
        { status: 'firing', labels, annotations: {}, startsAt, endsAt: '0001-01-01T00:00:00Z' },
        ...(index === 0
          ? []
          : [{ status: 'firing', labels: { ...labels, pod: 'b' }, annotations: {}, startsAt, endsAt: '0001-01-01T00:00:00Z' }]),
      ],
    },
  }))
  return [
    ...entries.map((entry) =>
      (entry === alerts || (entry.kind === 'panel' && entry.title === 'Active alerts')) && 'series' in entry
        ? ({ ...entry, series: [...entry.series, { metric, values }, { metric: { ...metric, pod: 'b' }, values }] } as JournalEntry)
        : entry,
    ),
    ...posts,
  ]
}

const traced = (change: (span: Span, spans: Span[]) => Span[]): ((entries: readonly JournalEntry[]) => JournalEntry[]) =>
  each((entry) =>
    entry.kind === 'trace' && entry.trace !== null
      ? { ...entry, trace: { ...entry.trace, spans: entry.trace.spans.flatMap((span, _, all) => change(span, all)) } }
      : entry,
  )
const renamed =
  (names: Record<string, string>) =>
  (span: Span): Span[] => [
    { ...span, attributes: Object.fromEntries(Object.entries(span.attributes).map(([name, value]) => [names[name] ?? name, value])) },
  ]
/** A span of its own between each span that `which` picks and its parent. */
const between =
  (which: (span: Span) => boolean, own: (span: Span) => Partial<Span>) =>
  (span: Span): Span[] =>
    which(span)
      ? [
          { ...span, parentSpanId: `${span.spanId}-b` },
          { ...span, spanId: `${span.spanId}-b`, attributes: {}, error: false, ...own(span) },
        ]
      : [span]
const later =
  (which: (span: Span) => boolean, byMs: number, longerMs = 0) =>
  (span: Span): Span[] => [
    which(span) ? { ...span, startUs: span.startUs + byMs * 1_000, durationUs: span.durationUs + longerMs * 1_000 } : span,
  ]

const variations: Record<string, (entries: readonly JournalEntry[]) => JournalEntry[]> = {
  "Prometheus' clock is 300 ms ahead": prometheusClock(300),
  "Prometheus' clock is 300 ms behind": prometheusClock(-300),
  "Prometheus' clock is almost a second ahead": prometheusClock(950),
  "Prometheus' clock is almost a second behind": prometheusClock(-950),
  'external labels on all that Prometheus sends': each((entry) => {
    const body = entry.kind === 'notification' ? (entry.body as Body) : undefined
    return body === undefined || !Array.isArray(body.alerts)
      ? entry
      : ({
          ...entry,
          body: {
            ...body,
            alerts: body.alerts.map((alert) =>
              own(alert.labels) ? { ...alert, labels: { ...alert.labels, cluster: 'eu-1', replica: 'a' } } : alert,
            ),
          },
        } as JournalEntry)
  }),
  'targets carry further labels': relabelled((labels) =>
    labels['job'] === undefined ? labels : { ...labels, cluster: 'eu-1', namespace: 'shop' },
  ),
  'labels in another order': relabelled((labels) => Object.fromEntries(Object.entries(labels).reverse())),
  'zone offsets and nanoseconds in the messages': each((entry) => {
    const body = entry.kind === 'notification' ? (entry.body as Body) : undefined
    const text = (instant: string): string =>
      instant.startsWith('0001') ? instant : `${new Date(Date.parse(instant) + 9 * 3_600_000).toISOString().slice(0, -1)}123456+09:00`
    return body === undefined || !Array.isArray(body.alerts)
      ? entry
      : ({
          ...entry,
          body: { ...body, alerts: body.alerts.map((alert) => ({ ...alert, startsAt: text(alert.startsAt), endsAt: text(alert.endsAt) })) },
        } as JournalEntry)
  }),
  'an alert of somebody else fires all the time and is told': watchdog,
  'a target of a job that nobody promised is down': each((entry) =>
    entry.kind === 'targets'
      ? { ...entry, targets: [...entry.targets, { job: 'elsewhere', instance: 'x:1', health: 'down', lastError: 'refused' }] }
      : entry,
  ),
  'further rules, in the same group and in others, some that record': each((entry) =>
    entry.kind !== 'rules'
      ? entry
      : {
          ...entry,
          groups: [
            ...entry.groups.map((group) => ({
              ...group,
              rules: [
                ...group.rules,
                { ...group.rules[0]!, name: 'job:up:avg', type: 'recording', query: 'avg by (job) (up)', forMs: 0, labels: {} },
                { ...group.rules[0]!, name: 'Theirs', query: 'vector(0) > 1' },
              ],
            })),
            {
              name: 'others',
              file: '/other.yml',
              intervalMs: 60_000,
              rules: [{ ...entry.groups[0]!.rules[0]!, name: 'Watchdog', query: 'vector(1)', forMs: 0, labels: { severity: 'none' } }],
            },
          ],
        },
  ),
  'the rule is one step of a ladder, and another one fires before it': (entries) => {
    const page = (labels: Record<string, string>): Record<string, string> => ({ ...labels, severity: 'page' })
    return entries.flatMap((entry): JournalEntry[] => {
      switch (entry.kind) {
        case 'rules':
          return [
            {
              ...entry,
              groups: entry.groups.map((group) => ({
                ...group,
                rules: group.rules.flatMap((rule) =>
                  rule.name === 'JVMHeapHigh'
                    ? [rule, { ...rule, query: rule.query.replace('0.8', '0.7'), forMs: 0, labels: { severity: 'page' } }]
                    : [rule],
                ),
              })),
            },
          ]
        case 'alerts-series':
        case 'panel':
          return [
            {
              ...entry,
              series: (entry.series as Series[]).flatMap((one) =>
                one.metric['alertname'] !== 'JVMHeapHigh' || one.metric['alertstate'] === 'pending'
                  ? [one]
                  : [one, { metric: page(one.metric), values: one.values.map(([timeS, value]): Sample => [timeS - 12, value]) }],
              ),
            } as JournalEntry,
          ]
        case 'notification': {
          const body = entry.body as Body
          if (!Array.isArray(body.alerts) || body.alerts[0]?.labels['alertname'] !== 'JVMHeapHigh') return [entry]
          const earlier = (text: string): string => (text.startsWith('0001') ? text : new Date(Date.parse(text) - 12_000).toISOString())
          return [
            {
              ...entry,
              seq: entry.seq + 500_000,
              receiver: 'critical',
              arrivedMs: entry.arrivedMs - 12_000,
              body: {
                ...body,
                alerts: body.alerts.map((alert) => ({
                  ...alert,
                  labels: page(alert.labels),
                  startsAt: earlier(alert.startsAt),
                  endsAt: earlier(alert.endsAt),
                })),
              },
            },
            entry,
          ]
        }
        default:
          return [entry]
      }
    })
  },
  'scrapes take 40 ms longer': each((entry) =>
    entry.kind === 'raw' && entry.query.startsWith('scrape_duration')
      ? {
          ...entry,
          series: entry.series.map((one) => ({
            ...one,
            values: one.values.map(([timeS, value]): Sample => [timeS, String(Number(value) + 0.04)]),
          })),
        }
      : entry,
  ),
  'load a little short, a few requests failed': each((entry) =>
    entry.kind === 'load' && entry.summary !== undefined
      ? {
          ...entry,
          summary: {
            ...entry.summary,
            ratePerS: entry.summary.ratePerS * 0.95,
            droppedIterations: Math.floor(entry.summary.iterations * 0.03),
            failedRequests: 3,
          },
        }
      : entry,
  ),
  'messages arrive half a second later': each((entry) =>
    entry.kind === 'notification' ? { ...entry, arrivedMs: entry.arrivedMs + 500, atMs: entry.atMs + 500 } : entry,
  ),
  'two Alertmanagers, of which one missed a post': each((entry) =>
    entry.kind === 'health' && entry.metric === 'prometheus_notifications_errors_total'
      ? {
          ...entry,
          series: [
            ...entry.series,
            ...entry.series.map((one) => ({
              metric: { ...one.metric, alertmanager: 'http://other:9093/api/v2/alerts' },
              values: one.values.map(([timeS], index): Sample => [timeS, index > 40 ? '1' : '0']),
            })),
          ],
        }
      : entry,
  ),
  'spans are stored twice': each((entry) =>
    entry.kind === 'trace' && entry.trace !== null
      ? { ...entry, trace: { ...entry.trace, spans: [...entry.trace.spans, ...entry.trace.spans] } }
      : entry,
  ),
  'attributes are those of an older agent': traced(
    renamed({ 'http.request.method': 'http.method', 'http.response.status_code': 'http.status_code', 'url.full': 'http.url' }),
  ),
  'attributes are those of the stable database conventions': traced(
    renamed({ 'db.system': 'db.system.name', 'db.statement': 'db.query.text', 'db.operation': 'db.operation.name' }),
  ),
  'spans are in another order, kinds in capitals': each((entry) =>
    entry.kind === 'trace' && entry.trace !== null
      ? {
          ...entry,
          trace: { ...entry.trace, spans: entry.trace.spans.map((span) => ({ ...span, kind: span.kind.toUpperCase() })).reverse() },
        }
      : entry,
  ),
  'an internal span is between any two': traced(
    between(
      ({ kind }) => kind !== 'server',
      () => ({ kind: 'internal', operation: 'Controller.call' }),
    ),
  ),
  'a gateway in front has a span of its own': traced(
    between(
      ({ kind }) => kind === 'server',
      () => ({ kind: 'server', service: 'ingress', operation: 'ingress' }),
    ),
  ),
  'a sidecar is between a service and what it calls': traced(
    between(
      ({ kind }) => kind === 'client' || kind === 'producer',
      () => ({ kind: 'client', service: 'mesh', operation: 'egress' }),
    ),
  ),
  'a consumer has a span for receiving and one for processing': traced(
    between(
      ({ kind }) => kind === 'consumer',
      () => ({ kind: 'consumer', operation: 'orders.created receive' }),
    ),
  ),
  'a consumer takes its message up after the request, and for long': traced(
    later(({ kind, operation }) => kind === 'consumer' || operation.startsWith('UPDATE'), 4_000, 3_000),
  ),
  'the instance that consumes has a clock 60 ms behind': traced(later(({ kind }) => kind === 'consumer', -60)),
  'a cache is asked, and a job writes besides': traced((span) =>
    span.kind === 'server'
      ? [
          span,
          { ...span, spanId: 'c1', parentSpanId: span.spanId, kind: 'client', operation: 'SET', attributes: { 'db.system': 'redis' } },
          {
            ...span,
            spanId: 'c2',
            parentSpanId: span.spanId,
            kind: 'client',
            operation: 'EVALSHA',
            attributes: { 'db.system': 'redis' },
            startUs: span.startUs + 900_000,
          },
        ]
      : [span],
  ),
  'traces are whole only after ten seconds': each((entry) =>
    entry.kind === 'trace' ? { ...entry, foundMs: (entry.foundMs ?? 0) + 10_000 } : entry,
  ),
  'spans have links, warnings of a store, and attributes of nobody': traced((span) => [
    {
      ...span,
      links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
      attributes: { ...span.attributes, '': '', '__proto__x': '1', 'http.response.status_code.text': 'OK' },
    },
  ]),
  'Loki 3 adds what it found out by itself, and a field takes the trace id from beside the line': each((entry) => {
    if (entry.kind === 'log-link')
      return { ...entry, matcher: 'label', regex: '^trace_?id$', links: [{ url: '${__value.raw}', uid: 'P1', type: 'jaeger' }] }
    if (entry.kind !== 'log-lines' && entry.kind !== 'log-record') return entry
    return {
      ...entry,
      lines: entry.lines.map((line) => ({
        ...line,
        labels: {
          ...line.labels,
          service_name: line.labels['service'] ?? '',
          detected_level: (line.labels['level'] ?? '').toLowerCase(),
          __stream_shard__: '0',
        },
      })),
    } as JournalEntry
  }),
  'a few lines were sent again': each((entry) =>
    entry.kind === 'log-flow'
      ? { ...entry, rows: entry.rows.map((row, index) => (index % 5 === 0 ? [row[0], row[1], row[2], row[3], row[4], 2, row[6]] : row)) }
      : entry,
  ),
  'services say more than one thing of a request': each((entry) =>
    entry.kind === 'log-lines'
      ? {
          ...entry,
          lines: [
            ...entry.lines,
            ...entry.lines.map((line) => ({
              ...line,
              line: `${line.line} again`,
              timeNs: String(BigInt(line.timeNs) + 1_000_000n),
              labels: { ...line.labels, level: 'DEBUG' },
            })),
          ],
        }
      : entry,
  ),
  "the log agent's clock, by which lines without a time of their own are stored, is two seconds ahead": each((entry) =>
    entry.kind === 'log-lines'
      ? { ...entry, lines: entry.lines.map((line) => ({ ...line, timeNs: String(BigInt(line.timeNs) + 2_000_000_000n) })) }
      : entry,
  ),
  'log lines with further labels': each((entry) =>
    entry.kind === 'log-lines'
      ? {
          ...entry,
          lines: entry.lines.map((line) => ({
            ...line,
            labels: { ...line.labels, cluster: 'eu-1', detected_level: 'info', service_name: 'x' },
          })),
        }
      : entry,
  ),
}

for (const [what, vary] of Object.entries(variations)) {
  test(`nobody is blamed when ${what}`, () => {
    const varied = vary(SAMPLE.entries)
    assert.ok(
      varied.length !== SAMPLE.entries.length ||
        varied.some((entry, index) => entry !== SAMPLE.entries[index] && JSON.stringify(entry) !== JSON.stringify(SAMPLE.entries[index])),
      'it differs',
    )
    const blamed = judge({ entries: varied, problems: [] }).filter(({ status }) => status === 'fail' || status === 'unknown')
    assert.deepEqual(
      blamed.map(({ subject, check, observed }) => `${subject} ${check}: ${observed}`),
      [],
    )
  })
}
