import { createServer } from 'node:http'
import { once } from 'node:events'
import { jaegerSource } from '../../verify/collect/jaeger.ts'
import { lokiSource } from '../../verify/collect/loki.ts'
import type { JournalBody, JournalEntry } from '../../verify/model/journal.ts'
import type { LogSpec, Spec, TraceSpec } from '../../verify/model/spec.ts'
import { judge } from '../../verify/judge/judge.ts'
import { flowStamp, FlowTally } from '../../verify/run/signals/flow-tally.ts'
import { pages } from '../../verify/run/signals/loki-pages.ts'
import { probeSteady } from '../../verify/run/signals/probing.ts'
import { systemClock } from '../../verify/drivers/clock.ts'
import { emptySpec, fakeWorld, planOf } from '../../testing/fake-ports.ts'

/**
 * The verifier's own share of the figures of traces and logs, against stores in this process that answer over HTTP as Loki and Jaeger do:
 * asking, paging, parsing, counting, judging. Memory includes those stores. `node qa/bench/signals.ts [LINES] [PROBES]`
 */
const LINES = Number(process.argv[2] ?? 50_000)
const PROBES = Number(process.argv[3] ?? 1_000)
const BEGAN_MS = Date.now() - 600_000
const PREFIX = 'bench-flow-shop-'
const request = { service: 'shop', method: 'GET', path: '/health?stamp={stamp}', headers: {}, expectStatus: 200 }
const log: LogSpec = {
  service: 'shop',
  because: 'bench',
  request,
  contains: '{stamp}',
  labels: { service: 'shop' },
  format: 'json',
  fields: {},
  linksToTrace: false,
  maxDelayMs: 60_000,
  flow: { steady: LINES - 1, ratePerS: 500, burst: 1 },
}
const path: TraceSpec = {
  id: 'path-shop',
  because: 'bench',
  request,
  absent: [],
  maxDelayMs: 60_000,
  requests: PROBES,
  tree: {
    service: 'shop',
    kind: 'server',
    attributes: {},
    edge: 'child',
    children: [{ service: 'shop', kind: 'client', attributes: { 'db.system': 'mysql' }, edge: 'child', children: [] }],
  },
}

/** Line `index` was written 2 ms after the one before; one in 10,000 is lost and one in 1,000 is there twice. */
function answerLines(url: URL): unknown {
  const fromMs = Number(url.searchParams.get('start')?.slice(0, -6))
  const limit = Number(url.searchParams.get('limit'))
  const values: [string, string][] = []
  for (let index = Math.max(0, Math.ceil((fromMs - BEGAN_MS) / 2)); index < LINES && values.length < limit; index += 1) {
    if (index % 10_000 === 7) continue
    const line = `{"message":"GET /health?stamp 200 0.5ms","logger_name":"access","request_id":"${flowStamp(PREFIX, index)}","padding":"${'x'.repeat(250)}"}`
    values.push([`${BEGAN_MS + index * 2}000000`, line])
    if (index % 1_000 === 5) values.push([`${BEGAN_MS + index * 2 + 1}000000`, line])
  }
  return { data: { result: [{ stream: { service: 'shop', level: 'INFO' }, values: values.slice(0, limit) }] } }
}

function answerTrace(traceID: string): unknown {
  const span = (spanID: string, parent: string, kind: string, startTime: number, tags: object[]): object => ({
    traceID,
    spanID,
    operationName: kind,
    references: [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime,
    duration: 10,
    processID: 'p1',
    tags: [{ key: 'span.kind', value: kind }, ...tags],
  })
  const nowUs = Date.now() * 1_000
  return {
    data: [
      {
        traceID,
        processes: { p1: { serviceName: 'shop' } },
        spans: [span('a', 'caller', 'server', nowUs, []), span('b', 'a', 'client', nowUs + 1, [{ key: 'db.system', value: 'mysql' }])],
      },
    ],
  }
}

const server = createServer((asked, response) => {
  const url = new URL(asked.url ?? '', 'http://localhost')
  const id = /^\/api\/traces\/(\w+)$/.exec(url.pathname)?.[1]
  response.end(JSON.stringify(id === undefined ? answerLines(url) : answerTrace(id)))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

function judged(spec: Spec, bodies: JournalBody[], check: string): string {
  const plan = planOf([], { traces: spec.traces.map(({ id }) => id), logs: spec.logs.map(({ service }) => service) })
  const header: JournalBody = {
    kind: 'header',
    version: 1,
    tool: 'bench',
    runId: 'bench',
    spec,
    plan,
    zeroMs: 0,
    target: 'bench',
    components: {},
  }
  const entries = [header, ...bodies, { kind: 'footer', ended: 'completed', undone: [], notUndone: [] } satisfies JournalBody].map(
    (body, seq): JournalEntry => ({ seq, atMs: seq, ...body }),
  )
  const verdict = judge({ entries, problems: [] }).find((candidate) => candidate.check === check)
  return `${verdict?.status}: ${verdict?.observed}`
}

async function traces(): Promise<string> {
  const world = fakeWorld()
  const bodies: JournalBody[] = []
  const spec = { ...emptySpec, traces: [path] }
  const ports = { ...world, clock: systemClock, jaeger: jaegerSource(base), journal: { append: (body: JournalBody) => bodies.push(body) } }
  await probeSteady(planOf([], { traces: [path.id] }), spec, ports, {
    runId: 'bench',
    tool: 'bench',
    target: 'bench',
    components: {},
    signal: new AbortController().signal,
    steadyDeadlineMs: 1,
    derivedFields: null,
  }).collected
  return judged(spec, bodies, 'trace-count')
}

async function lines(): Promise<string> {
  const loki = lokiSource(base)
  const tally = new FlowTally(PREFIX, BEGAN_MS, LINES)
  for (let index = 0; index < LINES; index += 1) {
    tally.request(index, BEGAN_MS + index * 2)
    tally.answer(index, BEGAN_MS + index * 2 + 1, 200)
  }
  let read = 0
  for await (const page of pages(loki, '{}', BEGAN_MS - 5_000, Date.now())) {
    read += 1
    for (const line of page) tally.count(line, BEGAN_MS + LINES * 2)
  }
  const entry: JournalBody = {
    kind: 'log-flow',
    spec: 'shop',
    prefix: PREFIX,
    query: '{}',
    startedMs: BEGAN_MS,
    steady: LINES - 1,
    burst: 1,
    rows: tally.rows(),
    pages: read,
  }
  return `${judged({ ...emptySpec, logs: [log] }, [entry], 'log-none-lost')}; ${read} pages, entry of ${(JSON.stringify(entry).length / 1e6).toFixed(1)} MB`
}

for (const [what, reach, work] of [
  [`${LINES} log lines checked for loss and order`, '<= 15 s, <= 250 MB', lines],
  [`${PROBES} probes traced and judged`, '<= 20 s', traces],
] as const) {
  const began = performance.now()
  const found = await work()
  process.stdout.write(
    `${what.padEnd(44)} ${reach.padEnd(20)} ${((performance.now() - began) / 1000).toFixed(1)} s, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most\n  ${found}\n`,
  )
}
server.closeAllConnections()
server.close()
