import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody } from '../../../model/journal.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import { SPANS, alter, traceRun, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

const BEGIN_S = ZERO_MS / 1_000
const counters = (values: Record<string, [number, number]>): JournalBody[] =>
  Object.entries(values).map(([name, [from, to]]) => ({
    kind: 'health',
    metric: `otelcol_${name}_spans`,
    series: [
      {
        metric: { job: 'otel-collector' },
        values: [
          [BEGIN_S, String(from)],
          [BEGIN_S + 9, String(to)],
        ],
      },
    ],
  }))
const GOOD: Record<string, [number, number]> = {
  receiver_accepted: [10, 510],
  receiver_refused: [0, 0],
  exporter_sent: [10, 508],
  exporter_send_failed: [0, 0],
}
const flow = (sent: number, found: number, error?: string): JournalBody => ({
  kind: 'trace-flow',
  spec: 'shop',
  service: 'shop',
  sent,
  found,
  missing: [],
  foundMs: 1,
  ...(error === undefined ? {} : { error }),
})
const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'trace-count')

test('as many as were sent pass, with their delays', () => {
  const verdict = judged(withEntries(traceRun(SPANS), flow(90, 90)))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /2 of 2, and 90 of 90 further requests to shop; complete after min 0\.8 s, median 0\.8 s, p99 0\.8 s/)
})

test('a flow to another service says nothing here', () => {
  assert.equal(judged(withEntries(traceRun(SPANS), { ...flow(90, 0), service: 'stock' } as JournalBody)).status, 'pass')
})

test('a sampler of nine in ten fails, and is named', () => {
  const verdict = judged(withEntries(traceRun(SPANS), flow(90, 81), ...counters(GOOD)))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /81 of 90/)
  assert.match(verdict.diagnosis ?? '', /^Sampler: .*accepted 500/)
})

test('of a flow that lost some, the lines of those tell the sampler from the queue', () => {
  const some = (missingSampled: boolean): JournalBody => ({ ...flow(90, 81), missingSampled }) as JournalBody
  assert.match(
    judged(withEntries(traceRun(SPANS), some(false), ...counters(GOOD))).diagnosis ?? '',
    /^Sampler: the lines of at least 1 request/,
  )
  assert.match(judged(withEntries(traceRun(SPANS), some(true), ...counters(GOOD))).diagnosis ?? '', /^Exporter of the service: /)
})

test("a store that keeps only the newest traces has lost the drill's own: it is named, no service", () => {
  const journal = withEntries(
    traceRun(SPANS.filter(({ service }) => service === 'shop')),
    {
      kind: 'trace-log',
      spec: 'path-order',
      traceId: 't2',
      query: '{}',
      sentMs: 0,
      foundMs: 1,
      polls: 1,
      lines: { shop: 1 },
      sampled: { shop: true },
    },
    { kind: 'trace', spec: 'path-order', traceId: 't2', foundMs: null, polls: 9, trace: null, ownSpans: 0 },
    ...counters(GOOD),
  )
  assert.match(judged(journal).diagnosis ?? '', /^Trace store: /)
})

const MINE = 'a'.repeat(32)
const link = (traceId: string | null): JournalBody[] => [
  { kind: 'log-probe', spec: 'shop', stamp: 's.1', traceId: MINE, sentMs: 0, status: 200 },
  {
    kind: 'log-lines',
    spec: 'shop',
    stamp: 's.1',
    query: '{}',
    foundMs: 1,
    polls: 1,
    lines: [{ timeNs: '0', line: `GET /?s.1${traceId === null ? '' : ` trace_id=${traceId}`}`, labels: {} }],
  },
]
const traceLog = (more: Partial<Extract<JournalBody, { kind: 'trace-log' }>>): JournalBody => ({
  kind: 'trace-log',
  spec: 'path-order',
  traceId: 't1',
  query: '{}',
  sentMs: 0,
  foundMs: null,
  polls: 9,
  lines: {},
  ...more,
})
const lost = (more: Partial<Extract<JournalBody, { kind: 'trace' }>>): JournalBody => ({
  kind: 'trace',
  spec: 'path-order',
  traceId: 't1',
  foundMs: null,
  polls: 9,
  trace: null,
  ...more,
})
const broken: { link: string; entries: JournalBody[]; names: RegExp }[] = [
  { link: 'the agent', entries: [...link(null), ...counters(GOOD)], names: /^No agent: the lines of shop carry no trace id/ },
  { link: 'the propagator', entries: [...link('b'.repeat(32)), ...counters(GOOD)], names: /^Propagator: .*tracecontext/ },
  {
    link: "the service's exporter",
    entries: [...link(MINE), ...counters({ receiver_accepted: [10, 10], exporter_sent: [10, 10] })],
    names: /^Exporter of the service: .*OTEL_EXPORTER_OTLP_ENDPOINT/,
  },
  {
    link: "the collector's exporter",
    entries: [...link(MINE), ...counters({ ...GOOD, exporter_send_failed: [0, 40] })],
    names: /^Collector, exporter: .*failed to send 40/,
  },
  {
    link: "the collector's exporter, still trying",
    entries: [
      ...counters({ ...GOOD, exporter_sent: [10, 10] }),
      {
        kind: 'health',
        metric: 'otelcol_exporter_queue_size',
        series: [
          {
            metric: {},
            values: [
              [BEGIN_S, '0'],
              [BEGIN_S + 9, '31'],
            ],
          },
        ],
      },
    ],
    names: /^Collector, exporter: .*31 batches in its queue/,
  },
  {
    link: "the collector's memory limit",
    entries: counters({ ...GOOD, receiver_refused: [5, 25] }),
    names: /^Collector, receiver or processor: .*dropped 20/,
  },
  { link: 'a filter in the collector', entries: counters({ ...GOOD, exporter_sent: [10, 10] }), names: /^Collector, pipeline: / },
  { link: 'the store, or a sampler of 0', entries: [...link(MINE), ...counters(GOOD)], names: /^Sampler, exporter or store: / },
  {
    link: 'the agent, by the line of the traced request itself',
    entries: [traceLog({ instead: { shop: { lines: 1, traceIds: [] } } }), ...counters(GOOD)],
    names: /^No agent: /,
  },
  {
    link: 'the propagator, likewise',
    entries: [traceLog({ instead: { shop: { lines: 1, traceIds: ['b'.repeat(32)] } } }), ...counters(GOOD)],
    names: /^Propagator: /,
  },
  {
    link: 'a line of another service says nothing of this one',
    entries: [traceLog({ instead: { stock: { lines: 1, traceIds: [] } } }), ...counters(GOOD)],
    names: /^Sampler, exporter or store: /,
  },
  {
    link: 'the sampler, by the line of the request',
    entries: [traceLog({ lines: { shop: 1 }, sampled: { shop: false } }), ...counters(GOOD)],
    names: /^Sampler: the lines of at least 1 request to shop say that their trace is not sampled/,
  },
  {
    link: "the service's own queue, since its lines say sampled",
    entries: [traceLog({ lines: { shop: 1 }, sampled: { shop: true } }), lost({}), ...counters(GOOD)],
    names: /^Exporter of the service: .*say that the missing traces are sampled.*OTEL_BSP_MAX_QUEUE_SIZE/,
  },
  {
    link: 'the store all the same, when it has nothing of this drill',
    entries: [traceLog({ lines: { shop: 1 }, sampled: { shop: true } }), lost({ ownSpans: 0 }), ...counters(GOOD)],
    names: /^Trace store: /,
  },
  {
    link: 'the store, which had the trace',
    entries: [lost({ forgotten: true }), ...counters(GOOD)],
    names: /^Trace store: 1 trace found at first and not later/,
  },
  {
    link: 'the store, which has nothing of this drill',
    entries: [link(MINE), lost({ ownSpans: 0 }), counters(GOOD)].flat(),
    names: /^Trace store: .*not even the drill's own trace/,
  },
  {
    link: "the service, since the store has the drill's own trace",
    entries: [link(MINE), lost({ ownSpans: 4 }), counters(GOOD)].flat(),
    names: /^Sampler or exporter of the service: /,
  },
  {
    link: 'the service, since the store has traces of others',
    entries: [link(MINE), { ...flow(20, 20), service: 'stock' } as JournalBody, counters(GOOD)].flat(),
    names: /^Sampler or exporter of the service: /,
  },
  {
    link: 'a sampler of one in two in the collector',
    entries: counters({ ...GOOD, exporter_sent: [10, 270] }),
    names: /^Collector, pipeline: .*240 spans vanished/,
  },
  { link: 'nobody knows which, without the counters', entries: [], names: /^The collector's own counters of that time were not recorded/ },
]
for (const { link: where, entries, names } of broken) {
  test(`no trace at all: ${where}`, () => {
    const journal = withEntries(traceRun(null), ...entries)
    assert.equal(judged(journal).status, 'fail')
    assert.match(judged(journal).diagnosis ?? '', names)
    assert.equal(verdictOf(journal, 'trace-complete').diagnosis, judged(journal).diagnosis)
  })
}

const SAID = 'Failed to export spans. The request could not be executed. Full error message: Failed to connect to /127.0.0.1:4999'
const complaint = (atMs: number, service = 'shop'): JournalBody => ({
  kind: 'export-errors',
  spec: 'path-order',
  service,
  query: '{}',
  fromMs: 0,
  untilMs: 1,
  count: 5,
  more: false,
  lines: [{ timeNs: `${atMs}000000`, line: `[otel.javaagent] ERROR - ${SAID}\njava.net.ConnectException: x\n\tat okhttp3`, labels: {} }],
})
const complained: { when: string; entries: JournalBody[]; names: RegExp }[] = [
  {
    when: 'it is quoted, and beats what the collector took from others',
    entries: [...link(MINE), complaint(ZERO_MS + 500), ...counters(GOOD)],
    names:
      /^Exporter of the service: the log of shop says "Failed to export spans\. .*\/127\.0\.0\.1:4999" \(.*, 5 such lines\)\. Look at its OTEL_EXPORTER_OTLP_ENDPOINT/,
  },
  {
    when: "it is quoted without the collector's counters too",
    entries: [complaint(ZERO_MS + 500)],
    names: /^Exporter of the service: the log of shop says/,
  },
  {
    when: 'of a service further down too',
    entries: [complaint(ZERO_MS + 500, 'stock'), ...counters(GOOD)],
    names: /^Exporter of the service: the log of stock says/,
  },
  {
    when: 'the collector that refuses is what it complains about',
    entries: [complaint(ZERO_MS + 500), ...counters({ ...GOOD, receiver_refused: [5, 25] })],
    names: /^Collector, receiver or processor: /,
  },
  { when: 'no agent has none', entries: [...link(null), complaint(ZERO_MS + 500), ...counters(GOOD)], names: /^No agent: / },
  {
    when: 'one from before the first request does not hide a filter',
    entries: [complaint(ZERO_MS - 40_000), ...counters({ ...GOOD, exporter_sent: [10, 10] })],
    names: /^Collector, pipeline: /,
  },
  {
    when: 'one from before counts where nothing else tells (an SDK repeats it once a minute)',
    entries: [...link(MINE), complaint(ZERO_MS - 40_000), ...counters(GOOD)],
    names: /^Exporter of the service: the log of shop says/,
  },
  {
    when: 'that of another path is none',
    entries: [{ ...complaint(ZERO_MS + 500), spec: 'path-else' } as JournalBody, ...counters(GOOD)],
    names: /^Sampler, exporter or store: /,
  },
]
for (const { when, entries, names } of complained)
  test(`a service that complains: ${when}`, () => assert.match(judged(withEntries(traceRun(null), ...entries)).diagnosis ?? '', names))

const timed = (...values: [number, number][]): JournalBody => ({
  kind: 'health',
  metric: 'otelcol_receiver_accepted_spans',
  series: [{ metric: {}, values: values.map(([s, value]) => [BEGIN_S + s, String(value)]) }],
})
const during = (...series: JournalBody[]): string =>
  judged(withEntries(traceRun(null), { ...lost({ traceId: 't3' }), atMs: ZERO_MS + 10_000 }, ...series)).diagnosis ?? ''

test('what the collector took before and after is not counted, what it took between the enclosing scrapes is', () => {
  const journal = alter(
    withEntries(traceRun(null), timed([-90, 0], [-30, 900], [-1, 1_000], [4, 1_003], [9, 1_007], [900, 9_000])),
    'trace',
    (entry) => ({ ...entry, atMs: ZERO_MS + 8_000 }),
  )
  assert.match(judged(journal).diagnosis ?? '', /accepted 7 span/)
})

test('a counter that appears while the collector is up rose from zero', () => {
  const sent: JournalBody = {
    kind: 'health',
    metric: 'otelcol_exporter_sent_spans',
    series: [
      {
        metric: {},
        values: [
          [BEGIN_S - 1, '0'],
          [BEGIN_S + 9, '0'],
        ],
      },
    ],
  }
  assert.match(during(sent, timed([3, 12], [9, 14])), /accepted 14 span/)
})

test('a collector that decides late sends in the time of the requests what it took before: what it kept shows in all of the drill', () => {
  const sent: JournalBody = {
    kind: 'health',
    metric: 'otelcol_exporter_sent_spans',
    series: [
      {
        metric: {},
        values: [
          [BEGIN_S - 60, '0'],
          [BEGIN_S - 1, '400'],
          [BEGIN_S + 9, '520'],
        ],
      },
    ],
  }
  assert.match(
    during(sent, timed([-60, 0], [-1, 900], [9, 1_010])),
    /^Collector, pipeline: of 1010 spans that it accepted in all of the drill it passed on 520/,
  )
})

test('counters of another time are none', () =>
  assert.match(during(timed([-90, 0], [-60, 900])), /^The collector's own counters of that time were not recorded/))

test('a collector that was restarted is counted on from zero', () => {
  const series = {
    kind: 'health' as const,
    metric: 'otelcol_receiver_accepted_spans',
    series: [
      {
        metric: {},
        values: [
          [BEGIN_S, '100'],
          [BEGIN_S + 1, '130'],
          [BEGIN_S + 2, '5'],
        ] as [number, string][],
      },
    ],
  }
  assert.match(judged(withEntries(traceRun(null), series)).diagnosis ?? '', /accepted 35 span/)
})

test('a flow that could not be asked for leaves it open, as does a request that failed', () => {
  assert.equal(judged(withEntries(traceRun(SPANS), flow(90, 0, 'refused'))).cause, 'source-unreachable')
  assert.equal(judged(withEntries(traceRun(SPANS), flow(0, 0))).cause, 'not-injected')
  assert.equal(judged(withEntries(traceRun(null), flow(90, 0, 'refused'))).status, 'fail')
  assert.equal(judged(traceRun(SPANS, { status: 500 })).cause, 'not-injected')
  assert.equal(judged(alter(traceRun(SPANS), 'trace', () => undefined)).cause, 'evidence-missing')
})

const exported = (by: Record<string, { sent: number; failed?: number }>): JournalBody[] => [
  ...counters({ receiver_accepted: [0, 500] }),
  ...(['sent', 'failed'] as const).map((what): JournalBody => ({
    kind: 'health',
    metric: `otelcol_exporter_${what === 'sent' ? 'sent' : 'send_failed'}_spans`,
    series: Object.entries(by).map(([exporter, counts]) => ({
      metric: { exporter },
      values: [
        [BEGIN_S, '0'],
        [BEGIN_S + 9, String(counts[what] ?? 0)],
      ],
    })),
  })),
]
test('of several exporters the one to the trace store counts', () => {
  const said = (by: Parameters<typeof exported>[0]): string => judged(withEntries(traceRun(null), ...exported(by))).diagnosis ?? ''
  assert.match(
    said({ 'otlp/jaeger': { sent: 250 }, 'debug': { sent: 500 } }),
    /^Collector, pipeline: .*passed on 250 by otlp\/jaeger/,
    'a filter is not hidden by another exporter',
  )
  assert.match(
    said({ 'otlp/jaeger': { sent: 500 }, 'otlp/vendor': { sent: 0, failed: 500 } }),
    /^Sampler, exporter or store: /,
    "another exporter's trouble is not that of this path",
  )
  assert.match(
    said({ otlp: { sent: 500 }, debug: { sent: 20 } }),
    /^Sampler, exporter or store: /,
    'without a name that tells, the one that sends most',
  )
  assert.match(said({ 'otlp': { sent: 10 }, 'otlp/errors': { sent: 10 } }), /^Collector, pipeline: /)
})

test('a collector that holds spans back is told from one that loses them', () => {
  const grown = (name: string, ...values: [number, number][]): JournalBody => ({
    kind: 'health',
    metric: `otelcol_${name}_spans`,
    series: [{ metric: {}, values: values.map(([s, value]) => [BEGIN_S + s, String(value)]) }],
  })
  const held = alter(
    withEntries(
      traceRun(null),
      grown('receiver_accepted', [-1, 0], [9, 400], [11, 500], [90, 500]),
      grown('exporter_sent', [-1, 0], [9, 0], [11, 0], [90, 500]),
    ),
    'trace',
    (entry) => ({ ...entry, atMs: ZERO_MS + 10_000 }),
  )
  assert.match(judged(held).diagnosis ?? '', /^Collector, pipeline: .*holds spans back.*groupbytrace/)
})
