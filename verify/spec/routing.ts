import type { RoutingSpec } from '../model/spec.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { byDefault, child, duration, flag, listOf, mapOf, mapping, may, need, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { BECAUSE, labels } from './rule.ts'

const receiver = mapping({
  name: need(text, 'Its name in alertmanager.yml.'),
  kind: need(oneOf('webhook', 'slack', 'discord'), 'How it is notified.'),
  sendResolved: byDefault(flag, true, 'Whether it gets resolved notifications.', { example: 'send-resolved: false' }),
  optional: byDefault(flag, false, 'Delivered switched off until a URL is given.'),
})

const route = mapping({
  match: byDefault(labels, {}, 'Labels that an alert must have. The last route has none: it is the default.'),
  receiver: need(text, 'One of `receivers`.'),
  groupBy: may(listOf(text), "Where it differs from the routing's.", { example: "group-by: ['...']" }),
  groupWaitMs: may(duration, "Where it differs from the routing's.", { example: 'group-wait: 0s' }),
  groupIntervalMs: may(positiveDuration, "Where it differs from the routing's.", { example: 'group-interval: 5m' }),
  repeatIntervalMs: may(positiveDuration, "Where it differs from the routing's.", { example: 'repeat-interval: 1h' }),
})

const inhibition = mapping({
  because: need(text, BECAUSE),
  source: need(labels, 'Labels of the alert that inhibits.'),
  target: need(mapOf(listOf(text, { min: 1 })), 'Labels of those inhibited, each with its possible values.'),
  equal: byDefault(listOf(text), [], 'Labels that both must share.'),
})

export const routing: Read<RoutingSpec> = mapping(
  {
    because: need(text, BECAUSE),
    groupBy: need(listOf(text), '`group_by` of Alertmanager.'),
    groupWaitMs: need(duration, '`group_wait`.'),
    groupIntervalMs: need(positiveDuration, '`group_interval`.'),
    repeatIntervalMs: need(positiveDuration, '`repeat_interval`.'),
    receivers: need(listOf(receiver, { min: 1 }), 'Receivers that must exist.'),
    routes: need(listOf(route, { min: 1 }), 'The first match decides.'),
    inhibitions: byDefault(listOf(inhibition), [], 'Which alerts are inhibited while another fires.'),
  },
  (value, at) => {
    const names = value.receivers.map(({ name }) => name)
    value.routes.forEach(({ receiver: name }, index) => {
      if (!names.includes(name))
        problem(child(at('routes'), index, 'receiver'), 'SPEC_UNKNOWN_RECEIVER', `no receiver is called "${name}"`, suggestion(name, names))
    })
    if (Object.keys(value.routes.at(-1)?.match ?? {}).length > 0)
      problem(
        at('routes'),
        'SPEC_NO_DEFAULT_ROUTE',
        'the last route must match everything: it is the default',
        'Add a last entry with a receiver and no match.',
      )
    return value
  },
)
