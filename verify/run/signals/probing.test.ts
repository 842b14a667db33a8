import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from '../../grafana/derived-fields.ts'
import type { JournalEntry, LogLine, Span, Trace } from '../../model/journal.ts'
import type { HttpProbe, LogSpec, Spec, TraceSpec } from '../../model/spec.ts'
import { probeEarly, probeSteady, type Probing } from './probing.ts'
import type { Ports } from '../ports.ts'
import type { DrillOptions } from '../options.ts'
import { byLine, emptySpec, fakeWorld, planOf } from '../../../testing/virtual/fake-ports.ts'

const LOG: LogSpec = {
  service: 'shop',
  because: 'test',
  request: { service: 'shop', method: 'GET', path: '/health?stamp={stamp}', headers: {}, expectStatus: 200 },
  contains: '{stamp}',
  labels: { service: 'shop' },
  format: 'json',
  fields: {},
  linksToTrace: true,
  maxDelayMs: 5_000,
  flow: { steady: 20, ratePerS: 10, burst: 30 },
}
const TRACE: TraceSpec = {
  id: 'path-shop',
  because: 'test',
  request: LOG.request,
  tree: { service: 'shop', kind: 'server', attributes: {}, edge: 'child', children: [] },
  absent: [],
  maxDelayMs: 10_000,
}
const REFUSED: TraceSpec = { ...TRACE, id: 'path-refused', request: { ...LOG.request, expectStatus: 429, primedBy: 25 }, requests: 1 }

interface Asked {
  stamp: string
  traceId: string | null
  atMs: number
}

/** A service that logs and traces each request `delayMs` later, unless told otherwise. */
function serviceWorld(
  more: {
    delayMs?: number
    loses?: (stamp: string) => boolean
    doubles?: (stamp: string) => boolean
    traces?: boolean
    mangle?: (line: string) => string
  } = {},
): ReturnType<typeof fakeWorld> & { asked: Asked[]; limits: number[] } {
  const world = fakeWorld()
  const asked: Asked[] = []
  const limits: number[] = []
  const stored: { line: LogLine; fromMs: number }[] = []
  const delayMs = more.delayMs ?? 400
  const send = (_probe: HttpProbe, { traceId, stamp }: { traceId: string | null; stamp: string }): Promise<{ status: number }> => {
    const atMs = world.clock.now()
    asked.push({ stamp, traceId, atMs })
    const line = {
      timeNs: `${atMs}${String(stored.length % 1_000_000).padStart(6, '0')}`,
      line: (more.mangle ?? String)(`GET /health request_id=${stamp} trace_id=${traceId ?? '-'}`),
      labels: { service: 'shop' },
    }
    if (more.loses?.(stamp) !== true) stored.push({ line, fromMs: atMs + delayMs })
    if (more.doubles?.(stamp) === true)
      stored.push({ line: { ...line, labels: { ...line.labels, filename: '2' } }, fromMs: atMs + delayMs + 1_000 })
    return Promise.resolve({ status: 200 })
  }
  world.probes.send = send
  world.loki.queryRange = (query, startMs, endMs, limit) => {
    limits.push(limit)
    const wanted = new RegExp(/\|[=~] "([^"]+)"/.exec(query)?.[1] ?? '')
    const found = stored.filter(
      ({ line, fromMs }) =>
        fromMs <= world.clock.now() &&
        wanted.test(line.line) &&
        Number(line.timeNs.slice(0, -6)) >= startMs &&
        Number(line.timeNs.slice(0, -6)) < endMs,
    )
    return Promise.resolve(
      found
        .map(({ line }) => line)
        .sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1))
        .slice(0, limit),
    )
  }
  const traceOf = (traceId: string): Trace | null => {
    const request = asked.find((each) => each.traceId === traceId)
    if (request === undefined || more.traces === false || world.clock.now() < request.atMs + delayMs) return null
    return {
      traceId,
      spans: [
        {
          spanId: 'a',
          parentSpanId: null,
          service: 'shop',
          operation: 'GET /health',
          kind: 'server',
          startUs: request.atMs * 1000,
          durationUs: 1,
          attributes: { 'url.path': 'x'.repeat(5_000) },
          links: [],
          error: false,
        },
      ],
    }
  }
  world.jaeger.trace = (traceId) => Promise.resolve(traceOf(traceId))
  world.jaeger.known = (ids) => Promise.resolve(ids.filter((id) => traceOf(id) !== null))
  return Object.assign(world, { asked, limits })
}

const options = (more: Partial<DrillOptions> = {}): DrillOptions => ({
  runId: 'r1',
  tool: 't',
  target: 'fake',
  components: {},
  signal: new AbortController().signal,
  steadyDeadlineMs: 1,
  derivedFields: byLine('trace_id=([0-9a-f]{32})'),
  ...more,
})

async function probe(
  world: ReturnType<typeof serviceWorld>,
  specs: { traces?: TraceSpec[]; logs?: LogSpec[] },
  start: typeof probeEarly,
  more: Partial<DrillOptions> = {},
): Promise<void> {
  const spec: Spec = { ...emptySpec, traces: specs.traces ?? [], logs: specs.logs ?? [] }
  const plan = planOf([], { traces: spec.traces.map(({ id }) => id), logs: spec.logs.map(({ service }) => service) })
  const probing: Probing = start(plan, spec, world as Ports, options(more))
  await world.clock.drive(probing.sent.then(() => probing.collected))
}

function only<K extends JournalEntry['kind']>(entries: JournalEntry[], kind: K): Extract<JournalEntry, { kind: K }> {
  const found = entries.filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind)
  assert.equal(found.length, 1, `one ${kind} entry`)
  return found[0]!
}

test('a flow is one entry: its rate, its burst, each line counted, each trace known', async () => {
  const world = serviceWorld()
  await probe(world, { traces: [TRACE], logs: [LOG] }, probeEarly)
  const flow = only(world.entries, 'log-flow')
  assert.equal(flow.rows.length, 50)
  assert.deepEqual(
    flow.rows.slice(0, 20).map(([sentMs]) => sentMs),
    Array.from({ length: 20 }, (_, index) => index * 100),
  )
  assert.ok(
    flow.rows.slice(20).every(([sentMs]) => sentMs === 2_000),
    'the burst goes at once',
  )
  assert.ok(
    flow.rows.every(([, , status, storedMs, arrivedMs, copies]) => status === 200 && storedMs >= 0 && arrivedMs > storedMs && copies === 1),
  )
  assert.ok(JSON.stringify(flow).length < 4_000, `compact: ${JSON.stringify(flow).length}`)
  assert.deepEqual([only(world.entries, 'trace-flow').sent, only(world.entries, 'trace-flow').found], [50, 50])
  assert.ok(
    world.limits.every((limit) => limit >= 1_000),
    'never the default limit',
  )
})

test('a lost line and a copy are in their rows', async () => {
  const world = serviceWorld({ loses: (stamp) => stamp.endsWith('000007'), doubles: (stamp) => stamp.endsWith('000009') })
  await probe(world, { logs: [LOG] }, probeEarly)
  const { rows } = only(world.entries, 'log-flow')
  assert.deepEqual(
    rows.flatMap((row, index) => (row[5] === 1 ? [] : [[index, row[3], row[4], row[5]]])),
    [
      [7, -1, -1, 0],
      [9, 900, rows[9]?.[4], 2],
    ],
  )
})

test('traces of a flow have as long as is promised of the paths through its service, not as its lines have', async () => {
  const world = serviceWorld()
  const known = world.jaeger.known.bind(world.jaeger)
  world.jaeger.known = async (ids) => (world.clock.now() < Math.max(...world.asked.map(({ atMs }) => atMs)) + 8_000 ? [] : known(ids))
  await probe(world, { traces: [TRACE], logs: [LOG] }, probeEarly)
  assert.deepEqual([only(world.entries, 'trace-flow').sent, only(world.entries, 'trace-flow').found], [50, 50])
})

test('traces that were not sampled are counted and some are named', async () => {
  const world = serviceWorld({ traces: false })
  await probe(world, { traces: [TRACE], logs: [LOG] }, probeEarly)
  const { sent, found, missing } = only(world.entries, 'trace-flow')
  assert.deepEqual([sent, found, missing.length], [50, 0, 5])
  assert.equal(only(world.entries, 'trace-flow').missingSampled, undefined)
})

test('what the lines of missing traces say of the sampler is recorded', async () => {
  for (const [flags, sampled] of [
    ['01', true],
    ['00', false],
  ] as const) {
    const world = serviceWorld({ traces: false, mangle: (line) => `${line} trace_flags=${flags}` })
    await probe(world, { traces: [TRACE], logs: [LOG] }, probeEarly)
    assert.equal(only(world.entries, 'trace-flow').missingSampled, sampled)
  }
})

test('a store that cannot be read ends with its error and a source-error, not with an exception', async () => {
  const world = serviceWorld()
  world.loki.queryRange = () => Promise.reject(new Error('[GET] "http://127.0.0.1:3100": ECONNREFUSED'))
  await probe(world, { logs: [LOG] }, probeEarly)
  assert.match(only(world.entries, 'log-flow').error ?? '', /ECONNREFUSED/)
  assert.equal(only(world.entries, 'source-error').source, 'loki')
})

test('a request that must be refused is primed first, untraced, and sent early; the others wait for the steady state', async () => {
  const world = serviceWorld()
  await probe(world, { traces: [TRACE, REFUSED] }, probeEarly)
  assert.deepEqual(
    world.asked.map(({ traceId }) => traceId === null),
    [...Array.from({ length: 25 }, () => true), false],
  )
  assert.equal(only(world.entries, 'trace-probe').spec, 'path-refused')
  const steady = serviceWorld()
  await probe(steady, { traces: [TRACE, REFUSED] }, probeSteady)
  assert.deepEqual(
    steady.entries.filter(({ kind }) => kind === 'trace-probe').map((entry) => entry.kind === 'trace-probe' && entry.spec),
    ['path-shop', 'path-shop', 'path-shop'],
  )
})

test('a trace is found when it last grew, its huge attribute is cut, and its lines are found by its id', async () => {
  const world = serviceWorld({ delayMs: 600 })
  await probe(world, { traces: [{ ...TRACE, requests: 1 }], logs: [LOG] }, probeSteady)
  const trace = only(world.entries, 'trace')
  const sent = only(world.entries, 'trace-probe')
  assert.equal((trace.foundMs ?? 0) - sent.sentMs, 750)
  assert.equal(trace.trace?.spans[0]?.clipped, 1)
  const back = only(world.entries, 'trace-log')
  assert.deepEqual(
    [back.query, back.lines, (back.foundMs ?? 0) - sent.sentMs],
    [`{service=~"shop"} |= "${sent.traceId}"`, { shop: 1 }, 750],
  )
})

test('a span that must not be there is waited for: it may come with the slowest batch', async () => {
  const world = serviceWorld()
  const whole = world.jaeger.trace.bind(world.jaeger)
  world.jaeger.trace = async (traceId) => {
    const found = await whole(traceId)
    const first = found?.spans[0]
    if (found === null || first === undefined || world.clock.now() < (world.asked[0]?.atMs ?? 0) + 6_000) return found
    return { ...found, spans: [...found.spans, { ...first, spanId: 'b', service: 'legacy' }] }
  }
  await probe(world, { traces: [{ ...TRACE, requests: 1, absent: ['legacy'] }] }, probeSteady)
  assert.deepEqual(
    only(world.entries, 'trace').trace?.spans.map(({ service }) => service),
    ['shop', 'legacy'],
  )
})

/** A store that has further spans from some time after the request on. */
function growing(later: readonly [afterMs: number, span: Partial<Span>][], from = 0): ReturnType<typeof serviceWorld> {
  const world = serviceWorld()
  const whole = world.jaeger.trace.bind(world.jaeger)
  world.jaeger.trace = async (traceId) => {
    const found = await whole(traceId)
    const sinceMs = world.clock.now() - (world.asked[0]?.atMs ?? 0)
    const first = found?.spans[0]
    if (found === null || first === undefined || sinceMs < from) return null
    return { ...found, spans: [first, ...later.filter(([afterMs]) => sinceMs >= afterMs).map(([, span]) => ({ ...first, ...span }))] }
  }
  return world
}
const CONSUMED: TraceSpec = { ...TRACE, requests: 1, tree: { ...TRACE.tree, children: [{ ...TRACE.tree, kind: 'consumer' }] } }
const spansIn = (world: ReturnType<typeof serviceWorld>): string[] =>
  only(world.entries, 'trace').trace?.spans.map(({ spanId }) => spanId) ?? []

test('a promised span of a service that is there already is waited for: it may come with the next batch', async () => {
  const world = growing([[5_000, { spanId: 'b', parentSpanId: 'a', kind: 'consumer' }]])
  await probe(world, { traces: [CONSUMED] }, probeSteady)
  assert.deepEqual(spansIn(world), ['a', 'b'])
})

test('a parent that comes later than its child is waited for', async () => {
  const world = growing([
    [600, { spanId: 'b', parentSpanId: 'between', kind: 'consumer' }],
    [4_000, { spanId: 'between', parentSpanId: 'a', kind: 'internal', service: 'broker' }],
  ])
  await probe(world, { traces: [CONSUMED] }, probeSteady)
  assert.deepEqual(spansIn(world), ['a', 'b', 'between'])
})

test('a trace that comes too late is recorded as late, not as lost', async () => {
  const world = growing([[20_000, { spanId: 'b', parentSpanId: 'a', kind: 'consumer' }]], 20_000)
  await probe(world, { traces: [CONSUMED] }, probeSteady)
  const { foundMs } = only(world.entries, 'trace')
  assert.ok((foundMs ?? 0) - only(world.entries, 'trace-probe').sentMs >= 20_000)
  assert.deepEqual(spansIn(world), ['a', 'b'])
})

test('what is there but does not hang together is not waited for beyond its time', async () => {
  const world = growing([[600, { spanId: 'b', parentSpanId: 'nobody', kind: 'consumer' }]])
  await probe(world, { traces: [CONSUMED] }, probeSteady)
  assert.ok(only(world.entries, 'trace').atMs - only(world.entries, 'trace-probe').sentMs < 11_000)
})

test('a trace without lines says so at its deadline', async () => {
  const world = serviceWorld({ loses: () => true })
  await probe(world, { traces: [{ ...TRACE, requests: 1 }], logs: [LOG] }, probeSteady)
  const back = only(world.entries, 'trace-log')
  assert.deepEqual([back.foundMs, back.lines], [null, {}])
})

test('a service whose line carries no trace id, or another one, is told by the line itself', async () => {
  const other = 'f'.repeat(32)
  const stories: { mangle: (line: string) => string; instead: object }[] = [
    { mangle: (line) => line.replace(/ trace_id=.*/, ''), instead: { shop: { lines: 1, traceIds: [] } } },
    { mangle: (line) => line.replace(/trace_id=.*/, `trace_id=${other}`), instead: { shop: { lines: 1, traceIds: [other] } } },
  ]
  for (const { mangle, instead } of stories) {
    const world = serviceWorld({ mangle })
    await probe(world, { traces: [{ ...TRACE, requests: 1 }], logs: [LOG] }, probeSteady)
    assert.deepEqual(only(world.entries, 'trace-log').instead, instead)
  }
})

test('the stamp of the eleventh request does not answer for the second', async () => {
  const world = serviceWorld({ mangle: (line) => line.replace(/ trace_id=.*/, '') })
  await probe(world, { traces: [{ ...TRACE, requests: 12 }], logs: [LOG] }, probeSteady)
  const entries = world.entries.filter((entry) => entry.kind === 'trace-log')
  assert.deepEqual(
    entries.map((entry) => entry.kind === 'trace-log' && entry.instead?.['shop']?.lines),
    Array.from({ length: 12 }, () => 1),
  )
})

test('a line that says its trace is not sampled is recorded as saying so', async () => {
  const world = serviceWorld({ mangle: (line) => `${line} trace_flags=00` })
  await probe(world, { traces: [{ ...TRACE, requests: 1 }], logs: [LOG] }, probeSteady)
  assert.deepEqual(only(world.entries, 'trace-log').sampled, { shop: false })
})

test("a trace that was there and is gone is told from one that never came, and the store is asked for the drill's own", async () => {
  const forgets = serviceWorld()
  const known = forgets.jaeger.trace.bind(forgets.jaeger)
  forgets.jaeger.trace = async (traceId) => (forgets.clock.now() > (forgets.asked[0]?.atMs ?? 0) + 1_000 ? null : known(traceId))
  await probe(forgets, { traces: [{ ...TRACE, requests: 1 }] }, probeSteady)
  assert.deepEqual([only(forgets.entries, 'trace').forgotten, only(forgets.entries, 'trace').ownSpans], [true, undefined])
  const never = serviceWorld({ traces: false })
  never.telemetry.traceId = 'd'.repeat(32)
  never.jaeger.trace = (traceId) => Promise.resolve(traceId === 'd'.repeat(32) ? { traceId, spans: [] } : null)
  await probe(never, { traces: [{ ...TRACE, requests: 1 }] }, probeSteady)
  assert.deepEqual([only(never.entries, 'trace').forgotten, only(never.entries, 'trace').ownSpans], [undefined, 0])
})

test('a record of several lines is made early by a request of its own, or by that of a failing path', async () => {
  const multiline = { contains: 'trace_id[\\s\\S]*', lines: 2, fields: {} }
  const own = serviceWorld()
  const { flow: _, ...quiet } = LOG
  await probe(own, { logs: [{ ...quiet, multiline: { ...multiline, request: { ...LOG.request, path: '/refuse' } } }] }, probeEarly)
  const record = only(own.entries, 'log-record')
  assert.deepEqual([record.spec, record.stamp, record.status, record.lines.length], ['shop', 'r1-record-shop', 200, 1])
  const path = serviceWorld()
  await probe(path, { traces: [REFUSED], logs: [{ ...quiet, multiline: { ...multiline, trace: 'path-refused' } }] }, probeEarly)
  assert.equal(only(path.entries, 'log-record').traceId, only(path.entries, 'trace-probe').traceId)
  const dead = serviceWorld()
  dead.probes.send = () => Promise.reject(new Error('refused'))
  await probe(dead, { logs: [{ ...quiet, multiline: { ...multiline, request: LOG.request } }] }, probeEarly)
  assert.deepEqual([only(dead.entries, 'log-record').status, only(dead.entries, 'log-record').error], [0, 'refused'])
})

test('services without a span are asked why, and no others', async () => {
  const silent = serviceWorld({ traces: false })
  await probe(silent, { traces: [{ ...TRACE, requests: 2 }] }, probeSteady)
  const asked = only(silent.entries, 'export-errors')
  assert.deepEqual([asked.spec, asked.service], ['path-shop', 'shop'])
  const well = serviceWorld()
  await probe(well, { traces: [TRACE] }, probeSteady)
  assert.deepEqual(
    well.entries.filter(({ kind }) => kind === 'export-errors'),
    [],
  )
  const further = serviceWorld()
  await probe(
    further,
    { traces: [{ ...TRACE, requests: 1, tree: { ...TRACE.tree, children: [{ ...TRACE.tree, service: 'stock' }] } }] },
    probeSteady,
  )
  assert.equal(only(further.entries, 'export-errors').service, 'stock')
  const dead = serviceWorld()
  dead.jaeger.trace = () => Promise.reject(new Error('503'))
  await probe(dead, { traces: [TRACE] }, probeSteady)
  assert.deepEqual(
    dead.entries.filter(({ kind }) => kind === 'export-errors'),
    [],
    'a store that is silent says nothing of the services',
  )
})

test('a deployed regex that no browser takes is an entry, and the drill goes on', async () => {
  const world = serviceWorld()
  await probe(world, { logs: [LOG] }, probeSteady, { derivedFields: byLine('trace_id=([0-9a-f]{32})', '(?P<id>[0-9a-f]{32})') })
  const link = only(world.entries, 'log-link')
  assert.match(link.error ?? '', /Invalid regular expression/)
  assert.deepEqual([link.file, link.traceId, link.regex], ['d.yml', null, 'trace_id=([0-9a-f]{32}) or (?P<id>[0-9a-f]{32})'])
})

test('of several derived fields the link is that of the field that gives the trace', async () => {
  const world = serviceWorld()
  await probe(world, { logs: [LOG] }, probeSteady, { derivedFields: byLine('request_id=(\\S+)', 'trace_id=(\\w+)') })
  const link = only(world.entries, 'log-link')
  assert.deepEqual([link.regex, link.traceId, link.found], ['trace_id=(\\w+)', only(world.entries, 'log-probe').traceId, true])
})

test('a link has until the trace is promised, when that is later than the line', async () => {
  const world = serviceWorld()
  const known = world.jaeger.trace.bind(world.jaeger)
  world.jaeger.trace = async (traceId) => (world.clock.now() < (world.asked[0]?.atMs ?? 0) + 9_000 ? null : known(traceId))
  await probe(world, { traces: [TRACE], logs: [LOG] }, probeSteady)
  assert.equal(only(world.entries, 'log-link').found, true)
})

test("an id that is not the request's is not asked for", async () => {
  const world = serviceWorld()
  world.jaeger.trace = () => Promise.reject(new Error('asked'))
  await probe(world, { logs: [LOG] }, probeSteady, { derivedFields: byLine('request_id=(\\S+)') })
  const link = only(world.entries, 'log-link')
  assert.deepEqual([link.traceId, link.found, link.error], ['r1-log-shop', false, undefined])
})

test('a trace store that does not answer is an error of its own, not a dead link', async () => {
  const world = serviceWorld()
  world.jaeger.trace = () => Promise.reject(new Error('503'))
  await probe(world, { logs: [LOG] }, probeSteady)
  const link = only(world.entries, 'log-link')
  assert.deepEqual([link.error, link.found], ['503', false])
  assert.equal(only(world.entries, 'source-error').source, 'jaeger')
})

test('a line that did not come is not followed', async () => {
  const world = serviceWorld({ loses: () => true })
  await probe(world, { logs: [LOG] }, probeSteady)
  assert.equal(only(world.entries, 'log-lines').foundMs, null)
  assert.deepEqual(
    world.entries.filter(({ kind }) => kind === 'log-link'),
    [],
  )
})

test('a data source file that could not be read is said', async () => {
  const world = serviceWorld()
  await probe(world, { logs: [LOG] }, probeSteady, { derivedFields: { ...byLine(), error: 'ENOENT' } })
  const link = only(world.entries, 'log-link')
  assert.deepEqual([link.regex, link.file, link.error], ['', 'd.yml', 'ENOENT'])
})

test('a line of a megabyte opens its trace and is recorded in part', async () => {
  const world = serviceWorld({ mangle: (line) => 'x'.repeat(1_000_000) + line })
  await probe(world, { logs: [LOG] }, probeSteady)
  assert.equal(only(world.entries, 'log-link').found, true)
  const [line] = only(world.entries, 'log-lines').lines
  assert.ok((line?.clipped ?? 0) > 1_000_000 && (line?.line.length ?? 0) < 6_000 && line?.line.includes('r1-log-shop') === true)
})

test('a line that is stored under another time is found there all the same', async () => {
  const world = serviceWorld()
  const read = world.loki.queryRange.bind(world.loki)
  // What was written now is stored as of a minute ago.
  world.loki.queryRange = async (query, startMs, endMs, limit) =>
    (await read(query, startMs + 60_000, endMs + 60_000, limit)).map((line) => ({
      ...line,
      timeNs: `${Number(line.timeNs.slice(0, -6)) - 60_000}000000`,
    }))
  await probe(world, { logs: [LOG] }, probeSteady)
  const { foundMs, lines } = only(world.entries, 'log-lines')
  assert.deepEqual([foundMs !== null, lines.length], [true, 1])
  assert.ok(Number(lines[0]?.timeNs.slice(0, -6)) < only(world.entries, 'log-probe').sentMs - 50_000)
})

test('an interruption ends sending and reading', async () => {
  const world = serviceWorld()
  const interrupt = new AbortController()
  void world.clock.sleep(500).then(() => {
    interrupt.abort(new Error('Ctrl-C'))
  })
  await probe(world, { logs: [LOG] }, probeEarly, { signal: interrupt.signal })
  assert.equal(world.asked.length, 5)
})

test('a field that names a label takes the id that the log store keeps beside the line', async () => {
  const world = serviceWorld({ mangle: (line) => line.replace(/ trace_id=\S+/, '') })
  const plain = world.loki.queryRange.bind(world.loki)
  world.loki.queryRange = async (...asked) =>
    (await plain(...asked)).map((line) => ({ ...line, labels: { ...line.labels, trace_id: world.asked[0]?.traceId ?? '' } }))
  const fields = fieldsOf(
    [{ name: 'Trace', matcherType: 'label', matcherRegex: 'trace_id', datasourceUid: 'jaeger', url: '$${__value.raw}' }],
    [{ type: 'jaeger', uid: 'jaeger' }],
  )
  await probe(world, { logs: [LOG] }, probeSteady, { derivedFields: { file: 'd.yml', fields } })
  const link = only(world.entries, 'log-link')
  assert.deepEqual(
    [link.matcher, link.traceId, link.found, link.links],
    ['label', only(world.entries, 'log-probe').traceId, true, [{ url: '${__value.raw}', uid: 'jaeger', type: 'jaeger' }]],
  )
})

const LEAD = {
  file: 'd.yml',
  uid: 'loki',
  type: 'loki',
  startShiftMs: -60_000,
  endShiftMs: 60_000,
  tags: [],
  byTrace: false,
  bySpan: false,
  query: '{service=~".+"} |= "${__span.traceId}"',
}

async function searched(lead: Partial<typeof LEAD>, world = serviceWorld()): Promise<Extract<JournalEntry, { kind: 'trace-search' }>> {
  await probe(world, { traces: [{ ...TRACE, requests: 2 }], logs: [LOG] }, probeSteady, { traceToLogs: { ...LEAD, ...lead } })
  return only(world.entries, 'trace-search')
}

test("a span's way to its lines is gone once a path, as the deployed Grafana would go it", async () => {
  const search = await searched({})
  assert.deepEqual([search.service, search.query, search.lines, search.own], ['shop', `{service=~".+"} |= "${search.traceId}"`, 1, 1])
  const world = serviceWorld()
  const whole = world.jaeger.trace.bind(world.jaeger)
  world.jaeger.trace = async (traceId) => {
    const trace = await whole(traceId)
    return trace === null ? null : { ...trace, resources: { shop: { 'host.name': 'h1' } } }
  }
  const mapped = await searched(
    { query: null as unknown as string, tags: [{ key: 'host.name', label: 'host' }] as never, byTrace: true },
    world,
  )
  assert.equal(mapped.query, `{host="h1"} |="${mapped.traceId}"`)
  assert.ok(
    !JSON.stringify(
      only(
        world.entries.filter((entry) => entry.kind !== 'trace' || entry.traceId === mapped.traceId),
        'trace',
      ),
    ).includes('h1'),
    'what is not promised is not kept',
  )
})

test('a way that leads nowhere is told, and why', async () => {
  const untold = await searched({ query: '{service="${__span.tags["service.name"]}"} |= "${__span.traceId}"' })
  assert.deepEqual([untold.query, untold.missing], [null, ['__span.tags["service.name"]']])
  const inverted = await searched({ startShiftMs: 60_000, endShiftMs: -60_000 })
  assert.match(inverted.trouble ?? '', /end before it begins/)
  assert.match((await searched({ type: 'jaeger' })).trouble ?? '', /of type jaeger/)
  const early = await searched({ startShiftMs: -60_000, endShiftMs: -30_000 })
  assert.deepEqual([early.lines, early.own], [0, 0])
})

test("a label whose value is the request's own is asked for as a stream", async () => {
  const world = serviceWorld()
  const plain = world.loki.queryRange.bind(world.loki)
  const streams = new Set<string>()
  world.loki.queryRange = async (query, ...rest) => {
    if (/^\{\w+="[^"]*"\}$/.test(query)) return streams.has(query) ? [{ timeNs: '1', line: '', labels: {} }] : []
    return (await plain(query, ...rest)).map((line) => ({
      ...line,
      labels: { ...line.labels, trace_id: world.asked[0]?.traceId ?? '', path: `/x?${world.asked[0]?.stamp ?? ''}` },
    }))
  }
  await probe(world, { logs: [LOG] }, probeSteady)
  assert.equal(only(world.entries, 'log-lines').perRequest, undefined, 'beside the line')
  streams.add('{path="/x?r1-log-shop"}')
  world.entries.length = 0
  await probe(world, { logs: [LOG] }, probeSteady)
  assert.deepEqual(only(world.entries, 'log-lines').perRequest, ['path'])
})

test('a store that refuses so long a time, or that question, has shown the line all the same', async () => {
  const world = serviceWorld()
  const plain = world.loki.queryRange.bind(world.loki)
  world.loki.queryRange = async (query, startMs, endMs, limit) => {
    if (endMs - startMs > 3_600_000) throw new Error('the query time range exceeds the limit (query length: 28h, limit: 1h)')
    if (query.startsWith('{constructor')) throw new Error('parse error')
    if (/^\{\w+="[^"]*"\}$/.test(query)) return query.startsWith('{trace_id') ? [{ timeNs: '1', line: '', labels: {} }] : []
    return (await plain(query, startMs, endMs, limit)).map((line) => ({
      ...line,
      labels: { ...line.labels, trace_id: world.asked[0]?.traceId ?? '', constructor: world.asked[0]?.traceId ?? '' },
    }))
  }
  await probe(world, { logs: [LOG] }, probeSteady)
  const { lines, perRequest, error } = only(world.entries, 'log-lines')
  assert.deepEqual([lines.length, perRequest, error], [1, ['trace_id'], undefined])
})

test('a line whose service label is gone is found by another of its labels', async () => {
  const world = serviceWorld()
  const plain = world.loki.queryRange.bind(world.loki)
  world.loki.queryRange = async (query, ...rest) =>
    query.startsWith('{service')
      ? []
      : (await plain(query, ...rest)).map((line) => ({ ...line, labels: { svc: 'shop', container: 'shop' } }))
  await probe(world, { logs: [{ ...LOG, labels: { service: 'shop', container: 'shop' } }] }, probeSteady)
  assert.deepEqual(
    only(world.entries, 'log-lines').lines.map(({ labels }) => labels),
    [{ svc: 'shop', container: 'shop' }],
  )
})

test('a query that is refused now and then is asked again, and each line still counts once', async () => {
  const world = serviceWorld()
  const plain = world.loki.queryRange.bind(world.loki)
  let asked = 0
  world.loki.queryRange = (...args) => (asked++ % 3 === 0 ? plain(...args) : Promise.reject(new Error('429 too many outstanding requests')))
  await probe(world, { logs: [LOG] }, probeEarly)
  const { rows, error } = only(world.entries, 'log-flow')
  assert.deepEqual([error, rows.filter((row) => row[5] === 1).length], [undefined, 50])
})

test('a platform whose lines have no label called service', async () => {
  const world = serviceWorld()
  const queries: string[] = []
  const plain = world.loki.queryRange.bind(world.loki)
  world.loki.queryRange = async (query, ...rest) => {
    queries.push(query)
    return (await plain(query, ...rest)).map((line) => ({ ...line, labels: { app: 'shop-eu', namespace: 'shop' } }))
  }
  await probe(world, { traces: [{ ...TRACE, requests: 1 }], logs: [{ ...LOG, labels: { namespace: 'eu', app: 'shop-eu' } }] }, probeSteady)
  assert.deepEqual(only(world.entries, 'trace-log').lines, { shop: 1 })
  assert.ok(
    queries.every((query) => /^\{app=~?"shop-eu"\}/.test(query)),
    queries.join('\n'),
  )
})
