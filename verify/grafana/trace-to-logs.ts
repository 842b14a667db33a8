import { typeOf, type SourceConfig } from './derived-fields.ts'
import type { Span } from '../model/journal.ts'
import { provisioned } from './provisioned-text.ts'
import type { Labels } from '../model/spec.ts'

/**
 * The way from a span to its log lines: tracesToLogsV2 (or the older tracesToLogs) of the deployed Grafana's Jaeger data source, by
 * Grafana's own code.
 * https://github.com/grafana/grafana/blob/main/public/app/features/explore/TraceView/createSpanLink.tsx
 */
export interface TraceToLogs {
  /** The provisioning file it stands in. */
  file: string
  uid: string
  /** Of the data source `uid`; null: there is no such one; absent: unknown. */
  type?: string | null
  /** Before and after the span; null: no duration, which breaks the link. */
  startShiftMs: number | null
  endShiftMs: number | null
  /** Attributes of the span or of its resource, and the labels that they become. */
  tags: { key: string; label: string }[]
  byTrace: boolean
  bySpan: boolean
  /** A query of one's own, instead of all that. */
  query: string | null
}

/** When none are configured, or an empty list. Dots become underscores in later versions, earlier ones do not know the last two. */
const DEFAULT_TAGS = ['cluster', 'hostname', 'namespace', 'pod', 'service.name', 'service.namespace']

const LOG_STORES = /loki/

type Raw = Record<string, unknown>

/** As it is written below jsonData; undefined: neither is there, or names no data source. */
export function traceToLogsOf(jsonData: unknown, sources: readonly SourceConfig[]): TraceToLogs | undefined {
  const { tracesToLogsV2, tracesToLogs } = mapping(jsonData)
  const older = tracesToLogsV2 === undefined || tracesToLogsV2 === null
  const raw = mapping(older ? tracesToLogs : tracesToLogsV2)
  const uid = text(raw['datasourceUid'])
  if (uid === '') return undefined
  const tags = older && raw['mapTagNamesEnabled'] === true ? raw['mappedTags'] : raw['tags']
  const type = typeOf(uid, sources, LOG_STORES)
  const query = older || raw['customQuery'] !== true ? '' : provisioned(text(raw['query']))
  return {
    file: '',
    uid,
    ...(type === undefined ? {} : { type }),
    startShiftMs: shiftMs(raw['spanStartTimeShift']),
    endShiftMs: shiftMs(raw['spanEndTimeShift']),
    tags:
      Array.isArray(tags) && tags.length > 0
        ? tags.map((tag) => tagOf(tag, older))
        : DEFAULT_TAGS.map((key) => ({ key, label: key.replaceAll('.', '_') })),
    byTrace: raw['filterByTraceID'] === true,
    bySpan: raw['filterBySpanID'] === true,
    query: query === '' ? null : query,
  }
}

/** The older form has names alone; the newer one knows no such thing, and finds no attribute by it. */
function tagOf(tag: unknown, older: boolean): { key: string; label: string } {
  const key = typeof tag === 'string' ? (older ? tag : '') : text(mapping(tag)['key'])
  return { key, label: text(mapping(tag)['value']) || key }
}

/** One number and its unit. https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/datetime/rangeutil.ts */
function shiftMs(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return 0
  const match = /^\s*(-?\d+(?:\.\d+)?)(ms|[Mwdhmsy])\s*$/.exec(text(value))
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0)
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
}

/** What Grafana knows of a span: its attributes, and those of the service it is from. */
export interface KnownSpan {
  traceId: string
  span: Pick<Span, 'spanId' | 'operation' | 'startUs' | 'durationUs' | 'attributes'>
  resource: Labels
}

export interface SpanSearch {
  /** null: Grafana shows no link at that span. */
  query: string | null
  fromMs: number
  untilMs: number
  /** Attributes that the query is made of and the span does not have. */
  missing: string[]
}

export function searchOf(options: TraceToLogs, known: KnownSpan): SpanSearch {
  const { traceId, span } = known
  const attributes: Labels = {
    ...known.resource,
    ...span.attributes,
    spanId: span.spanId,
    traceId,
    name: span.operation,
    duration: String(span.durationUs),
  }
  const present = options.tags.filter(({ key }) => attributes[key] !== undefined)
  const tags = present.map(({ key, label }) => `${label}="${attributes[key] ?? ''}"`).join(', ')
  const fromMs = Math.floor(span.startUs / 1_000 + (options.startShiftMs ?? 0))
  const until = Math.floor((span.startUs + span.durationUs) / 1_000 + (options.endShiftMs ?? 0))
  const range = { fromMs, untilMs: until === fromMs ? until + 1 : until }
  const asked = options.tags.map(({ key }) => key)
  if (options.query === null) {
    if (tags === '') return { ...range, query: null, missing: asked }
    return {
      ...range,
      query: `{${tags}}${options.byTrace ? ` |="${traceId}"` : ''}${options.bySpan ? ` |="${span.spanId}"` : ''}`,
      missing: [],
    }
  }
  const missing: string[] = []
  const query = options.query.replace(
    /\$\{(__(?:span|trace|tags)[^}:]*)(?::\w+)?\}|\$(__(?:span|trace|tags)[\w.]*)/g,
    (_, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? ''
      const value = name === '__tags' ? tags || undefined : variable(name, known, { ...known.resource, ...span.attributes })
      if (value === undefined) missing.push(...(name === '__tags' ? asked : [name]))
      return value ?? ''
    },
  )
  return missing.length > 0 ? { ...range, query: null, missing } : { ...range, query, missing }
}

function variable(name: string, { traceId, span }: KnownSpan, attributes: Labels): string | undefined {
  const tag = /^__span\.tags(?:\.([\w.-]+)|\[["']([^"']+)["']\])$/.exec(name)
  if (tag !== null) return attributes[tag[1] ?? tag[2] ?? '']
  // `id` until 9.3.
  if (/^__(span|trace)\.traceId$|^__trace\.id$/.test(name)) return traceId
  if (/^__span\.(spanId|id)$/.test(name)) return span.spanId
  if (name === '__span.name' || name === '__trace.name') return span.operation
  return name === '__span.duration' || name === '__trace.duration' ? String(span.durationUs) : undefined
}

function mapping(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
