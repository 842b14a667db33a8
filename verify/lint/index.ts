import { check as agentInstrumentsWhatIsPromised } from './checks/agent-instruments-what-is-promised.ts'
import { check as agentIsAttached } from './checks/agent-is-attached.ts'
import { check as agentReachesCollector } from './checks/agent-reaches-collector.ts'
import { check as agentSamplesEverything } from './checks/agent-samples-everything.ts'
import { check as collectorLeavesSpansAlone } from './checks/collector-leaves-spans-alone.ts'
import { check as collectorListens } from './checks/collector-listens.ts'
import { check as collectorPipelineIsWhole } from './checks/collector-pipeline-is-whole.ts'
import { check as collectorReachesJaeger } from './checks/collector-reaches-jaeger.ts'
import { check as configurationIsMounted } from './checks/configuration-is-mounted.ts'
import { check as contactPointsExist } from './checks/contact-points-exist.ts'
import { check as containersAreNamed } from './checks/containers-are-named.ts'
import { check as datasourceUidsResolve } from './checks/datasource-uids-resolve.ts'
import { check as datasourcesAreProvisioned } from './checks/datasources-are-provisioned.ts'
import { check as deploymentIsWhole } from './checks/deployment-is-whole.ts'
import { check as groupIntervalMatches } from './checks/group-interval-matches.ts'
import { check as inhibitionIsSound } from './checks/inhibition-is-sound.ts'
import { check as inhibitionMatches } from './checks/inhibition-matches.ts'
import { check as keysAreKnown } from './checks/keys-are-known.ts'
import { check as logAgentIsWhole } from './checks/log-agent-is-whole.ts'
import { check as logFormatIsSpecified } from './checks/log-format-is-specified.ts'
import { check as logLabelsAreFew } from './checks/log-labels-are-few.ts'
import { check as logLabelsAreGiven } from './checks/log-labels-are-given.ts'
import { check as logLinesAreParsed } from './checks/log-lines-are-parsed.ts'
import { check as logLinesLinkToTraces } from './checks/log-lines-link-to-traces.ts'
import { check as logLinesSurviveOutages } from './checks/log-lines-survive-outages.ts'
import { check as logStoreAcceptsLines } from './checks/log-store-accepts-lines.ts'
import { check as logStoreKeepsMetadata } from './checks/log-store-keeps-metadata.ts'
import { check as logStoreKnowsTenant } from './checks/log-store-knows-tenant.ts'
import { check as messageTemplatesWork } from './checks/message-templates-work.ts'
import { check as notificationPoliciesRoute } from './checks/notification-policies-route.ts'
import { check as panelQueriesWork } from './checks/panel-queries-work.ts'
import { check as prometheusFindsAlertmanager } from './checks/prometheus-finds-alertmanager.ts'
import { check as prometheusIntervalsMatch } from './checks/prometheus-intervals-match.ts'
import { check as prometheusKeepsSeries } from './checks/prometheus-keeps-series.ts'
import { check as prometheusLoadsRules } from './checks/prometheus-loads-rules.ts'
import { check as prometheusScrapesTargets } from './checks/prometheus-scrapes-targets.ts'
import { check as prometheusTimeoutsFit } from './checks/prometheus-timeouts-fit.ts'
import { check as propagatorsAgree } from './checks/propagators-agree.ts'
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
import { check as serviceNamesMatch } from './checks/service-names-match.ts'
import { check as sloPanelsMeasure } from './checks/slo-panels-measure.ts'
import { check as traceLinksFindLogs } from './checks/trace-links-find-logs.ts'
import type { Check } from './check.ts'

/** Every check, by id. A test keeps this list and the folder the same. */
export const CHECKS: Check[] = [
  agentInstrumentsWhatIsPromised,
  agentIsAttached,
  agentReachesCollector,
  agentSamplesEverything,
  collectorLeavesSpansAlone,
  collectorListens,
  collectorPipelineIsWhole,
  collectorReachesJaeger,
  configurationIsMounted,
  contactPointsExist,
  containersAreNamed,
  datasourceUidsResolve,
  datasourcesAreProvisioned,
  deploymentIsWhole,
  groupIntervalMatches,
  inhibitionIsSound,
  inhibitionMatches,
  keysAreKnown,
  logAgentIsWhole,
  logFormatIsSpecified,
  logLabelsAreFew,
  logLabelsAreGiven,
  logLinesAreParsed,
  logLinesLinkToTraces,
  logLinesSurviveOutages,
  logStoreAcceptsLines,
  logStoreKeepsMetadata,
  logStoreKnowsTenant,
  messageTemplatesWork,
  notificationPoliciesRoute,
  panelQueriesWork,
  prometheusFindsAlertmanager,
  prometheusIntervalsMatch,
  prometheusKeepsSeries,
  prometheusLoadsRules,
  prometheusScrapesTargets,
  prometheusTimeoutsFit,
  propagatorsAgree,
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
  serviceNamesMatch,
  sloPanelsMeasure,
  traceLinksFindLogs,
]
