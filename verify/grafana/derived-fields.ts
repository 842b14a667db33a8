import type { RE2JS } from 're2js'
import { re2 } from '../text/re2.ts'
import { provisioned } from './provisioned-text.ts'
import type { FieldLink } from '../model/field-link.ts'
import type { Labels } from '../model/spec.ts'

/**
 * What makes a link to a trace of a log line: derived fields of the deployed Grafana's Loki data source, by the rules of Grafana's own
 * code.
 * https://github.com/grafana/grafana/blob/main/public/app/plugins/datasource/loki/getDerivedFields.ts
 */
export interface DerivedFields {
  /** The provisioning file they stand in. */
  file: string
  /** In the file's order. */
  fields: DerivedField[]
  /** The file could not be read. */
  error?: string
}

export interface DerivedField {
  name: string
  /**
   * Where `regex` looks: its first group in the line's text; or the name of a label, a parsed field or structured metadata, whose value
   * counts.
   */
  matcher: 'line' | 'label'
  regex: string
  links: FieldLink[]
  /** Regexes of further fields of the same name: Grafana takes the first one's and only adds their links. */
  ignored: string[]
}

/** As it is written. */
export interface FieldConfig {
  name?: string | undefined
  matcherType?: string | undefined
  matcherRegex?: string | undefined
  url?: string | undefined
  datasourceUid?: string | undefined
}

export interface SourceConfig {
  type?: string | undefined
  uid?: string | undefined
  name?: string | undefined
}

const TRACE_STORES = /jaeger|tempo|zipkin|x-ray|trace|datadog|honeycomb|elastic/

/** Fields of one data source. */
export function fieldsOf(configs: readonly FieldConfig[], sources: readonly SourceConfig[]): DerivedField[] {
  const fields = new Map<string, DerivedField>()
  for (const { name = '', matcherType, matcherRegex, url, datasourceUid } of configs) {
    const regex = provisioned(matcherRegex ?? '')
    const matcher = matcherType === 'label' ? 'label' : 'line'
    const first = fields.get(name)
    const field = first ?? { name, matcher, regex, links: [], ignored: [] }
    if (first !== undefined && (regex !== first.regex || matcher !== first.matcher)) first.ignored.push(regex)
    if (datasourceUid !== undefined && datasourceUid !== '') {
      const type = typeOf(datasourceUid, sources, TRACE_STORES)
      field.links.push({ url: provisioned(url ?? ''), uid: datasourceUid, ...(type === undefined ? {} : { type }) })
    } else if (url !== undefined && url !== '') field.links.push({ url: provisioned(url) })
    fields.set(name, field)
  }
  return [...fields.values()].filter(({ regex }) => regex !== '')
}

/**
 * Grafana finds a data source by its uid, else by its name. One that is not in the file may be in another, unless one of its kind is here.
 */
export function typeOf(uid: string, sources: readonly SourceConfig[], kind: RegExp): string | null | undefined {
  const known = sources.find((source) => source.uid === uid) ?? sources.find((source) => source.name === uid)
  if (known !== undefined) return known.type
  return !uid.includes('$') && sources.some(({ type }) => type !== undefined && kind.test(type)) ? null : undefined
}

export interface Cut {
  traceId: string
  regex: string
  field: DerivedField
}

/**
 * In the browser, so by JavaScript's rules, each field by itself. Of several fields that fit, the one that gives `wanted` and opens a
 * trace, else one
 * that gives it, else the first. Throws for what is no regex there: that breaks the links of every field.
 */
export function cutTraceId(entry: { line: string; labels: Labels }, fields: readonly DerivedField[], wanted?: string): Cut | null {
  const cuts = fields.flatMap((field): Cut[] => {
    const find = finder(field.regex)
    const label = field.matcher === 'label' ? Object.keys(entry.labels).find((name) => find(name) !== null) : undefined
    const traceId = field.matcher === 'line' ? find(entry.line)?.[0] : label === undefined ? undefined : entry.labels[label]
    return traceId === undefined || traceId === null || traceId === '' ? [] : [{ traceId, regex: field.regex, field }]
  })
  return (
    cuts.find(({ traceId, field }) => traceId === wanted && deadLink(field.links) === undefined) ??
    cuts.find(({ traceId }) => traceId === wanted) ??
    cuts[0] ??
    null
  )
}

/** What means the same to JavaScript and to RE2. */
const COMMON = /^(?:[^\\[]|\[(?!:)|\\[dDwWsSbBnrtfv]|\\[^\w\s])*$/

/** A regex of strangers may take JavaScript years for one line, and RE2 never does; the groups of the first match. */
function finder(regex: string): (text: string) => (string | null | undefined)[] | null {
  const own = new RegExp(regex)
  const same = COMMON.test(regex) ? asRe2(regex) : undefined
  return (text) => {
    if (same === undefined) return own.exec(text)?.slice(1) ?? null
    const matcher = same.matcher(text)
    return matcher.find() ? Array.from({ length: matcher.groupCount() }, (_, index) => matcher.group(index + 1)) : null
  }
}

function asRe2(regex: string): RE2JS | undefined {
  try {
    return re2(regex)
  } catch {
    // Looking around and back references.
    return undefined
  }
}

const VALUE = /\$\{?__(value\.(raw|text)|data\.fields)/
const VALUE_ALONE = /^\s*(\$\{__value\.(raw|text)(:\w+)?\}|\$__value\.(raw|text)|\$\{__data\.fields[^}]*\})\s*$/

/** Why a click on what was cut out opens no trace; undefined: one of the links does. */
export function deadLink(links: readonly FieldLink[]): string | undefined {
  const troubles = links.map(({ url, uid, type }) => {
    if (uid === undefined) return VALUE.test(url) ? undefined : `its url ${JSON.stringify(url)} does not carry the value`
    if (type === null) return `datasourceUid ${JSON.stringify(uid)} names no data source`
    if (type !== undefined && !TRACE_STORES.test(type)) return `datasourceUid ${JSON.stringify(uid)} is a data source of type ${type}`
    // With a data source the url is its query: Jaeger and Zipkin take the trace id and nothing else.
    const carries = type === 'jaeger' || type === 'zipkin' ? VALUE_ALONE : VALUE
    return carries.test(url) ? undefined : `its query ${JSON.stringify(url)} is not the value that was cut out`
  })
  return troubles.includes(undefined) ? undefined : (troubles[0] ?? 'it has neither a datasourceUid nor a url')
}
