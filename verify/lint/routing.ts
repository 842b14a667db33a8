import { RE2JS } from 're2js'
import type { Labels } from '../model/spec.ts'
import type { Cursor } from './config/document.ts'

/** Alertmanager's routing as a pure function. https://prometheus.io/docs/alerting/latest/configuration/#route */
export interface Matcher {
  label: string
  op: '=' | '!=' | '=~' | '!~'
  value: string
}

export interface Route {
  receiver: string
  matchers: Matcher[]
  /** Texts that are no matchers. */
  broken: string[]
  continues: boolean
  groupBy: string[]
  groupWaitMs: number
  groupIntervalMs: number
  repeatIntervalMs: number
  muted: boolean
  routes: Route[]
  at: Cursor
  parent: Route | null
}

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"{},]*?)\s*$/s

export function parseMatchers(text: string): { matchers: Matcher[], broken: string[] } {
  const body = text.trim().replace(/^\{(.*)\}$/s, '$1')
  const parts = body.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  const matchers: Matcher[] = []
  const broken: string[] = []
  for (const part of parts) {
    if (part.trim() === '') continue
    const match = MATCHER.exec(part)
    if (match === null) broken.push(part.trim())
    else matchers.push({ label: unquote(match[1] ?? ''), op: (match[2] ?? '=') as Matcher['op'], value: unquote(match[3] ?? '') })
  }
  if (parts.length === 0 && text.trim() !== '' && text.trim() !== '{}') broken.push(text)
  return { matchers, broken }
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, (_, c: string) => c === 'n' ? '\n' : c) : text
}

/** matchers, match and match_re (or their source_ and target_ forms) of a node. */
export function matchersOf(at: Cursor, prefix: '' | 'source_' | 'target_' = ''): { matchers: Matcher[], broken: string[] } {
  const parsed = at.strings(`${prefix}matchers`).map(parseMatchers)
  const equal = Object.entries(at.labels(`${prefix}match`)).map(([label, value]) => ({ label, op: '=' as const, value }))
  const regex = Object.entries(at.labels(`${prefix}match_re`)).map(([label, value]) => ({ label, op: '=~' as const, value }))
  return { matchers: [...parsed.flatMap(({ matchers }) => matchers), ...equal, ...regex], broken: parsed.flatMap(({ broken }) => broken) }
}

const patterns = new Map<string, RE2JS | null>()

export function matches(matcher: Matcher, labels: Labels): boolean {
  const value = labels[matcher.label] ?? ''
  if (matcher.op === '=') return value === matcher.value
  if (matcher.op === '!=') return value !== matcher.value
  let regex = patterns.get(matcher.value)
  if (regex === undefined) {
    try { regex = RE2JS.compile(`^(?:${matcher.value})$`) } catch { regex = null }
    patterns.set(matcher.value, regex)
  }
  return (regex?.matches(value) ?? false) === (matcher.op === '=~')
}

/** The route tree; undefined when there is none. */
export function routeTree(alertmanager: Cursor): Route | undefined {
  const root = alertmanager.get('route')
  return root?.isMap() === true ? build(root, null) : undefined
}

function build(at: Cursor, parent: Route | null): Route {
  const route: Route = {
    receiver: at.string('receiver') ?? parent?.receiver ?? '',
    ...matchersOf(at), continues: at.bool('continue') === true,
    groupBy: at.has('group_by') ? at.strings('group_by') : parent?.groupBy ?? [],
    groupWaitMs: at.durationMs('group_wait') ?? parent?.groupWaitMs ?? 30_000,
    groupIntervalMs: at.durationMs('group_interval') ?? parent?.groupIntervalMs ?? 300_000,
    repeatIntervalMs: at.durationMs('repeat_interval') ?? parent?.repeatIntervalMs ?? 14_400_000,
    muted: (at.get('mute_time_intervals')?.items().length ?? 0) > 0 || (at.get('active_time_intervals')?.items().length ?? 0) > 0,
    routes: [], at, parent,
  }
  route.routes = (at.get('routes')?.items() ?? []).map((child) => build(child, route))
  return route
}

/** The routes an alert ends in, in Alertmanager's order: children first, the node itself when no child takes the alert. */
export function routesFor(route: Route, labels: Labels): Route[] {
  if (route.broken.length > 0 || !route.matchers.every((matcher) => matches(matcher, labels))) return []
  const found: Route[] = []
  for (const child of route.routes) {
    const below = routesFor(child, labels)
    found.push(...below)
    if (below.length > 0 && !child.continues) break
  }
  return found.length > 0 ? found : [route]
}

export function* allRoutes(route: Route): Generator<Route> {
  yield route
  for (const child of route.routes) yield* allRoutes(child)
}
