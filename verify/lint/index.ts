import { check as groupIntervalMatches } from './checks/group-interval-matches.ts'
import { check as inhibitionIsSound } from './checks/inhibition-is-sound.ts'
import { check as inhibitionMatches } from './checks/inhibition-matches.ts'
import { check as prometheusFindsAlertmanager } from './checks/prometheus-finds-alertmanager.ts'
import { check as prometheusIntervalsMatch } from './checks/prometheus-intervals-match.ts'
import { check as prometheusKeepsSeries } from './checks/prometheus-keeps-series.ts'
import { check as prometheusLoadsRules } from './checks/prometheus-loads-rules.ts'
import { check as prometheusScrapesTargets } from './checks/prometheus-scrapes-targets.ts'
import { check as prometheusTimeoutsFit } from './checks/prometheus-timeouts-fit.ts'
import { check as receiverAddressIsKnown } from './checks/receiver-address-is-known.ts'
import { check as receiverNotifies } from './checks/receiver-notifies.ts'
import { check as receiverSendsResolved } from './checks/receiver-sends-resolved.ts'
import { check as routeContinueIsMeant } from './checks/route-continue-is-meant.ts'
import { check as routeIsReachable } from './checks/route-is-reachable.ts'
import { check as routeReachesReceiver } from './checks/route-reaches-receiver.ts'
import { check as routingIsRead } from './checks/routing-is-read.ts'
import { check as routingTimingMatches } from './checks/routing-timing-matches.ts'
import { check as ruleAnnotationsMatch } from './checks/rule-annotations-match.ts'
import { check as ruleConditionMatches } from './checks/rule-condition-matches.ts'
import { check as ruleCounterHasRate } from './checks/rule-counter-has-rate.ts'
import { check as ruleDivisionIsGuarded } from './checks/rule-division-is-guarded.ts'
import { check as ruleExists } from './checks/rule-exists.ts'
import { check as ruleForMatches } from './checks/rule-for-matches.ts'
import { check as ruleForOnGrid } from './checks/rule-for-on-grid.ts'
import { check as ruleIsKnown } from './checks/rule-is-known.ts'
import { check as ruleIsUnique } from './checks/rule-is-unique.ts'
import { check as ruleLabelsExist } from './checks/rule-labels-exist.ts'
import { check as ruleLabelsMatch } from './checks/rule-labels-match.ts'
import { check as ruleMetricsExist } from './checks/rule-metrics-exist.ts'
import { check as ruleParses } from './checks/rule-parses.ts'
import { check as ruleQuantileHasBuckets } from './checks/rule-quantile-has-buckets.ts'
import { check as ruleWindowCoversScrapes } from './checks/rule-window-covers-scrapes.ts'
import { check as secretsAreInFiles } from './checks/secrets-are-in-files.ts'
import type { Check } from './check.ts'

/** Every check, by id. A test keeps this list and the folder the same. */
export const CHECKS: Check[] = [
  groupIntervalMatches,
  inhibitionIsSound,
  inhibitionMatches,
  prometheusFindsAlertmanager,
  prometheusIntervalsMatch,
  prometheusKeepsSeries,
  prometheusLoadsRules,
  prometheusScrapesTargets,
  prometheusTimeoutsFit,
  receiverAddressIsKnown,
  receiverNotifies,
  receiverSendsResolved,
  routeContinueIsMeant,
  routeIsReachable,
  routeReachesReceiver,
  routingIsRead,
  routingTimingMatches,
  ruleAnnotationsMatch,
  ruleConditionMatches,
  ruleCounterHasRate,
  ruleDivisionIsGuarded,
  ruleExists,
  ruleForMatches,
  ruleForOnGrid,
  ruleIsKnown,
  ruleIsUnique,
  ruleLabelsExist,
  ruleLabelsMatch,
  ruleMetricsExist,
  ruleParses,
  ruleQuantileHasBuckets,
  ruleWindowCoversScrapes,
  secretsAreInFiles,
]
