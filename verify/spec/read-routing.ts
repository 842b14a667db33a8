import { RECEIVER_KINDS, type InhibitionSpec, type RoutingSpec } from '../model/spec.ts'
import { parseMatchers } from '../routing/route-matchers.ts'
import { suggestion } from '../text/did-you-mean.ts'
import {
  byDefault,
  child,
  duration,
  flag,
  listOf,
  mapOf,
  mapping,
  may,
  need,
  oneOf,
  positiveDuration,
  problem,
  reader,
  text,
} from './reader.ts'
import type { Read } from './reader.ts'
import { BECAUSE, labels } from './rule.ts'
import { timeInterval } from './time-interval.ts'

const receiver = mapping({
  name: need(text, 'Its name in alertmanager.yml.'),
  kind: need(
    oneOf(...RECEIVER_KINDS),
    'How it is notified: the first word of its `..._configs`. `none` has no integration. The drill receives `webhook`, `slack` and `discord` itself; the others are proven by lint and simulate.',
  ),
  sendResolved: byDefault(flag, true, 'Whether it gets resolved notifications.', { example: 'send-resolved: false' }),
  optional: byDefault(flag, false, 'Delivered switched off until a URL is given.'),
})

const matcher = reader('a matcher such as `severity =~ "a|b"`', (place) => {
  const written = text(place)
  if (written === undefined) return undefined
  const { matchers, broken } = parseMatchers(written)
  const [only, ...more] = matchers
  if (only !== undefined && more.length === 0 && broken.length === 0) return only
  return problem(place, 'SPEC_MATCHER', `${written} is no matcher`, 'Write LABEL OPERATOR "VALUE", with =, !=, =~ or !~.')
})

const route = mapping({
  match: byDefault(labels, {}, 'Labels that an alert must have. The last route has none: it is the default.'),
  matchers: may(listOf(matcher), 'Further conditions, as Alertmanager writes them: `=~`, `!=`, `!~`.', {
    example: 'matchers: [\'team =~ "db|cache"\']',
  }),
  receiver: need(text, 'One of `receivers`.'),
  continues: may(flag, 'Whether the routes after it are looked at as well: then several receivers are notified.', {
    key: 'continue',
    example: 'continue: true',
  }),
  muteTimes: may(listOf(text, { min: 1 }), 'Time intervals in which it is muted, by name.', { example: 'mute-times: [nights]' }),
  activeTimes: may(listOf(text, { min: 1 }), 'Time intervals outside of which it is muted.', { example: 'active-times: [office-hours]' }),
  groupBy: may(listOf(text), "Where it differs from the routing's.", { example: "group-by: ['...']" }),
  groupWaitMs: may(duration, "Where it differs from the routing's.", { example: 'group-wait: 0s' }),
  groupIntervalMs: may(positiveDuration, "Where it differs from the routing's.", { example: 'group-interval: 5m' }),
  repeatIntervalMs: may(positiveDuration, "Where it differs from the routing's.", { example: 'repeat-interval: 1h' }),
})

const MORE = 'Further conditions on them, as Alertmanager writes them: `=~`, `!=`, `!~`.'

const inhibition: Read<InhibitionSpec> = mapping(
  {
    because: need(text, BECAUSE),
    source: byDefault(labels, {}, 'Labels of the alert that inhibits.'),
    sourceMatchers: may(listOf(matcher), MORE, { example: 'source-matchers: [\'alertname =~ "NodeDown|RackDown"\']' }),
    target: byDefault(mapOf(listOf(text, { min: 1 })), {}, 'Labels of those inhibited, each with its possible values.'),
    targetMatchers: may(listOf(matcher), MORE, { example: 'target-matchers: [\'severity != "critical"\']' }),
    equal: byDefault(listOf(text), [], 'Labels that both must share.'),
  },
  (value, at) => {
    for (const side of ['source', 'target'] as const)
      if (Object.keys(value[side]).length + (value[`${side}Matchers`] ?? []).length === 0)
        return problem(
          at(),
          'SPEC_MISSING_KEY',
          `neither ${side} nor ${side}-matchers says which alert ${side === 'source' ? 'inhibits' : 'is inhibited'}`,
          `Give ${side}, ${side}-matchers or both.`,
        )
    return value
  },
)

export const routing: Read<RoutingSpec> = mapping(
  {
    because: need(text, BECAUSE),
    groupBy: need(listOf(text), '`group_by` of Alertmanager.'),
    groupWaitMs: need(duration, '`group_wait`.'),
    groupIntervalMs: need(positiveDuration, '`group_interval`.'),
    repeatIntervalMs: need(positiveDuration, '`repeat_interval`.'),
    receivers: need(listOf(receiver, { min: 1 }), 'Receivers that must exist.'),
    routes: need(listOf(route, { min: 1 }), 'The first match decides.'),
    times: may(
      mapOf(timeInterval),
      'What the time intervals of the routes cover, by name. Of one that is not here the name alone is promised.',
      {
        example: "times: { nights: [{ times: ['22:00-24:00', '00:00-06:00'], location: Asia/Seoul }] }",
      },
    ),
    inhibitions: byDefault(listOf(inhibition), [], 'Which alerts are inhibited while another fires.'),
    reviewed: may(flag, 'As that of a rule: `false` where it was copied from what is deployed and not read since.', {
      example: 'reviewed: false',
    }),
  },
  (value, at) => {
    const names = value.receivers.map(({ name }) => name)
    value.routes.forEach(({ receiver: name }, index) => {
      if (!names.includes(name))
        problem(child(at('routes'), index, 'receiver'), 'SPEC_UNKNOWN_RECEIVER', `no receiver is called "${name}"`, suggestion(name, names))
    })
    const named = value.routes.flatMap(({ muteTimes = [], activeTimes = [] }) => [...muteTimes, ...activeTimes])
    for (const name of Object.keys(value.times ?? {}))
      if (!named.includes(name))
        problem(
          child(at('times'), name),
          'SPEC_UNKNOWN_TIME_INTERVAL',
          `no route names the time interval "${name}"`,
          suggestion(name, named),
        )
    const last = value.routes.at(-1)
    if (Object.keys(last?.match ?? {}).length > 0 || (last?.matchers ?? []).length > 0)
      problem(
        at('routes'),
        'SPEC_NO_DEFAULT_ROUTE',
        'the last route must match everything: it is the default',
        'Add a last entry with a receiver and no match.',
      )
    return value
  },
)
