import type { Check } from './lint-check.ts'
import { CHECKS } from './lint-checks.ts'

/**
 * Checks that hold what is written against a specification: without one they have nothing to say, or take for wrong what was never
 * promised otherwise.
 */
const OF_A_SPECIFICATION = new Set([
  'agent-instruments-what-is-promised',
  'collector-leaves-spans-alone',
  'contact-points-exist',
  'containers-are-named',
  'datasources-are-provisioned',
  'deployment-is-whole',
  'inhibition-matches',
  'log-agent-selects-containers',
  'log-lines-are-parsed',
  'log-lines-link-to-traces',
  'log-lines-survive-outages',
  'notification-policies-route',
  'notifications-list-every-alert',
  'prometheus-finds-alertmanager',
  'prometheus-intervals-match',
  'prometheus-keeps-series',
  'prometheus-scrapes-targets',
  'prometheus-timeouts-fit',
  'receiver-address-is-known',
  'receiver-notifies',
  'receiver-sends-resolved',
  'route-continue-is-meant',
  'route-reaches-receiver',
  'routing-timing-matches',
  'rule-annotations-match',
  'rule-condition-matches',
  'rule-exists',
  'rule-for-matches',
  'rule-is-known',
  'rule-labels-match',
  'slo-panels-measure',
])

/** What is wrong in itself, in any rule file, route tree, collector, log agent, dashboard or deployment. */
export const TRAPS: readonly Check[] = CHECKS.filter(({ meta }) => !OF_A_SPECIFICATION.has(meta.id))

export function isOfASpecification(id: string): boolean {
  return OF_A_SPECIFICATION.has(id)
}
