/** Test code: one small honest run, ways to alter it, and single verdicts out of it. */
import type { Journal, JournalBody, JournalEntry, OutageRow, Span } from '../../verify/model/journal.ts'
import type { PlannedExperiment } from '../../verify/model/plan.ts'
import type { LogSpec, OutageSpec, Spec, TraceSpec } from '../../verify/model/spec.ts'
import type { Verdict } from '../../verify/model/verdict.ts'
import type { Check } from '../../verify/judge/drill-check.ts'
import { judge, judgeRecord } from '../../verify/judge/judge.ts'
import { checks } from '../../verify/judge/drill-checks.ts'
import { ALTERATIONS, ALTERED_KINDS, altered } from '../tampering/alterations.ts'
import { seeded } from '../random/seeded-random.ts'
import { ZERO_MS, simulate } from '../virtual/virtual-journal.ts'
import type { Mutant, World } from '../virtual/virtual-journal.ts'
import { remembered } from '../../verify/text/remembered.ts'

const WORLD: World = {
  kind: 'gauge',
  hung: false,
  scrapeMs: 1_000,
  timeoutMs: 1_000,
  evaluateMs: 1_000,
  forMs: 8_000,
  keepFiringForMs: 0,
  windowMs: 8_000,
  threshold: 10,
  quietLevel: 8,
  fireLevel: 20,
  groupWaitMs: 1_000,
  groupIntervalMs: 4_000,
  resendDelayMs: 5_000,
  scrapePhaseMs: 300,
  evaluatePhaseMs: 700,
  skipChance: 0,
  slowChance: 0,
  losesFirstPost: false,
  ghost: false,
  sweeps: false,
}
export const EXPERIMENT = 'probed-broken'

export function run(options: { world?: Partial<World>; mutant?: Mutant; seed?: number } = {}): Journal {
  return simulate({ ...WORLD, ...options.world }, seeded(options.seed ?? 1), options.mutant)
}

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

/** A copy with each entry of one kind changed, or left out where `change` returns undefined. */
export function alter<K extends JournalEntry['kind']>(
  journal: Journal,
  kind: K,
  change: (entry: Entry<K>) => Entry<K> | undefined,
): Journal {
  const entries = journal.entries.flatMap((entry) => (entry.kind === kind ? (change(structuredClone(entry) as Entry<K>) ?? []) : entry))
  return { entries, problems: journal.problems }
}

/** The same with the one planned experiment changed. */
export function withExperiment(journal: Journal, change: Partial<PlannedExperiment>): Journal {
  return alter(journal, 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, experiments: entry.plan.experiments.map((experiment) => ({ ...experiment, ...change })) },
  }))
}

export function withSpec(journal: Journal, change: Partial<Spec>): Journal {
  return alter(journal, 'header', (entry) => ({ ...entry, spec: { ...entry.spec, ...change } }))
}

/** A copy with further entries at the end. */
export function withEntries(journal: Journal, ...bodies: (JournalBody & { atMs?: number })[]): Journal {
  const entries = [...journal.entries]
  for (const body of bodies) entries.push({ seq: entries.length, ...body, atMs: body.atMs ?? entries.at(-1)?.atMs ?? 0 } as JournalEntry)
  return { entries, problems: journal.problems }
}

/** The verdict of one check. A pass comes with the proof that the check can fail on this very journal: `refutedBy` finds how, or throws. */
export function verdictOf(journal: Journal, check: string, subject?: string): Verdict {
  const found = judge(journal, besideEachOther(check)).find(
    (verdict) => verdict.check === check && (subject === undefined || verdict.subject === subject),
  )
  if (found === undefined) throw new Error(`no verdict of ${check}`)
  if (found.status === 'pass' && refutedBy(journal, found) === undefined)
    throw new Error(
      `${check} passes for ${found.subject}, and no alteration of this journal makes it fail (testing/tampering/alterations.ts)`,
    )
  return found
}

/** What decides the verdict of a check: those of its scope, which may gate it, and those of the rules: without one nothing was drilled. */
function besideEachOther(id: string): Check[] {
  const scope = checks.find(({ meta }) => meta.id === id)?.meta.scope
  return checks.filter(({ meta }) => meta.scope === scope || meta.scope === 'rule')
}

/** Checks of a premise: what they find missing makes the verdicts that rest on it unknown, and is no failure of the platform. */
export const PREMISES: ReadonlySet<string> = new Set([
  'evidence-continuous',
  'healthy-start',
  'injection-took-hold',
  'load-delivered',
  'steady-before',
])

/**
 * An alteration that makes a passed check fail (a premise: unknown). First those are tried that did so before for this check, then those of
 * entries that the verdict points to.
 */
export function refutedBy(journal: Journal, { check, subject, pointers }: Verdict): string | undefined {
  const proven = PROVEN.get(check) ?? []
  const kinds = new Set(pointers.flatMap((seq) => journal.entries[seq]?.kind ?? []))
  const all = Object.keys(ALTERATIONS)
  const isNear = (kind: JournalEntry['kind'] | undefined): boolean => kind !== undefined && kinds.has(kind)
  const near = all.filter((each) => isNear(ALTERED_KINDS.get(each)))
  const name = [...new Set([...proven, ...near, ...all])].find((each) => refuted(journal)(check)(each).has(subject))
  if (name !== undefined) PROVEN.set(check, [name, ...proven.filter((each) => each !== name)])
  return name
}

/** By check: what made it fail, the latest first. */
const PROVEN = new Map<string, string[]>()

const refuted = remembered((journal: Journal) =>
  remembered((check: string) => remembered((name: string) => subjectsRefuted(journal, name, check))),
)

/** The subjects for which the check fails (a premise: is unknown) in the journal with one alteration; each is judged once. */
function subjectsRefuted(journal: Journal, name: string, check: string): ReadonlySet<string> {
  const record = altered(journal)(name)
  // What changes nothing leaves a pass a pass.
  if (record === undefined) return new Set()
  const own = checks.filter(({ meta }) => meta.id === check)
  const wanted = PREMISES.has(check) ? 'unknown' : 'fail'
  return new Set(judgeRecord(record, own).flatMap(({ subject, status }) => (status === wanted ? [subject] : [])))
}

export const TRACE_SPEC: TraceSpec = {
  id: 'path-order',
  because: 'an order is stored and announced',
  request: { service: 'shop', method: 'POST', path: '/orders', headers: {}, expectStatus: 201 },
  tree: {
    service: 'shop',
    kind: 'server',
    attributes: { 'http.request.method|http.method': '^POST$' },
    edge: 'child',
    children: [
      { service: 'shop', kind: 'client', attributes: { 'db.system': 'postgresql' }, edge: 'child', children: [] },
      {
        service: 'shop',
        kind: 'producer',
        operation: 'orders',
        attributes: {},
        edge: 'child',
        children: [{ service: 'stock', kind: 'consumer', attributes: {}, edge: 'child', children: [] }],
      },
    ],
  },
  absent: ['legacy'],
  maxDelayMs: 10_000,
}

const span = (
  spanId: string,
  parentSpanId: string | null,
  service: string,
  kind: string,
  operation: string,
  attributes: Record<string, string> = {},
): Span => ({ spanId, parentSpanId, service, operation, kind, startUs: 0, durationUs: 1, attributes, links: [], error: false })

export const SPANS: Span[] = [
  span('a', 'caller', 'shop', 'server', 'POST /orders', { 'http.method': 'POST' }),
  span('b', 'a', 'shop', 'internal', 'OrderController.create'),
  span('c', 'b', 'shop', 'client', 'INSERT orders', { 'db.system': 'postgresql' }),
  span('d', 'b', 'shop', 'producer', 'orders.created publish'),
  span('e', 'd', 'stock', 'consumer', 'orders.created process'),
]

/** A run whose plan probes one trace twice; `spans` is what the store returned for each. */
export function traceRun(spans: Span[] | null, options: { status?: number; error?: string; foundMs?: number } = {}): Journal {
  const journal = alter(withSpec(run(), { traces: [TRACE_SPEC] }), 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, traces: ['path-order'] },
  }))
  return withEntries(
    journal,
    ...['t1', 't2'].flatMap((traceId): JournalBody[] => [
      {
        kind: 'trace-probe',
        spec: 'path-order',
        experiment: null,
        traceId,
        stamp: traceId,
        sentMs: ZERO_MS,
        status: options.status ?? 201,
      },
      {
        kind: 'trace',
        spec: 'path-order',
        traceId,
        foundMs: spans === null ? null : ZERO_MS + (options.foundMs ?? 800),
        polls: 3,
        trace: spans === null ? null : { traceId, spans },
        ...(options.error === undefined ? {} : { error: options.error }),
      },
    ]),
  )
}

export const LOG_SPEC: LogSpec = {
  service: 'shop',
  because: 'JSON lines',
  request: { service: 'shop', method: 'GET', path: '/health?{stamp}', headers: {}, expectStatus: 200 },
  contains: '{stamp}',
  labels: { service: 'shop', logstream: 'stdout' },
  format: 'json',
  fields: { level: '^INFO$' },
  linksToTrace: true,
  maxDelayMs: 5_000,
}

export interface LogRun {
  lines?: { line: string; labels: Record<string, string> }[]
  status?: number
  error?: string
  link?: {
    traceId: string | null
    found: boolean
    regex?: string
    file?: string
    error?: string
    more?: Pick<Extract<JournalBody, { kind: 'log-link' }>, 'matcher' | 'links' | 'ignored'>
  } | null
  linksToTrace?: boolean
}

export function logRun(options: LogRun = {}): Journal {
  const lines = options.lines ?? [
    {
      line: '{"message":"GET /health?s.1","level":"INFO","trace_id":"t9"}',
      labels: { service: 'shop', logstream: 'stdout', level: 'INFO' },
    },
  ]
  const journal = alter(withSpec(run(), { logs: [{ ...LOG_SPEC, linksToTrace: options.linksToTrace ?? true }] }), 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, logs: ['shop'] },
  }))
  const link = options.link === undefined ? { traceId: 't9', found: true } : options.link
  return withEntries(
    journal,
    { kind: 'log-probe', spec: 'shop', stamp: 's.1', traceId: 't9', sentMs: ZERO_MS, status: options.status ?? 200 },
    {
      kind: 'log-lines',
      spec: 'shop',
      stamp: 's.1',
      query: '{}',
      foundMs: lines.length > 0 ? ZERO_MS + 900 : null,
      polls: 2,
      lines: lines.map((line, index) => ({ timeNs: String(index), ...line })),
      ...(options.error === undefined ? {} : { error: options.error }),
    },
    ...(link === null
      ? []
      : [
          {
            kind: 'log-link' as const,
            spec: 'shop',
            regex: link.regex ?? '"trace_id":"(\\w+)"',
            traceId: link.traceId,
            found: link.found,
            ...(link.more ?? {}),
            ...(link.file === undefined ? {} : { file: link.file }),
            ...(link.error === undefined ? {} : { error: link.error }),
          },
        ]),
  )
}

export const OUTAGE_SPEC: OutageSpec = {
  id: 'store-stopped',
  title: 'the store is stopped',
  because: 'a restart loses nothing',
  fault: { id: 'kill-process', target: 'store', params: {} },
  holdMs: 6_000,
  request: { service: 'shop', method: 'GET', path: '/health?{stamp}', headers: {}, expectStatus: 200 },
  ratePerS: 5,
  answers: true,
  spans: 'kept',
  lines: 'kept',
  service: 'shop',
  recoversWithinMs: 10_000,
  named: 'log-store',
  effects: [],
  observes: [],
}
/** Of the outage below, ms since its begin. */
export const AWAY = { onMs: 3_000, offMs: 9_000, endMs: 12_000 }

export interface OutageRun {
  spec?: Partial<OutageSpec>
  /** Of an untroubled request sent at `sentMs`, or with the signals named held up until the undo: the row as it is to be. */
  row?: (row: OutageRow, sentMs: number) => OutageRow
  /** Signals that come only after the undo, when sent while the part was away. */
  heldUp?: readonly ('spans' | 'lines')[]
  silent?: 'jaeger' | 'loki'
  injected?: boolean
  refused?: boolean
  collectorUp?: boolean
  error?: string
}

/** A run with one outage: five requests a second for 12 s, each signal there 800 ms after its request unless said otherwise. */
export function outageRun(options: OutageRun = {}): Journal {
  const spec = { ...OUTAGE_SPEC, ...options.spec }
  const { onMs, offMs, endMs } = AWAY
  const rows = Array.from({ length: endMs / 200 }, (_, index): OutageRow => {
    const sentMs = index * 200
    const seen = (signal: 'spans' | 'lines'): number =>
      options.heldUp?.includes(signal) === true && sentMs + 800 > onMs && sentMs < offMs ? offMs + 1_500 : sentMs + 800
    const row: OutageRow = [sentMs, sentMs + 5, 200, seen('spans'), seen('lines'), 1]
    return options.row?.(row, sentMs) ?? row
  })
  const journal = alter(withSpec(run(), { outages: [spec] }), 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, outages: [{ id: spec.id, title: spec.title, startMs: 0, durationMs: endMs, holdMs: 6_000, after: [] }] },
  }))
  const fault = (phase: 'inject' | 'undo', atMs: number): JournalBody => ({
    kind: 'fault',
    experiment: spec.during ?? spec.id,
    leg: 'outage',
    phase,
    fault: 'kill-process',
    target: 'store',
    startedMs: ZERO_MS + atMs,
    effectiveMs: ZERO_MS + atMs + 20,
    ok: options.injected !== false && options.refused !== true,
    detail: 'kill-process may not touch "store"',
    ...(options.refused === true ? { refused: true as const } : {}),
  })
  const failedMs = [4_000, 5_000, 6_000]
  const up: JournalBody[] =
    options.collectorUp === undefined
      ? []
      : [
          {
            kind: 'health',
            metric: 'otelcol_receiver_accepted_spans',
            series: [{ metric: { job: 'collector' }, values: [[ZERO_MS / 1000, '1']] }],
          },
          {
            kind: 'raw',
            experiment: null,
            query: 'up[60s]',
            series: [
              {
                metric: { __name__: 'up', job: 'collector', instance: 'c:1' },
                values: Array.from({ length: 12 }, (_, s) => [
                  ZERO_MS / 1000 + s,
                  options.collectorUp === false && s > 3 && s < 9 ? '0' : '1',
                ]),
              },
            ],
          },
        ]
  return withEntries(
    journal,
    fault('inject', onMs),
    ...(options.injected === false || options.refused === true ? [] : [fault('undo', offMs)]),
    ...up,
    {
      kind: 'outage',
      outage: spec.id,
      prefix: 'r-outage-',
      startedMs: ZERO_MS,
      rows,
      stores: {
        jaeger: { asked: 20, failedMs: options.silent === 'jaeger' ? failedMs : [], lastError: 'refused' },
        loki: { asked: 20, failedMs: options.silent === 'loki' ? failedMs : [], lastError: 'refused' },
      },
      ...(options.error === undefined ? {} : { error: options.error }),
    },
  )
}
