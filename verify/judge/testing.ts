/** Test code: one small honest run, ways to alter it, and single verdicts out of it. */
import type { Journal, JournalBody, JournalEntry, Span } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { LogSpec, Spec, TraceSpec } from '../model/spec.ts'
import type { Verdict } from '../model/verdict.ts'
import { judge } from './judge.ts'
import { ZERO_MS, generator, simulate } from './simulation.ts'
import type { Mutant, World } from './simulation.ts'

export const WORLD: World = {
  kind: 'gauge', hung: false, scrapeMs: 1_000, timeoutMs: 1_000, evaluateMs: 1_000, forMs: 8_000, keepFiringForMs: 0, windowMs: 8_000, threshold: 10, quietLevel: 8, fireLevel: 20,
  groupWaitMs: 1_000, groupIntervalMs: 4_000, resendDelayMs: 5_000, scrapePhaseMs: 300, evaluatePhaseMs: 700, skipChance: 0, slowChance: 0, losesFirstPost: false, ghost: false, sweeps: false,
}
export const EXPERIMENT = 'probed-broken'

export function run(options: { world?: Partial<World>, mutant?: Mutant, seed?: number } = {}): Journal {
  return simulate({ ...WORLD, ...options.world }, generator(options.seed ?? 1), options.mutant)
}

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

/** A copy with each entry of one kind changed, or left out where `change` returns undefined. */
export function alter<K extends JournalEntry['kind']>(journal: Journal, kind: K, change: (entry: Entry<K>) => Entry<K> | undefined): Journal {
  const entries = structuredClone(journal.entries).flatMap((entry) => (entry.kind === kind ? change(entry as Entry<K>) ?? [] : entry))
  return { entries, problems: journal.problems }
}

/** The same with the one planned experiment changed. */
export function withExperiment(journal: Journal, change: Partial<PlannedExperiment>): Journal {
  return alter(journal, 'header', (entry) => ({ ...entry, plan: { ...entry.plan, experiments: entry.plan.experiments.map((experiment) => ({ ...experiment, ...change })) } }))
}

export function withSpec(journal: Journal, change: Partial<Spec>): Journal {
  return alter(journal, 'header', (entry) => ({ ...entry, spec: { ...entry.spec, ...change } }))
}

/** A copy with further entries at the end. */
export function withEntries(journal: Journal, ...bodies: (JournalBody & { atMs?: number })[]): Journal {
  const entries = structuredClone(journal.entries)
  for (const body of bodies) entries.push({ seq: entries.length, ...body, atMs: body.atMs ?? entries.at(-1)?.atMs ?? 0 } as JournalEntry)
  return { entries, problems: journal.problems }
}

export function verdictOf(journal: Journal, check: string, subject?: string): Verdict {
  const found = judge(journal).find((verdict) => verdict.check === check && (subject === undefined || verdict.subject === subject))
  if (found === undefined) throw new Error(`no verdict of ${check}`)
  return found
}

export const TRACE_SPEC: TraceSpec = {
  id: 'path-order', because: 'an order is stored and announced', request: { service: 'shop', method: 'POST', path: '/orders', headers: {}, expectStatus: 201 },
  tree: {
    service: 'shop', kind: 'server', attributes: { 'http.request.method|http.method': '^POST$' }, edge: 'child', children: [
      { service: 'shop', kind: 'client', attributes: { 'db.system': 'postgresql' }, edge: 'child', children: [] },
      { service: 'shop', kind: 'producer', operation: 'orders', attributes: {}, edge: 'child', children: [{ service: 'stock', kind: 'consumer', attributes: {}, edge: 'child', children: [] }] },
    ],
  },
  absent: ['legacy'], maxDelayMs: 10_000,
}

const span = (spanId: string, parentSpanId: string | null, service: string, kind: string, operation: string, attributes: Record<string, string> = {}): Span => ({ spanId, parentSpanId, service, operation, kind, startUs: 0, durationUs: 1, attributes, links: [], error: false })

export const SPANS: Span[] = [
  span('a', 'caller', 'shop', 'server', 'POST /orders', { 'http.method': 'POST' }), span('b', 'a', 'shop', 'internal', 'OrderController.create'), span('c', 'b', 'shop', 'client', 'INSERT orders', { 'db.system': 'postgresql' }),
  span('d', 'b', 'shop', 'producer', 'orders.created publish'), span('e', 'd', 'stock', 'consumer', 'orders.created process'),
]

/** A run whose plan probes one trace twice; `spans` is what the store returned for each. */
export function traceRun(spans: Span[] | null, options: { status?: number, error?: string, foundMs?: number } = {}): Journal {
  const journal = alter(withSpec(run(), { traces: [TRACE_SPEC] }), 'header', (entry) => ({ ...entry, plan: { ...entry.plan, traces: ['path-order'] } }))
  return withEntries(journal, ...['t1', 't2'].flatMap((traceId): JournalBody[] => [
    { kind: 'trace-probe', spec: 'path-order', experiment: null, traceId, stamp: traceId, sentMs: ZERO_MS, status: options.status ?? 201 },
    { kind: 'trace', spec: 'path-order', traceId, foundMs: spans === null ? null : ZERO_MS + (options.foundMs ?? 800), polls: 3, trace: spans === null ? null : { traceId, spans }, ...(options.error === undefined ? {} : { error: options.error }) },
  ]))
}

export const LOG_SPEC: LogSpec = {
  service: 'shop', because: 'JSON lines', request: { service: 'shop', method: 'GET', path: '/health?{stamp}', headers: {}, expectStatus: 200 }, contains: '{stamp}', labels: { service: 'shop', logstream: 'stdout' },
  format: 'json', fields: { level: '^INFO$' }, linksToTrace: true, maxDelayMs: 5_000,
}

export interface LogRun { lines?: { line: string, labels: Record<string, string> }[], status?: number, error?: string, link?: { traceId: string | null, found: boolean, regex?: string, file?: string, error?: string } | null, linksToTrace?: boolean }

export function logRun(options: LogRun = {}): Journal {
  const lines = options.lines ?? [{ line: '{"message":"GET /health?s.1","level":"INFO","trace_id":"t9"}', labels: { service: 'shop', logstream: 'stdout', level: 'INFO' } }]
  const journal = alter(withSpec(run(), { logs: [{ ...LOG_SPEC, linksToTrace: options.linksToTrace ?? true }] }), 'header', (entry) => ({ ...entry, plan: { ...entry.plan, logs: ['shop'] } }))
  const link = options.link === undefined ? { traceId: 't9', found: true } : options.link
  return withEntries(
    journal,
    { kind: 'log-probe', spec: 'shop', stamp: 's.1', traceId: 't9', sentMs: ZERO_MS, status: options.status ?? 200 },
    { kind: 'log-lines', spec: 'shop', stamp: 's.1', query: '{}', foundMs: lines.length > 0 ? ZERO_MS + 900 : null, polls: 2, lines: lines.map((line, index) => ({ timeNs: String(index), ...line })), ...(options.error === undefined ? {} : { error: options.error }) },
    ...(link === null ? [] : [{ kind: 'log-link' as const, spec: 'shop', regex: link.regex ?? '"trace_id":"(\\w+)"', traceId: link.traceId, found: link.found, ...(link.file === undefined ? {} : { file: link.file }), ...(link.error === undefined ? {} : { error: link.error }) }]),
  )
}
