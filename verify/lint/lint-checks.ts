import { check as addressesLeaveTheirContainer } from './checks/deployment/addresses-leave-their-container.ts'
import { check as agentInstrumentsWhatIsPromised } from './checks/traces/agent-instruments-what-is-promised.ts'
import { check as agentIsAttached } from './checks/traces/agent-is-attached.ts'
import { check as agentReachesCollector } from './checks/traces/agent-reaches-collector.ts'
import { check as agentSamplesEverything } from './checks/traces/agent-samples-everything.ts'
import { check as alertmanagersHaveASender } from './checks/alertmanager/alertmanagers-have-a-sender.ts'
import { check as collectorAcceptsValues } from './checks/traces/collector-accepts-values.ts'
import { check as collectorIsReachable } from './checks/traces/collector-is-reachable.ts'
import { check as collectorLeavesSpansAlone } from './checks/traces/collector-leaves-spans-alone.ts'
import { check as collectorListens } from './checks/traces/collector-listens.ts'
import { check as collectorPipelineIsWhole } from './checks/traces/collector-pipeline-is-whole.ts'
import { check as collectorReachesJaeger } from './checks/traces/collector-reaches-jaeger.ts'
import { check as collectorVariablesAreSet } from './checks/traces/collector-variables-are-set.ts'
import { check as composeFileIsAccepted } from './checks/deployment/compose-file-is-accepted.ts'
import { check as composeNamesAreUnique } from './checks/deployment/compose-names-are-unique.ts'
import { check as configurationIsMounted } from './checks/deployment/configuration-is-mounted.ts'
import { check as contactPointsExist } from './checks/grafana/contact-points-exist.ts'
import { check as containersAreNamed } from './checks/deployment/containers-are-named.ts'
import { check as containersReachEachOther } from './checks/deployment/containers-reach-each-other.ts'
import { check as credentialsAgree } from './checks/deployment/credentials-agree.ts'
import { check as dashboardsAreProvided } from './checks/grafana/dashboards-are-provided.ts'
import { check as dashboardsAreSpelt } from './checks/grafana/dashboards-are-spelt.ts'
import { check as dataFoldersAreKept } from './checks/deployment/data-folders-are-kept.ts'
import { check as datasourceUidsResolve } from './checks/grafana/datasource-uids-resolve.ts'
import { check as datasourcesAreProvisioned } from './checks/grafana/datasources-are-provisioned.ts'
import { check as defaultsAgree } from './checks/deployment/defaults-agree.ts'
import { check as definitionsAreUsed } from './checks/deployment/definitions-are-used.ts'
import { check as deploymentIsWhole } from './checks/deployment/deployment-is-whole.ts'
import { check as discoveredLabelsExist } from './checks/logs/discovered-labels-exist.ts'
import { check as dockerfilesAreWhole } from './checks/deployment/dockerfiles-are-whole.ts'
import { check as drillReachesServices } from './checks/deployment/drill-reaches-services.ts'
import { check as exportersCollectMetrics } from './checks/prometheus/exporters-collect-metrics.ts'
import { check as exportersHaveAServer } from './checks/deployment/exporters-have-a-server.ts'
import { check as filesAreRecognised } from './checks/deployment/files-are-recognised.ts'
import { check as flagsAreKnown } from './checks/deployment/flags-are-known.ts'
import { check as grafanaAcceptsDatasources } from './checks/grafana/grafana-accepts-datasources.ts'
import { check as grafanaVariablesAreRead } from './checks/grafana/grafana-variables-are-read.ts'
import { check as groupIntervalMatches } from './checks/alertmanager/group-interval-matches.ts'
import { check as healthCheckCanPass } from './checks/deployment/health-check-can-pass.ts'
import { check as imagesAreSpelt } from './checks/deployment/images-are-spelt.ts'
import { check as imagesGetTheirVariables } from './checks/deployment/images-get-their-variables.ts'
import { check as inhibitionIsSound } from './checks/alertmanager/inhibition-is-sound.ts'
import { check as inhibitionMatches } from './checks/alertmanager/inhibition-matches.ts'
import { check as integrationsAreWhole } from './checks/alertmanager/integrations-are-whole.ts'
import { check as javaCommandIsWhole } from './checks/deployment/java-command-is-whole.ts'
import { check as jmxExporterIsRead } from './checks/deployment/jmx-exporter-is-read.ts'
import { check as kafkaListenersAgree } from './checks/deployment/kafka-listeners-agree.ts'
import { check as keysAreKnown } from './checks/deployment/keys-are-known.ts'
import { check as kustomizationFilesExist } from './checks/deployment/kustomization-files-exist.ts'
import { check as kustomizationsApply } from './checks/deployment/kustomizations-apply.ts'
import { check as labelNamesAreValid } from './checks/prometheus/label-names-are-valid.ts'
import { check as listenersAreReachable } from './checks/deployment/listeners-are-reachable.ts'
import { check as listenersBind } from './checks/deployment/listeners-bind.ts'
import { check as listenersHaveTheirOwnPort } from './checks/deployment/listeners-have-their-own-port.ts'
import { check as localDefaultsAreSet } from './checks/deployment/local-defaults-are-set.ts'
import { check as logAgentIsWhole } from './checks/logs/log-agent-is-whole.ts'
import { check as logAgentSelectsContainers } from './checks/logs/log-agent-selects-containers.ts'
import { check as logDropsAllowDelay } from './checks/logs/log-drops-allow-delay.ts'
import { check as logFormatIsSpecified } from './checks/logs/log-format-is-specified.ts'
import { check as logLabelsAreFew } from './checks/logs/log-labels-are-few.ts'
import { check as logLabelsAreGiven } from './checks/logs/log-labels-are-given.ts'
import { check as logLinesAreParsed } from './checks/logs/log-lines-are-parsed.ts'
import { check as logLinesLinkToTraces } from './checks/logs/log-lines-link-to-traces.ts'
import { check as logLinesSurviveOutages } from './checks/logs/log-lines-survive-outages.ts'
import { check as logSelectorsMatch } from './checks/logs/log-selectors-match.ts'
import { check as logStagesAreAccepted } from './checks/logs/log-stages-are-accepted.ts'
import { check as logStagesAreWhole } from './checks/logs/log-stages-are-whole.ts'
import { check as logStagesReadWhatIsExtracted } from './checks/logs/log-stages-read-what-is-extracted.ts'
import { check as logStoreAcceptsLines } from './checks/logs/log-store-accepts-lines.ts'
import { check as logStoreAcceptsValues } from './checks/logs/log-store-accepts-values.ts'
import { check as logStoreKeepsMetadata } from './checks/logs/log-store-keeps-metadata.ts'
import { check as logStoreKnowsTenant } from './checks/logs/log-store-knows-tenant.ts'
import { check as logStoreWritesToItsVolume } from './checks/logs/log-store-writes-to-its-volume.ts'
import { check as logTimestampsKeepTime } from './checks/logs/log-timestamps-keep-time.ts'
import { check as manifestsAreAccepted } from './checks/deployment/manifests-are-accepted.ts'
import { check as matchersMatchAnAlert } from './checks/alertmanager/matchers-match-an-alert.ts'
import { check as memoryLimitsFit } from './checks/deployment/memory-limits-fit.ts'
import { check as messageTemplatesWork } from './checks/alertmanager/message-templates-work.ts'
import { check as metricsPathsAgree } from './checks/deployment/metrics-paths-agree.ts'
import { check as monitorsSelectServices } from './checks/prometheus/monitors-select-services.ts'
import { check as mountedFilesExist } from './checks/deployment/mounted-files-exist.ts'
import { check as namedFilesAreGiven } from './checks/deployment/named-files-are-given.ts'
import { check as notificationPoliciesRoute } from './checks/grafana/notification-policies-route.ts'
import { check as notificationsListEveryAlert } from './checks/alertmanager/notifications-list-every-alert.ts'
import { check as panelQueriesWork } from './checks/grafana/panel-queries-work.ts'
import { check as panelUnitsFit } from './checks/grafana/panel-units-fit.ts'
import { check as panelsHaveQueries } from './checks/grafana/panels-have-queries.ts'
import { check as podReferencesExist } from './checks/deployment/pod-references-exist.ts'
import { check as podsReadMountedFiles } from './checks/deployment/pods-read-mounted-files.ts'
import { check as portsAgree } from './checks/deployment/ports-agree.ts'
import { check as probesAskAPort } from './checks/deployment/probes-ask-a-port.ts'
import { check as programsKeepRunning } from './checks/deployment/programs-keep-running.ts'
import { check as prometheusFindsAlertmanager } from './checks/prometheus/prometheus-finds-alertmanager.ts'
import { check as prometheusIntervalsMatch } from './checks/prometheus/prometheus-intervals-match.ts'
import { check as prometheusKeepsSeries } from './checks/prometheus/prometheus-keeps-series.ts'
import { check as prometheusLoadsRules } from './checks/prometheus/prometheus-loads-rules.ts'
import { check as prometheusScrapesTargets } from './checks/prometheus/prometheus-scrapes-targets.ts'
import { check as prometheusScrapesWithinLookback } from './checks/prometheus/prometheus-scrapes-within-lookback.ts'
import { check as prometheusTimeoutsFit } from './checks/prometheus/prometheus-timeouts-fit.ts'
import { check as propagatorsAgree } from './checks/traces/propagators-agree.ts'
import { check as provisioningIsRead } from './checks/grafana/provisioning-is-read.ts'
import { check as proxiesLeadToServices } from './checks/deployment/proxies-lead-to-services.ts'
import { check as receiverAddressIsKnown } from './checks/alertmanager/receiver-address-is-known.ts'
import { check as receiverNotifies } from './checks/alertmanager/receiver-notifies.ts'
import { check as receiverSendsResolved } from './checks/alertmanager/receiver-sends-resolved.ts'
import { check as remoteUrlsAreAnswered } from './checks/deployment/remote-urls-are-answered.ts'
import { check as routeContinueIsMeant } from './checks/alertmanager/route-continue-is-meant.ts'
import { check as routeIsReachable } from './checks/alertmanager/route-is-reachable.ts'
import { check as routeReachesReceiver } from './checks/alertmanager/route-reaches-receiver.ts'
import { check as routingIsRead } from './checks/alertmanager/routing-is-read.ts'
import { check as routingTimesAreRead } from './checks/alertmanager/routing-times-are-read.ts'
import { check as routingTimingMatches } from './checks/alertmanager/routing-timing-matches.ts'
import { check as ruleAnnotationsHaveLabels } from './checks/rules/rule-annotations-have-labels.ts'
import { check as ruleAnnotationsMatch } from './checks/rules/rule-annotations-match.ts'
import { check as ruleCanHold } from './checks/rules/rule-can-hold.ts'
import { check as ruleCompares } from './checks/rules/rule-compares.ts'
import { check as ruleConditionMatches } from './checks/rules/rule-condition-matches.ts'
import { check as ruleCounterHasRate } from './checks/rules/rule-counter-has-rate.ts'
import { check as ruleDivisionIsGuarded } from './checks/rules/rule-division-is-guarded.ts'
import { check as ruleExists } from './checks/rules/rule-exists.ts'
import { check as ruleForMatches } from './checks/rules/rule-for-matches.ts'
import { check as ruleForOnGrid } from './checks/rules/rule-for-on-grid.ts'
import { check as ruleGroupsAreUnique } from './checks/prometheus/rule-groups-are-unique.ts'
import { check as ruleIsKnown } from './checks/rules/rule-is-known.ts'
import { check as ruleIsUnique } from './checks/rules/rule-is-unique.ts'
import { check as ruleKeepsItsName } from './checks/rules/rule-keeps-its-name.ts'
import { check as ruleLabelsAreStable } from './checks/rules/rule-labels-are-stable.ts'
import { check as ruleLabelsExist } from './checks/rules/rule-labels-exist.ts'
import { check as ruleLabelsMatch } from './checks/rules/rule-labels-match.ts'
import { check as ruleMetricsExist } from './checks/rules/rule-metrics-exist.ts'
import { check as ruleParses } from './checks/rules/rule-parses.ts'
import { check as ruleQuantileHasBuckets } from './checks/rules/rule-quantile-has-buckets.ts'
import { check as ruleRatesSingleSeries } from './checks/rules/rule-rates-single-series.ts'
import { check as ruleSidesMatch } from './checks/rules/rule-sides-match.ts'
import { check as ruleTemplatesWork } from './checks/rules/rule-templates-work.ts'
import { check as ruleThresholdFitsUnit } from './checks/rules/rule-threshold-fits-unit.ts'
import { check as ruleThresholdIsReachable } from './checks/rules/rule-threshold-is-reachable.ts'
import { check as ruleWindowCoversScrapes } from './checks/rules/rule-window-covers-scrapes.ts'
import { check as scrapeJobsAreAccepted } from './checks/prometheus/scrape-jobs-are-accepted.ts'
import { check as secretsAreGiven } from './checks/deployment/secrets-are-given.ts'
import { check as secretsAreInFiles } from './checks/deployment/secrets-are-in-files.ts'
import { check as serviceNamesMatch } from './checks/traces/service-names-match.ts'
import { check as servicesAreAskedAtTheirPort } from './checks/deployment/services-are-asked-at-their-port.ts'
import { check as servicesSelectPods } from './checks/deployment/services-select-pods.ts'
import { check as sloPanelsMeasure } from './checks/grafana/slo-panels-measure.ts'
import { check as startScriptRuns } from './checks/deployment/start-script-runs.ts'
import { check as startScriptStartsIt } from './checks/deployment/start-script-starts-it.ts'
import { check as traceLinksFindLogs } from './checks/grafana/trace-links-find-logs.ts'
import { check as urlsAreWhole } from './checks/deployment/urls-are-whole.ts'
import { check as valuesHaveTheirType } from './checks/deployment/values-have-their-type.ts'
import { check as variablesAreExpanded } from './checks/deployment/variables-are-expanded.ts'
import { check as variablesAreSet } from './checks/deployment/variables-are-set.ts'
import { check as variablesAreSpelt } from './checks/deployment/variables-are-spelt.ts'
import { check as volumesAreWritable } from './checks/deployment/volumes-are-writable.ts'
import type { Check } from './lint-check.ts'

/** Every check, by id. A test keeps this list and the folder the same. */
export const CHECKS: Check[] = [
  addressesLeaveTheirContainer,
  agentInstrumentsWhatIsPromised,
  agentIsAttached,
  agentReachesCollector,
  agentSamplesEverything,
  alertmanagersHaveASender,
  collectorAcceptsValues,
  collectorIsReachable,
  collectorLeavesSpansAlone,
  collectorListens,
  collectorPipelineIsWhole,
  collectorReachesJaeger,
  collectorVariablesAreSet,
  composeFileIsAccepted,
  composeNamesAreUnique,
  configurationIsMounted,
  contactPointsExist,
  containersAreNamed,
  containersReachEachOther,
  credentialsAgree,
  dashboardsAreProvided,
  dashboardsAreSpelt,
  dataFoldersAreKept,
  datasourceUidsResolve,
  datasourcesAreProvisioned,
  defaultsAgree,
  definitionsAreUsed,
  deploymentIsWhole,
  discoveredLabelsExist,
  dockerfilesAreWhole,
  drillReachesServices,
  exportersCollectMetrics,
  exportersHaveAServer,
  filesAreRecognised,
  flagsAreKnown,
  grafanaAcceptsDatasources,
  grafanaVariablesAreRead,
  groupIntervalMatches,
  healthCheckCanPass,
  imagesAreSpelt,
  imagesGetTheirVariables,
  inhibitionIsSound,
  inhibitionMatches,
  integrationsAreWhole,
  javaCommandIsWhole,
  jmxExporterIsRead,
  kafkaListenersAgree,
  keysAreKnown,
  kustomizationFilesExist,
  kustomizationsApply,
  labelNamesAreValid,
  listenersAreReachable,
  listenersBind,
  listenersHaveTheirOwnPort,
  localDefaultsAreSet,
  logAgentIsWhole,
  logAgentSelectsContainers,
  logDropsAllowDelay,
  logFormatIsSpecified,
  logLabelsAreFew,
  logLabelsAreGiven,
  logLinesAreParsed,
  logLinesLinkToTraces,
  logLinesSurviveOutages,
  logSelectorsMatch,
  logStagesAreAccepted,
  logStagesAreWhole,
  logStagesReadWhatIsExtracted,
  logStoreAcceptsLines,
  logStoreAcceptsValues,
  logStoreKeepsMetadata,
  logStoreKnowsTenant,
  logStoreWritesToItsVolume,
  logTimestampsKeepTime,
  manifestsAreAccepted,
  matchersMatchAnAlert,
  memoryLimitsFit,
  messageTemplatesWork,
  metricsPathsAgree,
  monitorsSelectServices,
  mountedFilesExist,
  namedFilesAreGiven,
  notificationPoliciesRoute,
  notificationsListEveryAlert,
  panelQueriesWork,
  panelUnitsFit,
  panelsHaveQueries,
  podReferencesExist,
  podsReadMountedFiles,
  portsAgree,
  probesAskAPort,
  programsKeepRunning,
  prometheusFindsAlertmanager,
  prometheusIntervalsMatch,
  prometheusKeepsSeries,
  prometheusLoadsRules,
  prometheusScrapesTargets,
  prometheusScrapesWithinLookback,
  prometheusTimeoutsFit,
  propagatorsAgree,
  provisioningIsRead,
  proxiesLeadToServices,
  receiverAddressIsKnown,
  receiverNotifies,
  receiverSendsResolved,
  remoteUrlsAreAnswered,
  routeContinueIsMeant,
  routeIsReachable,
  routeReachesReceiver,
  routingIsRead,
  routingTimesAreRead,
  routingTimingMatches,
  ruleAnnotationsHaveLabels,
  ruleAnnotationsMatch,
  ruleCanHold,
  ruleCompares,
  ruleConditionMatches,
  ruleCounterHasRate,
  ruleDivisionIsGuarded,
  ruleExists,
  ruleForMatches,
  ruleForOnGrid,
  ruleGroupsAreUnique,
  ruleIsKnown,
  ruleIsUnique,
  ruleKeepsItsName,
  ruleLabelsAreStable,
  ruleLabelsExist,
  ruleLabelsMatch,
  ruleMetricsExist,
  ruleParses,
  ruleQuantileHasBuckets,
  ruleRatesSingleSeries,
  ruleSidesMatch,
  ruleTemplatesWork,
  ruleThresholdFitsUnit,
  ruleThresholdIsReachable,
  ruleWindowCoversScrapes,
  scrapeJobsAreAccepted,
  secretsAreGiven,
  secretsAreInFiles,
  serviceNamesMatch,
  servicesAreAskedAtTheirPort,
  servicesSelectPods,
  sloPanelsMeasure,
  startScriptRuns,
  startScriptStartsIt,
  traceLinksFindLogs,
  urlsAreWhole,
  valuesHaveTheirType,
  variablesAreExpanded,
  variablesAreSet,
  variablesAreSpelt,
  volumesAreWritable,
]
