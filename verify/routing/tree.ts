import type { GroupingSpec, LoadedRoute, Matcher } from '../model/route.ts'
import type { Labels, RouteSpec, RoutingSpec } from '../model/spec.ts'
import { matches, parseMatchers } from './route-matchers.ts'

/** Alertmanager's defaults. https://prometheus.io/docs/alerting/latest/configuration/#route */
const DEFAULTS_MS = { groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000 }

/** A mapping of a configuration, however it was read. Asking for what is not there gives undefined or nothing, never an error. */
export interface RouteSource<S> {
  has(key: string): boolean
  get(key: string): S | undefined
  items(): readonly S[]
  string(key: string): string | undefined
  /** One text alone is a list of one. */
  strings(key: string): string[]
  bool(key: string): boolean | undefined
  durationMs(key: string): number | undefined
  labels(key: string): Labels
}

/** A route that knows where it was read, and what stands above it. */
export interface RouteNode<S> extends LoadedRoute {
  broken: string[]
  muted: boolean
  routes: RouteNode<S>[]
  at: S
  parent: RouteNode<S> | null
}

/** The tree below a route, each node with what it inherits: receiver, grouping and clocks. */
export function routeNode<S extends RouteSource<S>>(at: S, parent: RouteNode<S> | null = null): RouteNode<S> {
  const route: RouteNode<S> = {
    receiver: at.string('receiver') ?? parent?.receiver ?? '',
    ...matchersOf(at),
    continues: at.bool('continue') === true,
    groupBy: at.has('group_by') ? at.strings('group_by') : (parent?.groupBy ?? []),
    groupWaitMs: at.durationMs('group_wait') ?? parent?.groupWaitMs ?? DEFAULTS_MS.groupWaitMs,
    groupIntervalMs: at.durationMs('group_interval') ?? parent?.groupIntervalMs ?? DEFAULTS_MS.groupIntervalMs,
    repeatIntervalMs: at.durationMs('repeat_interval') ?? parent?.repeatIntervalMs ?? DEFAULTS_MS.repeatIntervalMs,
    ...(at.has('mute_time_intervals') ? { muteTimes: at.strings('mute_time_intervals') } : {}),
    ...(at.has('active_time_intervals') ? { activeTimes: at.strings('active_time_intervals') } : {}),
    muted: (at.get('mute_time_intervals')?.items().length ?? 0) > 0 || (at.get('active_time_intervals')?.items().length ?? 0) > 0,
    routes: [],
    at,
    parent,
  }
  route.routes = (at.get('routes')?.items() ?? []).map((child) => routeNode(child, route))
  return route
}

/** matchers, match and match_re (or their source_ and target_ forms) of a node. */
export function matchersOf<S extends RouteSource<S>>(
  at: S,
  prefix: '' | 'source_' | 'target_' = '',
): { matchers: Matcher[]; broken: string[] } {
  const parsed = at.strings(`${prefix}matchers`).map(parseMatchers)
  const equal = Object.entries(at.labels(`${prefix}match`)).map(([label, value]) => ({ label, op: '=' as const, value }))
  const regex = Object.entries(at.labels(`${prefix}match_re`)).map(([label, value]) => ({ label, op: '=~' as const, value }))
  return { matchers: [...parsed.flatMap(({ matchers }) => matchers), ...equal, ...regex], broken: parsed.flatMap(({ broken }) => broken) }
}

/** The tree that the specification describes. */
export function promisedRoute({ groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs, routes }: RoutingSpec): LoadedRoute {
  const route = ({ receiver, match, matchers = [], continues = false, ...own }: RouteSpec, below: LoadedRoute[]): LoadedRoute => ({
    receiver,
    matchers: [...Object.entries(match).map(([label, value]): Matcher => ({ label, op: '=', value })), ...matchers],
    continues,
    groupBy,
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    ...own,
    routes: below,
  })
  return route(
    routes.at(-1) ?? { receiver: '', match: {} },
    routes.slice(0, -1).map((each) => route(each, [])),
  )
}

/** Receivers (chat) that may be switched on beside the specified one. */
export function optionalReceivers({ receivers }: RoutingSpec): ReadonlySet<string> {
  return new Set(receivers.filter(({ optional }) => optional).map(({ name }) => name))
}

/** The receivers that the specification routes these labels to: that of the first route that matches, and more where it continues. */
export function promisedReceivers(routing: RoutingSpec, labels: Labels): string[] {
  return routesFor(promisedRoute(routing), labels).map(({ receiver }) => receiver)
}

/** The first receiver that the specification routes these labels to; '' when no route takes them. */
export function routedTo(routing: RoutingSpec, labels: Labels): string {
  return promisedReceivers(routing, labels)[0] ?? ''
}

/** The grouping and clocks that the specification promises an alert of these labels, at a receiver where it has several. */
export function promisedFor(
  routing: RoutingSpec,
  labels: Labels,
  receiver?: string,
): GroupingSpec & Pick<LoadedRoute, 'muteTimes' | 'activeTimes'> {
  const routes = routesFor(promisedRoute(routing), labels)
  return routes.find((route) => route.receiver === receiver) ?? routes[0] ?? routing
}

/**
 * The routes an alert ends in, in Alertmanager's order: children first, the node itself when no child takes the alert. `unstated` says
 * which labels
 * the alert may have without their being known; what asks for those may or may not take it, and the answer is every route it can end in.
 */
export function routesFor<R extends LoadedRoute & { routes: R[] }>(
  route: R,
  labels: Labels,
  unstated: (label: string) => boolean = () => false,
): R[] {
  return taken(route, labels, unstated).routes
}

function taken<R extends LoadedRoute & { routes: R[] }>(
  route: R,
  labels: Labels,
  unstated: (label: string) => boolean,
): { routes: R[]; surely: boolean } {
  const open = (matcher: Matcher): boolean => labels[matcher.label] === undefined && unstated(matcher.label)
  if ((route.broken?.length ?? 0) > 0 || !route.matchers.every((matcher) => open(matcher) || matches(matcher, labels)))
    return { routes: [], surely: false }
  const found: R[] = []
  let surely = false
  for (const child of route.routes) {
    const below = taken(child, labels, unstated)
    found.push(...below.routes)
    surely ||= below.surely
    if (below.surely && !child.continues) break
  }
  return { routes: surely ? found : [...found, route], surely: !route.matchers.some(open) }
}
