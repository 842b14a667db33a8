import type { ReceiverSpec, RoutingSpec } from '../model/spec.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { duration, flag, listOf, mapOf, mapping, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { complete, labels } from './rule.ts'

const receiver: Read<ReceiverSpec> = mapping((fields) =>
  complete({
    name: fields.need('name', text),
    kind: fields.need('kind', oneOf('webhook', 'slack', 'discord')),
    sendResolved: fields.may('send-resolved', flag) ?? true,
    optional: fields.may('optional', flag) ?? false,
  }),
)

function routeTo(receivers: readonly string[] | undefined): Read<RoutingSpec['routes'][number]> {
  return mapping((fields) => {
    const wanted = fields.need('receiver', text)
    if (wanted !== undefined && receivers?.includes(wanted) === false)
      problem(fields.at('receiver'), 'SPEC_UNKNOWN_RECEIVER', `no receiver is called "${wanted}"`, suggestion(wanted, receivers))
    const own = {
      groupBy: fields.may('group-by', listOf(text)),
      groupWaitMs: fields.may('group-wait', duration),
      groupIntervalMs: fields.may('group-interval', positiveDuration),
      repeatIntervalMs: fields.may('repeat-interval', positiveDuration),
    }
    return complete({
      match: fields.may('match', labels) ?? {},
      receiver: wanted,
      ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    })
  })
}

const inhibition: Read<RoutingSpec['inhibitions'][number]> = mapping((fields) =>
  complete({
    because: fields.need('because', text),
    source: fields.need('source', labels),
    target: fields.need('target', mapOf(listOf(text, { min: 1 }))),
    equal: fields.may('equal', listOf(text)) ?? [],
  }),
)

export const routing: Read<RoutingSpec> = mapping((fields) => {
  const receivers = fields.need('receivers', listOf(receiver, { min: 1 }))
  const routes = fields.need('routes', listOf(routeTo(receivers?.map(({ name }) => name)), { min: 1 }))
  const last = routes?.at(-1)
  if (last !== undefined && Object.keys(last.match).length > 0)
    problem(
      fields.at('routes'),
      'SPEC_NO_DEFAULT_ROUTE',
      'the last route must match everything: it is the default',
      'Add a last entry with a receiver and no match.',
    )
  return complete({
    because: fields.need('because', text),
    groupBy: fields.need('group-by', listOf(text)),
    groupWaitMs: fields.need('group-wait', duration),
    groupIntervalMs: fields.need('group-interval', positiveDuration),
    repeatIntervalMs: fields.need('repeat-interval', positiveDuration),
    receivers,
    routes,
    inhibitions: fields.may('inhibitions', listOf(inhibition)) ?? [],
  })
})
