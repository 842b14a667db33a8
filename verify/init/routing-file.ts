import { refusedIntervals } from '../config/alerting/time-intervals.ts'
import { routeTree } from '../config/alerting/route-tree.ts'
import type { Route } from '../config/alerting/route-tree.ts'
import { sendsResolvedByDefault } from '../config/alerting/send-resolved.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { RECEIVER_KINDS } from '../model/spec.ts'
import type { Labels } from '../model/spec.ts'
import type { GroupingSpec, Matcher } from '../model/route.ts'
import { formatDuration } from '../promql/duration.ts'
import { specifiedSpan, timeSpans } from '../routing/time-spans.ts'
import { matchersOf } from '../routing/tree.ts'
import { flatRoutes } from './flat-routes.ts'
import { entry, flow } from './yaml-lines.ts'

/** routing.yaml line by line, and what of the route tree it cannot say. */
export interface RoutingLines {
  lines: string[]
  remarks: string[]
}

/** https://prometheus.io/docs/alerting/latest/configuration/#route */
const DEFAULT_GROUPING: GroupingSpec = { groupBy: [], groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000 }

/** Where no route tree is known: all alerts to one receiver that notifies no one. */
export function noRouting(): RoutingLines {
  return {
    lines: [
      ...grouping(DEFAULT_GROUPING),
      '',
      'receivers:',
      '  - { name: unknown, kind: none }',
      '',
      'routes:',
      '  - { receiver: unknown }',
    ],
    remarks: ['no Alertmanager configuration was read: give --alertmanager URL, or its file'],
  }
}

export function routingLines(alertmanager: Cursor): RoutingLines {
  const tree = routeTree(alertmanager)
  if (tree === undefined) return { ...noRouting(), remarks: ['the Alertmanager configuration has no route'] }
  const remarks: string[] = []
  const broken = allOf(tree).flatMap((route) => route.broken)
  if (broken.length > 0) remarks.push(`matchers that cannot be read: ${broken.slice(0, 3).join('; ')}`)
  const flat = flatRoutes(tree)
  if (flat === undefined)
    return { ...noRouting(), remarks: ['the route tree is a list of more than 1,000 routes: write routing.yaml by hand'] }
  const routes = flat.map(({ matchers, continues, of }) =>
    flow({
      ...conditions(matchers, 'match', 'matchers'),
      receiver: of.receiver,
      ...(continues ? { continue: true } : {}),
      ...((of.muteTimes?.length ?? 0) > 0 ? { 'mute-times': of.muteTimes } : {}),
      ...((of.activeTimes?.length ?? 0) > 0 ? { 'active-times': of.activeTimes } : {}),
      ...differing(of, tree),
    }),
  )
  const receivers = alertmanager.items('receivers').map((at) => receiver(at, remarks))
  const inhibitions = alertmanager.items('inhibit_rules').flatMap((at) => inhibition(at, remarks))
  return {
    lines: [
      ...grouping(tree),
      '',
      'receivers:',
      ...receivers.map((each) => `  - ${each}`),
      '',
      '# The first match decides; the last one is the default.',
      'routes:',
      ...routes.map((each) => `  - ${each}`),
      ...intervals(alertmanager, tree),
      ...(inhibitions.length === 0 ? [] : ['', 'inhibitions:', ...inhibitions]),
    ],
    remarks,
  }
}

/** What the time intervals of the routes cover, where Alertmanager accepts them. */
function intervals(alertmanager: Cursor, tree: Route): string[] {
  const named = new Set(allOf(tree).flatMap(({ muteTimes = [], activeTimes = [] }) => [...muteTimes, ...activeTimes]))
  if (named.size === 0 || refusedIntervals(alertmanager).length > 0) return []
  const spans = Object.entries(timeSpans(alertmanager)).filter(([name, times]) => named.has(name) && times.length > 0)
  if (spans.length === 0) return []
  return [
    '',
    'times:',
    ...spans.flatMap(([name, times]) => [`  ${flow(name)}:`, ...times.map((each) => `    - ${flow(specifiedSpan(each))}`)]),
  ]
}

function allOf(route: Route): Route[] {
  return [route, ...route.routes.flatMap(allOf)]
}

function grouping({ groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs }: GroupingSpec): string[] {
  return [
    `group-by: ${flow(groupBy)}`,
    `group-wait: ${formatDuration(groupWaitMs)}`,
    `group-interval: ${formatDuration(groupIntervalMs)}`,
    `repeat-interval: ${formatDuration(repeatIntervalMs)}`,
  ]
}

/** Grouping and clocks of a route, where they are not those of the whole. */
function differing(own: GroupingSpec, whole: GroupingSpec): Record<string, unknown> {
  return {
    ...(own.groupBy.join('\0') === whole.groupBy.join('\0') ? {} : { 'group-by': own.groupBy }),
    ...(own.groupWaitMs === whole.groupWaitMs ? {} : { 'group-wait': formatDuration(own.groupWaitMs) }),
    ...(own.groupIntervalMs === whole.groupIntervalMs ? {} : { 'group-interval': formatDuration(own.groupIntervalMs) }),
    ...(own.repeatIntervalMs === whole.repeatIntervalMs ? {} : { 'repeat-interval': formatDuration(own.repeatIntervalMs) }),
  }
}

/** Equalities as labels, each label once; all else as matchers. */
function conditions(matchers: readonly Matcher[], labelsKey: string, matchersKey: string): Record<string, unknown> {
  const labels: Labels = {}
  const others: string[] = []
  for (const matcher of matchers) {
    const { label, op, value } = matcher
    if (op === '=' && value.trim() !== '' && labels[label] === undefined) labels[label] = value
    else others.push(matcherText(matcher))
  }
  return {
    ...(Object.keys(labels).length === 0 ? {} : { [labelsKey]: labels }),
    ...(others.length === 0 ? {} : { [matchersKey]: others }),
  }
}

function matcherText({ label, op, value }: Matcher): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
  return `${/^[a-zA-Z_]\w*$/.test(label) ? label : quoted(label)} ${op} ${quoted(value)}`
}

const KINDS: readonly string[] = RECEIVER_KINDS

function receiver(at: Cursor, remarks: string[]): string {
  const name = at.string('name') ?? ''
  const lists = at.pairs().filter(([key, list]) => key.endsWith('_configs') && list.items().length > 0)
  const kinds = lists.map(([key]) => key.replace(/_configs$/, ''))
  const known = kinds.filter((kind) => KINDS.includes(kind))
  // The one that a drill can receive itself says most.
  const kind = known.find((each) => each === 'webhook') ?? known[0] ?? 'none'
  const strange = kinds.filter((each) => !KINDS.includes(each))
  if (strange.length > 0) remarks.push(`receiver ${name}: a specification has no kind ${strange.join(', ')}`)
  const list = lists.find(([key]) => key === `${kind}_configs`)?.[1].items() ?? []
  const count = lists.reduce((sum, [, each]) => sum + each.items().length, 0)
  if (count > 1) remarks.push(`receiver ${name}: of its ${count} integrations the specification names ${kind} alone`)
  const sendsResolved = list.some((each) => each.bool('send_resolved') ?? sendsResolvedByDefault(`${kind}_configs`))
  const isDiscord = kind === 'slack' && /discord/i.test(`${name} ${list.map((each) => each.string('api_url') ?? '').join(' ')}`)
  return flow({ name, kind: isDiscord ? 'discord' : kind, ...(kind === 'none' || sendsResolved ? {} : { 'send-resolved': false }) })
}

function inhibition(at: Cursor, remarks: string[]): string[] {
  const [source, target] = [matchersOf(at, 'source_'), matchersOf(at, 'target_')]
  if (source.matchers.length === 0 || target.matchers.length === 0 || source.broken.length + target.broken.length > 0) {
    remarks.push('an inhibit rule without source or target matchers, or with matchers that cannot be read, is not expressed')
    return []
  }
  const { target: labels, ...others } = conditions(target.matchers, 'target', 'target-matchers') as { target?: Labels }
  const values =
    labels === undefined ? {} : { target: Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, [value]])) }
  const [first = '', ...more] = [
    ...entry('because', 'Copied from what is deployed; not reviewed.'),
    ...Object.entries({ ...conditions(source.matchers, 'source', 'source-matchers'), ...values, ...others }).map(
      ([key, value]) => `${key}: ${flow(value)}`,
    ),
    `equal: ${flow(at.strings('equal'))}`,
  ]
  return [`  - ${first}`, ...more.map((line) => `    ${line}`)]
}
