import type { RoutingSpec, RuleSpec, Unreviewed } from '../model/spec.ts'
import { kebabCase } from './names.ts'

/** So many files are named; the count has all. */
const MOST_NAMED = 3

interface Promises {
  rules: readonly Pick<RuleSpec, 'alert' | 'reviewed'>[]
  routing?: Pick<RoutingSpec, 'reviewed'>
}

/** What of a specification says `reviewed: false`; undefined where nothing does. */
export function unreviewedIn(spec: Promises | undefined): Unreviewed | undefined {
  const alerts = (spec?.rules ?? []).filter(({ reviewed }) => reviewed === false).map(({ alert }) => alert)
  const routing = spec?.routing?.reviewed === false
  return alerts.length === 0 && !routing
    ? undefined
    : { alerts, of: spec?.rules.length ?? 0, ...(routing ? { routing: true as const } : {}) }
}

/** How much proves what is deployed against itself, and what to do; `by`: what gave the answer that this limits. */
export function unreviewedText({ alerts, of, routing }: Unreviewed, by: 'the drill' | 'lint' | 'simulate'): string {
  const what = [...(alerts.length === 0 ? [] : [`${alerts.length} of ${of} rules`]), ...(routing === true ? ['the routing'] : [])]
  const one = alerts.length + (routing === true ? 1 : 0) === 1
  const named = alerts.slice(0, MOST_NAMED).map((alert) => `rules/${kebabCase(alert)}.yaml`)
  const more = alerts.length - named.length
  const files = [...named, ...(more > 0 ? [`${more} more`] : []), ...(routing === true ? ['routing.yaml'] : [])]
  const last = files.length > 1 ? ` and ${files.pop() ?? ''}` : ''
  return `${what.join(' and ')} ${one ? 'is' : 'are'} copied from what is deployed and not reviewed: ${by} proves ${one ? 'it against itself' : 'them against themselves'}. Read ${files.join(', ')}${last} in the specification, correct what is not promised so, and remove \`reviewed: false\`.`
}
